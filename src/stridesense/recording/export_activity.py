"""A session as an activity: a row of figures each second, laps between the runner's marks, and totals.

Names and units are those of the FIT profile; fields of our own go by their names for people.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from math import floor
from statistics import fmean
from typing import Final

from stridesense.recording.distance import ways
from stridesense.recording.export_fields import NATIVE, OWN, cadence
from stridesense.recording.export_seconds import overlaps, seconds
from stridesense.recording.export_session import SessionRecord

AVERAGES: Final = ("stance_time", "stance_time_percent", "stance_time_balance", "step_length", "power")
"""Fields of the record whose means stand in lap and session as `avg_...`."""

RECORD: Final = (*NATIVE, "cadence", "fractional_cadence", "distance")
"""Fields of the record message by their name in the FIT profile."""

MOST_LAPS: Final = 1000
"""Marks beyond these make no laps; our own choice, more than a runner sets."""

_CADENCE_PARTS: Final = 128
"""The profile tells fractions of a stride a minute in 128ths."""

Row = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A lap, or the whole session.

    Attributes:
        rows: of its seconds.
        start_unix_s: the first of them.
        end_unix_s: the one after the last.
        lasts_s: from mark to mark, s.
        strides: of the foot that has more of them.
    """

    rows: Sequence[Row]
    start_unix_s: int
    end_unix_s: int
    lasts_s: float
    strides: int

    def totals(self) -> Row:
        """Way, and means over the seconds in which a thing was measured; mean speed is way over time."""
        steps = self._known("step_m")
        way_m = sum(steps) if steps else None
        found: Row = {f"avg_{name}": self._over(name, fmean) for name in AVERAGES}
        found["avg_cadence"], found["avg_fractional_cadence"] = split(self._over("strides_pm", fmean))
        found["max_cadence"], found["max_fractional_cadence"] = split(self._over("strides_pm", max))
        found["enhanced_max_speed"] = self._over("enhanced_speed", max)
        found["total_distance"] = way_m
        found["enhanced_avg_speed"] = None if way_m is None or self.lasts_s <= 0.0 else way_m / self.lasts_s
        return found

    def _over(self, name: str, summary: Callable[[list[float]], float]) -> float | None:
        known = self._known(name)
        return summary(known) if known else None

    def _known(self, name: str) -> list[float]:
        return [value for row in self.rows if (value := row[name]) is not None]


def activity_rows(session: SessionRecord) -> list[Row]:
    """The figures of each second; `step_m` and `strides_pm` are for the totals.

    Raises:
        ValueError: the session lasts for weeks.
    """
    grid = seconds(session)
    rows, way_m = list[Row](), 0.0
    for second, step_m in zip(grid, _steps_m(session, len(grid)), strict=True):
        way_m += step_m or 0.0
        row: Row = {name: value(second) for name, value in NATIVE.items()}
        row |= {own.name: own.value(second) for own in OWN}
        strides_pm = cadence(second)
        row["cadence"], row["fractional_cadence"] = split(strides_pm)
        row["distance"] = None if step_m is None else way_m
        rows.append(row | {"step_m": step_m, "strides_pm": strides_pm})
    return rows


def _steps_m(session: SessionRecord, count: int) -> list[float | None]:
    """How far the runner came in each second, m; None where that is not known.

    What lies a moment beyond the last second, as the pod's clock is another, belongs to that.
    """
    steps_m = list[float | None]([None] * count)
    into_s = session.zero_unix_s - floor(session.zero_unix_s)
    for way in ways(session.strides, session.readings):
        for number, held_s in overlaps(into_s + way.start_s, into_s + way.end_s):
            place = min(number, count - 1)
            steps_m[place] = (steps_m[place] or 0.0) + held_s * way.speed_mps
    return steps_m


def split(strides_pm: float | None) -> tuple[float | None, float | None]:
    """Strides a minute as whole ones and a rest below one, also once that is rounded."""
    if strides_pm is None:
        return None, None
    whole, parts = divmod(round(_CADENCE_PARTS * strides_pm), _CADENCE_PARTS)
    return float(whole), parts / _CADENCE_PARTS


def whole_of(session: SessionRecord, rows: Sequence[Row]) -> Stretch:
    """The session as one stretch."""
    first_unix_s, end_s = floor(session.zero_unix_s), max(0.0, session.end_s)
    return Stretch(rows, first_unix_s, first_unix_s + len(rows), end_s, _strides(session, 0.0, end_s + 1.0))


def laps_of(session: SessionRecord, rows: Sequence[Row]) -> list[Stretch]:
    """What lies between the marks; a mark less than a second after another, or at an end, makes no lap."""
    first_unix_s, end_s = floor(session.zero_unix_s), max(0.0, session.end_s)
    cuts = [(0, 0.0), *islice(_cuts(session, len(rows)), MOST_LAPS - 1), (len(rows), end_s)]
    return [
        Stretch(
            rows[row:next_row],
            first_unix_s + row,
            first_unix_s + next_row,
            until_s - from_s,
            _strides(session, from_s, until_s if next_row < len(rows) else end_s + 1.0),
        )
        for (row, from_s), (next_row, until_s) in pairwise(cuts)
    ]


def _cuts(session: SessionRecord, rows: int) -> Iterator[tuple[int, float]]:
    """By mark, the row that a lap begins with and its session time."""
    first_unix_s, before = floor(session.zero_unix_s), 0
    for t_s in sorted(session.marks_s):
        row = floor(session.zero_unix_s + t_s) - first_unix_s
        if before < row < rows:
            yield row, t_s
            before = row


def _strides(session: SessionRecord, start_s: float, end_s: float) -> int:
    feet = [stride.foot for stride in session.strides if start_s <= stride.initial_contact_s < end_s]
    return max((feet.count(foot) for foot in set(feet)), default=0)
