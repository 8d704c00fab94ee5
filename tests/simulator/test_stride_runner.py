"""The runner who makes strides directly does what the plan says, varies as people do, and can listen."""

from dataclasses import replace
from itertools import pairwise
from statistics import correlation, fmean, median, stdev

import pytest

from stridesense.model import (
    Cue,
    CueKind,
    Foot,
    Gait,
    Gap,
    GapCause,
    HeelState,
    Instruction,
    Malformed,
    Order,
    PodReport,
    Stride,
    StrikeType,
    Theme,
)
from stridesense.simulator import simulate
from stridesense.simulator.scenario import Block, Scenario
from stridesense.simulator.season_body import Body
from stridesense.simulator.season_listening import Listening
from stridesense.simulator.season_plan import Activity, Fault, FaultKind, Outage, Phase, SessionPlan
from stridesense.simulator.stride_runner import Item, StrideRunner

TEN_MINUTES = SessionPlan(phases=(Phase(duration_s=600.0),))


def items(plan: SessionPlan, seed: int = 1, **runner: object) -> list[Item]:
    return list(StrideRunner(plan, seed=seed, **runner).items())  # type: ignore[arg-type]


def strides(plan: SessionPlan, seed: int = 1, **runner: object) -> list[Stride]:
    return [item for item in items(plan, seed, **runner) if isinstance(item, Stride)]


def values(of: list[Stride], name: str, foot: Foot = Foot.LEFT) -> list[float]:
    return [getattr(one, name) for one in of if one.foot is foot and getattr(one, name) is not None]


def cue(theme: Theme, foot: Foot = Foot.LEFT) -> Cue:
    return Cue(
        cue_id="x", theme=theme, kind=CueKind.CORRECTION, foot=foot, t_s=0.0, text="x", reason="1",
        metric="x", value=1.0, window_strides=25, valid_for_s=2.0,
    )  # fmt: skip


def test_the_same_seed_gives_the_same_session_and_another_seed_another() -> None:
    assert items(TEN_MINUTES, 1) == items(TEN_MINUTES, 1)
    assert items(TEN_MINUTES, 1) != items(TEN_MINUTES, 2)


def test_feet_alternate_and_each_stride_ends_where_the_next_begins() -> None:
    run = strides(TEN_MINUTES)
    assert {one.foot is not two.foot for one, two in pairwise(run[:-2])} == {True}
    for foot in (Foot.LEFT, Foot.RIGHT):
        own = [one for one in run if one.foot is foot]
        assert [one.index for one in own] == list(range(len(own)))
        for one, two in pairwise(own):
            assert one.initial_contact_s + (one.stride_time_s or 0.0) == pytest.approx(two.initial_contact_s)


@pytest.mark.parametrize("speed_mps", [2.4, 3.2])
def test_usual_values_are_those_that_the_full_runner_leaves_behind(speed_mps: float) -> None:
    from stridesense.pipeline import Pipeline

    stand, run = (
        Block(activity="stand", duration_s=4.0),
        Block(activity="run", duration_s=30.0, speed_mps=speed_mps),
    )
    pipeline, seen = Pipeline(), []
    for packet in simulate(
        Scenario(name="x", seed=5, feet=("left", "right"), block=(stand, run, stand))
    ).packets():
        seen += pipeline.process(packet)
    full = [one for one in [*seen, *pipeline.flush()] if isinstance(one, Stride) and one.gait is Gait.RUN]
    direct = strides(SessionPlan(phases=(Phase(duration_s=120.0, speed_mps=speed_mps),)))
    for name, within in {
        "stride_time_s": 0.03, "contact_time_s": 0.1, "ball_time_s": 0.1, "push_off_rate_dps": 0.08,
        "pull_rate_dps": 0.12, "pull_delay_s": 0.1, "impact_g": 0.25, "braking_index": 0.1, "speed_mps": 0.02,
        "calf_load": 0.03, "heel_drop_deg": 0.15,
    }.items():  # fmt: skip
        usual = fmean(values(full, name))
        assert fmean(values(direct, name)) == pytest.approx(usual, rel=within), name


def test_differences_have_memory_and_heavier_tails_than_a_normal_distribution() -> None:
    body = Body(memory=0.4, slow_share=0.0)
    contacts = values(strides(SessionPlan(phases=(Phase(duration_s=7200.0),)), body=body), "impact_g")
    middle, spread = fmean(contacts), stdev(contacts)
    assert correlation(contacts[:-1], contacts[1:]) == pytest.approx(0.4, abs=0.1)
    kurtosis = fmean(((value - middle) / spread) ** 4 for value in contacts)
    assert kurtosis > 3.4  # 3 for a normal one; 8400 strides tell it to about 0.1


@pytest.mark.parametrize(
    ("kind", "metric", "rises"),
    [
        (FaultKind.HELD_HEEL, "heel_height_mm", True),
        (FaultKind.HARD_PUSH, "push_off_rate_dps", True),
        (FaultKind.LATE_PULL, "pull_delay_s", True),
        (FaultKind.BRAKING, "braking_index", True),
        (FaultKind.HARD_LANDING, "impact_g", True),
        (FaultKind.LONG_CONTACT, "contact_time_s", True),
        (FaultKind.SLOW_CADENCE, "cadence_spm", False),
        (FaultKind.UNEVEN, "step_asymmetry_percent", True),
    ],
)
def test_a_fault_shows_in_its_metric_on_its_foot_while_it_lasts(
    kind: FaultKind, metric: str, *, rises: bool
) -> None:
    fault = Fault(kind=kind, foot=Foot.LEFT, start_s=200.0, end_s=400.0, size_sd=4.0)
    run = strides(replace(TEN_MINUTES, faults=(fault,)))
    amid = [one for one in run if 205.0 < one.initial_contact_s < 395.0]
    out = [one for one in run if one.initial_contact_s < 195.0 or one.initial_contact_s > 405.0]
    shift = median(values(amid, metric)) - median(values(out, metric))
    assert (shift > 0.0) is rises
    assert abs(shift) > 2.0 * stdev(values(out, metric))
    if kind is FaultKind.HELD_HEEL:
        assert median(values(amid, metric, Foot.RIGHT)) == pytest.approx(1.5, abs=0.6)


def test_a_heel_held_up_far_enough_is_called_held_and_costs_the_calf_more() -> None:
    fault = Fault(kind=FaultKind.HELD_HEEL, foot=Foot.LEFT, start_s=0.0, size_sd=10.0)
    run = strides(replace(TEN_MINUTES, faults=(fault,)))
    held = [one.heel_state is HeelState.HELD for one in run if one.foot is Foot.LEFT and one.heel_state]
    assert fmean(held) > 0.95
    assert fmean(values(run, "calf_load")) > 1.05 * fmean(values(run, "calf_load", Foot.RIGHT))


def test_who_lands_on_the_heel_cannot_hold_it_up() -> None:
    fault = Fault(kind=FaultKind.HELD_HEEL, start_s=0.0, size_sd=10.0)
    run = strides(replace(TEN_MINUTES, faults=(fault,)), body=Body(strike=StrikeType.REARFOOT))
    assert {one.heel_state for one in run} == {HeelState.REARFOOT, None}


def test_a_drift_grows_over_its_ramp() -> None:
    tired = Fault(kind=FaultKind.LONG_CONTACT, start_s=0.0, size_sd=6.0, ramp_s=600.0)
    contacts = values(strides(replace(TEN_MINUTES, faults=(tired,))), "contact_time_s")
    third = len(contacts) // 3
    assert median(contacts[:third]) < median(contacts[third : 2 * third]) < median(contacts[2 * third :])


def test_faster_means_shorter_contacts_a_higher_cadence_and_a_harder_push() -> None:
    slow, fast = (strides(SessionPlan(phases=(Phase(duration_s=60.0, speed_mps=v),))) for v in (2.5, 3.0))
    for name, rises in {"contact_time_s": False, "cadence_spm": True, "push_off_rate_dps": True}.items():
        assert (fmean(values(fast, name)) > fmean(values(slow, name))) is rises


def test_phases_follow_each_other() -> None:
    phases = tuple(
        Phase(duration_s=60.0, activity=activity, speed_mps=1.4 if activity is Activity.WALK else 2.8)
        for activity in (Activity.STAND, Activity.WALK, Activity.RUN, Activity.ROPE_JUMP, Activity.LEFT_HOPS)
    )
    seen = strides(SessionPlan(phases=phases))
    by_minute = [
        [one for one in seen if 60.0 * at + 2.0 <= one.initial_contact_s < 60.0 * at + 59.0]
        for at in range(5)
    ]
    assert by_minute[0] == []
    assert [{one.gait for one in minute} for minute in by_minute[1:]] == [
        {Gait.WALK},
        {Gait.RUN},
        {Gait.HOP},
        {Gait.HOP},
    ]
    assert all("feet_together" in one.flags for one in by_minute[3])
    assert {one.foot for one in by_minute[4]} == {Foot.LEFT}


def test_bends_are_unclear_and_hills_are_seen() -> None:
    phases = (
        Phase(duration_s=60.0),
        Phase(duration_s=60.0, turning=True),
        Phase(duration_s=60.0, slope_deg=4.0),
    )
    seen = strides(SessionPlan(phases=phases))
    assert all(one.quality < 0.4 for one in seen if 60.0 < one.initial_contact_s < 119.0)
    assert fmean(
        values([one for one in seen if one.initial_contact_s > 130.0], "slope_deg")
    ) == pytest.approx(4.0, abs=0.1)


def test_an_outage_hides_strides_of_its_foot_and_tells_a_gap() -> None:
    outage = Outage(foot=Foot.LEFT, start_s=100.0, end_s=110.0, cause=GapCause.LINK)
    seen = items(replace(TEN_MINUTES, outages=(outage,)))
    (gap,) = [item for item in seen if isinstance(item, Gap)]
    assert (gap.foot, gap.start_s, gap.end_s, gap.missing_samples) == (Foot.LEFT, 100.0, 110.0, 1040)
    left = [one for one in seen if isinstance(one, Stride) and one.foot is Foot.LEFT]
    assert not [one for one in left if 99.5 < one.initial_contact_s < 110.0]
    first = next(one for one in left if one.initial_contact_s >= 110.0)
    assert first.flags == ("after_gap",)
    assert seen.index(gap) < seen.index(first)
    reports = [item for item in seen if isinstance(item, PodReport) and item.foot is Foot.LEFT]
    assert {report.reconnects for report in reports if report.t_s > 110.0} == {1}
    assert reports[-1].lost == {GapCause.LINK: 1040}


def test_some_values_are_missing_now_and_then_and_never_invented() -> None:
    run = strides(SessionPlan(phases=(Phase(duration_s=3600.0),)))
    for name in ("heel_height_mm", "speed_mps", "pull_rate_dps", "braking_index"):
        missing = fmean(getattr(one, name) is None for one in run)
        assert 0.005 < missing < 0.02, name


def test_one_pod_sees_one_foot_and_nothing_that_needs_two() -> None:
    seen = strides(replace(TEN_MINUTES, feet=(Foot.RIGHT,)))
    assert {one.foot for one in seen} == {Foot.RIGHT}
    assert all(one.step_time_s is None for one in seen)
    assert all("flight_estimated" in one.flags for one in seen if one.flight_time_s is not None)


def test_what_comes_between_the_strides_comes_in_its_time() -> None:
    mute = Instruction(order=Order.MUTE, arrival_ns=300_000_000_000)
    plan = replace(TEN_MINUTES, instructions=(mute,), malformed_s=(200.0,))
    seen = items(plan)
    at = seen.index(mute)
    assert all(one.initial_contact_s <= 300.0 for one in seen[:at] if isinstance(one, Stride))
    assert sum(isinstance(item, Malformed) for item in seen) == 1


def held_share(listening: Listening, heard_s: float, from_s: float, to_s: float) -> float:
    """Share of held heels between two moments, in a runner who holds the left heel and hears of it once."""
    fault = Fault(kind=FaultKind.HELD_HEEL, foot=Foot.LEFT, start_s=0.0, size_sd=10.0)
    runner = StrideRunner(replace(TEN_MINUTES, faults=(fault,)), seed=3, listening=listening)
    states, said = [], False
    for item in runner.items():
        if not isinstance(item, Stride) or item.foot is not Foot.LEFT:
            continue
        if item.initial_contact_s > heard_s and not said:
            runner.hear(cue(Theme.HEEL))
            said = True
        if from_s < item.initial_contact_s < to_s:
            states.append(item.heel_state is HeelState.HELD)
    return fmean(states)


def test_a_cue_that_is_followed_helps_for_its_time_and_then_fades() -> None:
    listening = Listening(obeys=1.0, effect_sd=10.0, lasts_s=120.0, fades_s=60.0)
    assert held_share(listening, 100.0, 110.0, 215.0) < 0.1
    assert held_share(listening, 100.0, 300.0, 600.0) > 0.9


def test_who_does_not_listen_does_not_change() -> None:
    assert held_share(Listening(), 100.0, 110.0, 215.0) > 0.9


def test_what_is_learned_stays_until_the_next_session() -> None:
    fault = Fault(kind=FaultKind.HELD_HEEL, foot=Foot.LEFT, start_s=0.0, size_sd=10.0)
    plan = replace(TEN_MINUTES, faults=(fault,))
    first = StrideRunner(plan, seed=3, listening=Listening(obeys=1.0, effect_sd=8.0, learns=0.5))
    first.hear(cue(Theme.HEEL))
    later = first.next_session(plan, seed=4)
    heights_mm = [
        fmean(values([one for one in runner.items() if isinstance(one, Stride)], "heel_height_mm"))
        for runner in (StrideRunner(plan, seed=4), later)
    ]
    assert heights_mm[0] - heights_mm[1] == pytest.approx(
        0.95 * 4.0 * 1.5, abs=0.2
    )  # 5 % forgotten, 1.5 mm a spread


def test_the_load_of_the_legs_is_counted_whether_a_pod_sees_it_or_not() -> None:
    both, one_pod = (
        StrideRunner(TEN_MINUTES, seed=1),
        StrideRunner(replace(TEN_MINUTES, feet=(Foot.LEFT,)), seed=1),
    )
    seen = [item for item in both.items() if isinstance(item, Stride)]
    assert both.load[Foot.RIGHT] == pytest.approx(sum(values(seen, "calf_load", Foot.RIGHT)))
    assert len(list(one_pod.items())) < len(seen)
    assert one_pod.load == both.load
