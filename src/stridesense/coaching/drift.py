"""Finds out when a runner's form is no longer what it was, in any metric and any direction.

Fatigue does not have one direction (Sanno et al. 2018), so none is assumed; speed and cadence hide it, so each
metric is taken against the runner's own line over both (Zandbergen et al. 2023). What a block differs by is a
recursive residual (Brown, Durbin & Evans 1975): the line knows nothing of the block yet, and where it is
unsure, as at a speed never run before, a difference counts for little. The residuals are standardised by what
is known so far (self-starting, Hawkins 1987) and summed in a two-sided CUSUM (Page 1954).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from stridesense.coaching.blocks import Block, Pairing, block_of
from stridesense.coaching.halves import Course, half_change
from stridesense.coaching.metrics import METRICS, Metric
from stridesense.coaching.regression import (
    NOTHING,
    Fit,
    Moments,
    Point,
    Slopes,
    block_weight,
    place,
    solved,
    with_point,
    without,
)
from stridesense.model import Change, Foot, HalfChange, Stride


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftParams:
    """Constants of the charts, in SD of 25-stride medians; our own choice, see `benchmarks/drift.py`.

    Attributes:
        slack_sd: differences up to this are ignored: half of the shift that is looked for.
        alarm_sd: a sum beyond this is a change.
        clip_sd: a block counts as at most so far off.
        least_freedom: no sums before the noise is known from so many degrees of freedom.
    """

    slack_sd: float = 0.75
    alarm_sd: float = 7.0
    clip_sd: float = 2.5
    least_freedom: float = 8.0


DEFAULT: Final = DriftParams()


class Left(NamedTuple):
    """What was known when a sum left zero, and when that was."""

    since_s: float
    moments: Moments
    fit: Fit


@dataclass(slots=True)
class Side:
    """One direction of a chart: the sum, and what was known when it left zero; `sign` is 1 for a rise."""

    sign: float
    sum_sd: float = 0.0
    left: Left | None = None

    def add(self, off_sd: float, known: Left, params: DriftParams) -> bool:
        """Take one residual; return whether it is too much now."""
        clipped_sd = max(-params.clip_sd, min(params.clip_sd, off_sd))
        self.sum_sd = max(0.0, self.sum_sd + self.sign * clipped_sd - params.slack_sd)
        if self.sum_sd == 0.0:
            self.left = None
        elif self.left is None:
            self.left = known
        return self.sum_sd > params.alarm_sd

    def clear(self) -> None:
        """Begin again at zero."""
        self.sum_sd, self.left = 0.0, None


@dataclass(slots=True)
class Chart:
    """One metric of one foot: the line so far, and how blocks have differed from it."""

    moments: Moments = NOTHING
    earlier: Slopes = field(default_factory=Slopes)
    fit: Fit | None = None
    rise: Side = field(default_factory=lambda: Side(1.0))
    fall: Side = field(default_factory=lambda: Side(-1.0))

    def add(self, metric: Metric, point: Point, start_s: float, params: DriftParams) -> Left | None:
        """Take one block; return what was known before the metric changed, if it did."""
        fit, moments, weight, off_sd = self.fit, self.moments, 1.0, None
        if fit is not None and fit.freedom > 0.0:
            off_sd = fit.surprise_sd(point)
            weight = block_weight(off_sd)
        self.moments = with_point(moments, point, weight)
        self.fit = solved(metric, self.moments, self.earlier, before=fit)
        if fit is None or off_sd is None or fit.freedom < params.least_freedom:
            return None
        known = Left(start_s, moments, fit)
        for side in (self.rise, self.fall):
            if side.add(off_sd, known, params):
                return side.left
        return None

    def begin_again(self, metric: Metric, left: Left) -> float:
        """Start anew from where the metric changed; return by how much it did."""
        since = without(self.moments, left.moments)
        speed, _, cadence, value = since.means
        change = value - left.fit.at(speed, cadence)[0]
        self.earlier = self.earlier.after(left.moments)
        self.moments = since
        self.fit = solved(metric, since, self.earlier, before=left.fit)
        self.rise.clear()
        self.fall.clear()
        return change


@dataclass(slots=True)
class Drift:
    """All charts of a session: each metric of each foot, and both feet's contact against each other.

    Attributes:
        params: constants.
        charts: by foot and metric; both feet together are the unknown foot.
        courses: what `halves` compares, by the same.
        pairing: finds the blocks of both feet that belong together.
    """

    params: DriftParams = DEFAULT
    charts: dict[tuple[Foot, str], Chart] = field(default_factory=dict)
    courses: dict[tuple[Foot, str], Course] = field(default_factory=dict)
    pairing: Pairing = field(default_factory=Pairing)

    def add(self, strides: Sequence[Stride]) -> list[Change]:
        """Take the next 25 running strides of one foot, oldest first; return what has changed.

        Blocks that cannot be compared (see `block_of`) are passed over.
        """
        block = block_of(strides)
        if block is None:
            return []
        both = self.pairing.add(block)
        return self._changes(block) + (self._changes(both) if both else [])

    def halves(self) -> tuple[HalfChange, ...]:
        """The second half of the blocks so far against the first, at the same speed and cadence."""
        found = (
            half_change(METRICS[name], foot, course, fit.sd)
            for (foot, name), course in self.courses.items()
            if (fit := self.charts[foot, name].fit) is not None
        )
        return tuple(change for change in found if change is not None)

    def _changes(self, block: Block) -> list[Change]:
        changes = []
        for metric, point, _ in block.points():
            key = (block.foot, metric.name)
            chart = self.charts.setdefault(key, Chart())
            self.courses.setdefault(key, Course()).add(point)
            left = chart.add(metric, point, block.start_s, self.params)
            if left is not None:
                changes.append(_change(metric, block, chart, left))
        return changes


def _change(metric: Metric, block: Block, chart: Chart, left: Left) -> Change:
    """The change that a chart has found, told at the speed and cadence of the block."""
    by = chart.begin_again(metric, left)
    before, _ = left.fit.at(*place(block.speed_mps, block.cadence_spm))
    return Change(
        metric=metric.name,
        foot=block.foot,
        t_s=block.end_s,
        since_s=left.since_s,
        before=before,
        after=before + by,
        size_sd=by / left.fit.sd,
    )
