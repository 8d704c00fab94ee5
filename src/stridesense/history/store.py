"""The history's file: opened, brought to the newest version, and written in whole transactions.

The journal is a write-ahead log, synchronised at each commit: what was committed outlives a kill and a power
cut, and one program reads while another writes. A write takes the lock at its beginning, so that two
programs wait for each other instead of failing half way. A store belongs to the thread that opened it.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import platformdirs

from stridesense.errors import InputError
from stridesense.history.schema import VERSION, check_ours, migrate, version_of

FILE_NAME: Final = "history.sqlite3"
BUSY_TIMEOUT_S: Final = 5.0
"""So long a write waits for another program's; our own choice, far above the longest write."""

_RETRY_S: Final = 0.02


def history_path() -> Path:
    """Where the history lies unless another file is named."""
    return platformdirs.user_data_path("stridesense") / FILE_NAME


class Store:
    """One connection to a history; its file is made, or brought to the newest version, where it has to be.

    Args:
        path: the file; its folder is made.
        busy_timeout_s: so long another program's write is waited for, s.

    Raises:
        InputError: the file cannot be opened, is no history, is of a newer program or locked.
    """

    def __init__(self, path: Path | str, *, busy_timeout_s: float | None = None) -> None:
        self.path = Path(path)
        wait_s = BUSY_TIMEOUT_S if busy_timeout_s is None else busy_timeout_s
        with faults(self.path):
            _check_place(self.path)
            self.connection = sqlite3.connect(self.path, timeout=wait_s, isolation_level=None)
            self.connection.row_factory = sqlite3.Row
            try:
                self._prepare(wait_s)
            except BaseException:
                self.close()
                raise

    @classmethod
    def existing(cls, path: Path | str) -> Self | None:
        """The history at `path`; None where there is no file yet, and none is made."""
        with faults(Path(path)):
            return cls(path) if Path(path).exists() else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        with suppress(sqlite3.Error):
            self.connection.close()

    def empty_log(self) -> None:
        """Bring all to the file itself, as far as no other program is reading just then."""
        with faults(self.path):
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read within is of one moment, whatever others write meanwhile.

        Raises:
            InputError: the file cannot be read.
        """
        with faults(self.path):
            self.connection.execute("BEGIN")
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                self.connection.execute("COMMIT")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is written within stands in the file afterwards, or, when anything fails, nothing of it.

        Raises:
            InputError: the file cannot be written, or is locked by another program.
        """
        with faults(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self.connection.execute("ROLLBACK")
                raise

    def _prepare(self, wait_s: float) -> None:
        with self.snapshot():  # another program may be making the file just now
            check_ours(self.connection, str(self.path))
        self._keep_a_log(wait_s)
        for setting in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            self.connection.execute(f"PRAGMA {setting}")
        if version_of(self.connection) < VERSION:
            with self.transaction() as connection:
                check_ours(connection, str(self.path))
                migrate(connection)

    def _keep_a_log(self, wait_s: float) -> None:
        """Switch to the write-ahead log; SQLite does not wait by itself when two programs do so at once."""
        until_s = time.monotonic() + wait_s
        while True:
            try:
                self.connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                    raise
                time.sleep(_RETRY_S)
            else:
                return


@contextmanager
def faults(path: Path) -> Iterator[None]:
    """Turn what SQLite and the disk may say about `path` into one sentence.

    Raises:
        InputError: that sentence.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise InputError(_sentence(path, error)) from error
    except OSError as error:
        msg = f"the history {path} cannot be reached: {error.strerror or error}"
        raise InputError(msg) from error


def _sentence(path: Path, error: sqlite3.Error) -> str:
    match _code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return f"the history {path} is locked by another program: try again once that is done"
        case sqlite3.SQLITE_NOTADB:
            return f"{path} is not a history: name another file"
        case sqlite3.SQLITE_CORRUPT:
            return (
                f"the history {path} is damaged: move it away and rebuild the sessions from their recordings"
            )
        case sqlite3.SQLITE_FULL:
            return f"the history {path} cannot be written, the disk is full: make space"
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return f"the history {path} cannot be written ({error}): look at the rights of its folder"
        case _:
            return f"the history {path} cannot be used: {error}"


def _code(error: sqlite3.Error) -> int:
    """The primary result code, without SQLite's further details."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _check_place(path: Path) -> None:
    if "\0" in str(path):
        msg = "the name of the history holds a NUL: name another file"
        raise InputError(msg)
    if path.is_dir():
        msg = f"{path} is a folder: name a file for the history, as in {path / FILE_NAME}"
        raise InputError(msg)
    path.parent.mkdir(parents=True, exist_ok=True)
