"""What a cue is credited with, when it is given up, and which one is tried next.

`benchmarks/ledger.py` simulates the runners, and tells of more of them.
"""

import pickle
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from random import Random
from statistics import fmean
from types import ModuleType

import pytest

from stridesense.coaching.bootstrap import difference_interval
from stridesense.coaching.briefing import CueRecord
from stridesense.coaching.ledger import Ledger, LedgerParams, preferred, records
from stridesense.coaching.settings import CoachSettings
from stridesense.model import CueEffect, Foot

PROGRAMS = Path(__file__).resolve().parents[2] / "benchmarks"
L, R = Foot.LEFT, Foot.RIGHT
CUE, STRIDE_S = "heel_held", 0.7
OBSERVED = 27
"""Strides after a cue until its effect is known: 2 of reaction, 25 that count."""

RUNNERS, FIRST_SEED = 150, 20_000


def run(
    ledger: Ledger, values: Sequence[float], begin_s: float, foot: Foot = L, cue_id: str = CUE
) -> list[CueEffect]:
    """Judge strides, one each 0.7 s."""
    judged = (ledger.judged(foot, cue_id, begin_s + STRIDE_S * i, v) for i, v in enumerate(values))
    return [effect for effects in judged for effect in effects]


def cue(
    ledger: Ledger, t_s: float, gain_sd: float, *, given: bool = True, feet: Sequence[Foot] = (L,)
) -> float:
    """A whole cue: 25 strides at 1, the mark, and strides that are better by the gain; when it is over."""
    for foot in feet:
        run(ledger, [1.0] * 25, t_s, foot)
    marked_s = t_s + 25 * STRIDE_S
    for foot in feet:
        ledger.marked(foot, CUE, marked_s, given=given)
    for foot in feet:
        run(ledger, [1.0 - gain_sd] * OBSERVED, marked_s, foot)
    return marked_s + OBSERVED * STRIDE_S


def effect(gain_sd: float, t_s: float, *, given: bool = True, cue_id: str = CUE, foot: Foot = L) -> CueEffect:
    return CueEffect(cue_id=cue_id, foot=foot, t_s=t_s, given=given, before_sd=1.0, after_sd=1.0 - gain_sd)


def effects(given: Sequence[float], withheld: Sequence[float], cue_id: str = CUE) -> list[CueEffect]:
    """Effects with these gains, each at a time of its own."""
    made = [effect(gain, 100.0 * i, cue_id=cue_id) for i, gain in enumerate(given)]
    return made + [
        effect(gain, 50.0 + 100.0 * i, given=False, cue_id=cue_id) for i, gain in enumerate(withheld)
    ]


def known(low_sd: float | None, high_sd: float | None) -> CueRecord:
    return CueRecord(given=30, gain_sd=0.0, low_sd=low_sd, high_sd=high_sd)


def test_25_strides_before_against_25_after_without_the_reaction() -> None:
    ledger = Ledger()
    assert run(ledger, [9.0, *range(25)], 0.0) == []
    ledger.marked(L, CUE, 18.2, given=True)
    (found,) = run(ledger, [100.0, 100.0, *([4.0] * 25), 100.0], 18.9)
    assert found == CueEffect(cue_id=CUE, foot=L, t_s=18.2, given=True, before_sd=12.0, after_sd=4.0)
    assert found.gain_sd == 8.0


def test_without_a_full_window_nothing_is_observed() -> None:
    ledger = Ledger()
    run(ledger, [1.0] * 24, 0.0)
    ledger.marked(L, CUE, 20.0, given=True)
    assert run(ledger, [0.0] * 60, 20.0) == []


def test_feet_and_cues_are_watched_apart() -> None:
    ledger = Ledger()
    for foot, cue_id in ((L, CUE), (R, CUE), (L, "push_off")):
        run(ledger, [1.0] * 25, 0.0, foot, cue_id)
    ledger.marked(L, CUE, 18.0, given=True)
    assert run(ledger, [0.0] * OBSERVED, 18.0, R) == []
    assert run(ledger, [0.0] * OBSERVED, 18.0, L, "push_off") == []
    assert len(run(ledger, [0.0] * OBSERVED, 18.0)) == 1


@pytest.mark.parametrize(
    ("first", "second", "observed"),
    [
        (False, False, [(100.0, False)]),
        (True, False, [(100.0, True)]),
        (True, True, [(100.0, True)]),
        (False, True, [(107.0, True)]),
    ],
)
def test_of_two_marks_at_once_one_is_observed(
    *, first: bool, second: bool, observed: list[tuple[float, bool]]
) -> None:
    ledger = Ledger()
    run(ledger, [1.0] * 25, 80.0)
    ledger.marked(L, CUE, 100.0, given=first)
    run(ledger, [1.0] * 10, 100.0)
    ledger.marked(L, CUE, 107.0, given=second)
    assert [(one.t_s, one.given) for one in run(ledger, [0.0] * 60, 107.0)] == observed


def test_observations_share_no_stride() -> None:
    ledger = Ledger()
    end_s = cue(ledger, 0.0, 1.0, given=False)
    run(ledger, [0.0] * 24, end_s)
    ledger.marked(L, CUE, 60.0, given=False)
    assert run(ledger, [0.0], 60.0) == []
    ledger.marked(L, CUE, 61.0, given=False)
    assert len(run(ledger, [0.0] * OBSERVED, 61.0)) == 1


@pytest.mark.parametrize(("after_s", "found"), [(89.0, 0), (91.0, 1)])
def test_a_withheld_cue_counts_only_where_one_could_have_been_given(after_s: float, found: int) -> None:
    ledger = Ledger(LedgerParams.of(CoachSettings(same_cue_gap_s=90.0)))
    cue(ledger, 0.0, 1.0)
    run(ledger, [1.0] * 25, 40.0)
    ledger.marked(L, CUE, 17.5 + after_s, given=False)
    assert len(run(ledger, [1.0] * OBSERVED, 17.5 + after_s)) == found


def test_a_break_forgets_the_strides_of_that_foot() -> None:
    ledger = Ledger()
    for foot in (L, R):
        run(ledger, [1.0] * 25, 0.0, foot)
        ledger.marked(foot, CUE, 17.5, given=True)
    ledger.broken(L)
    assert run(ledger, [0.0] * 60, 17.5) == []
    assert len(run(ledger, [0.0] * OBSERVED, 17.5, R)) == 1


def test_a_saved_state_goes_on_as_it_would_have() -> None:
    values = [Random(7).gauss() for _ in range(80)]
    ledger = Ledger()
    for i, value in enumerate(values[:40]):
        ledger.judged(L, CUE, STRIDE_S * i, value)
        if i == 30:
            ledger.marked(L, CUE, STRIDE_S * i, given=True)
    saved, copied = pickle.loads(pickle.dumps(ledger)), deepcopy(ledger)  # noqa: S301 - made here
    expected = run(ledger, values[40:], 28.0)
    assert len(expected) == 1
    assert run(saved, values[40:], 28.0) == expected == run(copied, values[40:], 28.0)


def test_three_cues_in_a_row_without_effect_retire_the_cue_for_a_while() -> None:
    ledger, end_s = Ledger(), 0.0
    for before in (0, 1, 2):
        assert ledger.without_effect(CUE) == before
        assert not ledger.retired(CUE, end_s)
        end_s = cue(ledger, end_s, 0.1)
    assert ledger.retired(CUE, end_s)
    assert ledger.retired(CUE, end_s + 599.0)
    assert not ledger.retired(CUE, end_s + 601.0)
    assert not ledger.retired("push_off", end_s)
    assert ledger.retired_cues == (CUE,)
    assert ledger.without_effect(CUE) == 0


def test_an_effect_in_between_begins_the_count_anew() -> None:
    ledger, end_s = Ledger(), 0.0
    for gain_sd in (0.0, 0.0, 0.5, 0.0, 0.0):
        end_s = cue(ledger, end_s, gain_sd)
    assert ledger.without_effect(CUE) == 2
    assert not ledger.retired(CUE, end_s)


@pytest.mark.parametrize(("right_gain_sd", "without"), [(0.0, 1), (0.8, 0)])
def test_a_cue_to_both_feet_is_one_cue(right_gain_sd: float, without: int) -> None:
    ledger = Ledger()
    for foot in (L, R):
        run(ledger, [1.0] * 25, 0.0, foot)
    for foot in (L, R):
        ledger.marked(foot, CUE, 17.5, given=True)
    run(ledger, [1.0] * OBSERVED, 17.5, L)
    run(ledger, [1.0 - right_gain_sd] * OBSERVED, 17.8, R)
    assert ledger.without_effect(CUE) == without


def test_what_comes_without_the_cue_is_not_its_effect() -> None:
    """A gain of 0.5 is an effect, but not when the withheld ones gained as much."""
    ledger, end_s = Ledger(), 0.0
    for _ in range(4):
        end_s = cue(ledger, end_s, 0.5, given=False)
    cue(ledger, end_s, 0.5)
    assert ledger.without_effect(CUE) == 1
    alone = Ledger()
    cue(alone, 0.0, 0.5)
    assert alone.without_effect(CUE) == 0


def test_the_record_is_the_gain_beyond_that_of_the_withheld() -> None:
    chance = Random(3)
    given = [chance.gauss(0.8, 0.4) for _ in range(40)]
    withheld = [chance.gauss(0.3, 0.4) for _ in range(20)]
    record = records(effects(given, withheld))[CUE]
    assert record.given == 40
    assert record.gain_sd == pytest.approx(fmean(given) - fmean(withheld))
    assert record.low_sd is not None
    assert record.high_sd is not None
    # Welch's interval of such values is about 4 standard errors wide
    assert record.high_sd - record.low_sd == pytest.approx(4.0 * (0.16 / 40 + 0.16 / 20) ** 0.5, rel=0.25)
    assert record == records(effects(given, withheld))[CUE]


@pytest.mark.parametrize("withheld", [[], [0.1, 0.2, 0.3, 0.4]])
def test_without_enough_withheld_ones_no_interval_is_claimed(withheld: list[float]) -> None:
    record = records(effects([0.5, 0.6, 0.7, 0.8, 0.9, 1.0], withheld))[CUE]
    assert record.low_sd is None
    assert record.high_sd is None
    assert record.gain_sd == pytest.approx(0.75 - (fmean(withheld) if withheld else 0.0))


def test_a_cue_that_was_never_given_has_no_record() -> None:
    assert records(effects([], [0.1] * 10)) == {}


def test_both_feet_of_a_cue_count_once_with_their_mean() -> None:
    pairs = [effect(gain, 100.0 * i, foot=foot) for i in range(6) for foot, gain in ((L, 0.2), (R, 0.6))]
    record = records(pairs)[CUE]
    assert record.given == 6
    assert record.gain_sd == pytest.approx(0.4)


def test_only_the_last_200_effects_of_a_cue_count() -> None:
    record = records(effects([9.0] * 100 + [0.5] * 200, []) + effects([1.0], [], "push_off"))
    assert record[CUE].given == 200
    assert record[CUE].gain_sd == pytest.approx(0.5)
    assert record["push_off"].given == 1


def test_values_without_spread_have_no_interval() -> None:
    assert difference_interval([1.0] * 10, [0.5] * 10) is None


def test_the_interval_leans_as_the_values_do() -> None:
    """Of values with a long upper tail the mean may be much higher, hardly lower."""
    chance = Random(11)
    treated = [chance.expovariate(1.0) for _ in range(25)]
    low, high = difference_interval(treated, [0.01 * chance.gauss() for _ in range(25)]) or (0.0, 0.0)
    mean = fmean(treated)
    assert low < mean < high
    assert high - mean > 1.1 * (mean - low)


def test_what_works_is_tried_first_and_the_useless_last() -> None:
    records_of = {
        "useless": known(-0.3, 0.2),
        "works": known(0.1, 0.5),
        "unsure": known(-0.1, 0.6),
        "works_best": known(0.4, 0.9),
        "no_interval": known(None, None),
    }
    given = ["useless", "new", "works", "unsure", "no_interval", "works_best"]
    assert preferred(given, records_of) == ["works_best", "works", "new", "unsure", "no_interval", "useless"]
    assert preferred(given, {}) == given


@pytest.fixture(scope="module")
def simulated() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PROGRAMS))
        import ledger

        return ledger


def test_an_effect_of_half_a_spread_is_recovered_with_honest_intervals(simulated: ModuleType) -> None:
    found = simulated.verdicts(RUNNERS, 0.5, first_seed=FIRST_SEED)
    assert len(found) >= 0.95 * RUNNERS
    assert fmean(one.gain_sd for one in found) == pytest.approx(0.5, abs=0.02)
    assert 0.93 <= fmean(one.covers(0.5) for one in found) <= 0.97
    # before and after alone would have credited the cue with the regression to the mean
    assert fmean(one.naive_sd for one in found) > 0.62


@pytest.mark.parametrize(("effect_sd", "least", "most"), [(0.0, 0.6, 1.0), (0.5, 0.0, 0.2)])
def test_a_cue_without_effect_retires_and_a_good_one_rarely(
    simulated: ModuleType, effect_sd: float, least: float, most: float
) -> None:
    counts = [
        simulated.cues_until_retired(simulated.Runner(seed=FIRST_SEED + i, effect_sd=effect_sd), most=10)
        for i in range(60)
    ]
    assert least <= fmean(count is not None for count in counts) <= most
