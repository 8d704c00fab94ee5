"""What the columns of a CSV file mean."""

from dataclasses import dataclass
from math import inf

from stridesense.errors import UsageError
from stridesense.model import Foot


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """The column that tells the time, and how many of its units make a second."""

    column: str
    units_per_s: float


@dataclass(frozen=True, slots=True)
class AxesColumns:
    """Three columns x, y, z, and what to multiply them with for m/s^2 or rad/s."""

    columns: tuple[str, str, str]
    scale: float


@dataclass(frozen=True, slots=True)
class FootColumns:
    """The columns of one pod."""

    foot: Foot
    acc: AxesColumns
    gyr: AxesColumns


@dataclass(frozen=True, slots=True)
class CsvMapping:
    """How to read one kind of CSV file.

    Attributes:
        feet: the columns of each pod; two stand side by side, one may be told apart by `foot_column`.
        time: the time column, or None when samples follow each other at `rate_hz`.
        rate_hz: sampling rate in Hz where there is no time column.
        foot_column: column that says "left", "right" or "unknown" in each row.
        foot_column_optional: the file may lack that column; then the foot of `feet` holds.
        acc_range_mps2: the accelerometer's range, where samples are clipped, if known.
        gyr_range_radps: the gyroscope's range, likewise.
        delimiter: what stands between columns.
        header_rows: rows of names; with two, a column is called "upper/lower"; with none, "1", "2", ...
    """

    feet: tuple[FootColumns, ...]
    time: TimeColumn | None = None
    rate_hz: float | None = None
    foot_column: str | None = None
    foot_column_optional: bool = False
    acc_range_mps2: float | None = None
    gyr_range_radps: float | None = None
    delimiter: str = ","
    header_rows: int = 1

    def __post_init__(self) -> None:
        if (self.time is None) == (self.rate_hz is None):
            msg = "say how time is told, either by a column (--time t_s:s) or by a rate (--rate 204.8)"
            raise UsageError(msg)
        if self.rate_hz is not None and not 0 < self.rate_hz < inf:
            msg = f"a sampling rate is above 0 Hz, not {self.rate_hz:g}"
            raise UsageError(msg)
        if len(self.delimiter) != 1:
            msg = f"a delimiter is one character, like ; or a tab, not {self.delimiter!r}"
            raise UsageError(msg)
        if self.header_rows < 0:
            msg = f"a file has 0 header rows or more, not {self.header_rows}"
            raise UsageError(msg)
        if self.foot_column and len(self.feet) != 1:
            msg = "a foot column tells the feet apart: name the columns of one pod only"
            raise UsageError(msg)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of numbers in order: time if there is one, then acc and gyr of each pod."""
        time = (self.time.column,) if self.time else ()
        axes = (name for foot in self.feet for name in (*foot.acc.columns, *foot.gyr.columns))
        return (*time, *axes)
