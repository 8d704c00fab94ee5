"""The history as a sink: what the coach says passes through a queue to one thread, which alone writes."""

import asyncio
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Final, Self

from stridesense.history.facts import SessionStart, SessionState
from stridesense.history.journal import BUFFER_ITEMS, Journal
from stridesense.history.writing import KEPT, Kept
from stridesense.sinks.base import Item, Sink

FLUSH_INTERVAL_S: Final = 0.5
"""A kill may cost one second; this leaves the writing itself time."""


class HistorySink(Sink):
    """Keeps what the coach said and found out in one session.

    Nothing that the disk does ends the run, and `handle` never waits for it: see `problem`. What was handed
    over is in the file within a second. A session that ends with an error and without a report counts as
    interrupted.

    Args:
        path: the history's file, see `stridesense.history.store.history_path`.
        start: the session.
    """

    def __init__(self, path: Path | str, start: SessionStart) -> None:
        self._journal = Journal(path, start)
        self._queue: SimpleQueue[Kept | SessionState] = SimpleQueue()
        self._dropped = 0
        self._thread: asyncio.Future[None]

    @property
    def lost_items(self) -> int:
        """What the coach said and the history does not hold."""
        return self._journal.lost_items + self._dropped

    @property
    def problem(self) -> str | None:
        """What the disk did last, in a sentence; None when all went well."""
        return self._journal.problem or ("the disk was too slow for too long" if self._dropped else None)

    async def __aenter__(self) -> Self:
        self._thread = asyncio.get_running_loop().run_in_executor(None, self._write)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._queue.put(SessionState.INTERRUPTED if isinstance(error, Exception) else SessionState.ENDED)
        await asyncio.shield(self._thread)

    async def handle(self, item: Item) -> None:
        """Take one item; what the coach did not say passes by."""
        if self._thread.done():
            self._thread.result()
        if not isinstance(item, KEPT):
            return
        if self._queue.qsize() < BUFFER_ITEMS:
            self._queue.put(item)
        else:
            self._dropped += 1

    def _write(self) -> None:
        state: SessionState | None = None
        while state is None:
            self._journal.flush()
            state = self._take_until(time.monotonic() + FLUSH_INTERVAL_S)
        self._journal.finish(state)

    def _take_until(self, due_s: float) -> SessionState | None:
        """Take what comes before `due_s`; how the session ended, once it has."""
        while (left_s := due_s - time.monotonic()) > 0:
            try:
                entry = self._queue.get(timeout=left_s)
            except Empty:
                return None
            if isinstance(entry, SessionState):
                return entry
            self._journal.add(entry)
        return None
