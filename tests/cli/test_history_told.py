"""What a session of the history tells besides its figures: what was judged, what helps, what to expect."""

import json
import re
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cli.sessions import DAY_S, Run, add, judged
from history.making import budget, cue, effect, report, start, withheld
from stridesense.coaching.briefing import Briefing
from stridesense.history.store import Store
from stridesense.history.writing import add_check_in, begin_session, keep
from stridesense.model import CheckIn, Foot, Silence
from stridesense.runtime.setup import Setup


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"running_s": 0.0, "practice": {}}, "nothing could be judged: there was no running in it"),
        (
            {"running_s": 150.0, "practice": {}, "baseline": {}},
            "nothing could be judged: no earlier run told what is usual for you, and 2.5 min of running were",
        ),
        (
            {"running_s": 900.0, "baseline": {}},
            "nothing but the heel could be judged: what is usual for you could not be learned, which takes",
        ),
        ({}, "nothing but the heel could be judged: what is usual for you at this pace was not known"),
    ],
)
def test_what_could_not_be_judged_is_not_said_to_be_fine(
    history: Run, database: Path, changes: dict[str, Any], why: str
) -> None:
    with Store(database) as store:
        add(store, "dddd", [replace(report(cues=0), **changes)], began_unix_s=2e9)
    _, out, _ = history("explain", "dddd")
    assert out.startswith(why)
    assert out.count("\n") == 1


def test_a_run_that_was_unsteady_for_a_while_can_still_be_fine(history: Run, database: Path) -> None:
    unsteady = withheld(7.0, 12.0, cue_id="any", why=Silence.UNSTEADY)
    with Store(database) as store:
        add(store, "dddd", [unsteady, judged(report(cues=0))])
    assert history("explain", "dddd")[1].splitlines()[1:] == [
        "no cue was due: everything stayed inside your own band"
    ]


def test_a_usual_of_earlier_runs_does_not_hold_at_every_pace(history: Run, database: Path) -> None:
    known = Briefing(baseline={Foot.LEFT: {"contact_time_s": (1.0, 2.0)}})
    setup = json.dumps(Setup(briefing=known).to_record())
    with Store(database) as store:
        begin_session(store, replace(start("dddd", began_unix_s=2e9), setup=setup))
        keep(store, "dddd", [replace(report(cues=0), running_s=90.0, practice={}, baseline={})])
    assert "usual for you at this pace was not known well enough" in history("explain", "dddd")[1]


def test_a_cue_is_shown_with_what_it_did_over_all_sessions(history: Run, database: Path) -> None:
    _, few, _ = history("show", "aaaa1111")
    assert (
        "heel_held: given once, +1.2 SD after 25 strides; over all sessions given once, +1.2 SD, from too"
        in few
    )
    chance = Random(5)
    with Store(database) as store:
        for number in range(8):
            told = [
                replace(
                    effect(600.0 + 200.0 * i + number),
                    given=given,
                    after_sd=1.8 - gain + chance.gauss(0.0, 0.2),
                )
                for i, (given, gain) in enumerate([(True, 1.0), (False, 0.2)])
            ]
            add(store, f"ee{number}", [*told, report()], began_unix_s=2e9 + number * DAY_S)
    found = re.search(
        r"over all sessions given 9 times, \+(\S+) SD \(\+(\S+) to \+(\S+), 95 %\)", history("show", "ee7")[1]
    )
    assert found is not None
    gain_sd, low_sd, high_sd = map(float, found.groups())
    assert low_sd < gain_sd < high_sd
    assert 0.6 < gain_sd < 1.1


def test_what_a_session_showed_can_be_practised(history: Run, database: Path) -> None:
    due = replace(cue(), drill="heel_kiss")
    with Store(database) as store:
        add(store, "dddd", [due, replace(due, t_s=900.0), replace(due, drill="x\x1b[2J"), report()])
    _, out, _ = history("show", "dddd")
    assert out.count("to practise: heel kiss. ") == 1
    assert out.count("to practise") == 1


def test_the_outlook_is_scored_once_it_can_be(history: Run, database: Path) -> None:
    assert "Brier" not in history("show", "aaaa2222")[1]
    with Store(database) as store:
        for day in range(12):
            load = 4000.0 if day % 3 == 0 else 1000.0
            legs = (budget(load=load), budget(Foot.RIGHT, load=load))
            began_unix_s = 2e9 + 3 * day * DAY_S
            add(store, f"f{day:02}", [replace(report(), budgets=legs)], began_unix_s=began_unix_s)
            sore = 6 if day % 3 == 0 else 1
            told = CheckIn(unix_s=began_unix_s + DAY_S, soreness={Foot.LEFT: sore, Foot.RIGHT: sore})
            add_check_in(store, told)
    _, out, _ = history("show", "f11")
    assert re.search(
        r"left calf: \d+% likely to be sore .*; in studies the peak comes 24 to 72 h after a run", out
    )
    assert re.search(
        r"24 forecasts so far: Brier score 0\.\d{3}, that of your own average 0\.\d{3}, skill \+\d+%", out
    )
