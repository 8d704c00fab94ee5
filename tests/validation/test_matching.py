"""True and found contacts on made-up times."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from stridesense.validation.matching import WITHIN_S, match

TIMES = st.lists(st.floats(0.0, 20.0), max_size=25).map(sorted)


def test_each_contact_is_paired_once_with_the_nearest() -> None:
    matching = match([1.0, 2.0, 3.0], [0.98, 1.01, 2.1, 9.0])
    assert matching.pairs == ((0, 1), (1, 2))
    assert matching.missed == (2,)
    assert matching.invented == (0, 3)


def test_a_contact_that_is_too_far_away_is_missed_and_invented() -> None:
    matching = match([1.0], [1.0 + WITHIN_S + 0.001])
    assert (matching.pairs, matching.missed, matching.invented) == ((), (0,), (0,))


def test_nothing_found_is_all_missed() -> None:
    assert match([1.0, 2.0], []).missed == (0, 1)
    assert match([], [1.0, 2.0]).invented == (0, 1)


@given(TIMES, TIMES)
def test_every_contact_is_paired_or_left_over(true_s: list[float], found_s: list[float]) -> None:
    matching = match(true_s, found_s)
    true, found = [i for i, _ in matching.pairs], [j for _, j in matching.pairs]
    assert sorted([*true, *matching.missed]) == list(range(len(true_s)))
    assert sorted([*found, *matching.invented]) == list(range(len(found_s)))
    assert all(abs(true_s[i] - found_s[j]) < WITHIN_S for i, j in matching.pairs)


@given(st.lists(st.floats(0.0, 0.07), min_size=2, max_size=20))
def test_contacts_that_are_all_a_bit_late_keep_their_order(delays_s: list[float]) -> None:
    true_s = [0.7 * i for i in range(len(delays_s))]
    found_s = [t + late for t, late in zip(true_s, delays_s, strict=True)]
    pairs = match(true_s, found_s).pairs
    assert all(a[1] < b[1] for a, b in pairwise(pairs))
    assert len(pairs) == len(true_s)
