"""`scan`, `run` and `record`: with pods that are played from memory, and without any Bluetooth."""

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from rich.console import Console

from cli.played_pods import LAMP, LEFT, RIGHT, SPEC, UUID, PlayedPod, PlayingRadio
from history.making import report, start
from sources.memory_radio import MemoryPod
from stridesense.cli.coach_lines import COLD
from stridesense.cli.main import main
from stridesense.history.reading import past_sessions
from stridesense.history.store import Store
from stridesense.history.writing import replace_session
from stridesense.model import Foot, Theme
from stridesense.protocol import registry
from stridesense.recording.format import SessionMeta
from stridesense.recording.reader import Recording
from stridesense.recording.writer import RecordingWriter
from stridesense.runtime.environment import survey
from stridesense.simulator import SimulatedRun, load, simulate
from stridesense.sources.radio import Advertisement


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path / "stridesense"


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    return simulate(load("easy_run").shortened(14.0))


@pytest.fixture
def radio(run: SimulatedRun, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayingRadio]:
    """Two pods and a lamp; Ctrl-C comes half a second after both pods have played."""
    ended = []

    def end() -> None:
        ended.append(True)
        if len(ended) == len(feet):
            asyncio.get_running_loop().call_later(0.5, os.kill, os.getpid(), signal.SIGINT)

    feet = {LEFT: Foot.LEFT, RIGHT: Foot.RIGHT}
    pods = [PlayedPod(run, foot, address, end) for address, foot in feet.items()]
    radio = PlayingRadio(*pods, MemoryPod(Advertisement(LAMP, "a lamp", -80)))
    for name in ("scan", "run", "record"):
        monkeypatch.setattr(f"stridesense.cli.{name}.BluetoothRadio", lambda: radio)
    monkeypatch.setattr("stridesense.cli.bluetooth.LOOK_S", 0.2)
    yield radio
    assert radio.scans.count("begin") == radio.scans.count("end")


def test_run_ends_with_ctrl_c_and_has_recorded_what_it_showed(
    radio: PlayingRadio, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--left", LEFT.lower(), "--right", RIGHT]) == 0
    shown, notes = capsys.readouterr()
    strides = [line for line in shown.splitlines() if line.startswith("at ")]
    (path,) = (home / "recordings").iterdir()
    assert len(strides) > 15
    assert f"{len(strides)} strides (" in notes
    assert str(path) in notes
    assert len(list(Recording.open(path).records("/event/stride"))) == len(strides)
    assert main(["analyze", str(path), "--format", "jsonl"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(strides)
    for pod in (radio.pods[LEFT], radio.pods[RIGHT]):
        assert pod.asked[-2:] == [f"write {UUID['control'][4:8]} 02", "close"]


def checked_in(home: Path, *words: str) -> None:
    """Say in the runner's own history how the legs feel."""
    assert main(["history", "check-in", *words]) == 0
    assert (home / "history.sqlite3").exists()


@pytest.mark.usefixtures("radio")
@pytest.mark.parametrize("way", ["option", "settings", "earlier runs that cannot be read"])
def test_a_red_flag_is_heeded_also_without_the_history(
    way: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checked_in(home, "--left", "6", "--red-flag", "swelling")
    if way == "settings":
        monkeypatch.setenv("STRIDESENSE_HISTORY__KEEP", "false")
    elif way != "option":
        with Store(home / "history.sqlite3") as store:
            replace_session(store, start(), [report()])
            store.connection.execute("UPDATE sessions SET report = '{}'")
    line = ["run", "--left", LEFT, "--right", RIGHT, "--no-record"]
    assert main([*line, "--no-history"] if way == "option" else line) == 0
    shown, notes = capsys.readouterr()
    assert "please see a professional" in shown
    assert ("the coach begins anew: " in notes) is (way == "earlier runs that cannot be read")


@pytest.mark.usefixtures("radio")
def test_a_history_that_is_none_costs_no_run_but_the_runner_is_warned(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.mkdir()
    (home / "history.sqlite3").write_text("no history")
    assert main(["run", "--left", LEFT, "--right", RIGHT, "--no-record"]) == 0
    assert "the coach is silent, as it cannot know how your legs feel: " in capsys.readouterr().err


@pytest.mark.usefixtures("radio")
def test_a_theme_is_for_one_run(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "run.mcap"
    line = ["run", "--left", LEFT, "--right", RIGHT, "--record", str(path), "--theme"]
    assert main([*line, "nose"]) == 1
    assert capsys.readouterr().err == (
        "error: --theme takes one of heel, push_off, pull, landing, contact, cadence, asymmetry, drift "
        "or auto, not 'nose'\n"
    )
    assert main([*line, "pull"]) == 0
    notes = capsys.readouterr().err.splitlines()
    assert COLD in notes
    assert "theme: pull" in notes
    setup = Recording.open(path).setup()
    assert setup is not None
    assert setup["briefing"]["coach"]["theme"] == "pull"
    with Store(home / "history.sqlite3") as store:
        (past,) = past_sessions(store)
    assert past.report.theme is Theme.PULL


@pytest.mark.usefixtures("radio")
def test_the_pods_named_are_remembered_and_can_be_swapped(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["record", "--left", LEFT, "--right", RIGHT, "--record", str(home.parent / "one.mcap")]) == 0
    assert f'[left]\naddress = "{LEFT}"' in (home / "pods.toml").read_text()
    assert "left pod Pod 1: streaming" in capsys.readouterr().err


@pytest.mark.usefixtures("radio")
@pytest.mark.parametrize("command", ["run", "record"])
def test_a_second_run_takes_the_remembered_pods(home: Path, command: str, tmp_path: Path) -> None:
    home.mkdir()
    pods = f'[left]\naddress = "{RIGHT}"\nprotocol = "sofp"\n[right]\naddress = "{LEFT}"\nprotocol = "sofp"\n'
    (home / "pods.toml").write_text(pods)
    path = tmp_path / "run.mcap"
    assert main([command, "--swap", "--record", str(path)]) == 0
    packets = list(Recording.open(path).packets())
    links = [(p.foot, json.loads(p.payload)["address"]) for p in packets if p.characteristic == "link"]
    assert set(links) == {(Foot.LEFT, LEFT), (Foot.RIGHT, RIGHT)}
    assert f'[left]\naddress = "{LEFT}"' in (home / "pods.toml").read_text()


@pytest.mark.usefixtures("radio")
def test_the_first_run_takes_the_pods_in_sight_by_the_sides_they_tell(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--no-record"]) == 0
    assert (
        f"left is Pod 1 ({LEFT}), right is Pod 2 ({RIGHT}); if it is the other way" in capsys.readouterr().err
    )
    assert not (home / "recordings").exists()


@pytest.mark.usefixtures("radio")
def test_scan_lists_the_pods_and_counts_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--seconds", "0.5"]) == 0
    shown, notes = capsys.readouterr()
    assert shown.splitlines() == [
        f"Pod {address[-1]}, {address}, -50 dBm, 87 %, {SPEC.title}" for address in (LEFT, RIGHT)
    ]
    assert notes == "1 other devices are in sight; --all shows them\n"
    assert main(["scan", "--seconds", "0.5", "--all"]) == 0
    assert "a lamp, F0:F0:F0:F0:F0:03, -80 dBm, no pod that is described" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["Pod [/x]", "[bold]Pod[/bold]"])
def test_scan_shows_a_name_on_a_terminal_as_it_is(
    radio: PlayingRadio, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("stridesense.cli.scan.Console", partial(Console, force_terminal=True, width=200))
    radio.pods[LAMP].advertisement = Advertisement(LAMP, name)
    assert main(["scan", "--seconds", "0.5", "--all"]) == 0
    assert name in capsys.readouterr().out


def test_scan_says_which_pods_are_the_runners_and_which_cannot_be_used(
    radio: PlayingRadio, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unusable = next(spec for name in registry.names() if (spec := registry.find(name)).unusable)
    mark = unusable.recognise[0]
    radio.pods[LAMP].advertisement = Advertisement(
        LAMP,
        mark.name,
        services=frozenset({mark.service} - {None}),
        manufacturer_data={} if mark.company is None else {mark.company: b""},
    )
    home.mkdir()
    (home / "pods.toml").write_text(f'[left]\naddress = "{LEFT}"\nprotocol = "sofp"\n')
    assert main(["scan", "--seconds", "0.5"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].endswith("your left pod")
    assert shown[2].endswith(f"{unusable.title}, cannot be used: {unusable.unusable}")


@pytest.mark.usefixtures("radio")
@pytest.mark.parametrize(
    "text", ["[left\n", '[left]\naddress = "F0:F0:F0:F0:F0:01"\nprotocol = "pedometer"\n']
)
def test_remembered_pods_that_cannot_be_read_are_a_note_to_scan_and_a_refusal_to_run(
    text: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.mkdir()
    (home / "pods.toml").write_text(text)
    assert main(["scan", "--seconds", "0.5"]) == 0
    shown, notes = capsys.readouterr()
    assert len(shown.splitlines()) == 2
    assert notes.count(str(home / "pods.toml")) == 1
    assert main(["run"]) == 1
    message = capsys.readouterr().err
    assert message.startswith(f"error: {home / 'pods.toml'} ")
    assert message.endswith(": delete it, the next run chooses the pods anew\n")


@pytest.mark.usefixtures("radio")
def test_a_run_whose_pods_cannot_be_remembered_goes_on(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.write_text("a file in place of the config folder")
    path = tmp_path / "run.mcap"
    assert main(["run", "--left", LEFT, "--right", RIGHT, "--record", str(path)]) == 0
    assert f"the pods are not remembered: {home / 'pods.toml'} cannot be written" in capsys.readouterr().err
    assert path.exists()


@pytest.mark.parametrize("command", [["scan"], ["run"], ["record"], ["run", "--left", LEFT]])
def test_without_bluetooth_it_is_one_sentence(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path / 'no_bus'}")
    assert main(command) == 1
    message = capsys.readouterr().err.removeprefix("looking for the pods\n")
    assert message.startswith("error: the system's Bluetooth service does not run: start it with")
    assert message.count("\n") == 1
    assert list(tmp_path.rglob("*.mcap*")) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--left", "my pod"], "'my pod' is no Bluetooth address"),
        (["--left", LEFT, "--right", LEFT], "both feet cannot have the same pod"),
        (["--swap"], "--swap is for remembered pods, and there are none"),
        (["--record", "run.mcap", "--no-record"], "--record and --no-record contradict each other"),
        (["--record", "run.csv", "--left", LEFT], "run.csv"),
    ],
)
def test_what_cannot_be_meant_is_said(
    options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", *options]) == 1
    message = capsys.readouterr().err.removeprefix("looking for the pods\n")
    assert sentence in message
    assert message.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [["--record", "run.mcap", "--no-record"], ["--record", "run.csv"]],
    ids=["both", "no recording"],
)
def test_what_cannot_be_meant_is_said_before_the_pods_are_searched(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--left", LEFT, *options]) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_a_recording_that_is_not_finished_may_be_one_that_is_being_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "run.mcap"
    with RecordingWriter(path, SessionMeta.new("run")):
        assert main(["record", "--record", str(path)]) == 1
    assert f"{path}.part is being written now, or left over" in capsys.readouterr().err


def test_doctor_knows_bluetooth() -> None:
    parts = {part.name: part for part in survey()}
    assert parts["bleak"].found is not None
    assert parts["Bluetooth adapter"].feature == "scan, run and record"
