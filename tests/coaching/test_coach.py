"""What the coach says, when it says it, and what it tells of its silence."""

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from coached import briefing
from strides import BOTH, STRIDE_S, stride, varied
from stridesense.coaching.briefing import Briefing, LegBriefing
from stridesense.coaching.coach import Coach
from stridesense.coaching.rules import WINDOW_STRIDES
from stridesense.coaching.settings import CoachSettings
from stridesense.model import (
    Bout,
    Change,
    CoachReport,
    Cue,
    CueKind,
    Foot,
    Gait,
    Gap,
    GapCause,
    HeelState,
    Instruction,
    Order,
    Silence,
    Theme,
    Withheld,
)

EAGER = briefing()


def heard(items: Iterable[Any], known: Briefing = EAGER) -> list[Any]:
    """All that a coach answers to items and to the end of them."""
    coach = Coach(known)
    return [out for item in items for out in coach.process(item)] + coach.flush()


def cues(items: Iterable[Any], known: Briefing = EAGER) -> list[Cue]:
    return [out for out in heard(items, known) if isinstance(out, Cue)]


def silences(items: Iterable[Any], known: Briefing = EAGER) -> list[Withheld]:
    return [out for out in heard(items, known) if isinstance(out, Withheld)]


def held(n: int, feet: tuple[Foot, ...] = BOTH, first: int = 0, **changes: Any) -> list[Any]:
    return [stride(first + i, foot, HeelState.HELD, **changes) for i in range(n) for foot in feet]


def kissed(n: int, feet: tuple[Foot, ...] = BOTH, first: int = 0) -> list[Any]:
    return [stride(first + i, foot) for i in range(n) for foot in feet]


def test_nothing_is_said_before_a_full_window() -> None:
    assert cues(held(WINDOW_STRIDES - 1)) == []


def test_a_held_heel_is_said_once_with_its_numbers() -> None:
    (cue,) = cues(held(40))
    assert (cue.cue_id, cue.theme, cue.kind) == ("heel_held", Theme.HEEL, CueKind.CORRECTION)
    assert cue.text == "let the heels kiss down"
    assert cue.foot is Foot.UNKNOWN
    assert cue.window_strides == 25
    assert cue.value == pytest.approx(20.0)
    assert "100% of the last 25 strides, 20 mm above flat" in cue.reason
    assert cue.t_s == pytest.approx(STRIDE_S * WINDOW_STRIDES)
    assert cue.drill == "heel_kiss"


def test_one_foot_is_named() -> None:
    mixed = [
        stride(i, f, HeelState.HELD if f is Foot.LEFT else HeelState.KISSED) for i in range(40) for f in BOTH
    ]
    (cue,) = cues(mixed)
    assert (cue.foot, cue.text) == (Foot.LEFT, "let the left heel kiss down")


def test_a_foot_without_a_name_is_not_called_unknown() -> None:
    (cue,) = cues(held(40, feet=(Foot.UNKNOWN,)))
    assert cue.text == "let the heels kiss down"
    assert cue.reason.startswith("the heel stayed up")


def test_the_language_is_the_runners() -> None:
    (cue,) = cues(held(40, feet=(Foot.LEFT,)), briefing(language="de"))
    assert cue.text == "lass die Ferse links aufsetzen"


@pytest.mark.parametrize("gap_s", [15.0, 90.0, 600.0])
def test_the_gap_between_cues_is_obeyed(gap_s: float) -> None:
    known = briefing(same_cue_gap_s=gap_s, any_cue_gap_s=15.0, cues_per_hour=60, retire_after=20)
    times = [cue.t_s for cue in cues(held(3000), known)]
    assert len(times) >= 3
    assert all(after - before >= gap_s for before, after in pairwise(times))


def test_an_hour_has_no_more_cues_than_the_runner_wants() -> None:
    times = [cue.t_s for cue in cues(held(8000), briefing(retire_after=20))]
    assert max(sum(0.0 <= later - first < 3600.0 for later in times) for first in times) == 6


@pytest.mark.parametrize(
    "changes",
    [{"gait": Gait.WALK}, {"quality": 0.1}, {"heel_state": None}],
    ids=["walking", "doubtful", "unknown heel"],
)
def test_strides_that_prove_nothing_do_not_count(changes: dict[str, object]) -> None:
    strides = [replace(one, **changes) for one in held(100)]
    assert cues(strides) == []


def test_walking_a_stop_and_a_long_hole_begin_a_new_window() -> None:
    walk = [stride(24, foot, HeelState.HELD, gait=Gait.WALK) for foot in BOTH]
    hole = [Gap(foot, 16.0, 17.0, 200, GapCause.RADIO) for foot in BOTH]
    for between, goes_on in ((walk, 25), (hole, 25), ([], 40)):
        assert cues([*held(24), *between, *held(24, first=goes_on)]) == []


def test_nothing_is_said_to_both_feet_right_after_a_hole_of_one() -> None:
    slow = [replace(one, cadence_spm=150.0) for one in varied(200, 80)]
    items = [*varied(0, 200), *slow]
    (first, *_) = cues(items)
    assert (first.cue_id, first.foot) == ("cadence_low", Foot.UNKNOWN)
    at = next(i for i, one in enumerate(items) if one.initial_contact_s > first.t_s - 5.0)
    hole = Gap(Foot.LEFT, first.t_s - 5.6, first.t_s - 5.0, 120, GapCause.RADIO)
    (later, *_) = cues([*items[:at], hole, *items[at:]])
    assert later.t_s >= hole.end_s + 10.0


def test_a_short_hole_costs_no_window() -> None:
    hole = [Gap(foot, 16.0, 16.1, 20, GapCause.RADIO) for foot in BOTH]
    assert len(cues([*held(24), *hole, *held(3, first=24)])) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"speed_mps": 4.0}, "the pace changes from 3.0 to"),
        ({"slope_deg": 6.0}, "the ground slopes by"),
        ({"turn_deg": -30.0}, "a turn of -30 deg a stride"),
        ({"quality": 0.1}, "the strides are unclear"),
    ],
    ids=["faster", "uphill", "turning", "unclear"],
)
def test_nothing_is_said_while_the_runner_is_unsteady(changes: dict[str, Any], words: str) -> None:
    items = [*kissed(60), *held(20, first=60, **changes)]
    assert cues(items) == []
    assert any(one.why is Silence.UNSTEADY and words in one.reason for one in silences(items))


def test_the_warm_up_and_the_probes_are_without_cues() -> None:
    known = Briefing(
        coach=CoachSettings(warm_up_s=200.0, probe_s=100.0, probe_every_s=300.0, retire_after=20)
    )
    items = held(2000)
    said = [cue.t_s for cue in cues(items, known)]
    assert said
    assert all(t_s >= 200.0 and t_s % 300.0 < 200.0 for t_s in said)
    whys = {one.why for one in silences(items, known)}
    assert {Silence.WARM_UP, Silence.PROBE, Silence.GAP} <= whys


def test_the_more_sessions_the_rarer() -> None:
    known = EAGER.model_copy(update={"theme_sessions": {Theme.HEEL: 6}})
    said = [cue.t_s for cue in cues(held(2000), known) if cue.kind is CueKind.CORRECTION]
    assert said
    assert all(t_s % 600.0 < 0.25 * 600.0 for t_s in said)


def test_a_runner_who_lets_the_heel_down_hears_that_it_is_good() -> None:
    items = [*held(30), *kissed(300, first=30)]
    first, second = cues(items)
    assert (first.kind, second.kind) == (CueKind.CORRECTION, CueKind.SUCCESS)
    assert second.text == "the heels come down, good"
    assert second.t_s - first.t_s >= CoachSettings().any_cue_gap_s


def test_a_cue_without_effect_retires_and_says_so() -> None:
    known = briefing(cues_per_hour=60)
    items = [*varied(0, 400), *(replace(one, push_off_rate_dps=700.0) for one in varied(400, 800))]
    out = heard(items, known)
    said = [one for one in out if isinstance(one, Cue) and one.cue_id == "push_off_hard"]
    report = out[-1]
    assert len(said) == 3
    assert report.retired == ("push_off_hard",)
    assert any(isinstance(one, Withheld) and one.why is Silence.RETIRED for one in out)


def test_another_theme_waits_for_another_run() -> None:
    items = [*varied(0, 400), *(replace(one, push_off_rate_dps=700.0) for one in varied(400, 400))]
    heel_first = [*held(40), *(replace(one, initial_contact_s=one.initial_contact_s + 60.0) for one in items)]
    themes = {cue.theme for cue in cues(heel_first)}
    assert themes == {Theme.HEEL}
    assert any(one.why is Silence.OTHER_THEME for one in silences(heel_first))
    both = {cue.theme for cue in cues(heel_first, briefing(second_theme=True))}
    assert both == {Theme.HEEL, Theme.PUSH_OFF}


def test_muted_the_coach_measures_and_says_nothing() -> None:
    mute = Instruction(order=Order.MUTE, arrival_ns=0)
    unmute = Instruction(order=Order.UNMUTE, arrival_ns=0)
    items = [mute, *held(60), unmute, *held(10, first=60)]
    (cue,) = cues(items)
    assert cue.t_s > 60 * STRIDE_S
    assert Silence.MUTED in {one.why for one in silences(items)}
    assert cues(held(60), briefing(muted=True)) == []


def test_the_runner_may_choose_the_theme() -> None:
    items = [Instruction(order=Order.THEME, arrival_ns=0, value="cadence"), *held(60)]
    assert cues(items) == []
    assert {one.reason for one in silences(items) if one.why is Silence.OTHER_THEME} == {
        "this run is about cadence"
    }


def test_the_theme_of_the_last_run_is_recalled_in_one_sentence() -> None:
    known = EAGER.model_copy(update={"last_theme": Theme.HEEL, "theme_sessions": {Theme.HEEL: 2}})
    (cue,) = cues(kissed(100), known)
    assert (cue.kind, cue.text) == (CueKind.RECALL, "remember: let the heels kiss down")
    assert cues(kissed(100), briefing(recall=False).model_copy(update={"last_theme": Theme.HEEL})) == []


def test_later_sessions_speak_in_images() -> None:
    known = EAGER.model_copy(update={"theme_sessions": {Theme.HEEL: 4}})
    assert cues(held(30), known)[0].text == "kiss the ground with the heels"
    assert cues(held(30), briefing(wording="external"))[0].text == "kiss the ground with the heels"


def test_warning_signs_end_coaching_and_name_a_professional() -> None:
    known = EAGER.model_copy(update={"red_flags": ("sudden_pain",)})
    (cue,) = cues(held(300), known)
    assert (cue.kind, cue.cue_id) == (CueKind.HEALTH, "see_a_professional")
    assert "sudden pain" in cue.reason


def test_a_sore_calf_is_not_coached() -> None:
    known = EAGER.model_copy(update={"legs": {Foot.LEFT: LegBriefing(soreness=5)}})
    assert cues(held(300), known) == []
    assert {one.why for one in silences(held(300), known)} == {Silence.SYMPTOMS}


def test_enough_for_today_is_said_once_a_leg() -> None:
    legs = {Foot.LEFT: LegBriefing(largest_load=50.0), Foot.RIGHT: LegBriefing(largest_load=500.0)}
    known = EAGER.model_copy(update={"legs": legs})
    said = cues(kissed(300), known)
    assert [(cue.cue_id, cue.foot) for cue in said] == [("load_amber", Foot.LEFT), ("load_red", Foot.LEFT)]
    assert said[1].text == "enough for your left calf today"
    assert said[1].baseline == 50.0


def impacts(count: int) -> Iterator[Any]:
    """A runner who begins to land hard."""
    yield from varied(0, 400)
    yield from (replace(one, impact_g=14.0) for one in varied(400, count))


def test_no_cue_loads_a_calf_that_nobody_knows_or_that_is_near_its_limit() -> None:
    assert cues(impacts(200)) == []
    assert Silence.GUARD in {one.why for one in silences(impacts(200))}
    fresh = {foot: LegBriefing(largest_load=10_000.0) for foot in BOTH}
    assert cues(impacts(200), EAGER.model_copy(update={"legs": fresh}))[0].cue_id == "landing_hard"
    near = {foot: LegBriefing(largest_load=450.0) for foot in BOTH}
    assert "landing_hard" not in {
        cue.cue_id for cue in cues(impacts(200), EAGER.model_copy(update={"legs": near}))
    }


def test_every_session_ends_with_its_report() -> None:
    out = heard([*held(40), *kissed(60, first=40)])
    report = out[-1]
    assert isinstance(report, CoachReport)
    assert report.theme is Theme.HEEL
    assert report.strides == {Foot.LEFT: 100, Foot.RIGHT: 100}
    assert report.held_share[Foot.LEFT] == pytest.approx(0.4)
    assert [leg.load for leg in report.budgets if leg.strides] == [100.0, 100.0]
    assert report.cues == sum(isinstance(one, Cue) for one in out)


def test_the_hash_is_that_of_the_cues() -> None:
    assert heard(held(40))[-1].cue_log_sha256 == heard(held(44))[-1].cue_log_sha256
    assert heard(held(40))[-1].cue_log_sha256 != heard(held(40, feet=(Foot.LEFT,)))[-1].cue_log_sha256
    assert heard(held(400))[-1].cue_log_sha256 != heard(held(40))[-1].cue_log_sha256


@pytest.mark.parametrize("at", [1, 333, 900])
def test_a_run_goes_on_elsewhere_from_its_state(at: int) -> None:
    items = [*impacts(200), *held(60, first=700)]
    here, there = Coach(EAGER), Coach(EAGER)
    out = [one for item in items[:at] for one in here.process(item)]
    there.state = pickle.loads(pickle.dumps(here.state))  # noqa: S301
    out += [one for item in items[at:] for one in there.process(item)]
    assert out + there.flush() == heard(items)


def test_a_change_is_not_told_to_a_foot_that_is_not_heard() -> None:
    """A drift waits for the gap; the foot is lost meanwhile, and the other one runs on."""
    coach = Coach(EAGER)
    out = [one for item in held(30) for one in coach.process(item)]
    coach._state.wishes.change = Change(
        metric="push_off_rate_dps",
        foot=Foot.LEFT,
        t_s=30.0,
        since_s=20.0,
        before=540.0,
        after=600.0,
        size_sd=2.0,
    )
    coach._state.scheduler.themes = [Theme.DRIFT]
    coach.process(Gap(Foot.LEFT, 21.0, 22.0, 200, GapCause.RADIO))
    out += [one for item in kissed(100, feet=(Foot.RIGHT,), first=30) for one in coach.process(item)]
    assert [cue.cue_id for cue in out if isinstance(cue, Cue) and cue.kind is CueKind.CORRECTION] == [
        "heel_held"
    ]
    out = [one for item in kissed(24, first=130) for one in coach.process(item)]
    assert not [one for one in out if isinstance(one, Cue)]
    out = [one for item in kissed(1, first=154) for one in coach.process(item)]
    assert [(cue.cue_id, cue.foot) for cue in out if isinstance(cue, Cue)] == [("ankle_stiffens", Foot.LEFT)]


def test_praise_waits_for_both_feet_that_were_spoken_to() -> None:
    half = [
        stride(30 + i, f, HeelState.HELD if f is Foot.RIGHT else HeelState.KISSED)
        for i in range(150)
        for f in BOTH
    ]
    said = cues([*held(30), *half])
    assert said[0].foot is Foot.UNKNOWN
    assert CueKind.SUCCESS not in {cue.kind for cue in said}


def test_legs_that_do_alike_are_told_together_and_once() -> None:
    legs = {Foot.LEFT: LegBriefing(largest_load=100.0), Foot.RIGHT: LegBriefing(largest_load=101.0)}
    said = cues(kissed(400), EAGER.model_copy(update={"legs": legs}))
    assert [(cue.cue_id, cue.foot) for cue in said] == [
        ("load_amber", Foot.UNKNOWN),
        ("load_red", Foot.UNKNOWN),
    ]


def test_a_leg_that_follows_later_is_told_for_itself() -> None:
    legs = {Foot.LEFT: LegBriefing(largest_load=100.0), Foot.RIGHT: LegBriefing(largest_load=300.0)}
    said = cues(kissed(600), EAGER.model_copy(update={"legs": legs}))
    assert [(cue.cue_id, cue.foot) for cue in said] == [
        ("load_amber", Foot.LEFT),
        ("load_red", Foot.LEFT),
        ("load_amber", Foot.RIGHT),
        ("load_red", Foot.RIGHT),
    ]


def test_red_is_not_kept_waiting_by_an_amber_of_long_ago() -> None:
    legs = {foot: LegBriefing(largest_load=100.0) for foot in BOTH}
    mute, unmute = (Instruction(order=order, arrival_ns=0) for order in (Order.MUTE, Order.UNMUTE))
    said = cues(
        [mute, *kissed(200), unmute, *kissed(200, first=200)], EAGER.model_copy(update={"legs": legs})
    )
    assert [cue.cue_id for cue in said] == ["load_red"]


def test_a_drill_at_the_end_of_a_session_is_not_lost() -> None:
    hops = [
        stride(
            60 + i, foot, gait=Gait.HOP, initial_contact_s=50.0 + 0.5 * i, terminal_contact_s=50.2 + 0.5 * i
        )
        for i in range(20)
        for foot in BOTH
    ]
    out = heard([*kissed(60), *hops])
    assert sum(isinstance(one, Bout) for one in out) == 1


@pytest.mark.parametrize("value", ["budget", "nonsense", ""])
def test_a_theme_that_is_none_of_form_means_any(value: str) -> None:
    told = Instruction(order=Order.THEME, arrival_ns=0, value=value)
    assert [cue.cue_id for cue in cues([told, *held(40)])] == ["heel_held"]


def test_a_recall_that_comes_late_does_not_come() -> None:
    known = EAGER.model_copy(update={"last_theme": Theme.HEEL})
    mute, unmute = (Instruction(order=order, arrival_ns=0) for order in (Order.MUTE, Order.UNMUTE))
    assert cues([mute, *kissed(600), unmute, *kissed(100, first=600)], known) == []


def test_practice_is_counted_apart_with_and_without_cues() -> None:
    known = Briefing(coach=CoachSettings(warm_up_s=0.0, probe_s=35.0, probe_every_s=70.0))
    report = heard([*held(50), *kissed(50, first=50)], known)[-1]
    practice = report.practice[Theme.HEEL]
    assert (practice.coached_strides, practice.free_strides) == (100, 100)
    assert practice.coached_off + practice.free_off == 100
    assert practice.coached_off > practice.free_off
