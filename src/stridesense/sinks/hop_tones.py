"""In a drill, a tick for every hop: who hops cannot read."""

import asyncio
import logging
from types import TracebackType
from typing import Final

from stridesense.model import Hop
from stridesense.sinks.base import Item, Sink
from stridesense.sinks.sound import UnheardError
from stridesense.sinks.tones import Note, play, wav_of
from stridesense.sinks.voice_settings import VoiceSettings

log = logging.getLogger(__name__)

TICKS: Final = {True: (Note(988.0, 0.06, 0.0),), False: (Note(294.0, 0.12, 0.0),)}
"""A short high tick for a heel that touched, a longer low one for a heel that stayed up. Our own choice."""


class HopTones(Sink):
    """Plays the tick of each hop whose heel was seen; while one sounds, the next is left out.

    The first fault is logged and ends the ticks, not the drill.
    """

    def __init__(self, settings: VoiceSettings) -> None:
        self._settings = settings
        self._tick: asyncio.Task[None] | None = None
        self._problem: str | None = None

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tick is not None:
            self._tick.cancel()
            await asyncio.wait({self._tick})

    async def handle(self, item: Item) -> None:
        """Take a hop; anything else passes by."""
        if not isinstance(item, Hop) or item.heel_touched is None or self._problem is not None:
            return
        if self._tick is None or self._tick.done():
            sound = wav_of(TICKS[item.heel_touched], self._settings.volume)
            self._tick = asyncio.create_task(self._play(sound), name="hop")

    async def _play(self, sound: bytes) -> None:
        try:
            await play(sound, self._settings.timeout_s)
        except UnheardError as error:
            self._problem = str(error)
            log.warning("hops are not heard: %s", error)
