"""Gives packets of the past the rhythm in which they once arrived."""

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

from stridesense.errors import UsageError
from stridesense.model import Instruction, RawPacket
from stridesense.runtime.clock import Clock
from stridesense.sources.base import Source
from stridesense.units import NS_PER_S


class Paced(Source):
    """Yields the packets of `source` as far apart as they arrived, `speed` times faster.

    Delays do not add up: each packet has its own moment, counted from the first one.

    Raises:
        UsageError: `speed` is not a number above zero.
    """

    def __init__(self, source: Source, *, speed: float, clock: Clock) -> None:
        if not 0.0 < speed < float("inf"):
            msg = f"a speed must be a number above zero, not {speed:g}"
            raise UsageError(msg)
        self._source = source
        self.speed = speed
        self._clock = clock

    async def __aenter__(self) -> Self:
        await self._source.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._source.__aexit__(kind, error, trace)

    async def __aiter__(self) -> AsyncIterator[RawPacket | Instruction]:
        zero_s: float | None = None
        async for packet in self._source:
            after_s = packet.arrival_ns / NS_PER_S / self.speed
            if zero_s is None:
                zero_s = self._clock.now_s() - after_s
            await self._clock.sleep_until(zero_s + after_s)
            yield packet
