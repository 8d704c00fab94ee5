"""The second half of a session against the first, at the same speed and cadence."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from statistics import fmean, median
from typing import Final

from stridesense.coaching.metrics import Metric
from stridesense.coaching.regression import (
    NOTHING,
    UNKNOWN_NOISE,
    Fit,
    Moments,
    Point,
    Slopes,
    normal_of_t,
    settled,
    with_point,
)
from stridesense.model import Foot, HalfChange

_MOST: Final = 128
"""So many points of a course are kept; then every two become one (our own choice)."""

_LEAST: Final = 8
"""Points that a course needs to be halved; our own choice."""

_BATCHES: Final = 8
"""Neighbouring points are joined to at most so many a half, so that a slow wander does not count as proof."""

_ONE_PERCENT_SD: Final = 2.576
"""Two-sided limit of the normal distribution at 1 %."""


@dataclass(slots=True)
class Course:
    """How a metric went, in at most 128 points however long the run: means of `per_point` blocks each."""

    points: list[Point] = field(default_factory=list)
    per_point: int = 1
    waiting: list[Point] = field(default_factory=list)

    def add(self, point: Point) -> None:
        """Take the next block."""
        self.waiting.append(point)
        if len(self.waiting) < self.per_point:
            return
        self.points.append(_mean(self.waiting))
        self.waiting = []
        if len(self.points) >= _MOST:
            self.points = _grouped(self.points, 2)
            self.per_point *= 2


def half_change(metric: Metric, foot: Foot, course: Course, block_sd: float) -> HalfChange | None:
    """What changed from one half to the other; None from too few blocks.

    A t test on the levels of both halves with common slopes: where the halves differ in speed as well, the
    doubt about the slopes is in it.

    Args:
        metric: of the course.
        foot: of the course.
        course: of the session.
        block_sd: SD of medians of 25 strides.
    """
    points = course.points
    if len(points) < _LEAST:
        return None
    middle = len(points) // 2
    size = max(1, middle // _BATCHES)
    first, second = _grouped(points[:middle], size), _grouped(points[middle:], size)
    one, other = _moments(first), _moments(second)
    fit = settled(metric, other, Slopes().after(one), UNKNOWN_NOISE)
    at_first, unsure = fit.at(one.means[0], one.means[2])
    t = (at_first - one.means[3]) / (fit.sd * sqrt(unsure + 1.0 / one.weight))
    before, after = _level(fit, first, points), _level(fit, second, points)
    return HalfChange(
        metric=metric.name,
        foot=foot,
        first=before,
        second=after,
        size_sd=(after - before) / block_sd,
        sure=abs(normal_of_t(t, fit.freedom)) > _ONE_PERCENT_SD,
    )


def _level(fit: Fit, half: Sequence[Point], points: Sequence[Point]) -> float:
    """Median of a half, brought to the speed and cadence of the whole."""
    there, _ = fit.at(fmean(point.speed for point in points), fmean(point.cadence for point in points))
    return there + median(point.value - fit.at(point.speed, point.cadence)[0] for point in half)


def _moments(points: Sequence[Point]) -> Moments:
    moments = NOTHING
    for point in points:
        moments = with_point(moments, point)
    return moments


def _grouped(points: Sequence[Point], size: int) -> list[Point]:
    """Means of so many neighbours each; what is left over at the end joins the last."""
    starts = range(0, len(points) - size + 1, size)
    ends = [*list(starts)[1:], len(points)]
    return [_mean(points[start:end]) for start, end in zip(starts, ends, strict=True)]


def _mean(points: Sequence[Point]) -> Point:
    return Point(
        fmean(point.speed for point in points),
        fmean(point.cadence for point in points),
        fmean(point.value for point in points),
    )
