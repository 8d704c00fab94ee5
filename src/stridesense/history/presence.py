"""Whether somebody still writes a session: a lock that the system takes back when its process dies."""

import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from stridesense.errors import UsageError


class Presence:
    """Marks one session of one history as being written, until `leave` or the end of the process.

    Raises:
        UsageError: another program writes that session.
        OSError: the folder takes no file.
    """

    def __init__(self, history: Path, session_id: str) -> None:
        self._mark = mark_of(history, session_id)
        self._file = self._mark.open("ab")
        if not _locked(self._file):
            self._file.close()
            msg = f"the session {session_id!r} is being written by another program: wait for its end"
            raise UsageError(msg)

    def leave(self) -> None:
        """Nobody writes the session any more."""
        with suppress(OSError):
            self._file.close()
            self._mark.unlink(missing_ok=True)


def mark_of(history: Path, session_id: str) -> Path:
    """The file that is locked; no session's id, whatever is in it, can lead elsewhere."""
    return history.with_name(
        f"{history.name}-{sha256(session_id.encode(errors='surrogatepass')).hexdigest()[:16]}.run"
    )


def is_present(history: Path, session_id: str) -> bool:
    """Whether a program writes that session now."""
    try:
        with mark_of(history, session_id).open("rb") as file:
            return not _locked(file)
    except OSError:
        return False


def forget(history: Path, session_id: str) -> None:
    """Remove what a program that died has left behind."""
    with suppress(OSError):
        mark_of(history, session_id).unlink(missing_ok=True)


def _locked(file: BinaryIO) -> bool:
    """Lock the file for as long as it is open; true also where locks are unknown."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - does not exist elsewhere

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl  # noqa: PLC0415 - does not exist on Windows

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # some network disks know no locks
    return True
