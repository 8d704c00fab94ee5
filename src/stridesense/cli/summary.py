"""A session at a glance: each measure's mean and spread, foot by foot."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean, pstdev
from typing import Final

from rich.table import Table

from stridesense.model import Foot, PodReading, Stride


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


def summary_table(strides: Sequence[Stride]) -> Table:
    """The measures of all strides, one column a foot; what was never measured has no row."""
    feet = [foot for foot in Foot if any(stride.foot is foot for stride in strides)]
    columns = [[stride for stride in strides if stride.foot is foot] for foot in feet]
    table = Table("", *feet, box=None, pad_edge=False)
    table.add_row("strides", *(str(len(column)) for column in columns))
    for label, field in (("gait", "gait"), ("lands on", "strike_type"), ("heel", "heel_state")):
        _add(table, label, [shares(getattr(stride, field) for stride in column) for column in columns])
    for measure in MEASURES:
        _add(table, measure.label, [_mean_and_spread(column, measure) for column in columns])
    _add(table, "doubts", [_doubts(column) for column in columns])
    return table


def readings_table(readings: Sequence[PodReading]) -> Table:
    """What pods that make their own figures said while the runner moved, one column a foot."""
    feet = [foot for foot in Foot if any(reading.foot is foot for reading in readings)]
    columns = [[reading for reading in readings if reading.foot is foot] for foot in feet]
    table = Table("", *feet, box=None, pad_edge=False)
    table.add_row("readings", *(str(len(column)) for column in columns))
    moving = [[one for one in column if one.speed_mps != 0 and one.power_w != 0] for column in columns]
    for measure in READ_MEASURES:
        _add(table, measure.label, [_mean_and_spread(column, measure) for column in moving])
    distances = [[one.distance_m for one in column if one.distance_m is not None] for column in columns]
    _add(table, "distance, m", [f"{max(told) - min(told):.0f}" if told else "" for told in distances])
    return table


def _add(table: Table, label: str, cells: Sequence[str]) -> None:
    if any(cells):
        table.add_row(label, *cells)


def _doubts(strides: Sequence[Stride]) -> str:
    """The flags and how many of the strides carry each, the most frequent first."""
    flags = Counter(flag for stride in strides for flag in stride.flags)
    return ", ".join(f"{flag} {count / len(strides):.0%}" for flag, count in flags.most_common())


def _mean_and_spread(records: Iterable[Stride | PodReading], measure: Measure) -> str:
    known = [getattr(record, measure.field) for record in records]
    values = [value * measure.scale for value in known if value is not None]
    if not values:
        return ""
    return f"{fmean(values):.{measure.digits}f} ± {pstdev(values):.{measure.digits}f}"


def shares(values: Iterable[StrEnum | None]) -> str:
    """How often each value occurs among those known, the most frequent first."""
    known = Counter(value for value in values if value is not None)
    total = known.total()
    return ", ".join(f"{value} {100 * count / total:.0f} %" for value, count in known.most_common())
