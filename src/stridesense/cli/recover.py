"""`stridesense recover`."""

from pathlib import Path
from typing import Annotated

import typer

from stridesense.cli.terminal import DATA_LOST, note
from stridesense.errors import InputError
from stridesense.recording.recover import recover
from stridesense.recording.segment import PART_SUFFIX


def command(
    source: Annotated[
        Path, typer.Argument(metavar="SRC", help="The recording, NAME.mcap or NAME.mcap.part.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DST", help="Default: NAME.recovered.mcap.")
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace DST if it exists.")] = False,
) -> int:
    """Save what can be read of a damaged or interrupted recording; the source is never changed.

    Ends with 3 when something that was once written could not be saved.
    """
    if not source.name:
        msg = f"{source} is a folder: name a recording in it"
        raise InputError(msg)
    whole = source.with_suffix("") if source.suffix == PART_SUFFIX else source
    destination = output or whole.with_suffix(".recovered.mcap")
    report = recover(source, destination, force=force)
    note(f"{destination}: {report.packets} packets and {report.records} records saved")
    if report.lost:
        note(
            f"not saved: {report.bad_chunks} damaged chunks, {report.bad_records} damaged records, "
            f"{report.bytes_skipped} unreadable bytes"
        )
        for phrase in report.left_out:
            note(phrase)
    return DATA_LOST if report.lost else 0
