"""What a session is summed up by: the rows of `analyze` and of the report, and how a cell is worked out."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean, pstdev
from typing import Final, TypeVar

from stridesense.model import Foot, PodReading, Stride
from stridesense.recording.distance import distance_m

_Record = TypeVar("_Record", Stride, PodReading)


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of the table: a field of the stride record, and how people read it."""

    label: str
    field: str
    scale: float = 1.0
    digits: int = 0


MEASURES: Final = (
    Measure("cadence, steps/min", "cadence_spm"),
    Measure("contact time, ms", "contact_time_s", 1e3),
    Measure("flight time, ms", "flight_time_s", 1e3),
    Measure("on the ball of the foot, ms", "ball_time_s", 1e3),
    Measure("foot angle at landing, deg", "strike_angle_deg", digits=1),
    Measure("heel drop, deg", "heel_drop_deg", digits=1),
    Measure("heel height, mm", "heel_height_mm", digits=1),
    Measure("push-off rate, deg/s", "push_off_rate_dps"),
    Measure("push-off (1 is usual)", "push_off_index", digits=2),
    Measure("pull rate, deg/s", "pull_rate_dps"),
    Measure("pull delay, ms", "pull_delay_s", 1e3),
    Measure("pull against push (1 is usual)", "push_pull_index", digits=2),
    Measure("impact, g", "impact_g", digits=1),
    Measure("braking (proxy)", "braking_index", digits=2),
    Measure("speed, m/s", "speed_mps", digits=2),
    Measure("stride length, m", "stride_length_m", digits=2),
    Measure("slope, deg", "slope_deg", digits=1),
    Measure("turn, deg", "turn_deg", digits=1),
    Measure("calf load (proxy)", "calf_load", digits=2),
    Measure("quality, 0 to 1", "quality", digits=2),
)

READ_MEASURES: Final = (
    Measure("cadence, steps/min", "cadence_spm"),
    Measure("speed, m/s", "speed_mps", digits=2),
    Measure("stride length, m", "stride_length_m", digits=2),
    Measure("power, W", "power_w"),
)


@dataclass(frozen=True, slots=True)
class Overview:
    """A session at a glance: a column for each foot, a row for each thing that was measured."""

    feet: tuple[Foot, ...]
    rows: tuple[tuple[str, ...], ...]


def of_strides(strides: Sequence[Stride]) -> Overview:
    """The measures of all strides; what was never measured has no row."""
    feet, columns = _by_foot(strides)
    shared = (("gait", "gait"), ("lands on", "strike_type"), ("heel", "heel_state"))
    rows = [
        ("strides", *(str(len(column)) for column in columns)),
        *(
            (label, *(shares(getattr(one, name) for one in column) for column in columns))
            for label, name in shared
        ),
        *((each.label, *(_mean_and_spread(column, each) for column in columns)) for each in MEASURES),
        ("doubts", *(_doubts(column) for column in columns)),
    ]
    return Overview(feet, _known(rows))


def of_readings(readings: Sequence[PodReading]) -> Overview:
    """What pods that make their own figures said while the runner moved."""
    feet, columns = _by_foot(readings)
    distances_m = [distance_m((), column) for column in columns]
    rows = [
        ("readings", *(str(len(column)) for column in columns)),
        *(
            (each.label, *(_mean_and_spread(column, each) for column in map(moving, columns)))
            for each in READ_MEASURES
        ),
        ("distance, m", *("" if told_m is None else f"{told_m:.0f}" for told_m in distances_m)),
    ]
    return Overview(feet, _known(rows))


def moving(readings: Sequence[PodReading]) -> list[PodReading]:
    """What a pod said while the runner moved."""
    return [one for one in readings if one.speed_mps != 0 and one.power_w != 0]


def share(count: int, total: int) -> str:
    """A share in words: "none", "all" or per cent."""
    if count in {0, total}:
        return "all" if count else "none"
    return percent(count, total)


def percent(count: int, total: int) -> str:
    """A share in per cent, which is 0 or 100 only where it is none or all."""
    of_100 = 100.0 * count / total
    if 1.0 <= of_100 <= 99.0 or count in {0, total}:
        return f"{of_100:.0f} %"
    return f"{of_100:.1f} %" if 0.1 <= of_100 <= 99.9 else f"{count} of {total}"


def _by_foot(records: Sequence[_Record]) -> tuple[tuple[Foot, ...], list[list[_Record]]]:
    feet = tuple(foot for foot in Foot if any(one.foot is foot for one in records))
    return feet, [[one for one in records if one.foot is foot] for foot in feet]


def _known(rows: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(row for row in rows if any(row[1:]))


def _doubts(strides: Sequence[Stride]) -> str:
    """The flags and how many of the strides carry each, the most frequent first."""
    flags = Counter(flag for stride in strides for flag in stride.flags)
    return ", ".join(f"{flag} {percent(count, len(strides))}" for flag, count in flags.most_common())


def _mean_and_spread(records: Iterable[_Record], measure: Measure) -> str:
    """Mean and standard deviation over those records that have it; nothing where none has."""
    known = [getattr(record, measure.field) for record in records]
    values = [value * measure.scale for value in known if value is not None]
    if not values:
        return ""
    return f"{fmean(values):.{measure.digits}f} ± {pstdev(values):.{measure.digits}f}"


def shares(values: Iterable[StrEnum | None]) -> str:
    """How often each value occurs among those known, the most frequent first."""
    known = Counter(value for value in values if value is not None)
    total = known.total()
    return ", ".join(f"{value} {percent(count, total)}" for value, count in known.most_common())
