"""The history as a sink: what the coach says passes through a queue to one thread, which alone writes."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Final, Self

from stridesense.history.facts import SessionStart, SessionState
from stridesense.history.journal import BUFFER_ITEMS, Journal
from stridesense.history.writing import KEPT, Kept
from stridesense.sinks.base import Item, Sink

FLUSH_INTERVAL_S: Final = 0.3
"""A kill may cost one second; this leaves the writing itself time."""


BEGIN_WITHIN_S: Final = 1.0
"""A history that takes longer to open than this, as one that is locked, must not keep the runner waiting."""


class HistorySink(Sink):
    """Keeps what the coach said and found out in one session.

    Nothing that the disk does ends the run, and `handle` never waits for it: see `problem`. The session is in
    the file as soon as the context is entered, what was handed over within a second. A session that ends with
    an error and without a report counts as interrupted.

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
        """Why something is not in the history, in a sentence; None when nothing is missing."""
        return self._journal.problem or ("the disk was too slow for too long" if self._dropped else None)

    async def __aenter__(self) -> Self:
        loop, begun = asyncio.get_running_loop(), asyncio.Event()
        self._thread = loop.run_in_executor(None, self._write, partial(loop.call_soon_threadsafe, begun.set))
        try:
            await asyncio.wait_for(begun.wait(), BEGIN_WITHIN_S)
        except TimeoutError:
            return self
        except BaseException:
            self._queue.put(SessionState.INTERRUPTED)
            raise
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

    def _write(self, tell_begun: Callable[[], object]) -> None:
        self._journal.flush()
        tell_begun()
        state = self._take_until(time.monotonic() + FLUSH_INTERVAL_S)
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
