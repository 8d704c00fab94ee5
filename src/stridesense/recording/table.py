"""The numbers of a CSV file: text in, arrays out, every fault named by line and column."""

import csv
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from math import nan
from pathlib import Path
from typing import Final, NoReturn, TextIO

import numpy as np

from stridesense.errors import InputError
from stridesense.model import Foot
from stridesense.model.samples import FloatArray
from stridesense.recording.mapping import CsvMapping

_ABSENT: Final = frozenset({"", "na", "n/a", "nan", "null", "none"})
_FEET: Final = {
    "left": Foot.LEFT,
    "l": Foot.LEFT,
    "right": Foot.RIGHT,
    "r": Foot.RIGHT,
    "unknown": Foot.UNKNOWN,
}


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The wanted columns of a file.

    Attributes:
        values: (n, k) the mapping's columns, a row for each line; NaN where a cell is absent.
        feet: (n,) the foot of each row; empty when the file has no foot column.
        torn_lines: 1 when the file ends within a line, which is left out, else 0.
    """

    values: FloatArray
    feet: tuple[Foot, ...]
    torn_lines: int


def read_table(path: Path, mapping: CsvMapping) -> Table:
    """Read the columns that a mapping names, the time first, then acc and gyr of each pod.

    Raises:
        InputError: the file cannot be read, is no text, lacks a column, holds no rows, or has something else
            than a number where a number must be.
    """
    with _opened(path) as file:
        return _Parser(path, mapping).parse(file)


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except FileNotFoundError as error:
        msg = f"{path} does not exist"
        raise InputError(msg) from error
    except IsADirectoryError as error:
        msg = f"{path} is a folder: name a file in it"
        raise InputError(msg) from error
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}"
        raise InputError(msg) from error
    except (UnicodeDecodeError, csv.Error) as error:
        msg = f"{path} is not a CSV file in UTF-8 text: {error}"
        raise InputError(msg) from error


class _Parser:
    def __init__(self, path: Path, mapping: CsvMapping) -> None:
        self._path = path
        self._mapping = mapping
        self._torn_lines = 0

    def parse(self, file: TextIO) -> Table:
        """Read the whole file."""
        reader = csv.reader(self._complete_lines(file), delimiter=self._mapping.delimiter)
        names, rows = self._header(reader)
        places = [self._place(names, name) for name in self._mapping.columns]
        foot_place = self._foot_place(names)
        values = array("d")
        feet: list[Foot] = []
        for row in filter(None, rows):
            try:
                values.extend([float(row[place]) for place in places])
            except (ValueError, IndexError):
                values.extend([self._number(row, place, names, reader.line_num) for place in places])
            if foot_place is not None:
                feet.append(self._foot(row, foot_place, reader.line_num))
        if not values:
            self._fail("has a header but no rows")
        return Table(np.array(values).reshape(-1, len(places)), tuple(feet), self._torn_lines)

    def _complete_lines(self, file: TextIO) -> Iterator[str]:
        for line in file:
            if line.endswith(("\n", "\r")):
                yield line
            else:
                self._torn_lines += 1

    def _header(self, rows: Iterator[list[str]]) -> tuple[list[str], Iterator[list[str]]]:
        header_rows = self._mapping.header_rows
        header = list(islice(rows, header_rows or 1))
        if len(header) < max(1, header_rows):
            self._fail(f"ends within its {header_rows} header rows" if header else "is empty")
        if header_rows == 0:
            return [str(number + 1) for number in range(len(header[0]))], chain(header, rows)
        columns = zip_longest(*header, fillvalue="")
        return ["/".join(filter(None, map(str.strip, column))) for column in columns], rows

    def _place(self, names: list[str], name: str) -> int:
        found = names.count(name)
        if found > 1:
            self._fail(f"has {found} columns named {name!r}: with two header rows, say so (--header-rows 2)")
        if not found:
            self._fail(f"has no column {name!r}; its columns are {', '.join(names)}")
        return names.index(name)

    def _foot_place(self, names: list[str]) -> int | None:
        column = self._mapping.foot_column
        if column is None or (self._mapping.foot_column_optional and column not in names):
            return None
        return self._place(names, column)

    def _number(self, row: list[str], place: int, names: list[str], line: int) -> float:
        text = row[place].strip() if place < len(row) else ""
        if text.lower() in _ABSENT:
            return nan
        try:
            return float(text)
        except ValueError:
            self._fail(f"line {line}, column {names[place]!r}: {text[:40]!r} is not a number")

    def _foot(self, row: list[str], place: int, line: int) -> Foot:
        text = row[place].strip().lower() if place < len(row) else ""
        if text not in _FEET:
            self._fail(f"line {line}: {text[:40]!r} is not a foot (left, right or unknown)")
        return _FEET[text]

    def _fail(self, fault: str) -> NoReturn:
        msg = f"{self._path} {fault}"
        raise InputError(msg)
