"""Where the packets of all pods come together, in the order of their arrival."""

import asyncio
from collections.abc import Callable
from time import monotonic_ns
from typing import Final

from stridesense.model import Foot, RawPacket

LIMIT: Final = 8192
"""Packets that may wait: more than 20 s of two pods that each send 200 a second."""


class Inbox:
    """A queue with a bound for what the pods send; `dropped` counts what came when it was full.

    Args:
        limit: how many packets may wait.
        now_ns: a clock that only moves forward; the session begins when this is made.
    """

    def __init__(self, limit: int = LIMIT, now_ns: Callable[[], int] = monotonic_ns) -> None:
        self.dropped = 0
        self._limit = limit
        self._now_ns = now_ns
        self._began_ns = now_ns()
        self._packets: asyncio.Queue[RawPacket | BaseException | None] = asyncio.Queue()

    def put(self, foot: Foot, protocol: str, role: str, payload: bytes) -> None:
        """Take a pod's value as it arrives; drop it when too many wait."""
        if self._packets.qsize() < self._limit:
            self.tell(foot, protocol, role, payload)
        else:
            self.dropped += 1

    def tell(self, foot: Foot, protocol: str, role: str, payload: bytes) -> None:
        """Take what is said about a pod, in any case."""
        arrival_ns = self._now_ns() - self._began_ns
        self._packets.put_nowait(RawPacket(foot, protocol, role, payload, arrival_ns))

    def close(self, fault: BaseException | None = None) -> None:
        """Nothing comes any more, because of `fault` if there is one."""
        self._packets.put_nowait(fault)

    async def get(self) -> RawPacket | None:
        """The next packet, or None when there will be no more.

        Raises:
            BaseException: what it was closed with.
        """
        packet = await self._packets.get()
        if isinstance(packet, BaseException):
            raise packet
        return packet
