"""Sessions that are played: over a broker, without a terminal, and ended early."""

import asyncio
import os
import pty
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from brokers import PASSWORD, USERNAME, Broker, Listener
from stridesense.cli.coach_lines import COLD
from stridesense.cli.main import main
from stridesense.recording.reader import Recording

PROGRAM = Path(sys.executable).with_name("stridesense")
VARIABLE = "STRIDESENSE_MQTT__PASSWORD"


def url(broker: Broker) -> str:
    return f"mqtt://{USERNAME}@127.0.0.1:{broker.port}"


async def test_replay_publishes_every_stride_on_a_broker(
    recording: Path, mosquitto: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, PASSWORD)
    async with Listener(mosquitto) as listener:
        line = ["replay", str(recording), "--speed", "max", "--mqtt", url(mosquitto)]
        process = await asyncio.create_subprocess_exec(PROGRAM, *line, stdout=subprocess.PIPE)
        output, _ = await process.communicate()
        assert process.returncode == 0
        strides = [line for line in output.decode().splitlines() if line.startswith("at ")]
        await listener.until(
            lambda: len(listener.on("left/stride") + listener.on("right/stride")) == len(strides)
        )
        assert len(strides) > 15


def test_a_wrong_password_is_one_sentence(
    recording: Path,
    mosquitto: Broker,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(VARIABLE, "guess")
    assert main(["replay", str(recording), "--mqtt", url(mosquitto)]) == 1
    message = capsys.readouterr().err
    assert message.startswith("error: ")
    assert message.count("\n") == 1
    assert "refuses the user name or the password" in message
    assert "guess" not in message


def test_ctrl_c_in_the_demo_leaves_a_whole_recording_and_no_broker(tmp_path: Path) -> None:
    path = tmp_path / "demo.mcap"
    code, errors = ended_early(signal.SIGINT, "demo", "--record", path)
    assert code == 130
    assert "Traceback" not in errors
    assert Recording.open(path).damage is None
    assert len(list(Recording.open(path).records("/event/stride"))) >= 1
    port = int(errors.partition(" -p ")[2].split()[0])
    assert f"published at mqtt://127.0.0.1:{port} for the user viewer; " in errors
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1.0):
        pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_replay_that_is_terminated_finishes_its_recording(
    number: signal.Signals, recording: Path, tmp_path: Path
) -> None:
    path = tmp_path / "again.mcap"
    code, errors = ended_early(number, "replay", recording, "--speed", "4", "--record", path)
    assert (code, errors) == (130, f"{COLD}\n")
    assert Recording.open(path).damage is None


def test_a_closed_terminal_leaves_a_whole_recording_and_no_folder_of_the_broker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require_program: Callable[[str], str]
) -> None:
    temporary, path = tmp_path / "temporary", tmp_path / "demo.mcap"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    terminal, inside = pty.openpty()
    line = [require_program("setsid"), "--ctty", str(PROGRAM), "demo", "--record", str(path)]
    process = subprocess.Popen(line, stdin=inside, stdout=inside, stderr=inside)
    os.close(inside)
    shown = b""
    while b"left" not in shown:
        shown += os.read(terminal, 1 << 16)
    assert len(list(temporary.glob("stridesense-broker-*"))) == 1
    os.close(terminal)
    process.send_signal(signal.SIGHUP)  # the shell says it too, while we are cleaning up
    assert process.wait(timeout=10) in {1, 130}  # or the first word to the terminal that is gone
    assert list(temporary.glob("stridesense-broker-*")) == []
    assert Recording.open(path).damage is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_simulation_that_is_ended_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    scenario = tmp_path / "long.toml"
    scenario.write_text('[[block]]\nactivity = "run"\nduration_s = 1500\n', encoding="utf-8")
    line = [str(PROGRAM), "simulate", str(scenario), "-o", str(tmp_path / "long.mcap")]
    process = subprocess.Popen(line, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "long.mcap.part").exists():
        time.sleep(0.01)
    process.send_signal(number)
    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (130, "")
    assert list(tmp_path.iterdir()) == [scenario]


def test_nohup_keeps_its_word(recording: Path) -> None:
    line = ["nohup", str(PROGRAM), "replay", str(recording), "--speed", "20"]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("at ")
    process.send_signal(signal.SIGHUP)
    output, _ = process.communicate(timeout=10)
    assert process.returncode == 0
    assert output.count("\nat ") > 10


def ended_early(number: signal.Signals, *line: str | Path) -> tuple[int, str]:
    """Exit code and stderr of a session that got a signal after its first stride."""
    session = subprocess.Popen([PROGRAM, *line], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert session.stdout is not None
    assert session.stdout.readline().startswith("at ")
    session.send_signal(number)
    _, errors = session.communicate(timeout=10)
    return session.returncode, errors
