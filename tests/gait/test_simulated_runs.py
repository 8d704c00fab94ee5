"""What the core makes of a runner whose truth is exact."""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from statistics import fmean, pstdev

import pytest

from coached import eager_pipeline
from stage_checks import run
from stridesense.model import Cue, EventKind, Foot, Gait, GaitEvent, Gap, HeelState, Stride
from stridesense.pipeline import Outcome, Pipeline
from stridesense.simulator import Scenario, StrideTruth, load, simulate

RUNS = ("easy_run", "held_heel", "active_push_off", "rearfoot", "hill", "fatigue_one_sided")
FAR_S = 0.15


@dataclass(frozen=True)
class Compared:
    """Our strides beside the true ones of the same foot."""

    pairs: list[tuple[Stride, StrideTruth]]
    invented: list[Stride]
    true: list[StrideTruth]
    outcomes: list[Outcome]


@cache
def compared(name: str, seconds: float = 60.0) -> Compared:
    """Simulate a scenario, run the river over its packets, and match the strides to the truth."""
    simulated = simulate(load(name).shortened(seconds))
    outcomes = run(eager_pipeline(), simulated.packets())
    pairs, invented = [], []
    for stride in (out for out in outcomes if isinstance(out, Stride)):
        near = min(
            (truth for truth in simulated.truth if truth.foot is stride.foot),
            key=lambda truth: abs(truth.initial_contact_s - stride.initial_contact_s),
        )
        if abs(near.initial_contact_s - stride.initial_contact_s) < FAR_S:
            pairs.append((stride, near))
        else:
            invented.append(stride)
    return Compared(pairs, invented, list(simulated.truth), outcomes)


@pytest.mark.parametrize("name", [*RUNS, "sprint", "walk_run_stop", "rope_jump"])
def test_strides_are_found_and_none_is_invented(name: str) -> None:
    seen = compared(name)
    assert seen.invented == []
    found = {(truth.foot, truth.index) for _, truth in seen.pairs}
    assert len(found) == len(seen.pairs)
    assert len(found) >= len(seen.true) - 2


@pytest.mark.parametrize("foot", [Foot.LEFT, Foot.RIGHT])
@pytest.mark.parametrize("name", RUNS)
def test_contacts_keep_time(name: str, foot: Foot) -> None:
    """Arrivals alone relate the two clocks, so a foot may be off by a constant, but must not wander."""
    pairs = [(stride, truth) for stride, truth in compared(name).pairs if stride.foot is foot]
    toe_off_ms = [1e3 * (s.terminal_contact_s - t.terminal_contact_s) for s, t in pairs]
    contact_ms = [1e3 * (s.contact_time_s - t.contact_time_s) for s, t in pairs]
    assert pstdev(toe_off_ms) < 5.0
    assert pstdev(contact_ms) < 6.0
    assert abs(fmean(contact_ms)) < 8.0


@pytest.mark.parametrize(
    ("name", "state", "share"),
    [
        ("held_heel", HeelState.HELD, 0.95),
        ("rearfoot", HeelState.REARFOOT, 0.85),
    ],
)
def test_the_heel_is_judged_right(name: str, state: HeelState, share: float) -> None:
    verdicts = Counter(stride.heel_state for stride, _ in compared(name).pairs)
    assert verdicts[state] >= share * verdicts.total()


@pytest.mark.parametrize("name", ["easy_run", "fatigue_one_sided", "active_push_off"])
def test_a_kissing_heel_is_not_called_held(name: str) -> None:
    verdicts = Counter(
        stride.heel_state for stride, truth in compared(name).pairs if truth.heel_state == "kissed"
    )
    assert verdicts[HeelState.HELD] <= 0.05 * verdicts.total()


@pytest.mark.parametrize("name", ["easy_run", "held_heel"])
def test_landing_angle_and_heel_drop_are_near_the_truth(name: str) -> None:
    pairs = compared(name).pairs
    drop = [ours.heel_drop_deg - true.heel_drop_deg for ours, true in pairs if ours.heel_drop_deg is not None]
    angle = [
        ours.strike_angle_deg - true.strike_angle_deg
        for ours, true in pairs
        if ours.strike_angle_deg is not None
    ]
    assert len(angle) == len(pairs)
    assert abs(fmean(drop)) < 1.5
    assert pstdev(drop) < 1.0
    assert abs(fmean(angle)) < 3.0
    assert pstdev(angle) < 2.0


def test_walking_and_running_are_told_apart() -> None:
    gaits = Counter((truth.gait, stride.gait) for stride, truth in compared("walk_run_stop").pairs)
    assert gaits[Gait.RUN, Gait.WALK] == 0
    assert gaits[Gait.WALK, Gait.RUN] <= 2
    assert gaits[Gait.WALK, Gait.WALK] >= 10


def test_flight_is_seen_between_two_feet_and_estimated_with_one() -> None:
    both = [stride for stride, _ in compared("easy_run").pairs if stride.flight_time_s is not None]
    seen = [stride for stride in both if "flight_estimated" not in stride.flags]
    assert len(seen) >= 0.9 * len(both)
    assert fmean(stride.flight_time_s or 0.0 for stride in seen) == pytest.approx(0.09, abs=0.03)
    survivor = max(compared("one_foot_dies", 600.0).pairs, key=lambda pair: pair[0].initial_contact_s)[0].foot
    alone = [
        stride
        for stride, truth in compared("one_foot_dies", 600.0).pairs
        if stride.foot is survivor and truth.initial_contact_s > 25.0 and stride.flight_time_s is not None
    ]
    assert alone
    assert all("flight_estimated" in stride.flags for stride in alone)


def test_without_a_standing_start_strides_come_with_a_flag() -> None:
    seen = compared("no_standing_start")
    assert len(seen.pairs) >= len(seen.true) - 4
    assert all("no_standing_start" in stride.flags for stride, _ in seen.pairs)
    assert all(stride.heel_state is None and stride.heel_height_mm is None for stride, _ in seen.pairs)


@pytest.mark.parametrize(
    "faults",
    [{"loss_percent": 2.0}, {"overflow_percent": 2.0}, {"queue_drop_percent": 2.0}],
    ids=lambda faults: next(iter(faults)),
)
def test_no_stride_spans_a_gap(faults: dict[str, float]) -> None:
    scenario = load("easy_run").shortened(40.0)
    scenario = scenario.model_copy(update={"radio": scenario.radio.model_copy(update=faults)})
    outcomes = run(Pipeline(), simulate(scenario).packets())
    gaps = [out for out in outcomes if isinstance(out, Gap)]
    strides = [out for out in outcomes if isinstance(out, Stride)]
    assert len(gaps) >= 5
    assert len(strides) >= 30
    for stride in strides:
        start_s = stride.initial_contact_s
        end_s = max(stride.terminal_contact_s, start_s + (stride.stride_time_s or 0.0))
        assert not any(
            gap.foot is stride.foot and gap.start_s < end_s and gap.end_s > start_s for gap in gaps
        )


@pytest.mark.parametrize(
    "name", ["easy_run", "active_push_off", "rearfoot", "walk_run_stop", "no_standing_start"]
)
def test_a_runner_who_needs_nothing_hears_nothing(name: str) -> None:
    assert not [out for out in compared(name).outcomes if isinstance(out, Cue)]


def test_a_runner_who_holds_the_heel_hears_of_it() -> None:
    assert [out.cue_id for out in compared("held_heel").outcomes if isinstance(out, Cue)] == ["heel_held"]


@pytest.mark.parametrize("name", ["duplicates", "reorder", "bursts", "clock_drift"])
def test_transport_that_loses_nothing_costs_no_stride(name: str) -> None:
    seen = compared(name, 600.0)
    assert seen.invented == []
    assert len(seen.pairs) >= len(seen.true) - 2


def test_events_tell_when_they_could_be_known() -> None:
    events = [out for out in compared("easy_run").outcomes if isinstance(out, GaitEvent)]
    landings = [event for event in events if event.kind is EventKind.INITIAL_CONTACT]
    assert all(0.0 <= event.known_at_s - event.t_s < 1.0 for event in events)
    assert fmean(event.known_at_s - event.t_s for event in landings) < 0.1


def test_clipping_is_said() -> None:
    flags = Counter(flag for stride, _ in compared("clipping").pairs for flag in stride.flags)
    assert flags["clipped"] >= 0.5 * len(compared("clipping").pairs)


def test_records_hold_what_was_measured_and_nothing_else() -> None:
    first, later = (compared("easy_run").pairs[i][0].to_record() for i in (0, 60))
    assert first["type"] == later["type"] == "stride"
    assert None not in (*first.values(), *later.values())
    assert {"heel_drop_deg", "stride_time_s", "flags", "quality"} <= set(first)
    assert {"speed_mps", "push_off_index"} <= set(later) - set(first)


@pytest.mark.parametrize("turn_deg", [180.0, -90.0])
def test_a_turn_is_the_sum_of_what_the_strides_turn(turn_deg: float) -> None:
    blocks = [
        {"activity": "stand", "duration_s": 3.0},
        {"activity": "run", "duration_s": 6.0},
        {"activity": "turn", "duration_s": 4.0, "turn_deg": turn_deg},
        {"activity": "run", "duration_s": 6.0},
    ]
    scenario = Scenario.model_validate({"name": "turn", "seed": 3, "block": blocks})
    strides = [out for out in run(Pipeline(), simulate(scenario).packets()) if isinstance(out, Stride)]
    for foot in (Foot.LEFT, Foot.RIGHT):
        turns_deg = [one.turn_deg for one in strides if one.foot is foot and one.turn_deg is not None]
        assert sum(turns_deg) == pytest.approx(turn_deg, abs=4.0)
        assert sum(abs(each) > 8.0 for each in turns_deg) <= 7
