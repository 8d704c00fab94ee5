"""Which hops are found, and what the drills that they make are called."""

import pickle
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import replace
from random import Random

import pytest

from stridesense.coaching.drills import SETTLED_S, Drills
from stridesense.gait.bilateral import FEET_TOGETHER
from stridesense.model import Bout, Drill, Foot, Gait, HeelState, Hop, Stride
from stridesense.pipeline import Pipeline
from stridesense.simulator import SimulatedRun, load, parse, simulate

L, R, U = Foot.LEFT, Foot.RIGHT, Foot.UNKNOWN
HOP_S = 0.46

RUN_HOP_RUN = """
seed = 4
block = [
    { activity = "stand", duration_s = 3 },
    { activity = "run", duration_s = 12 },
    { activity = "hop", duration_s = 8 },
    { activity = "run", duration_s = 12 },
    { activity = "stand", duration_s = 2 },
]
"""
NO_HOPS = """
seed = 6
block = [
    { activity = "stand", duration_s = 3 },
    { activity = "walk", duration_s = 6 },
    { activity = "run", duration_s = 10, speed_mps = 5.5 },
    { activity = "stairs", duration_s = 6 },
    { activity = "run", duration_s = 6, heel = "held" },
]
"""


def hop(foot: Foot, t_s: float, **changes: object) -> Stride:
    """A hop of 0.46 s with 0.2 s of contact."""
    base = Stride(
        foot=foot,
        index=0,
        gait=Gait.HOP,
        initial_contact_s=t_s,
        terminal_contact_s=t_s + 0.2,
        stride_time_s=HOP_S,
        contact_time_s=0.2,
        heel_state=HeelState.KISSED,
        quality=0.9,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def hops(pattern: Iterable[Sequence[Foot]], begin_s: float = 10.0, **changes: object) -> list[Stride]:
    """One landing after another; each tells which feet land, the second one 20 ms later."""
    return [
        hop(foot, begin_s + i * HOP_S + 0.02 * late, **changes)
        for i, feet in enumerate(pattern)
        for late, foot in enumerate(feet)
    ]


def worn(*feet: Foot) -> list[Stride]:
    """Each pod was heard of: a stride of walking before anything."""
    return [hop(foot, 1.0, gait=Gait.WALK, stride_time_s=1.0) for foot in feet]


def told(strides: Iterable[Stride], drills: Drills | None = None) -> list[Hop | Bout]:
    drills = drills or Drills()
    out = [item for stride in strides for item in drills.add(stride)]
    return [*out, *drills.flush()]


def bouts(strides: Iterable[Stride]) -> list[Bout]:
    return [item for item in told(strides) if isinstance(item, Bout)]


@pytest.mark.parametrize(
    ("pattern", "drill"),
    [
        ([(L, R)] * 8, Drill.ROPE_JUMP),
        ([(L,), (R,)] * 4, Drill.ALTERNATING),
        ([(L,), (L,), (R,), (R,)] * 3, Drill.ALTERNATING),
        ([(L,)] * 8, Drill.LEFT_LEG),
        ([(R,)] * 8, Drill.RIGHT_LEG),
        ([(U,)] * 8, Drill.ONE_LEG),
        ([(L, R), (L,), (L, R), (L,)], Drill.ROPE_JUMP),
    ],
)
def test_the_feet_that_land_name_the_drill(pattern: list[tuple[Foot, ...]], drill: Drill) -> None:
    (bout,) = bouts(worn(L, R) + hops(pattern))
    assert bout.drill is drill
    assert sum(bout.hops.values()) == sum(len(feet) for feet in pattern)
    assert bout.hops_per_minute == pytest.approx(60.0 / HOP_S)
    assert bout.start_s == 10.0
    assert bout.end_s == pytest.approx(10.2 + HOP_S * (len(pattern) - 1), abs=0.021)


def test_a_lone_pod_claims_no_leg_until_the_other_is_heard_of() -> None:
    assert [bout.drill for bout in bouts(hops([(L,)] * 8))] == [Drill.ONE_LEG]
    assert [bout.drill for bout in bouts(worn(R) + hops([(L,)] * 8))] == [Drill.LEFT_LEG]
    assert [bout.drill for bout in bouts(worn(R) + hops([(L,)] * 8, begin_s=700.0))] == [Drill.ONE_LEG]


@pytest.mark.parametrize(("number", "found"), [(3, 0), (4, 1)])
def test_fewer_than_four_landings_are_no_bout(number: int, found: int) -> None:
    assert len(bouts(hops([(L, R)] * number))) == found


@pytest.mark.parametrize(("pause_s", "found"), [(1.9, 1), (2.1, 2)])
def test_two_seconds_without_a_hop_end_a_bout(pause_s: float, found: int) -> None:
    first = hops([(L, R)] * 6)
    again_s = max(stride.terminal_contact_s for stride in first) + pause_s
    assert len(bouts(first + hops([(L, R)] * 6, again_s))) == found


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ([(L, R)] * 10, [(L,)] * 10, [Drill.ROPE_JUMP, Drill.LEFT_LEG]),
        ([(L,)] * 10, [(R,)] * 10, [Drill.LEFT_LEG, Drill.RIGHT_LEG]),
        ([(R,)] * 10, [(L, R)] * 10, [Drill.RIGHT_LEG, Drill.ROPE_JUMP]),
        ([(L,), (R,)] * 5, [(L, R)] * 10, [Drill.ALTERNATING, Drill.ROPE_JUMP]),
        ([(L,), (R,)] * 5, [(L,)] * 10, [Drill.ALTERNATING, Drill.LEFT_LEG]),
        ([(L,)] * 10, [(R,), (L,)] * 5, [Drill.LEFT_LEG, Drill.ALTERNATING]),
    ],
)
def test_other_feet_begin_another_bout(
    before: list[tuple[Foot, ...]], after: list[tuple[Foot, ...]], names: list[Drill]
) -> None:
    found = bouts(worn(L, R) + hops(before + after))
    assert [bout.drill for bout in found] == names
    first, second = found
    # where legs change to alternating, the last hop before may as well be the first of them
    assert second.start_s == pytest.approx(10.0 + 10 * HOP_S, abs=HOP_S + 1e-9)
    assert sum(first.hops.values()) + sum(second.hops.values()) == sum(map(len, before + after))


def test_a_hop_that_was_missed_changes_nothing() -> None:
    strides = hops([(L, R)] * 20)
    (bout,) = bouts(strides[:9] + strides[10:])
    assert bout.drill is Drill.ROPE_JUMP
    assert sum(bout.hops.values()) == 39
    assert bout.hops_per_minute == pytest.approx(60.0 / HOP_S)


def test_feet_seen_together_may_differ_more_in_their_clocks() -> None:
    skewed = [
        replace(stride, initial_contact_s=stride.initial_contact_s + 0.15, flags=(FEET_TOGETHER,))
        if stride.foot is R
        else replace(stride, flags=(FEET_TOGETHER,))
        for stride in hops([(L, R)] * 10)
    ]
    assert [bout.drill for bout in bouts(skewed)] == [Drill.ROPE_JUMP]
    plain = [replace(stride, flags=()) for stride in skewed]
    assert [bout.drill for bout in bouts(plain)] == [Drill.ALTERNATING]


def test_what_becomes_certain_late_still_finds_its_place() -> None:
    strides = worn(L, R) + hops([(L, R)] * 20 + [(L,)] * 20)
    late = Random(5)
    arrival_s = {id(one): one.terminal_contact_s + late.uniform(0.0, SETTLED_S - 0.7) for one in strides}
    shuffled = sorted(strides, key=lambda one: arrival_s[id(one)])
    assert shuffled != strides
    assert bouts(shuffled) == bouts(strides)


def test_a_bout_is_told_while_the_session_goes_on() -> None:
    drills = Drills()
    for stride in hops([(L, R)] * 8):
        drills.add(stride)
    end_s = 10.0 + 7 * HOP_S + 0.22
    assert drills.close(end_s + SETTLED_S - 0.1) == []
    assert len(drills.close(end_s + SETTLED_S + 0.1)) == 1
    assert drills.flush() == []


def test_load_is_billed_by_leg_and_an_unknown_one_costs_the_legs_mean() -> None:
    loads = {L: [None, 0.5, 0.7, None], R: [None] * 4}
    strides = [hop(foot, 10.0 + HOP_S * i, calf_load=loads[foot][i]) for i in range(4) for foot in (L, R)]
    (bout,) = bouts(strides)
    assert bout.load[L] == pytest.approx(1.0 + 0.5 + 0.7 + 0.6)
    assert bout.load[R] == 4.0


def test_contacts_and_heels_of_a_bout() -> None:
    states = [HeelState.KISSED, HeelState.PARTIAL, HeelState.HELD, HeelState.REARFOOT, None, None]
    strides = [hop(L, 10.0 + HOP_S * i, heel_state=state) for i, state in enumerate(states)]
    strides += [hop(R, 10.0 + HOP_S * i, heel_state=None, contact_time_s=0.16) for i in range(6)]
    (bout,) = bouts(sorted(strides, key=lambda stride: stride.initial_contact_s))
    assert bout.heel_touch_share == 0.5
    assert bout.contact_time_s == {L: pytest.approx(0.2), R: pytest.approx(0.16)}
    assert bout.symmetry_percent == pytest.approx(100.0 * 0.04 / 0.18)


def test_each_hop_is_told_at_once() -> None:
    drills = Drills()
    (first,) = drills.add(hop(L, 10.0, heel_state=HeelState.HELD))
    (second,) = drills.add(hop(R, 10.02, contact_time_s=0.16, heel_state=None))
    (third,) = drills.add(hop(R, 10.48))
    (fourth,) = drills.add(hop(R, 13.0))
    assert isinstance(first, Hop)
    assert isinstance(second, Hop)
    assert (first.number, first.heel_touched, first.symmetry_percent) == (1, False, None)
    assert (second.number, second.heel_touched) == (1, None)
    assert second.symmetry_percent == pytest.approx(100.0 * 0.04 / 0.18)
    assert [one.number for one in (third, fourth) if isinstance(one, Hop)] == [2, 1]


def test_a_hop_of_an_unnamed_foot_is_compared_with_nothing() -> None:
    assert [one.symmetry_percent for one in told(hops([(U,)] * 3)) if isinstance(one, Hop)] == [None] * 3


def test_strides_of_running_and_walking_are_no_hops() -> None:
    assert told(hops([(L, R)] * 20, gait=Gait.RUN) + hops([(L, R)] * 20, gait=Gait.WALK)) == []


def test_a_saved_state_goes_on_as_it_would_have() -> None:
    strides = worn(L, R) + hops([(L, R)] * 12 + [(L,)] * 12)
    for cut in range(0, len(strides), 5):
        drills = Drills()
        before = [item for stride in strides[:cut] for item in drills.add(stride)]
        saved, copied = pickle.loads(pickle.dumps(drills)), deepcopy(drills)  # noqa: S301 - made here
        assert before + told(strides[cut:], saved) == told(strides)
        assert before + told(strides[cut:], copied) == told(strides)


def test_a_quarter_of_an_hour_of_hops_needs_no_more_memory_than_a_minute() -> None:
    drills, sizes = Drills(), []
    for i, stride in enumerate(hops([(L, R)] * 2000)):
        drills.add(stride)
        if i % 260 == 259:
            sizes.append(len(pickle.dumps(drills)))
    assert max(sizes) < 1.1 * sizes[0]


def told_by_pods(run: SimulatedRun) -> list[Hop | Bout]:
    """What the drills make of the packets, through the whole river."""
    river = Pipeline()
    outcomes = [out for packet in run.packets() for out in river.process(packet)] + river.flush()
    return told(out for out in outcomes if isinstance(out, Stride))


@pytest.fixture(scope="module")
def rope_jump() -> SimulatedRun:
    return simulate(load("rope_jump"))


@pytest.fixture(scope="module")
def found(rope_jump: SimulatedRun) -> list[Hop | Bout]:
    return told_by_pods(rope_jump)


def test_simulated_drills_are_found_named_counted_and_timed(
    rope_jump: SimulatedRun, found: list[Hop | Bout]
) -> None:
    by_drill = [bout for bout in found if isinstance(bout, Bout)]
    assert [bout.drill for bout in by_drill] == [
        Drill.ROPE_JUMP,
        Drill.LEFT_LEG,
        Drill.RIGHT_LEG,
        Drill.ROPE_JUMP,
    ]
    edges_s = [3.0, 15.0, 23.0, 31.0, 41.0]
    for bout, begin_s, end_s in zip(by_drill, edges_s, edges_s[1:], strict=False):
        truth = [one for one in rope_jump.truth if begin_s <= one.initial_contact_s < end_s]
        for foot in bout.hops:
            # the contact on which one drill ends may begin the next
            assert bout.hops[foot] == pytest.approx(sum(one.foot is foot for one in truth), abs=1)
        assert bout.start_s == pytest.approx(min(one.initial_contact_s for one in truth), abs=0.1)
        assert bout.end_s == pytest.approx(max(one.terminal_contact_s for one in truth), abs=0.5)
    assert sum(sum(bout.hops.values()) for bout in by_drill) >= len(rope_jump.truth) - 2


def test_simulated_heels_are_told_hop_by_hop(found: list[Hop | Bout]) -> None:
    shares = [bout.heel_touch_share for bout in found if isinstance(bout, Bout)]
    assert shares == [1.0, 1.0, 1.0, 0.0]
    held = [one.heel_touched for one in found if isinstance(one, Hop) and one.t_s > 31.5]
    assert held.count(False) == len(held) > 30


def test_running_before_and_after_is_not_taken_for_hops() -> None:
    run = simulate(parse(RUN_HOP_RUN, "run_hop_run"))
    found = told_by_pods(run)
    times_s = [one.initial_contact_s for one in run.truth if one.gait is Gait.HOP]
    (bout,) = (item for item in found if isinstance(item, Bout))
    assert bout.drill is Drill.ROPE_JUMP
    # the hop that is half a stride of running, at either end, belongs to neither
    assert sum(bout.hops.values()) == pytest.approx(len(times_s), abs=4)
    assert all(min(times_s) - 0.1 < one.t_s < max(times_s) + 0.1 for one in found if isinstance(one, Hop))


def test_a_session_without_hops_has_none() -> None:
    assert told_by_pods(simulate(parse(NO_HOPS, "no_hops"))) == []
