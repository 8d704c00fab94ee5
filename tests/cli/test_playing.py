"""Sessions that are played: over a broker, without a terminal, and ended early."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brokers import PASSWORD, USERNAME, Broker, Listener, make_broker
from stridesense.cli.main import main
from stridesense.recording.reader import Recording

PROGRAM = Path(sys.executable).with_name("stridesense")


@pytest.fixture
def mosquitto(tmp_path: Path, require_program: Callable[[str], str]) -> Iterator[Broker]:
    broker = make_broker("mosquitto", tmp_path / "mosquitto", require_program)
    broker.start()
    yield broker
    broker.kill()


def url(broker: Broker, password: str) -> str:
    return f"mqtt://{USERNAME}:{password.replace(' ', '%20')}@127.0.0.1:{broker.port}"


async def test_replay_publishes_every_stride_on_a_broker(recording: Path, mosquitto: Broker) -> None:
    async with Listener(mosquitto) as listener:
        line = ["replay", str(recording), "--speed", "max", "--mqtt", url(mosquitto, PASSWORD)]
        process = await asyncio.create_subprocess_exec(PROGRAM, *line, stdout=subprocess.PIPE)
        output, _ = await process.communicate()
        assert process.returncode == 0
        strides = [line for line in output.decode().splitlines() if line.startswith("at ")]
        await listener.until(
            lambda: len(listener.on("left/stride") + listener.on("right/stride")) == len(strides)
        )
        assert len(strides) > 15


def test_a_wrong_password_is_one_sentence(
    recording: Path, mosquitto: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(recording), "--mqtt", url(mosquitto, "guess")]) == 1
    message = capsys.readouterr().err
    assert message.startswith("error: ")
    assert message.count("\n") == 1
    assert "password" in message
    assert "guess" not in message


def test_ctrl_c_in_the_demo_leaves_a_whole_recording_and_no_broker(tmp_path: Path) -> None:
    path = tmp_path / "demo.mcap"
    code, errors = ended_early(signal.SIGINT, "demo", "--record", path)
    assert code == 130
    assert "Traceback" not in errors
    assert Recording.open(path).damage is None
    assert len(list(Recording.open(path).records("/event/stride"))) >= 1
    port = int(errors.partition(" -p ")[2].split()[0])
    assert f"published at mqtt://127.0.0.1:{port} for the user stridesense; " in errors
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1.0):
        pass


def test_a_replay_that_is_terminated_finishes_its_recording(recording: Path, tmp_path: Path) -> None:
    path = tmp_path / "again.mcap"
    code, errors = ended_early(signal.SIGTERM, "replay", recording, "--speed", "4", "--record", path)
    assert (code, errors) == (130, "")
    assert Recording.open(path).damage is None


def ended_early(number: signal.Signals, *line: str | Path) -> tuple[int, str]:
    """Exit code and stderr of a session that got a signal after its first stride."""
    session = subprocess.Popen([PROGRAM, *line], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert session.stdout is not None
    assert session.stdout.readline().startswith("at ")
    session.send_signal(number)
    _, errors = session.communicate(timeout=10)
    return session.returncode, errors
