"""A session as formats with one row a second want it: what was measured while each second passed."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import floor
from statistics import fmean
from typing import Final

from stridesense.model import Foot, PodReading, Stride
from stridesense.recording.distance import lasts_s
from stridesense.recording.export_session import SessionRecord

MANY_SECONDS: Final = 14 * 24 * 3600
"""A session longer than this has a clock that is wrong, not a runner; our own choice."""


@dataclass(slots=True)
class Second:
    """One second of Unix time, and the strides that were under way in it, each with how long, s."""

    unix_s: int
    strides: dict[Foot, list[tuple[Stride, float]]] = field(default_factory=lambda: defaultdict(list))
    readings: dict[Foot, list[PodReading]] = field(default_factory=lambda: defaultdict(list))

    def of_foot(self, foot: Foot, value: Callable[[Stride], float | None]) -> float | None:
        """The mean of one foot's strides by how long each was under way; None where nothing was measured."""
        known = [
            (one, held_s)
            for stride, held_s in self.strides.get(foot, ())
            if (one := value(stride)) is not None
        ]
        total_s = sum(held_s for _, held_s in known)
        return sum(one * held_s for one, held_s in known) / total_s if total_s > 0.0 else None

    def mean(self, value: Callable[[Stride], float | None]) -> float | None:
        """The mean of the feet, each of which counts the same."""
        return _mean(self.of_foot(foot, value) for foot in self.strides)

    def told(self, value: Callable[[PodReading], float | None]) -> float | None:
        """The mean of what pods told themselves, each of which counts the same."""
        return _mean(_mean(map(value, readings)) for readings in self.readings.values())

    @property
    def held_s(self) -> float:
        """How long the foot that was seen longest was seen, s."""
        return min(
            1.0, max((sum(held_s for _, held_s in seen) for seen in self.strides.values()), default=0.0)
        )


def seconds(session: SessionRecord) -> list[Second]:
    """Every second from the first to the last of the session, also those in which nothing was measured.

    A stride is under way from its initial contact to the next one of the foot, or, where that is not known,
    to its toe-off.

    Raises:
        ValueError: the session lasts for weeks.
    """
    first, last = floor(session.zero_unix_s), floor(session.zero_unix_s + max(0.0, session.end_s))
    if last - first > MANY_SECONDS:
        msg = f"lasts {(last - first) / 3600:.0f} hours"
        raise ValueError(msg)
    grid = [Second(unix_s) for unix_s in range(first, last + 1)]
    for stride in session.strides:
        start_s = session.zero_unix_s - first + stride.initial_contact_s
        for number, held_s in overlaps(start_s, start_s + lasts_s(stride)):
            if 0 <= number < len(grid):
                grid[number].strides[stride.foot].append((stride, held_s))
    for reading in session.readings:
        number = floor(session.zero_unix_s - first + reading.t_s)
        if 0 <= number < len(grid):
            grid[number].readings[reading.foot].append(reading)
    return grid


def overlaps(start_s: float, end_s: float) -> Iterator[tuple[int, float]]:
    """The whole seconds that a span touches, and how long."""
    for number in range(floor(start_s), floor(end_s) + 1):
        held_s = min(end_s, number + 1.0) - max(start_s, float(number))
        if held_s > 0.0:
            yield number, held_s


def _mean(values: Iterator[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
