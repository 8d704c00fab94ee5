"""Finds the recording that a person means, by its file or by what the history calls the session."""

from pathlib import Path
from typing import Final

from stridesense.errors import InputError, UsageError
from stridesense.history.reading import LAST, find_session, kept_sessions, session_ids, whole_session
from stridesense.history.store import Store, history_path
from stridesense.recording.format import SUFFIX
from stridesense.recording.segment import PART_SUFFIX
from stridesense.runtime.config import Settings

NEWEST: Final = frozenset({"latest", LAST})
"""Words for the newest session of the history that has a recording."""

_FILES: Final = frozenset({SUFFIX, PART_SUFFIX, ".csv"})


def recording_of(session: str, settings: Settings) -> Path:
    """The file of a session: the one named, or the recording of a session in the history.

    A file that exists is taken first. What can only be the name of a file is returned as it is: whoever opens
    it says what is wrong with it.

    Args:
        session: a file, an id of the history, the unique beginning of one, or `latest`.
        settings: say where the history is.

    Raises:
        UsageError: there is no such session, more than one, or it was not recorded.
        InputError: the recording is gone, or the history cannot be read.
    """
    file = Path(session)
    if _is_there(file) or file.suffix.lower() in _FILES or len(file.parts) > 1:
        return file
    path = settings.history.path or history_path()
    store = Store.existing(path)
    if store is None:
        msg = f"{session!r} is no file, and there is no history yet: name a recording, NAME{SUFFIX}"
        raise UsageError(msg)
    with store, store.snapshot():
        session_id, recording = _newest(store) if session in NEWEST else _named(store, session)
    return _on_disk(session_id, Path(recording))


def _newest(store: Store) -> tuple[str, str]:
    for kept in reversed(kept_sessions(store)):
        if kept.start.recording is not None:
            return kept.start.session_id, kept.start.recording
    msg = "no session of the history was recorded: name a recording, or record the next run"
    raise UsageError(msg)


def _named(store: Store, said: str) -> tuple[str, str]:
    session_id = find_session(session_ids(store), said)
    recording = whole_session(store, session_id).kept.start.recording
    if recording is None:
        msg = f"the session {session_id[:8]!r} was not recorded, so there is nothing to read: choose another"
        raise UsageError(msg)
    return session_id, recording


def _on_disk(session_id: str, recording: Path) -> Path:
    """The recording, or what an interruption left of it."""
    for file in (recording, recording.with_name(recording.name + PART_SUFFIX)):
        if _is_there(file):
            return file
    msg = (
        f"the recording of the session {session_id[:8]!r} is not at {recording} any more: "
        "name the file where it is now"
    )
    raise InputError(msg)


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except (OSError, ValueError):  # too long, or a sign that no name can hold
        return False
