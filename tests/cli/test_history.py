"""`stridesense history`: what is shown, what is kept, and what is said when something cannot be done."""

import json
import re
import sqlite3
import sys
from dataclasses import replace
from datetime import datetime
from io import StringIO
from pathlib import Path

import platformdirs
import pytest

from cli.sessions import Run
from history.making import BEGAN_UNIX_S, cue, report, start, withheld
from stridesense.cli.history_check_in import RedFlag
from stridesense.cli.history_silence import MERGE_S, WHY, merged
from stridesense.cli.main import main
from stridesense.history import store as store_module
from stridesense.history.facts import decoded
from stridesense.history.presence import Presence
from stridesense.history.reading import check_ins, session_ids, whole_session
from stridesense.history.store import Store, history_path
from stridesense.history.writing import begin_session, keep
from stridesense.model import CheckIn, CoachReport, Cue, Foot, Silence, Withheld

STEERING = "\x1b[2J\x1b]0;owned\x07\u202e\r"


def test_the_list_has_a_line_for_each_session_the_newest_last(history: Run) -> None:
    code, out, _ = history("list")
    lines = [re.split(r" {2,}", line.strip()) for line in out.splitlines()]
    day = f"{datetime.fromtimestamp(BEGAN_UNIX_S).astimezone():%Y-%m-%d %H:%M}"
    assert code == 0
    assert lines[0] == ["when", "session", "minutes", "strides", "theme", "cues", "load left / right", "band"]
    assert lines[1] == [day, "aaaa1111", "30", "5099", "heel", "1", "2600 / 2400", "amber / amber"]
    assert lines[2][4:6] == ["-", "0"]
    assert lines[3][1:] == ["cccc3333", "11", "2550", "-", "1", "900 / -", "amber / -", "interrupted"]
    assert "\x1b" not in out


def test_a_long_list_is_cut_at_its_old_end_and_that_is_said(history: Run) -> None:
    _, out, err = history("list", "--limit", "1")
    assert [line.split()[2] for line in out.splitlines()[1:]] == ["cccc3333"]
    assert err == "2 older sessions are not shown: --limit 3 shows all\n"


def test_before_the_first_run_there_is_an_empty_list_and_no_file(history: Run, tmp_path: Path) -> None:
    code, out, err = history("list", database=tmp_path / "none.sqlite3")
    assert (code, out) == (0, "")
    assert "no history yet" in err
    assert not (tmp_path / "none.sqlite3").exists()


def test_a_session_is_shown_with_all_that_is_known_of_it(history: Run) -> None:
    code, out, _ = history("show", "aaaa1")
    assert code == 0
    for shown in (
        r"session +aaaa1111",
        r"lasted +30:10",
        r"theme +heel",
        r"shoe +racer",
        r"recording +/runs/monday\.mcap",
        r"heel held +left 42%",
        r"without effect +pull_late",
        r"contact time +right +245 ms +260 ms +\+1\.9 +yes",
        r"10:20 +left +let the heel kiss down +\+1\.2 +held in 16 of 25",
        r"heel_held: given once, \+1\.2 SD after 25 strides",
        r"left +2600 +2500 +1\.04 +amber +2550",
        r"right +2400 +2500 +0\.96 +amber",
        r"heel: with cues 400 of 2000 strides off \(20%\); without cues 150 of 500 strides off \(30%\)",
        r"0:40 to 1:10 rope jump: 60 left \+ 60 right hops, 120 a minute, calf load 66 left \+ 65 right",
        r"since 23:50 contact time, right: 245 ms became 262 ms at the same speed and cadence \(\+2\.1 SD, ",
    ):
        assert re.search(shown, out), shown


def test_of_a_session_that_was_cut_short_the_rest_is_shown(history: Run) -> None:
    code, out, _ = history("show", "last")
    assert code == 0
    assert "lasted     10:40 (interrupted: what came after is not known)" in out
    assert re.search(r"left +900 +2500 +0\.36 +amber", out)


def test_silence_and_cues_are_explained_in_the_order_of_time(history: Run) -> None:
    code, out, _ = history("explain", "aaaa1111")
    assert code == 0
    assert out.splitlines() == [
        "2:00 to 2:20 no cue heel_held, left foot: still warming up (30 strides; 30 strides off)",
        '10:20 said heel_held, left foot: "let the heel kiss down" (held in 16 of 25)',
        "10:30 to 11:00 no cue heel_held, left foot: too soon after another cue (9 strides; 9 strides off)",
    ]


def test_a_run_without_anything_due_is_said_to_be_fine(history: Run) -> None:
    assert history("explain", "aaaa2")[:2] == (
        0,
        "no cue was due: everything stayed inside your own band\n",
    )
    assert history("explain", "last")[1].splitlines()[-2:] == [
        "no other cue was due",
        "the session was interrupted: this is what is known so far",
    ]


def test_stretches_of_one_cue_and_reason_that_lie_close_together_are_one() -> None:
    stretches: list[Withheld] = [
        withheld(100.0, 110.0, times=5),
        withheld(130.0, 150.0, times=20),
        withheld(140.0, 145.0, why=Silence.GAP),
        withheld(150.0 + MERGE_S, 215.0, times=3),
        withheld(216.0 + MERGE_S, 300.0, times=1),
    ]
    found = [
        (one.longest.why, one.first_s, one.last_s, one.strides, one.stretches) for one in merged(stretches)
    ]
    assert found == [
        (Silence.PROBE, 100.0, 215.0, 28, 3),
        (Silence.GAP, 140.0, 145.0, 30, 1),
        (Silence.PROBE, 276.0, 300.0, 1, 1),
    ]
    assert merged(stretches)[0].longest.reason == "20 strides off"


def test_every_reason_has_words() -> None:
    assert set(WHY) == set(Silence)


def test_a_check_in_is_kept_for_now(history: Run, database: Path) -> None:
    code, out, err = history("check-in", "--left", "3", "--right", "1", "--note", "stiff stairs")
    assert (code, out) == (0, "")
    assert re.fullmatch(r"kept for \d{4}-\d\d-\d\d \d\d:\d\d: left 3, right 1\n", err)
    with Store(database) as store:
        (kept,) = check_ins(store)
    assert kept == replace(kept, soreness={Foot.LEFT: 3, Foot.RIGHT: 1}, note="stiff stairs", red_flags=())
    assert abs(kept.unix_s - datetime.now().astimezone().timestamp()) < 60


def test_a_check_in_can_be_for_earlier_and_makes_the_history(tmp_path: Path, history: Run) -> None:
    path = tmp_path / "new" / "history.sqlite3"
    assert history("check-in", "--left", "0", "--at", "2026-01-22 07:30", database=path)[0] == 0
    with Store(path) as store:
        (kept,) = check_ins(store)
    local = datetime.fromtimestamp(kept.unix_s).astimezone()
    assert f"{local:%Y-%m-%d %H:%M:%S}" == "2026-01-22 07:30:00"


@pytest.mark.parametrize("flag", RedFlag)
def test_a_red_flag_stops_coaching_kindly_and_until_a_check_in_without_one(
    history: Run, flag: RedFlag
) -> None:
    _, _, err = history("check-in", "--left", "6", "--red-flag", flag)
    assert flag.replace("_", " ").capitalize() in err
    assert "Coaching is stopped" in err
    assert "doctor or physiotherapist" in err
    _, _, err = history("check-in", "--left", "2")
    assert f"told of {flag.replace('_', ' ')}: coaching goes on" in err
    assert "coaching" not in history("check-in", "--left", "1")[2]


def test_an_exported_session_holds_every_fact(history: Run, database: Path, tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    assert history("export", "aaaa1111", "-o", str(file))[0] == 0
    told = json.loads(file.read_text(encoding="utf-8"))
    (session,) = told["sessions"]
    with Store(database) as store:
        whole = whole_session(store, "aaaa1111")
    assert told["check_ins"] == []
    assert decoded(CoachReport, json.dumps(session["report"])) == whole.kept.report
    assert [decoded(Cue, json.dumps(each)) for each in session["cues"]] == list(whole.cues)
    assert [decoded(Withheld, json.dumps(each)) for each in session["withheld"]] == list(whole.withheld)
    assert (session["setup"], session["shoe"], session["state"]) == ('{"sessions": 3}', "racer", "ended")
    assert [len(session[kind]) for kind in ("effects", "changes", "bouts", "budgets")] == [1, 1, 1, 2]


def test_the_whole_history_is_one_object_a_line(history: Run, tmp_path: Path) -> None:
    history("check-in", "--left", "3", "--note", "a\nb")
    file = tmp_path / "all.jsonl"
    assert history("export", "--all", "-o", str(file))[0] == 0
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    kinds = [line["type"] for line in lines]
    assert [line["session_id"] for line in lines if line["type"] == "session"] == [
        "aaaa1111",
        "aaaa2222",
        "cccc3333",
    ]
    counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    assert counts == {
        "session": 3,
        "cue": 2,
        "withheld": 2,
        "effect": 1,
        "change": 1,
        "bout": 1,
        "budget": 5,
        "check_in": 1,
    }
    assert decoded(CheckIn, json.dumps(lines[-1])).note == "a\nb"


def test_an_export_that_exists_is_replaced_only_when_that_is_meant(history: Run, tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    file.write_text("mine", encoding="utf-8")
    code, _, err = history("export", "--all", "-o", str(file))
    assert (code, file.read_text(encoding="utf-8")) == (1, "mine")
    assert "--force" in err
    assert history("export", "--all", "-o", str(file), "--force")[0] == 0
    assert len(json.loads(file.read_text(encoding="utf-8"))["sessions"]) == 3


def test_an_export_that_fails_leaves_nothing_behind(history: Run, database: Path, tmp_path: Path) -> None:
    with sqlite3.connect(database) as other:
        other.execute("UPDATE facts SET noun = '{}' WHERE kind = 'bout'")
    before = set(tmp_path.iterdir())
    code, _, err = history("export", "--all", "-o", str(tmp_path / "all.json"))
    assert code == 1
    assert "holds a Bout that cannot be read" in err
    assert {path for path in tmp_path.iterdir() if path.suffix not in {".sqlite3-wal", ".sqlite3-shm"}} == {
        path for path in before if path.suffix not in {".sqlite3-wal", ".sqlite3-shm"}
    }


def test_a_session_is_deleted_and_its_recording_is_not(history: Run, database: Path, tmp_path: Path) -> None:
    recording = tmp_path / "run.mcap"
    recording.write_bytes(b"mine")
    with Store(database) as store:
        begin_session(store, replace(start("dddd"), recording=str(recording)))
    code, _, err = history("delete", "dddd", "--yes")
    assert code == 0
    assert f"its recording {recording} is left alone" in err
    assert recording.read_bytes() == b"mine"
    with Store(database) as store:
        assert session_ids(store) == ["aaaa1111", "aaaa2222", "cccc3333"]


@pytest.mark.parametrize(("answer", "code", "left"), [("y\n", 0, 2), ("n\n", 1, 3), ("", 1, 3)])
def test_on_a_terminal_delete_asks(
    history: Run, database: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, left: int
) -> None:
    terminal = StringIO(answer)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    assert history("delete", "last")[0] == code
    with Store(database) as store:
        assert len(session_ids(store)) == left


def test_a_running_session_is_not_deleted(history: Run, database: Path) -> None:
    presence = Presence(database, "cccc3333")
    code, _, err = history("delete", "last", "--yes")
    presence.leave()
    assert (code, "still running" in err) == (1, True)


@pytest.mark.parametrize("command", ["show", "explain", "list"])
def test_text_of_others_cannot_steer_the_terminal(history: Run, database: Path, command: str) -> None:
    evil = cue(t_s=20.0, text=f"heel{STEERING}", reason=f"16{STEERING}\nerror: of 25")
    quiet = replace(withheld(1.0, 2.0), cue_id=f"x{STEERING}", reason=STEERING)
    with Store(database) as store:
        hostile = replace(start(f"ee{STEERING}", began_unix_s=2e9), shoe=STEERING, source=STEERING)
        begin_session(store, hostile)
        keep(store, hostile.session_id, [evil, quiet, report()])
    code, out, err = history(*([command] if command == "list" else [command, "last"]))
    assert code == 0
    assert not [letter for letter in out + err if not (letter.isprintable() or letter == "\n")]
    assert "\nerror" not in out


@pytest.mark.parametrize(
    ("words", "code", "fault"),
    [
        (["show", "zzzz"], 1, "has no session 'zzzz'"),
        (["explain", "aaaa"], 1, "2 sessions begin with 'aaaa'"),
        (["show", ""], 1, "no session ''"),
        (["show", "../../../etc/passwd"], 1, "no session '../../../etc/passwd'"),
        (["delete", "' OR 1=1; DROP TABLE sessions; --", "--yes"], 1, "no session"),
        (["show", "a\0b"], 1, r"no session 'a\x00b'"),
        (["show", "\x1b[2J"], 1, r"no session '\x1b[2J'"),
        (["show", "x" * 100_000], 1, "no session 'xxx"),
        (["show"], 2, "SESSION"),
        (["delete", "last"], 1, "add --yes"),
        (["check-in"], 1, "--left 3 --right 1"),
        (["check-in", "--left", "11"], 2, "'--left': Input should be less than or equal to 10"),
        (["check-in", "--left", "-1"], 2, "'--left': Input should be greater than or equal to 0"),
        (["check-in", "--left", "sore"], 2, "'--left'"),
        (["check-in", "--red-flag", "sad"], 2, "sudden_pain"),
        (["check-in", "--left", "1", "--at", "2999-01-01 07:30"], 1, "lies in the future"),
        (["check-in", "--left", "1", "--at", "9999-12-31T23:59-12:00"], 1, "lies in the future"),
        (["check-in", "--left", "1", "--at", "0001-01-01"], 1, "no date and time"),
        (["check-in", "--left", "1", "--at", "yesterday"], 1, "no date and time"),
        (["check-in", "--left", "1", "--note", "x" * 3000], 1, "3000 letters"),
        (["export", "-o", "out.json"], 1, "either a session or --all"),
        (["export", "last", "--all", "-o", "out.json"], 1, "either a session or --all"),
        (["export", "last", "-o", "out.csv"], 1, "neither a .json nor a .jsonl"),
        (["export", "last", "-o", "nowhere/out.json"], 1, "nowhere/out.json cannot be written"),
        (["export", "last"], 2, "--output"),
        (["list", "--limit", "0"], 2, "'--limit'"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(
    history: Run,
    database: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    code: int,
    fault: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    ended, out, err = history(*words)
    assert (ended, out) == (code, "")
    assert fault in err
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert "\x1b" not in err
    with Store(database) as store:
        assert (len(session_ids(store)), check_ins(store)) == (3, [])


@pytest.mark.parametrize("words", [["list"], ["show", "last"], ["check-in", "--left", "1"], ["delete", "x"]])
@pytest.mark.parametrize(("name", "fault"), [("folder", "is a folder"), ("letter", "is not a history")])
def test_a_file_that_is_no_history_is_said_and_left_alone(
    history: Run, tmp_path: Path, words: list[str], name: str, fault: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "letter").write_text("dear runner, " * 99, encoding="utf-8")
    code, out, err = history(*words, database=tmp_path / name)
    assert (code, out) == (1, "")
    assert fault in err
    assert err.count("\n") == 1
    assert (tmp_path / "letter").read_text(encoding="utf-8") == "dear runner, " * 99


def test_a_history_that_is_locked_is_said_to_be(
    history: Run, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "BUSY_TIMEOUT_S", 0.05)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    code, _, err = history("check-in", "--left", "1")
    assert (code, "locked by another program" in err) == (1, True)
    assert history("list")[0] == 0
    other.close()


def test_the_settings_may_name_another_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STRIDESENSE_HISTORY__PATH", str(tmp_path / "mine.sqlite3"))
    assert main(["history", "check-in", "--right", "2"]) == 0
    with Store(tmp_path / "mine.sqlite3") as store:
        assert [one.soreness for one in check_ins(store)] == [{Foot.RIGHT: 2}]
    assert main(["history", "list"]) == 0
    assert "no history yet" not in capsys.readouterr().err


def test_the_history_lies_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(platformdirs, "user_data_path", lambda name: tmp_path / name)
    assert history_path() == tmp_path / "stridesense" / "history.sqlite3"
    assert main(["history", "check-in", "--right", "2"]) == 0
    assert history_path().is_file()
