"""What is told before a session and after it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from history.making import bout, budget, change, cue, report, withheld
from stridesense.cli.coach_lines import COLD, closing_lines, opening_lines, withheld_line
from stridesense.coaching.briefing import Briefing, LegBriefing
from stridesense.coaching.settings import BudgetSettings, CoachSettings
from stridesense.model import CueKind, Foot, HalfChange, Silence, Withheld
from stridesense.runtime.session import SessionReport
from stridesense.sinks.base import Item

KNOWN = Briefing(baseline={Foot.LEFT: {"contact_time_s": (1.0, 2.0)}})
ADAPTING = Briefing(adaptation_week=2, budget=BudgetSettings(adapting_since=date(2026, 11, 1)))
WEEK_2 = "week 2 of 3 of getting used to it: at most 2210 usual strides a leg in one session"


def counted(*items: Item) -> SessionReport:
    session = SessionReport()
    for item in items:
        session.count(item)
    return session


def closing(*items: Item, briefing: Briefing = KNOWN) -> list[str]:
    return list(closing_lines(counted(*items), briefing))


@pytest.mark.parametrize(
    ("briefing", "lines"), [(Briefing(), [COLD]), (KNOWN, []), (ADAPTING, [COLD, WEEK_2])]
)
def test_a_cold_start_and_a_week_of_getting_used_to_it_are_said_first(
    briefing: Briefing, lines: list[str]
) -> None:
    assert list(opening_lines(briefing)) == lines


def test_the_end_tells_the_theme_the_calves_and_all_that_was_found() -> None:
    perhaps = HalfChange(metric="impact_g", foot=Foot.LEFT, first=9.0, second=9.4, size_sd=0.9, sure=False)
    whole = report()
    ended = replace(whole, halves=(*whole.halves, perhaps))
    assert closing(change(), bout(), ended) == [
        "theme: heel",
        "left calf: load 2600 usual strides, a proxy, 1.04 of its limit (amber)",
        "right calf: load 2400 usual strides, a proxy, 0.96 of its limit (amber)",
        (
            "change: since 23:50 contact time, right: 245 ms became 262 ms at the same speed and cadence "
            "(+2.1 SD, noticed at 25:00)"
        ),
        (
            "second half against first: contact time, right: 245 ms became 260 ms at the same speed and "
            "cadence (+1.9 SD)"
        ),
        "drill: 0:40 to 1:10 rope jump: 60 left + 60 right hops, 120 a minute, calf load 66 left + 65 right",
    ]


def test_a_limit_that_nobody_knows_and_the_plan_are_said() -> None:
    unknown = replace(budget(), limit=None, ratio=None)
    lines = closing(replace(report(), budgets=(unknown,), halves=()), briefing=ADAPTING)
    assert lines[1:] == ["left calf: load 2600 usual strides, a proxy, limit not known yet", WEEK_2]


def test_without_a_report_there_is_nothing_to_tell() -> None:
    assert closing(change(), bout(), cue()) == []


def practised(*cues: Item, briefing: Briefing = KNOWN, load: float = 500.0) -> list[str]:
    legs = tuple(budget(foot, load=load) for foot in (Foot.LEFT, Foot.RIGHT))
    lines = closing(*cues, replace(report(), budgets=legs), briefing=briefing)
    return [line for line in lines if line.startswith("to practise")]


def test_each_drill_of_a_correction_is_told_once_in_the_runners_language() -> None:
    due = replace(cue(), drill="heel_kiss")
    others = replace(due, kind=CueKind.RECALL, drill="metronome"), replace(due, drill="of another version")
    (line,) = practised(due, due, *others)
    assert line.startswith("to practise: heel kiss. Jog on the spot")
    german = KNOWN.model_copy(update={"coach": CoachSettings(language="de")})
    assert practised(due, briefing=german)[0].startswith("to practise: Fersenkuss. ")
    unknown = KNOWN.model_copy(update={"coach": CoachSettings(language="tlh")})
    assert practised(due, briefing=unknown) == [line]


@pytest.mark.parametrize(
    ("briefing", "load"),
    [
        (KNOWN, 2400.0),
        (KNOWN.model_copy(update={"legs": {Foot.LEFT: LegBriefing(soreness=3)}}), 500.0),
        (ADAPTING, 500.0),
    ],
    ids=["much was done", "sore", "getting used to it"],
)
def test_no_hopping_before_the_calves_are_fresh(briefing: Briefing, load: float) -> None:
    due = [replace(cue(), drill=drill) for drill in ("rope_jump", "heel_kiss")]
    assert [line.partition(":")[0] for line in practised(*due)] == ["to practise"] * 2
    assert [line.partition(":")[0] for line in practised(*due, briefing=briefing, load=load)] == [
        "to practise on a day when your calves are fresh",
        "to practise",
    ]


@pytest.mark.parametrize(
    ("due", "line"),
    [
        ([], None),
        ([withheld(1.0, 9.0, cue_id="any", why=Silence.UNSTEADY)], None),
        ([withheld(1.0, 9.0, why=Silence.WARM_UP)], "due and not said once: still warming up"),
        (
            [withheld(1.0, 9.0), withheld(99.0, 120.0), withheld(1.0, 9.0, why=Silence.GAP)],
            "due and not said 3 times, most often: a stretch without cues, to see what was learned",
        ),
    ],
)
def test_silence_is_counted_and_explained_where_the_history_knows_it(
    due: Sequence[Withheld], line: str | None
) -> None:
    assert withheld_line(due, None) == line
    pointed = None if line is None else f"{line}; `stridesense history explain 0123abcd` tells each"
    assert withheld_line(due, "0123abcd") == pointed
