"""The strides of a session as a table: the columns, their units, and their rows as CSV."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Final

from stridesense.model import Stride
from stridesense.model.strides import RECORD_FIELDS
from stridesense.recording.export_session import SessionRecord

MOMENT: Final = "initial_contact_utc"
COLUMNS: Final = (MOMENT, *RECORD_FIELDS)
"""The columns in their order: the moment on the wall clock, then the fields of the stride record."""

UNITS: Final = {
    "s": "s",
    "spm": "steps/min",
    "percent": "%",
    "deg": "deg",
    "dps": "deg/s",
    "mm": "mm",
    "m": "m",
    "mps": "m/s",
    "g": "g",
    "bw": "body weights",
    "npmkg": "N/m/kg",
}
"""Unit by the last part of a column's name."""

_FORMULA: Final = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""


def unit_of(column: str) -> str:
    """The unit of a column; empty where it has none."""
    return UNITS.get(column.rpartition("_")[2], "")


def moment(session: SessionRecord, t_s: float) -> datetime:
    """The wall clock at a moment of the session, to the microsecond."""
    return datetime.fromtimestamp(session.zero_unix_s + t_s, UTC)


def csv_lines(session: SessionRecord) -> Iterator[str]:
    """The header and a line for each stride; what was not measured is empty."""
    line = StringIO()
    writer = csv.writer(line, lineterminator="\n")
    writer.writerow(COLUMNS)
    for stride in session.strides:
        yield _taken(line)
        writer.writerow([_moment_text(session, stride), *map(_cell, _values(stride))])
    yield _taken(line)


def _taken(line: StringIO) -> str:
    text = line.getvalue()
    line.seek(0)
    line.truncate()
    return text


def _moment_text(session: SessionRecord, stride: Stride) -> str:
    at = moment(session, stride.initial_contact_s)
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _values(stride: Stride) -> Iterator[object]:
    return (getattr(stride, name) for name in RECORD_FIELDS)


def _cell(value: object) -> object:
    """A number as it is, flags joined, and no text that a spreadsheet would run or break a line at."""
    if not isinstance(value, str | tuple):
        return value
    text = " ".join((value if isinstance(value, str) else " ".join(value)).split())
    return f"'{text}" if text.startswith(_FORMULA) else text
