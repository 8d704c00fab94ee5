"""The coach in the commands: the same cues again, aloud or not, and sessions made anew."""

import csv
import json
import re
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from stridesense.cli.coach_lines import COLD
from stridesense.cli.main import main
from stridesense.cli.terminal import DATA_LOST
from stridesense.coaching.briefing import Briefing
from stridesense.coaching.settings import CoachSettings
from stridesense.history.reading import past_sessions, session_ids, whole_session
from stridesense.history.store import Store
from stridesense.model import Cue, Foot
from stridesense.model.strides import RECORD_FIELDS
from stridesense.recording.format import CUE_TOPIC, SETUP_TOPIC, SessionMeta
from stridesense.recording.reader import Recording
from stridesense.recording.writer import whole_recording
from stridesense.runtime.session import SessionReport, outcomes
from stridesense.runtime.setup import Setup
from stridesense.simulator import load, simulate

EAGER = Briefing(coach=CoachSettings(warm_up_s=0.0, probe_s=0.0))
BEGAN_NS = 1_790_000_000 * 10**9


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recorded run with a cue, its start and its packets."""
    path = tmp_path_factory.mktemp("run") / "run.mcap"
    make(path, Setup(briefing=EAGER).to_record())
    return path


def make(path: Path, setup: dict[str, object], session_id: str = "0123456789abcdef") -> None:
    packets = list(simulate(load("held_heel").shortened(35.0)).packets())
    found = list(outcomes(packets, Setup(briefing=EAGER).pipeline(), SessionReport()))
    with whole_recording(path, SessionMeta(session_id, BEGAN_NS, "run")) as recording:
        recording.json(SETUP_TOPIC, 0, setup)
        for packet in packets:
            recording.packet(packet)
        for cue in (out for out in found if isinstance(out, Cue)):
            recording.json(CUE_TOPIC, round(cue.t_s * 1e9), cue.to_record())


def ran(*line: object) -> int:
    return main([str(word) for word in line])


def test_analyze_and_replay_say_what_was_said(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (given,) = Recording.open(run).records(CUE_TOPIC)
    assert ran("analyze", run) == 0
    out, err = capsys.readouterr()
    assert "cue at " in out
    assert str(given["text"]) in out
    assert "theme: heel" in out
    assert re.search(r"^left calf: load \d\d usual strides, a proxy, limit not known yet$", out, re.MULTILINE)
    assert out.count(COLD) == 1
    assert out.count("to practise: heel kiss. ") == 1
    assert err == "the cues are those that were given when it was recorded (1)\n"
    assert ran("replay", run, "--speed", "max", "--mqtt", "none") == 0
    err = capsys.readouterr().err
    assert err.splitlines()[0] == COLD
    assert "to practise: heel kiss. " in err
    assert "the cues are those that were given when it was recorded (1)" in err


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_lines_for_programs_are_strides_alone(
    run: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran("analyze", run, "--format", form) == 0
    lines = capsys.readouterr().out.splitlines()
    if form == "jsonl":
        assert {json.loads(line)["type"] for line in lines} == {"stride"}
    else:
        assert {len(row) for row in csv.reader(lines)} == {len(RECORD_FIELDS)}


def test_silence_is_counted_with_a_pointer_once_the_history_knows_the_session(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "history.sqlite3"
    monkeypatch.setenv("STRIDESENSE_HISTORY__PATH", str(database))
    assert ran("analyze", run) == 0
    assert re.search(r"^due and not said [^`]*$", capsys.readouterr().out, re.MULTILINE)
    assert ran("history", "rebuild", run) == 0
    assert ran("analyze", run) == 0
    assert "; `stridesense history explain 01234567` tells each\n" in capsys.readouterr().out
    database.write_text("no history")
    assert ran("analyze", run) == 0
    assert "history explain" not in capsys.readouterr().out


def test_a_session_without_an_earlier_one_says_that_only_the_heel_was_judged(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "history.sqlite3"
    assert ran("history", "rebuild", run, "--database", database) == 0
    assert ran("history", "explain", "last", "--database", database) == 0
    assert "nothing but the heel could be judged: no earlier run told" in capsys.readouterr().out


def test_other_cues_than_those_recorded_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "muted.mcap"
    muted = EAGER.model_copy(update={"coach": CoachSettings(muted=True)})
    make(path, Setup(briefing=muted).to_record())
    assert ran("analyze", path) == 0
    assert "not the 1 cues of the recording" in capsys.readouterr().err


def test_a_start_of_a_later_version_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "later.mcap"
    make(path, {**Setup(briefing=EAGER).to_record(), "version": 2})
    assert ran("analyze", path) == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "is of another version (version" in message


def test_a_run_that_says_nothing_of_its_start_is_coached_by_the_settings(
    recording: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ran("analyze", recording) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("STRIDESENSE_COACH__LANGUAGE", "tlh")
    assert ran("analyze", recording) == 1
    assert capsys.readouterr().err == "error: there are no words in 'tlh': choose one of de, en\n"


def test_cues_are_said_aloud_into_files_or_not(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require_program: Callable[[str], str]
) -> None:
    require_program("espeak-ng")
    monkeypatch.setenv("STRIDESENSE_VOICE__FOLDER", str(tmp_path / "said"))
    line = ("replay", run, "--speed", "30", "--mqtt", "none")
    assert ran(*line) == 0
    assert ran(*line, "--aloud", "--mute") == 0
    assert not (tmp_path / "said").exists()
    assert ran(*line, "--aloud") == 0
    (file,) = (tmp_path / "said").iterdir()
    with wave.open(str(file)) as said:
        assert said.getnframes() / said.getframerate() > 0.5


def test_a_session_is_made_anew_and_is_the_same(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "history.sqlite3"
    assert ran("history", "rebuild", run, "--database", database) == 0
    assert "1 cues, new in the history" in capsys.readouterr().err
    with Store(database) as store:
        first = whole_session(store, session_ids(store)[0])
        assert [cue.to_record() for cue in first.cues] == list(Recording.open(run).records(CUE_TOPIC))
        assert first.kept.start.started_unix_s == BEGAN_NS / 1e9
        (past,) = past_sessions(store)
    assert {leg.foot for leg in past.report.budgets if leg.strides} == {Foot.LEFT, Foot.RIGHT}
    assert ran("history", "rebuild", run, "--database", database) == 0
    assert "the same as before" in capsys.readouterr().err
    with Store(database) as store:
        assert whole_session(store, session_ids(store)[0]) == first


def test_a_run_without_a_coach_is_measured_and_gets_no_cue(recording: Path, tmp_path: Path) -> None:
    database = tmp_path / "history.sqlite3"
    assert ran("history", "rebuild", recording, "--database", database, "--force") == 0
    with Store(database) as store:
        whole = whole_session(store, session_ids(store)[0])
    assert whole.cues == ()
    assert whole.kept.report is not None
    assert sum(whole.kept.report.strides.values()) > 15


def test_a_damaged_run_is_rebuilt_as_far_as_it_goes(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn = tmp_path / "torn.mcap"
    torn.write_bytes(run.read_bytes()[: run.stat().st_size // 2])
    assert ran("history", "rebuild", torn, "--database", tmp_path / "history.sqlite3") == DATA_LOST
    assert "damaged" in capsys.readouterr().err


def test_what_is_no_recording_of_ours_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "run.csv"
    table.write_text("t_s\n")
    for file in (table, tmp_path / "missing.mcap"):
        assert ran("history", "rebuild", file, "--database", tmp_path / "history.sqlite3") == 1
        assert capsys.readouterr().err.count("\n") == 1


def test_the_outlook_says_why_it_has_no_number(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "history.sqlite3"
    assert ran("history", "rebuild", run, "--database", database) == 0
    assert ran("history", "show", "last", "--database", database) == 0
    out = capsys.readouterr().out
    assert "Outlook:" in out
    assert "left calf: no forecast of soreness: " in out


def test_what_nobody_ran_stays_out_of_the_history(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran("history", "rebuild", recording, "--database", tmp_path / "history.sqlite3") == 1
    assert "was not run (simulator), and its load would count as yours" in capsys.readouterr().err


def test_a_whole_session_is_not_replaced_by_what_is_left_of_its_recording(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database, torn = tmp_path / "history.sqlite3", tmp_path / "torn.mcap"
    torn.write_bytes(run.read_bytes()[: run.stat().st_size // 2])
    assert ran("history", "rebuild", run, "--database", database) == 0
    assert ran("history", "rebuild", torn, "--database", database) == 1
    assert "the history has the whole session" in capsys.readouterr().err
    assert ran("history", "rebuild", torn, "--database", database, "--force") == DATA_LOST
