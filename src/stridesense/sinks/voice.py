"""Cues for the ear: one at a time, never late, and never in the way of the run."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Protocol, Self

from stridesense.model import Cue, CueKind
from stridesense.sinks.base import Item, Sink
from stridesense.sinks.sound import UnheardError
from stridesense.sinks.speech import Speech
from stridesense.sinks.tones import Tones
from stridesense.sinks.voice_settings import VoiceSettings

log = logging.getLogger(__name__)

RANKS: Final = {CueKind.HEALTH: 2, CueKind.LOAD: 1}
"""While it waits, a cue gives way to a newer one, but not to one of a lower rank; all others have rank 0."""


GRACE_S: Final = 1.0
"""What is still to be said when a session ends may take so much longer than one utterance. Our own choice."""


class Mouth(Protocol):
    """What makes a cue heard."""

    async def say(self, cue: Cue) -> None:
        """Return when the sound has ended.

        Raises:
            UnheardError: it was not heard.
        """


@dataclass(slots=True)
class VoiceReport:
    """What became of the cues: `said`, `stale` and `replaced` before their turn came, `unheard` by a fault.

    `problem` is the last fault in a sentence.
    """

    said: int = 0
    stale: int = 0
    replaced: int = 0
    unheard: int = 0
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Taken:
    cue: Cue
    at_s: float

    @property
    def rank(self) -> int:
        """Who gives way to whom, see `RANKS`."""
        return RANKS.get(self.cue.kind, 0)

    def is_stale(self, now_s: float) -> bool:
        """Whether it is too late to say it."""
        return now_s - self.at_s > self.cue.valid_for_s


class Voice(Sink):
    """Speaks each cue, or plays its tone; with `mode = "off"` it lets all pass.

    One cue is heard at a time. One more may wait: a newer one takes its place, unless the waiting one is of
    higher rank (see `RANKS`). When its turn comes later than `valid_for_s` after it was taken, it is dropped.
    A fault is logged once, and counted; the next cue is tried again. Leaving the context in good order lets
    what is being said end; an error or a cancellation silences it. No child process is left behind.

    Args:
        settings: how cues are made heard.
        speaker: espeak-ng's name of a voice for the language of the cues, as the language pack has it.
        now_s: the session clock, s; its zero means nothing. In a replay at tenfold speed it runs ten times as
            fast as the wall clock.
    """

    def __init__(self, settings: VoiceSettings, speaker: str, now_s: Callable[[], float]) -> None:
        self.report = VoiceReport()
        self._mouth = _mouth(settings, speaker)
        self._patience_s = settings.timeout_s + GRACE_S
        self._now_s = now_s
        self._turn: _Taken | None = None
        self._waiting: _Taken | None = None
        self._changed = asyncio.Event()
        self._is_ending = False
        self._worker: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        self._worker = asyncio.create_task(self._say_one_by_one(), name="voice")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_ending = True
        self._changed.set()
        try:
            if kind is None:
                await asyncio.wait({self._worker}, timeout=self._patience_s)
        finally:
            self._worker.cancel()
            await asyncio.wait({self._worker})
        if not self._worker.cancelled():
            self._worker.result()

    async def handle(self, item: Item) -> None:
        """Take a cue, to be said when its turn comes; anything else passes by."""
        if self._mouth is None or not isinstance(item, Cue):
            return
        taken = _Taken(item, self._now_s())
        if self._turn is None:
            self._turn = taken
            self._changed.set()
        else:
            self._line_up(taken)

    def _line_up(self, taken: _Taken) -> None:
        waiting = self._waiting
        if waiting is None:
            self._waiting = taken
        elif waiting.is_stale(taken.at_s):
            self.report.stale += 1
            self._waiting = taken
        else:
            self.report.replaced += 1
            self._waiting = taken if taken.rank >= waiting.rank else waiting

    async def _say_one_by_one(self) -> None:
        while True:
            await self._changed.wait()
            while self._turn is not None:
                await self._say(self._turn)
                self._turn, self._waiting = self._waiting, None
            if self._is_ending:
                return
            self._changed.clear()

    async def _say(self, taken: _Taken) -> None:
        if self._mouth is None or taken.is_stale(self._now_s()):
            self.report.stale += 1
            return
        try:
            await self._mouth.say(taken.cue)
        except UnheardError as error:
            self._complain(f"cues are not heard: {error}")
        else:
            self.report.said += 1

    def _complain(self, problem: str) -> None:
        if self.report.problem is None:
            log.warning("%s", problem)
        self.report.unheard += 1
        self.report.problem = problem


def _mouth(settings: VoiceSettings, speaker: str) -> Mouth | None:
    match settings.mode:
        case "speech":
            return Speech(settings, speaker)
        case "tones":
            return Tones(settings)
        case "off":
            return None
