import copy
import pickle
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from stridesense.coaching.baseline import Baseline, pooled
from stridesense.coaching.metrics import CONTACT_ASYMMETRY, METRICS
from stridesense.coaching.regression import normal_of_t
from stridesense.model import Foot, Gait, Stride

CONTACT = "contact_time_s"
SD_S = 0.005


def strides(
    n: int,
    *,
    foot: Foot = Foot.LEFT,
    speed: Callable[[int], float] = lambda _: 3.0,
    more_s: float = 0.0,
    seed: int = 1,
    start_s: float = 0.0,
) -> list[Stride]:
    """Strides of one foot whose contact is 0.063 s + 0.58 m / speed, and SD_S more or less."""
    chance = Random(seed)
    made = []
    for index in range(n):
        speed_mps = speed(index) + chance.gauss(0.0, 0.03)
        contact_s = 0.063 + 0.58 / speed_mps + more_s + chance.gauss(0.0, SD_S)
        begins_s = start_s + 0.7 * index
        made.append(
            Stride(
                foot=foot,
                index=index,
                gait=Gait.RUN,
                initial_contact_s=begins_s,
                terminal_contact_s=begins_s + contact_s,
                contact_time_s=contact_s,
                cadence_spm=168.0 + 5.1 * (speed_mps - 3.0) + chance.gauss(0.0, 1.0),
                push_off_rate_dps=500.0 + 150.0 * (speed_mps - 3.0) + chance.gauss(0.0, 20.0),
                impact_g=11.0 + chance.gauss(0.0, 1.0),
                speed_mps=speed_mps,
                quality=1.0,
            )
        )
    return made


def learned(made: list[Stride], baseline: Baseline | None = None) -> Baseline:
    baseline = baseline or Baseline()
    for first in range(0, len(made), 25):
        baseline.learn(made[first : first + 25])
    return baseline


def contact_s(baseline: Baseline, speed_mps: float = 3.0) -> float:
    expected = baseline.expected(Foot.LEFT, CONTACT, speed_mps, 168.0)
    assert expected is not None
    return expected.value


def test_nothing_is_usual_before_four_blocks() -> None:
    made = strides(100)
    assert learned(made[:75]).expected(Foot.LEFT, CONTACT, 3.0, 168.0) is None
    assert learned(made).expected(Foot.LEFT, CONTACT, 3.0, 168.0) is not None


def test_level_and_spread_are_the_runners() -> None:
    expected = learned(strides(500)).expected(Foot.LEFT, CONTACT, 3.0, 168.0)
    assert expected is not None
    # The mean of 500 strides is sure to 0.2 ms; the line may be off by three times that.
    assert expected.value == pytest.approx(0.063 + 0.58 / 3.0, abs=0.0008)
    assert expected.spread == pytest.approx(SD_S, rel=0.2)
    assert expected.sure_sd < 0.2 * SD_S


def test_a_speed_never_run_is_expected_less_surely() -> None:
    baseline = learned(strides(500))
    near, far = (baseline.expected(Foot.LEFT, CONTACT, speed, 170.0) for speed in (3.0, 4.2))
    assert near is not None
    assert far is not None
    assert far.sure_sd > 10.0 * near.sure_sd
    # What is not known yet comes from the priors, and lies within their doubt.
    assert abs(far.value - (0.063 + 0.58 / 4.2)) < 2.0 * far.sure_sd


def test_the_way_with_speed_is_learned() -> None:
    baseline = learned(strides(1500, speed=lambda index: 2.5 + 0.5 * (index // 300 % 4)))
    for speed_mps in (2.5, 3.0, 3.5, 4.0):
        expected = baseline.expected(Foot.LEFT, CONTACT, speed_mps, 168.0 + 5.1 * (speed_mps - 3.0))
        assert expected is not None
        # A hyperbola is not quite a parabola: up to 2 ms between 2.5 and 4 m/s.
        assert expected.value == pytest.approx(0.063 + 0.58 / speed_mps, abs=0.003)


@pytest.mark.parametrize("at", [0, 10])
def test_a_block_far_off_weighs_little(at: int) -> None:
    odd = strides(25, more_s=0.06)
    made = strides(375)
    with_odd = made[: 25 * at] + odd + made[25 * at :]
    assert contact_s(learned(with_odd)) == pytest.approx(contact_s(learned(made)), abs=0.2 * SD_S)


def test_feet_are_learned_apart() -> None:
    left, right = strides(200), strides(200, foot=Foot.RIGHT, more_s=-0.02, seed=2, start_s=0.35)
    baseline = Baseline()
    for first in range(0, 200, 25):
        baseline.learn(left[first : first + 25])
        baseline.learn(right[first : first + 25])
    of_right = baseline.expected(Foot.RIGHT, CONTACT, 3.0, 168.0)
    assert of_right is not None
    assert of_right.value == pytest.approx(contact_s(baseline) - 0.02, abs=0.002)


@pytest.mark.parametrize(
    "unlike",
    [
        {"gait": Gait.WALK},
        {"speed_mps": None},
        {"cadence_spm": None},
        {"slope_deg": 4.0},
    ],
)
def test_what_cannot_be_compared_teaches_nothing(unlike: dict[str, object]) -> None:
    made = [replace(stride, **unlike) for stride in strides(200)]
    assert learned(made).expected(Foot.LEFT, CONTACT, 3.0, 168.0) is None


def test_a_block_that_changes_speed_teaches_nothing() -> None:
    made = strides(200, speed=lambda index: 2.8 if index % 25 < 12 else 3.4)
    assert learned(made).moments() == {}


def test_unknown_things_are_not_expected() -> None:
    baseline = learned(strides(200))
    assert baseline.expected(Foot.LEFT, "heel_height_mm", 3.0, 168.0) is None
    assert baseline.expected(Foot.RIGHT, CONTACT, 3.0, 168.0) is None
    assert baseline.expected(Foot.LEFT, CONTACT, None, 168.0) is None
    assert baseline.expected(Foot.LEFT, CONTACT, 3.0, None) is None


def test_earlier_sessions_are_known_from_the_first_stride() -> None:
    before = [learned(strides(1000, seed=seed)).moments() for seed in range(3)]
    expected = Baseline.known(pooled(before)).expected(Foot.LEFT, CONTACT, 3.0, 168.0)
    assert expected is not None
    assert expected.value == pytest.approx(0.063 + 0.58 / 3.0, abs=0.001)
    assert expected.spread == pytest.approx(SD_S, rel=0.2)


def test_a_new_session_moves_what_five_have_taught() -> None:
    before = [learned(strides(2000, seed=seed)).moments() for seed in range(5)]
    baseline = learned(strides(500, more_s=0.02), Baseline.known(pooled(before)))
    # 20 blocks, six minutes: nearly all of the difference is believed.
    assert contact_s(baseline) == pytest.approx(0.083 + 0.58 / 3.0, abs=0.003)


def test_sessions_that_differ_leave_the_level_open() -> None:
    alike, unlike = (
        [learned(strides(1000, seed=seed, more_s=seed * step_s)).moments() for seed in range(5)]
        for step_s in (0.0, 0.01)
    )
    sure, unsure = (
        Baseline.known(pooled(sessions)).expected(Foot.LEFT, CONTACT, 3.0, 168.0)
        for sessions in (alike, unlike)
    )
    assert sure is not None
    assert unsure is not None
    assert unsure.sure_sd > 3.0 * sure.sure_sd


def test_newer_sessions_count_more_and_only_five() -> None:
    sessions = [learned(strides(1000, seed=seed, more_s=0.01 * (seed == 0))).moments() for seed in range(6)]
    new_first, new_last = (
        contact_s(Baseline.known(pooled(order))) for order in (sessions, [*sessions[1:5], sessions[0]])
    )
    assert new_first > new_last
    assert pooled(sessions) == pooled(sessions[:5])


def test_what_is_kept_is_plain_and_this_sessions_alone() -> None:
    first = learned(strides(500))
    again = learned(strides(500), Baseline.known(pooled([first.moments()])))
    kept = again.moments()[Foot.LEFT][CONTACT]
    assert all(isinstance(figure, float) for figure in kept)
    assert kept[2] == pytest.approx(first.moments()[Foot.LEFT][CONTACT][2], rel=0.1)


def test_kept_figures_of_another_kind_are_passed_over() -> None:
    odd = {Foot.LEFT: {CONTACT: (1.0, 2.0), "unheard_of": (1.0,) * 17}}
    assert Baseline.known(odd) == Baseline()
    assert pooled([odd]) == {}


def test_it_can_be_saved_and_goes_on_as_it_would_have() -> None:
    made = strides(400)
    whole = learned(made)
    half = learned(made[:200])
    for copied in (copy.deepcopy(half), pickle.loads(pickle.dumps(half))):  # noqa: S301
        assert learned(made[200:], copied) == whole


@pytest.mark.parametrize(
    ("t", "freedom", "deviate"),
    # The quantiles of Student's t at 0.975 and 0.995 are those of the normal distribution at the same.
    [(2.306, 8.0, 1.960), (3.355, 8.0, 2.576), (2.042, 30.0, 1.960), (-3.169, 10.0, -2.576), (0.0, 5.0, 0.0)],
)
def test_students_t_becomes_a_normal_deviate(t: float, freedom: float, deviate: float) -> None:
    assert normal_of_t(t, freedom) == pytest.approx(deviate, abs=0.01)


def test_metrics_are_told_in_their_units() -> None:
    assert METRICS[CONTACT].told(0.2314) == "231 ms"
    assert METRICS["impact_g"].told(11.46) == "11.5 g"
    assert METRICS[CONTACT].value(strides(1)[0]) == strides(1)[0].contact_time_s
    assert METRICS[CONTACT_ASYMMETRY].value(strides(1)[0]) is None
