"""`stridesense info`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from stridesense.cli.remarks import remark
from stridesense.recording.reader import Recording
from stridesense.recording.summary import RecordingSummary, summarise
from stridesense.units import NS_PER_S


def command(file: Annotated[Path, typer.Argument(metavar="FILE", help="A recording, NAME.mcap.")]) -> int:
    """Say what is in a recording: the session, its messages, and what is missing.

    Ends with 3 when the recording is damaged.
    """
    recording = Recording.open(file)
    table = Table.grid(padding=(0, 2))
    for name, value in _rows(summarise(recording)):
        table.add_row(name, value)
    Console(highlight=False, markup=False).print(table)
    return remark(recording)


def _rows(summary: RecordingSummary) -> list[tuple[str, str]]:
    meta = summary.meta
    begun = datetime.fromtimestamp(meta.anchor_unix_ns / NS_PER_S, UTC)
    feet = ", ".join(f"{foot} {packets}" for foot, packets in summary.feet.items())
    return [
        ("session", meta.session_id),
        ("begun", f"{begun:%Y-%m-%d %H:%M:%S} UTC"),
        ("lasts", f"{summary.duration_s:.1f} s"),
        ("source", meta.source),
        *meta.details.items(),
        ("written by", f"stridesense {meta.software_version}, {summary.segments} file(s)"),
        ("pods", ", ".join(summary.protocols)),
        ("packets", f"{summary.packets} ({feet}), {summary.packet_rate_hz:.1f} a second"),
        *((topic, f"{count} messages") for topic, count in summary.messages.items()),
        *((f"{gap.foot} silent", f"{gap.start_s:.1f} to {gap.end_s:.1f} s") for gap in summary.silences),
    ]
