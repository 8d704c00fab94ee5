"""Frames that wait for one page."""

import asyncio
from collections import deque
from typing import Final

MAX_FRAMES: Final = 256
MAX_BYTES: Final = 4 * 1024 * 1024


class Mailbox:
    """A bounded queue; when it is full the oldest frames give way, counted in `dropped`.

    All mailboxes hold the same frames, so a page that does not read costs no more than their addresses.
    """

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._bytes = 0
        self._filled = asyncio.Event()
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._frames)

    def put(self, frame: bytes) -> None:
        """Add a frame; the newest stays in any case."""
        self._frames.append(frame)
        self._bytes += len(frame)
        while len(self._frames) > 1 and (len(self._frames) > MAX_FRAMES or self._bytes > MAX_BYTES):
            self._bytes -= len(self._frames.popleft())
            self.dropped += 1
        self._filled.set()

    async def take(self) -> bytes:
        """The oldest frame, as soon as there is one."""
        await self._filled.wait()
        frame = self._frames.popleft()
        self._bytes -= len(frame)
        if not self._frames:
            self._filled.clear()
        return frame
