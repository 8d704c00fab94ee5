"""`stridesense history rebuild`."""

from pathlib import Path
from typing import Annotated, Final

import typer

from stridesense.cli.history_words import Database, place
from stridesense.cli.mqtt import ConfigOption
from stridesense.cli.remarks import remark
from stridesense.cli.terminal import note, working
from stridesense.errors import UsageError
from stridesense.history.facts import WholeSession
from stridesense.history.reading import session_ids, whole_session
from stridesense.history.store import Store
from stridesense.history.writing import replace_session
from stridesense.recording.reader import Recording
from stridesense.runtime.config import load_settings
from stridesense.runtime.past import rebuilt

NOT_RUN: Final = frozenset({"simulator", "demo"})
REPLAYED: Final = "replay of "
"""Sources of recordings that are nobody's run, or the same run once more."""


def command(
    files: Annotated[list[Path], typer.Argument(metavar="RECORDING...", help="Recordings, NAME.mcap.")],
    *,
    config: ConfigOption = None,
    database: Database = None,
    force: Annotated[
        bool, typer.Option("--force", help="Take what is left of a damaged recording, and what no one ran.")
    ] = False,
) -> int:
    """Make sessions of the history anew from their recordings, or put in what is not there yet.

    A session starts from what was recorded with it and gives the same result. The runs before it should be
    in the history first: name the oldest recording first. Ends with 3 when a recording is damaged.
    """
    settings = load_settings(config)
    path = place(database, settings)
    code = 0
    for file in files:
        if file.suffix.lower() == ".csv":
            msg = f"{file} does not say when it was run: make a recording of it with `stridesense import`"
            raise UsageError(msg)
        recording = Recording.open(file)
        code = remark(recording) or code
        with working(f"rebuilding {file.name}"), Store(path) as store:
            before = _known(store, recording.meta.session_id)
            if not force:
                _check(recording, file, before)
            start, kept = rebuilt(recording, file, settings, path)
            replace_session(store, start, kept)
            after = whole_session(store, start.session_id)
        note(f"{file}: session {start.session_id[:8]}, {len(after.cues)} cues, {_compared(before, after)}")
    return code


def _check(recording: Recording, file: Path, before: WholeSession | None) -> None:
    """Keep out what would make the history worse.

    Raises:
        UsageError: nobody ran this, or less than what is kept is left of it.
    """
    source = recording.meta.source
    if source in NOT_RUN or source.startswith(REPLAYED):
        msg = f"{file} was not run ({source}), and its load would count as yours: --force puts it in"
        raise UsageError(msg)
    if recording.damage and before is not None and before.kept.report is not None:
        msg = f"{file} is damaged, and the history has the whole session: --force replaces it by what is left"
        raise UsageError(msg)


def _known(store: Store, session_id: str) -> WholeSession | None:
    return whole_session(store, session_id) if session_id in session_ids(store) else None


def _compared(before: WholeSession | None, after: WholeSession) -> str:
    if before is None:
        return "new in the history"
    if before.kept.report is None:
        return "which was interrupted, is whole now"
    same = before.kept.report == after.kept.report and before.cues == after.cues
    return "the same as before" if same else "not the same as before: another version or start"
