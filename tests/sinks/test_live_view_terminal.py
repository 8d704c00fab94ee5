"""The program on a real terminal: what it takes of it, and that it gives all of it back."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stridesense.cli.coach_lines import COLD
from stridesense.recording.reader import Recording

PROGRAM = Path(sys.executable).with_name("stridesense")
PATIENCE_S = 20.0

ENTERED, LEFT = b"\x1b[?1049h", b"\x1b[?1049l"
HIDDEN, SHOWN = b"\x1b[?25l", b"\x1b[?25h"
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9\d|10\d)[;m]")


class Terminal:
    """A terminal of 80 x 24 that a program runs on."""

    def __init__(self) -> None:
        self._outside, self._inside = pty.openpty()
        fcntl.ioctl(self._inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._modes = termios.tcgetattr(self._inside)
        self.shown = b""
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *args: str | Path, **streams: int) -> None:
        line = [str(PROGRAM), *map(str, args)]
        inside = {"stdin": self._inside, "stdout": self._inside, "stderr": self._inside}
        environment = {**os.environ, "TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            line, **{**inside, **streams}, start_new_session=True, env=environment
        )

    def press(self, keys: bytes) -> None:
        os.write(self._outside, keys)

    def until(self, text: bytes) -> None:
        until_s = time.monotonic() + PATIENCE_S
        while text not in self.shown:
            assert time.monotonic() < until_s, f"no {text!r} in {self.shown[-500:]!r}"
            self._read(0.2)

    def ended(self) -> int:
        """The exit code; all that was shown is read."""
        assert self.process is not None
        until_s = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            assert time.monotonic() < until_s, "it does not end"
            self._read(0.05)
        while self._read(0.0):
            pass
        return self.process.returncode

    def is_as_before(self) -> bool:
        """The main screen, the cursor and the modes are back."""
        screen = self.shown.count(ENTERED) == self.shown.count(LEFT) == 1
        cursor = self.shown.rfind(SHOWN) > self.shown.rfind(HIDDEN)
        return screen and cursor and termios.tcgetattr(self._inside) == self._modes

    def afterwards(self) -> str:
        """What was printed once the main screen was back."""
        return re.sub(r"\x1b\[[?\d;]*[a-zA-Z]", "", self.shown.rpartition(LEFT)[2].decode())

    def close(self) -> None:
        for end in (self._outside, self._inside):
            os.close(end)
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def _read(self, timeout_s: float) -> bool:
        ready, _, _ = select.select([self._outside], [], [], timeout_s)
        if ready:
            self.shown += os.read(self._outside, 1 << 16)
        return bool(ready)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    terminal.close()


@pytest.fixture(scope="module")
def held_heel(checkout: Path) -> Path:
    return checkout / "recordings" / "held_heel.mcap"


def test_a_drill_gives_the_terminal_back_and_sums_up(
    terminal: Terminal, held_heel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.start("replay", held_heel, "--drill", "--speed", "40")
    terminal.until(b"left against right")
    assert terminal.ended() == 0
    assert terminal.is_as_before()
    first, second, *_ = terminal.afterwards().split("\r\n")
    assert first == COLD, "what was said while the view was open"
    assert second.startswith("105 strides")
    assert not COLOUR.search(terminal.shown), "NO_COLOR"


@pytest.mark.parametrize("how", [b"\x03", b"\x03\x03", signal.SIGTERM])
def test_who_ends_it_early_gets_the_terminal_back(
    terminal: Terminal, held_heel: Path, how: bytes | signal.Signals, tmp_path: Path
) -> None:
    path = tmp_path / "again.mcap"
    terminal.start("replay", held_heel, "--speed", "10", "--record", path)
    terminal.until(b"running")
    assert terminal.process is not None
    if isinstance(how, bytes):
        terminal.press(how)
    else:
        terminal.process.send_signal(how)
    assert terminal.ended() == 130
    assert terminal.is_as_before()
    assert "Traceback" not in terminal.afterwards()
    assert Recording.open(path).damage is None


def test_the_keys_mute_explain_and_end_it_with_its_summary(terminal: Terminal, held_heel: Path) -> None:
    terminal.start("replay", held_heel, "--speed", "10")
    terminal.until(b"running")
    terminal.press(b"m")
    terminal.until(b"MUTED")
    terminal.press(b"?")
    terminal.until(b"a proxy without a unit")
    terminal.press(b"q")
    assert terminal.ended() == 0
    assert terminal.is_as_before()
    first, second, *_ = terminal.afterwards().split("\r\n")
    assert first == COLD
    assert second.partition(" (")[0].endswith(" strides")


def test_without_a_whole_terminal_there_are_lines(terminal: Terminal, held_heel: Path) -> None:
    with Path(os.devnull).open("r+b") as nothing:
        terminal.start("replay", held_heel, "--speed", "max", stdin=nothing.fileno())
        assert terminal.ended() == 0
    assert ENTERED not in terminal.shown
    assert b", contact 2" in terminal.shown
