"""Time as something that is handed in, so that no test waits for it."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """A clock that only moves forward; its zero means nothing."""

    def now_s(self) -> float:
        """The present moment in seconds."""

    async def sleep_until(self, moment_s: float) -> None:
        """Return at `moment_s`, at once when it has passed, giving other tasks a turn in any case."""


class MonotonicClock:
    """The host's monotonic clock: it does not follow changes of the time of day."""

    def now_s(self) -> float:
        """The present moment in seconds."""
        return time.monotonic()

    async def sleep_until(self, moment_s: float) -> None:
        """Sleep until `moment_s`."""
        await asyncio.sleep(max(0.0, moment_s - self.now_s()))


class VirtualClock:
    """A clock that stands still and jumps ahead when somebody sleeps."""

    def __init__(self, start_s: float = 0.0) -> None:
        self._now_s = start_s

    def now_s(self) -> float:
        """The moment last slept until."""
        return self._now_s

    async def sleep_until(self, moment_s: float) -> None:
        """Jump to `moment_s`."""
        self._now_s = max(self._now_s, moment_s)
        await asyncio.sleep(0.0)
