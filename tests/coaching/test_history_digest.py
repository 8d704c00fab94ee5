"""What a session is told of those before it."""

from dataclasses import replace

import pytest

from coaching.past import DAY_S, past_session
from strides import varied
from stridesense.coaching.baseline import Baseline
from stridesense.coaching.briefing import CueRecord
from stridesense.coaching.history_digest import brief, theme_to_go_on_with
from stridesense.coaching.settings import BudgetSettings, CoachSettings, ForecastSettings
from stridesense.model import CheckIn, CueEffect, Foot, PastSession, Practice, Theme

SECTIONS = (CoachSettings(), BudgetSettings(), ForecastSettings())
NOW_S = 100.0 * DAY_S


def session(day: int, theme: Theme | None = None, **report: object) -> PastSession:
    past = past_session(day * DAY_S, {Foot.LEFT: 500.0, Foot.RIGHT: 480.0})
    return replace(past, session_id=str(day), report=replace(past.report, theme=theme, **report))  # type: ignore[arg-type]


def test_without_a_history_all_is_unknown() -> None:
    known = brief([], [], SECTIONS, NOW_S, None)
    assert (known.sessions, known.last_theme, known.baseline, known.cues, known.red_flags) == (
        0,
        None,
        {},
        {},
        (),
    )


def test_what_lies_later_is_not_looked_at() -> None:
    later = [session(101, Theme.PULL)]
    told = [CheckIn(unix_s=NOW_S + 1.0, soreness={Foot.LEFT: 9}, red_flags=("swelling",))]
    assert brief(later, told, SECTIONS, NOW_S, None) == brief([], [], SECTIONS, NOW_S, None)


def test_themes_are_counted_and_the_last_one_goes_on() -> None:
    days = ((95, Theme.HEEL), (96, Theme.HEEL), (98, Theme.PULL))
    past = [*(session(day, theme, practice=practised(theme)) for day, theme in days), session(99)]
    known = brief(past, [], SECTIONS, NOW_S, None)
    assert known.sessions == 4
    assert known.theme_sessions == {Theme.HEEL: 2, Theme.PULL: 1}
    assert known.last_theme is Theme.PULL


def practised(theme: Theme, **counts: int) -> dict[Theme, Practice]:
    """An ordinary session on a theme, most strides still off."""
    return {theme: Practice(**{"coached_strides": 2000, "free_strides": 300, "free_off": 200, **counts})}


def test_a_session_too_short_or_silent_is_no_session_on_its_theme() -> None:
    past = [session(day, Theme.HEEL, practice=practised(Theme.HEEL, coached_strides=200)) for day in (97, 98)]
    assert brief(past, [], SECTIONS, NOW_S, None).theme_sessions == {}


def test_a_theme_whose_plan_is_used_up_makes_room() -> None:
    past = [session(80 + i, Theme.HEEL, practice=practised(Theme.HEEL)) for i in range(8)]
    assert brief(past[:7], [], SECTIONS, NOW_S, None).last_theme is Theme.HEEL
    assert brief(past, [], SECTIONS, NOW_S, None).last_theme is None


def test_a_theme_that_was_not_measured_and_a_change_in_mid_run_are_not_gone_on_with() -> None:
    assert brief([session(99, Theme.ASYMMETRY)], [], SECTIONS, NOW_S, None).last_theme is None
    drift = session(99, Theme.DRIFT, practice=practised(Theme.DRIFT))
    assert brief([drift], [], SECTIONS, NOW_S, None).last_theme is None


def test_a_theme_whose_cues_do_nothing_makes_room() -> None:
    past = session(99, Theme.HEEL, practice=practised(Theme.HEEL))
    nothing = {"heel_held": CueRecord(given=40, gain_sd=0.0, low_sd=-0.1, high_sd=0.1)}
    assert theme_to_go_on_with([past], {Theme.HEEL: 1}, nothing, 8) is None
    helps = {"heel_held": CueRecord(given=40, gain_sd=0.6, low_sd=0.4, high_sd=0.8)}
    assert theme_to_go_on_with([past], {Theme.HEEL: 1}, helps, 8) is Theme.HEEL


@pytest.mark.parametrize(("off", "theme"), [(10, None), (200, Theme.HEEL)], ids=["learned", "not yet"])
def test_a_theme_ends_when_the_strides_without_cues_show_it_learned(off: int, theme: Theme | None) -> None:
    practice = practised(Theme.HEEL, free_off=off)
    assert theme_to_go_on_with([session(99, Theme.HEEL, practice=practice)], {}, {}, 8) is theme


def test_a_few_strides_prove_no_learning() -> None:
    practice = practised(Theme.HEEL, free_strides=50, free_off=0)
    assert theme_to_go_on_with([session(99, Theme.HEEL, practice=practice)], {}, {}, 8) is Theme.HEEL


def test_a_baseline_is_that_of_the_shoe() -> None:
    learned = Baseline.known({})
    for first in range(0, 250, 25):
        learned.learn(list(varied(first, 25, feet=(Foot.LEFT,))))
    past = [replace(session(99, baseline=learned.moments()), shoe="racer")]
    assert brief(past, [], SECTIONS, NOW_S, "trainer").baseline == {}
    known = Baseline.known(brief(past, [], SECTIONS, NOW_S, "racer").baseline)
    usual = known.expected(Foot.LEFT, "contact_time_s", 3.0, 171.0)
    assert usual is not None
    assert usual.value == pytest.approx(0.25, abs=0.005)


def test_the_legs_bring_their_largest_session_and_their_soreness() -> None:
    told = [CheckIn(unix_s=NOW_S - 3600.0, soreness={Foot.LEFT: 4, Foot.RIGHT: 0})]
    legs = brief([session(80), session(99)], told, SECTIONS, NOW_S, None).legs
    assert (legs[Foot.LEFT].largest_load, legs[Foot.LEFT].soreness) == (500.0, 4)
    assert (legs[Foot.RIGHT].largest_load, legs[Foot.RIGHT].soreness) == (480.0, 0)


def test_effects_of_all_sessions_are_weighed_together() -> None:
    effects = tuple(
        CueEffect(cue_id="heel_held", foot=Foot.LEFT, t_s=float(i), given=True, before_sd=1.0, after_sd=0.2)
        for i in range(3)
    )
    past = [replace(session(98), effects=effects), replace(session(99), effects=effects)]
    known = brief(past, [], SECTIONS, NOW_S, None).cues["heel_held"]
    assert known.given == 6
    assert known.gain_sd == pytest.approx(0.8)
