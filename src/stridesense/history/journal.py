"""A session on its way into the history; whatever the disk does, the run goes on."""

from collections import deque
from pathlib import Path
from typing import Final

from stridesense.errors import InputError, UsageError
from stridesense.history.facts import SessionStart, SessionState, warm_up
from stridesense.history.presence import Presence
from stridesense.history.store import Store, faults
from stridesense.history.writing import Kept, begin_session, close_session, keep

BUFFER_ITEMS: Final = 10_000
"""So much waits at most for a disk that fails, far more than an hour of two feet brings (our own choice)."""


class Journal:
    """Writes one session, all from the same thread. Nothing is raised: see `problem` and `lost_items`.

    What a disk would not take waits for the next `flush`, as far as there is room; once all is in the file
    after all, there is no problem any more. A session that is in the history already is left as it was.
    """

    def __init__(self, path: Path | str, start: SessionStart) -> None:
        self.problem: str | None = None
        self.lost_items = 0
        self._path = Path(path)
        self._start = start
        self._waiting: deque[Kept] = deque()
        self._store: Store | None = None
        self._presence: Presence | None = None
        self._is_begun = False
        self._is_refused = False

    def add(self, item: Kept) -> None:
        """Take what the session brought; it is in the file after the next `flush`."""
        if self._is_refused or len(self._waiting) == BUFFER_ITEMS:
            self.lost_items += 1
        else:
            self._waiting.append(item)

    def flush(self) -> None:
        """Bring what waits into the file, in one transaction."""
        try:
            store = self._opened()
            if self._waiting:
                self._keep(store)
            if not self.lost_items:
                self.problem = None
        except UsageError as refusal:
            self._is_refused = True
            self._fail(str(refusal))
            self._lose()
        except InputError as fault:
            self._fail(str(fault))

    def finish(self, state: SessionState) -> None:
        """Bring the rest into the file and say there how the session came to its end."""
        try:
            if not self._is_refused:
                self.flush()
                if self._store is not None:
                    close_session(self._store, self._start.session_id, state)
        except InputError as fault:
            self._fail(str(fault))
        self._lose()
        self._close()
        if self._presence is not None:
            self._presence.leave()

    def _opened(self) -> Store:
        if self._is_refused:
            raise UsageError(str(self.problem))
        if self._store is None:
            warm_up()
            self._store = Store(self._path)
        if self._presence is None:
            with faults(self._path):
                self._presence = Presence(self._path, self._start.session_id)
        if not self._is_begun:
            begin_session(self._store, self._start)
            self._is_begun = True
        return self._store

    def _keep(self, store: Store) -> None:
        try:
            keep(store, self._start.session_id, self._waiting)
            self._waiting.clear()
        except ValueError:
            self._keep_one_by_one(store)

    def _keep_one_by_one(self, store: Store) -> None:
        """One item that cannot be written must not cost the others."""
        while self._waiting:
            try:
                keep(store, self._start.session_id, (self._waiting[0],))
            except ValueError as fault:
                self.lost_items += 1
                self.problem = f"what the coach said cannot be kept in the history: {fault}"
            self._waiting.popleft()

    def _fail(self, problem: str) -> None:
        self.problem = problem
        self._close()

    def _close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def _lose(self) -> None:
        self.lost_items += len(self._waiting)
        self._waiting.clear()
