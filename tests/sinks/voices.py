"""A cue to be heard, a clock that stands, and a speech program that waits to be let through."""

import asyncio
import os
import wave
from array import array
from contextlib import suppress
from pathlib import Path

from stridesense.model import Cue, CueKind, Foot, Theme


def cue(
    text: str = "let the heels kiss down",
    *,
    kind: CueKind = CueKind.CORRECTION,
    cue_id: str = "heel.down",
    t_s: float = 12.5,
    valid_for_s: float = 60.0,
) -> Cue:
    return Cue(
        cue_id=cue_id,
        theme=Theme.HEEL,
        kind=kind,
        foot=Foot.LEFT,
        t_s=t_s,
        text=text,
        reason="held in 20 of 25 strides",
        metric="heel_height_mm",
        value=14.0,
        window_strides=25,
        valid_for_s=valid_for_s,
    )


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Program:
    """A speech program of the test: it notes what it is to say, waits to be let through, and then speaks."""

    def __init__(self, folder: Path, then: str) -> None:
        self.path = folder / "speaker"
        self.log = folder / "speaker.log"
        gate = folder / "gate"
        os.mkfifo(gate)
        self._gate = os.open(gate, os.O_RDWR)
        self.path.write_text(
            f'#!/bin/sh\nfor words; do :; done\necho "begin $$ $(date +%s%N) $words" >> {self.log}\n'
            f'read -r _ < {gate}\n{then} || exit 1\necho "end $$ $(date +%s%N)" >> {self.log}\n'
        )
        self.path.chmod(0o700)

    def let_through(self, utterances: int) -> None:
        os.write(self._gate, b"\n" * utterances)

    def close(self) -> None:
        os.close(self._gate)

    def lines(self) -> list[list[str]]:
        return [line.split(maxsplit=3) for line in self.log.read_text().splitlines()]

    def spoken(self) -> list[str]:
        return [line[3] for line in self.lines() if line[0] == "begin"]

    async def begun(self) -> int:
        """The process id of the first utterance, once it has begun."""
        async with asyncio.timeout(5.0):
            while not self.log.exists() or "\n" not in self.log.read_text():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        return int(self.lines()[0][1])


def heard(file: Path) -> tuple[float, int]:
    """Length in seconds and peak of a WAV file."""
    with wave.open(str(file)) as reader:
        assert (reader.getnchannels(), reader.getsampwidth()) == (1, 2)
        samples = array("h", reader.readframes(reader.getnframes()))
        return len(samples) / reader.getframerate(), max(map(abs, samples), default=0)


async def is_gone(pid: int) -> bool:
    """Whether a killed process is gone within the seconds that a busy machine may take."""
    with suppress(TimeoutError):
        async with asyncio.timeout(5.0):
            while is_alive(pid):  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    return not is_alive(pid)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
