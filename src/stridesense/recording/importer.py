"""Any CSV file of a foot's accelerations and angular velocities as packets of protocol "samples"."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from pathlib import Path
from typing import Final

import numpy as np

from stridesense.errors import InputError
from stridesense.model import Foot, RawPacket
from stridesense.model.samples import FloatArray
from stridesense.recording.cleaning import LONGEST_S, FootReport, clean
from stridesense.recording.mapping import CsvMapping
from stridesense.recording.presets import STRIDESENSE
from stridesense.recording.table import Table, read_table
from stridesense.units import NS_PER_S

PROTOCOL: Final = "samples"
ROWS_PER_PACKET: Final = 16


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a file's rows: `torn_lines` is 1 when it ends within a line, which is left out."""

    rows: int
    torn_lines: int
    feet: tuple[FootReport, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ImportedCsv:
    """The samples of a CSV file, cleaned.

    Attributes:
        mapping: how the file was read.
        samples: each pod's foot and its (n, 7) rows: time in s, acc in m/s^2, gyr in rad/s.
        report: what was kept and what was left out.
    """

    mapping: CsvMapping
    samples: tuple[tuple[Foot, FloatArray], ...]
    report: ImportReport

    def packets(self) -> Iterator[RawPacket]:
        """Packets of 16 samples, the feet interleaved by time; they arrive with their last sample.

        Payloads hold the file's own time, `arrival_ns` begins with the first sample of the session.
        """
        yield from self._configs()
        start_s = min(rows[0, 0] for _, rows in self.samples)
        streams = [_packets(foot, rows, start_s) for foot, rows in self.samples]
        yield from merge(*streams, key=lambda packet: packet.arrival_ns)

    def _configs(self) -> Iterator[RawPacket]:
        for report in self.report.feet:
            config = {
                "sampling_rate_hz": report.sampling_rate_hz,
                "acc_range_mps2": self.mapping.acc_range_mps2,
                "gyr_range_radps": self.mapping.gyr_range_radps,
            }
            known = {name: value for name, value in config.items() if value is not None}
            yield RawPacket(report.foot, PROTOCOL, "config", json.dumps(known).encode(), 0)


def plain_csv(path: Path | str) -> ImportedCsv:
    """Read a file with the header `t_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z[,foot]`, in s, m/s^2 and rad/s.

    Raises:
        InputError: see `import_csv`.
    """
    return import_csv(path, STRIDESENSE)


def import_csv(path: Path | str, mapping: CsvMapping) -> ImportedCsv:
    """Read a CSV file whose columns `mapping` describes.

    Raises:
        InputError: the file cannot be read, lacks a column, holds something else than numbers, or its times
            cannot be those of samples.
    """
    path = Path(path)
    table = read_table(path, mapping)
    try:
        cleaned = [clean(foot, rows) for foot, rows in _rows_by_foot(table, mapping)]
        _check_together([kept for kept, _ in cleaned])
    except ValueError as error:
        msg = f"{path} {error}"
        raise InputError(msg) from error
    report = ImportReport(len(table.values), table.torn_lines, tuple(report for _, report in cleaned))
    return ImportedCsv(mapping, tuple((report.foot, kept) for kept, report in cleaned), report)


def _rows_by_foot(table: Table, mapping: CsvMapping) -> Iterator[tuple[Foot, FloatArray]]:
    """Each foot's (n, 7) rows in SI units, in the order of the file."""
    if table.feet:
        worn = np.array(table.feet)
        for foot in sorted(set(table.feet)):
            yield foot, _rows(table.values[worn == foot], mapping, 0)
        return
    for number, columns in enumerate(mapping.feet):
        yield columns.foot, _rows(table.values, mapping, number)


def _check_together(feet: Sequence[FloatArray]) -> None:
    if max(rows[-1, 0] for rows in feet) - min(rows[0, 0] for rows in feet) > LONGEST_S:
        msg = "has its two feet weeks apart in time: cut it into two files"
        raise ValueError(msg)


def _rows(values: FloatArray, mapping: CsvMapping, number: int) -> FloatArray:
    columns = mapping.feet[number]
    first = bool(mapping.time) + 6 * number
    rows = np.empty((len(values), 7))
    if mapping.time:
        rows[:, 0] = values[:, 0] / mapping.time.units_per_s
    elif mapping.rate_hz:
        rows[:, 0] = np.arange(len(values)) / mapping.rate_hz
    rows[:, 1:4] = values[:, first : first + 3] * columns.acc.scale
    rows[:, 4:7] = values[:, first + 3 : first + 6] * columns.gyr.scale
    return rows


def _packets(foot: Foot, rows: FloatArray, start_s: float) -> Iterator[RawPacket]:
    for first in range(0, len(rows), ROWS_PER_PACKET):
        block = rows[first : first + ROWS_PER_PACKET]
        arrival_ns = round((block[-1, 0] - start_s) * NS_PER_S)
        yield RawPacket(foot, PROTOCOL, "data", block.astype("<f8").tobytes(), arrival_ns)
