"""Two feet: what needs no common clock is told whatever the clocks say, the rest only when they agree."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import fmean, median, pstdev

import pytest

from gait.making import contact, stride
from stage_checks import run
from stridesense.gait.bilateral import CLOCK_UNSURE, FEET_TOGETHER, Bilateral
from stridesense.gait.parameters import FLIGHT_ESTIMATED
from stridesense.gait.segmentation import Outcome
from stridesense.model import EventKind, Foot, Gait, GaitEvent, Stride
from stridesense.pipeline import Pipeline
from stridesense.simulator import SimulatedRun, parse, simulate

STRIDE_S = 0.7
CONTACT_S = {Foot.LEFT: 0.25, Foot.RIGHT: 0.27}
SKEW_S = 1.5


def steady(_t_s: float) -> float:
    """Clocks that run alike."""
    return 0.0


def runner(
    seconds: float,
    *,
    right_late: float = 0.5,
    clock_error_s: Callable[[float], float] = steady,
    gait: Gait = Gait.RUN,
    missing: Callable[[Foot, int], bool] = lambda _foot, _i: False,
) -> Iterator[Outcome]:
    """Contacts and strides of both feet in the order in which they become known.

    The right pod's clock shows `SKEW_S` less than the left one's, its way to the host's is known but for
    `clock_error_s`. The right foot lands `right_late` of a stride after the left one.
    """
    moments: list[tuple[float, Outcome]] = []
    for foot, late in ((Foot.LEFT, 0.0), (Foot.RIGHT, right_late)):
        for i in range(int(seconds / STRIDE_S)):
            start_s = STRIDE_S * (i + late)
            skew_s = SKEW_S if foot is Foot.RIGHT else 0.0
            offset_s = skew_s + clock_error_s(start_s) * (foot is Foot.RIGHT)
            landing = contact(foot, start_s - skew_s, offset_s)
            whole = stride(
                start_s - skew_s,
                CONTACT_S[foot],
                STRIDE_S,
                foot=foot,
                index=i,
                gait=gait,
                flight_time_s=STRIDE_S / 2 - CONTACT_S[foot],
                flags=(FLIGHT_ESTIMATED,),
            )
            moments.append((start_s + 0.02, landing))
            if not missing(foot, i):
                moments.append((start_s + STRIDE_S + 0.02, whole))
    return (moment for _, moment in sorted(moments, key=lambda known: known[0]))


def strides(outcomes: list[Outcome]) -> list[Stride]:
    return [out for out in outcomes if isinstance(out, Stride)]


def with_flag(flag: str, found: list[Stride]) -> int:
    return sum(flag in out.flags for out in found)


def test_flight_is_what_contacts_leave_of_the_stride() -> None:
    told = strides(run(Bilateral(), runner(20.0)))
    flight_s = (STRIDE_S - CONTACT_S[Foot.LEFT] - CONTACT_S[Foot.RIGHT]) / 2
    seen = [out for out in told if FLIGHT_ESTIMATED not in out.flags]
    assert len(seen) >= len(told) - 2
    assert [out.flight_time_s for out in seen] == pytest.approx([flight_s] * len(seen))


def test_flight_does_not_depend_on_how_well_the_clocks_are_known() -> None:
    def flights(error_s: float) -> list[float | None]:
        return [
            out.flight_time_s
            for out in strides(run(Bilateral(), runner(20.0, clock_error_s=lambda _: error_s)))
        ]

    assert flights(0.060) == flights(0.0)


def test_flight_without_flight_is_absent() -> None:
    long = (replace(out, contact_time_s=0.40) if isinstance(out, Stride) else out for out in runner(20.0))
    told = strides(run(Bilateral(), long))
    assert {out.flight_time_s for out in told if FLIGHT_ESTIMATED not in out.flags} == {None}


def test_one_foot_alone_keeps_its_estimate() -> None:
    alone = [out for out in runner(20.0) if out.foot is Foot.LEFT]
    assert strides(run(Bilateral(), alone)) == strides(alone)


def test_a_hole_in_the_other_foot_leaves_the_estimate() -> None:
    told = strides(
        run(Bilateral(), runner(20.0, missing=lambda foot, i: foot is Foot.RIGHT and 10 <= i < 15))
    )
    estimated = [out.index for out in told if FLIGHT_ESTIMATED in out.flags and out.foot is Foot.LEFT]
    assert estimated == [0, *range(11, 16)]


def test_walking_has_no_flight() -> None:
    walk = (
        replace(out, flight_time_s=None) if isinstance(out, Stride) else out
        for out in runner(20.0, gait=Gait.WALK)
    )
    assert {out.flight_time_s for out in strides(run(Bilateral(), walk))} == {None}


def test_clocks_are_unsure_until_arrivals_have_been_watched() -> None:
    told = strides(run(Bilateral(), runner(40.0)))
    sure = [
        out.initial_contact_s + SKEW_S * (out.foot is Foot.RIGHT)
        for out in told
        if CLOCK_UNSURE not in out.flags
    ]
    assert min(sure[2:]) > 8.0
    assert len(sure) > 0.7 * len(told)


@pytest.mark.parametrize(
    ("clock_error_s", "sure"),
    [
        (lambda t_s: 0.002 * (-1) ** int(t_s), True),
        (lambda t_s: 80e-6 * t_s, True),
        (lambda t_s: 0.015 * (-1) ** int(t_s), False),
        (lambda _: 0.050, False),
        (lambda t_s: 0.050 * (t_s > 50.0), False),
    ],
    ids=["2 ms jitter", "80 ppm", "15 ms jitter", "50 ms off", "50 ms jump"],
)
def test_clocks_that_cannot_be_trusted_are_called_unsure(
    clock_error_s: Callable[[float], float], *, sure: bool
) -> None:
    late = strides(run(Bilateral(), runner(60.0, clock_error_s=clock_error_s)))[-6:]
    assert with_flag(CLOCK_UNSURE, late) == (0 if sure else len(late))


def test_the_residual_says_how_far_the_clocks_may_be_off() -> None:
    exact, off = Bilateral(), Bilateral()
    assert exact.clock_residual_s(STRIDE_S) is None
    run(exact, runner(60.0))
    run(off, runner(60.0, clock_error_s=lambda _: 0.050))
    residual_s = exact.clock_residual_s(STRIDE_S)
    assert residual_s is not None
    assert 0.0 < residual_s < 0.010
    assert off.clock_residual_s(STRIDE_S) == pytest.approx(0.050, rel=0.1)


@pytest.mark.parametrize("right_late", [0.47, 0.53])
def test_a_runner_may_limp_a_little(right_late: float) -> None:
    """Symmetry is a check; it is not forced."""
    late = strides(run(Bilateral(), runner(60.0, right_late=right_late)))[-6:]
    assert with_flag(CLOCK_UNSURE, late) == 0
    assert with_flag(FEET_TOGETHER, late) == 0


@pytest.mark.parametrize("right_late", [0.0, 0.01, 0.03])
def test_feet_that_land_together_are_noticed(right_late: float) -> None:
    """Hopping on both, or both pods on one foot."""
    told = strides(run(Bilateral(), runner(20.0, right_late=right_late)))
    assert with_flag(FEET_TOGETHER, told[12:]) == len(told[12:])
    assert all(FLIGHT_ESTIMATED in out.flags for out in told)


BLOCKS = """
[[block]]
activity = "stand"
duration_s = 4
[[block]]
activity = "run"
duration_s = 40
"""


def test_steps_are_told_while_the_clocks_are_known() -> None:
    told = strides(run(Bilateral(), runner(60.0, right_late=0.52)))
    assert {out.step_time_s is None for out in told if CLOCK_UNSURE in out.flags} == {True}
    for foot, share in ((Foot.LEFT, 0.52), (Foot.RIGHT, 0.48)):
        steps_s = [out.step_time_s for out in told if out.foot is foot and out.step_time_s is not None]
        assert len(steps_s) > 50
        assert steps_s == pytest.approx([share * STRIDE_S] * len(steps_s))
        uneven = {
            out.step_asymmetry_percent for out in told if out.foot is foot and out.step_time_s is not None
        }
        assert sorted(uneven, key=str) == pytest.approx([200.0 * share - 100.0] * len(uneven))


def simulated(toml: str) -> SimulatedRun:
    return simulate(parse(toml + BLOCKS, "two feet"))


@pytest.mark.parametrize(
    "toml",
    [
        "seed = 1",
        "seed = 2\n[radio]\ninterval_ms = 60",
        "seed = 3\n[radio]\ndrift_left_ppm = 40\ndrift_right_ppm = -40\nloss_percent = 1",
    ],
    ids=["usual", "slow link", "drift and loss"],
)
def test_simulated_clocks_are_as_good_as_said(toml: str) -> None:
    session, stage = simulated(toml), Bilateral()
    outcomes = run(Pipeline(), session.packets())
    run(stage, outcomes)
    said_s = stage.clock_residual_s(STRIDE_S)
    late_s = {foot: median(lateness_s(session, outcomes, foot)) for foot in (Foot.LEFT, Foot.RIGHT)}
    assert said_s is not None
    assert said_s < 0.010
    contact_itself_s = 0.003
    assert abs(late_s[Foot.RIGHT] - late_s[Foot.LEFT]) < said_s + contact_itself_s


def lateness_s(session: SimulatedRun, outcomes: list[Outcome], foot: Foot) -> list[float]:
    """How much later than the truth each contact of a foot is put on the host's clock, after 20 s."""
    truth_s = [true.initial_contact_s for true in session.truth if true.foot is foot]
    contacts = [
        out for out in outcomes if isinstance(out, GaitEvent) and out.kind is EventKind.INITIAL_CONTACT
    ]
    found = [out for out in contacts if not out.provisional]
    placed_s = [(out.t_s, out.host_offset_s) for out in found if out.foot is foot and out.t_s > 20.0]
    near_s = [min(truth_s, key=lambda t_s: abs(t_s - seen_s)) for seen_s, _ in placed_s]
    return [
        seen_s + offset_s - t_s
        for (seen_s, offset_s), t_s in zip(placed_s, near_s, strict=True)
        if abs(seen_s - t_s) < 0.1
    ]


def test_simulated_flights_are_near_the_truth() -> None:
    session = simulated("seed = 4")
    told = strides(run(Pipeline(), session.packets()))
    flags = Counter(flag for out in told for flag in out.flags)
    assert flags[FLIGHT_ESTIMATED] <= 4
    assert flags[FEET_TOGETHER] == 0
    errors_s = [
        out.flight_time_s - true_flight_s(session, out)
        for out in told[4:-4]
        if FLIGHT_ESTIMATED not in out.flags and out.flight_time_s is not None
    ]
    assert len(errors_s) > 80
    assert abs(fmean(errors_s)) < 0.015
    assert pstdev(errors_s) < 0.008


def true_flight_s(session: SimulatedRun, of: Stride) -> float:
    """Mean of the true flights before and after the contact of a stride."""
    same = [true for true in session.truth if true.foot is of.foot]
    others = [true for true in session.truth if true.foot is not of.foot]
    this = min(same, key=lambda true: abs(true.initial_contact_s - of.initial_contact_s))
    since_s = [this.initial_contact_s - true.terminal_contact_s for true in others]
    until_s = [true.initial_contact_s - this.terminal_contact_s for true in others]
    return fmean(min(gap_s for gap_s in gaps_s if gap_s > 0.0) for gaps_s in (since_s, until_s))


def test_a_pod_on_no_known_foot_is_compared_with_none() -> None:
    alone = [replace(item, foot=Foot.UNKNOWN) for item in runner(60.0) if item.foot is Foot.LEFT]
    told = strides(run(Bilateral(), alone))
    assert len(told) > 50
    assert not any({FEET_TOGETHER, CLOCK_UNSURE} & set(out.flags) for out in told)
