"""Drives the pod's C code: a script of operations in, what the pod did out."""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stridesense.model import Foot, RawPacket

Counts = NDArray[np.int16]

TESTS = Path(__file__).parent
SOURCE = TESTS.parents[1] / "firmware_protocols" / "stridesense_pod" / "firmware" / "src"
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-Wpedantic", "-Wconversion", "-Wshadow"]
SANITISED = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]

START, STOP = b"\x01\x03", b"\x02"
WATERMARK = 19
UNSTAMPED = 65535


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that the pod did: `what`, and the bytes or numbers that belong to it."""

    what: str
    rest: str = ""

    @property
    def payload(self) -> bytes:
        return bytes.fromhex(self.rest)


def config(rate_hz: int, *, samples: int = 0, checksum: bool = False) -> bytes:
    """A write to Config: 16 g, 2000 degree/s."""
    asked = b"\0\3" + b"".join(number.to_bytes(2, "little") for number in (rate_hz, 16, 2000))
    return asked + bytes(8) + bytes((samples, 0, 0, checksum)) + bytes(4)


class Script:
    """Operations for the harness, in their order."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, operation: str, *words: object) -> "Script":
        shown = (word.hex() if isinstance(word, bytes) else str(int(word)) for word in words)
        self.lines.append(" ".join((operation, *shown)))
        return self

    def begin(self, mtu: int = 247) -> "Script":
        return self.add("mtu", mtu).add("control", 0, START)

    def batch(
        self, counts: Counts, stamp_us: float, *, stamped: int = WATERMARK - 1, overflow: bool = False
    ) -> "Script":
        """(n, 6) counts as they come out of the FIFO."""
        return self.add("batch", round(stamp_us), stamped, overflow, counts.astype("<i2").tobytes())

    def send(self, packets: int = 1_000_000) -> "Script":
        return self.add("send", packets)


class Firmware:
    """The compiled packetiser."""

    def __init__(self, program: Path) -> None:
        self._program = program

    def run(self, script: Script) -> list[Event]:
        text = "\n".join(script.lines) + "\n"
        done = subprocess.run([self._program], input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [Event(*line.split(" ", 1)) for line in done.stdout.splitlines()]

    def payloads(self, script: Script, what: str) -> list[bytes]:
        return payloads(self.run(script), what)


def payloads(events: Iterable[Event], what: str) -> list[bytes]:
    return [event.payload for event in events if event.what == what]


def build(compiler: str, folder: Path) -> Firmware:
    program = folder / "pod"
    sources = [*sorted(SOURCE.glob("*.c")), TESTS / "harness.c"]
    command = [compiler, *STRICT, *SANITISED, f"-I{SOURCE}", *sources, "-o", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Firmware(program)


def received(events: Iterable[Event], foot: Foot = Foot.LEFT) -> list[RawPacket]:
    """What a host would get: every value in its order, told as having come at once."""
    roles = ("info", "config", "status", "data")
    return [RawPacket(foot, "sofp", event.what, event.payload, 0) for event in events if event.what in roles]
