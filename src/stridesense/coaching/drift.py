"""Finds out when a runner's form is no longer what it was, in any metric and any direction.

Fatigue does not have one direction (Sanno et al. 2018), so none is assumed; speed and cadence hide it, so
each metric is taken against the runner's own line over both (Zandbergen et al. 2023). What a block differs by
is a recursive residual (Brown, Durbin & Evans 1975): the line knows nothing of it yet, and where the line is
unsure, as at a speed never run before, a difference counts for little. The residuals are standardised by what
is known so far (self-starting, Hawkins 1987) and summed in a two-sided CUSUM (Page 1954).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from statistics import median
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
    place,
    solved,
    with_point,
)
from stridesense.model import Change, Foot, HalfChange, Stride


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftParams:
    """Constants of the charts, in SD of 25-stride medians; our own choice, see `benchmarks/drift.py`.

    Attributes:
        slack_sd: differences up to this are ignored: half of the shift that is looked for.
        alarm_sd: a sum beyond this is a change; more so where the metric wanders, see `Carry`.
        clip_sd: a block counts as at most so far off.
        least_freedom: no sums before the noise is known from so many degrees of freedom.
        carry_blocks: a metric is believed to wander as is usual for it, as if so many blocks had shown it.
        most_blocks: no beginning is looked for further back.
    """

    slack_sd: float = 0.75
    alarm_sd: float = 8.5
    clip_sd: float = 4.0
    least_freedom: float = 8.0
    carry_blocks: float = 60.0
    most_blocks: int = 40


DEFAULT: Final = DriftParams()


@dataclass(slots=True)
class Carry:
    """How much of a block's noise goes on in the next: sums of what wanders go far by chance.

    Attributes:
        last_sd: the residual before.
        products: sum of products of neighbouring residuals,
        squares: and of their squares.
    """

    last_sd: float = 0.0
    products: float = 0.0
    squares: float = 0.0

    def add(self, off_sd: float) -> None:
        """Take the next residual."""
        self.products += off_sd * self.last_sd
        self.squares += off_sd * off_sd
        self.last_sd = off_sd

    def inflation(self, usual: float, blocks: float) -> float:
        """How many times the variance of a long sum is that of independent blocks, 1 to 9.

        `usual` is the carry that is believed in, as if so many blocks had shown it.
        """
        carry = (self.products + usual * blocks) / (self.squares + blocks)
        carry = min(0.8, max(0.0, carry))
        return (1.0 + carry) / (1.0 - carry)


class Seen(NamedTuple):
    """A block while a sum is not zero: how far off it was (SD), and what was known before it."""

    start_s: float
    point: Point
    off_sd: float
    moments: Moments
    fit: Fit


@dataclass(slots=True)
class Side:
    """One direction of a chart: `sign` is 1 for a rise.

    Attributes:
        sum_sd: how far the residuals went beyond the slack.
        limit_sd: how far they may go this time.
        since: the blocks since the sum left zero, the last ones.
    """

    sign: float
    sum_sd: float = 0.0
    limit_sd: float = 0.0
    since: list[Seen] = field(default_factory=list)

    def add(self, seen: Seen, inflation: float, params: DriftParams) -> bool:
        """Take one block; return whether the sum is too far off now."""
        self.sum_sd = max(0.0, self.sum_sd + self.sign * seen.off_sd - params.slack_sd)
        if self.sum_sd == 0.0:
            self.since = []
            return False
        if not self.since:
            self.limit_sd = params.alarm_sd * inflation
        self.since.append(seen)
        if len(self.since) > params.most_blocks:
            del self.since[0]
        return self.sum_sd > self.limit_sd

    def changed(self) -> list[Seen]:
        """The blocks since the likeliest beginning: what came before it differs by less than half."""
        off = [self.sign * seen.off_sd for seen in self.since]
        half = 0.5 * median(off)
        sums = list(accumulate(each - half for each in reversed(off)))
        return self.since[len(off) - 1 - sums.index(max(sums)) :]

    def clear(self) -> None:
        """Begin again at zero."""
        self.sum_sd, self.since = 0.0, []


@dataclass(slots=True)
class Chart:
    """One metric of one foot: the line so far, and how blocks have differed from it."""

    moments: Moments = NOTHING
    earlier: Slopes = field(default_factory=Slopes)
    fit: Fit | None = None
    carry: Carry = field(default_factory=Carry)
    rise: Side = field(default_factory=lambda: Side(1.0))
    fall: Side = field(default_factory=lambda: Side(-1.0))

    def add(self, metric: Metric, point: Point, start_s: float, params: DriftParams) -> list[Seen]:
        """Take one block; return those since the metric changed, if it did."""
        fit, moments, weight, off_sd = self.fit, self.moments, 1.0, 0.0
        if fit is not None and fit.freedom > 0.0:
            surprise = fit.surprise(point)
            off_sd, weight = surprise.of_runner_sd, surprise.weight
        self.moments = with_point(moments, point, weight)
        self.fit = solved(metric, self.moments, self.earlier, before=fit)
        if fit is None or fit.freedom < params.least_freedom:
            return []
        inflation = self.carry.inflation(metric.carry, params.carry_blocks)
        self.carry.add(off_sd)
        clipped_sd = max(-params.clip_sd, min(params.clip_sd, off_sd))
        seen = Seen(start_s, point, clipped_sd, moments, fit)
        for side in (self.rise, self.fall):
            if side.add(seen, inflation, params):
                return side.changed()
        return []

    def begin_again(self, metric: Metric, changed: Sequence[Seen]) -> float:
        """Start anew from where the metric changed; return by how much it did."""
        before = changed[0]
        since = NOTHING
        for seen in changed:
            since = with_point(since, seen.point)
        speed, _, cadence, value = since.means
        self.earlier = self.earlier.after(before.moments)
        self.moments = since
        self.fit = solved(metric, since, self.earlier, before=before.fit)
        self.carry.last_sd = 0.0
        self.rise.clear()
        self.fall.clear()
        return value - before.fit.at(speed, cadence)[0]


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
            changed = chart.add(metric, point, block.start_s, self.params)
            if changed:
                changes.append(_change(metric, block, chart, changed))
        return changes


def _change(metric: Metric, block: Block, chart: Chart, changed: Sequence[Seen]) -> Change:
    """The change that a chart has found, told at the speed and cadence of the block."""
    by = chart.begin_again(metric, changed)
    line = changed[0].fit
    before, _ = line.at(*place(block.speed_mps, block.cadence_spm))
    return Change(
        metric=metric.name,
        foot=block.foot,
        t_s=block.end_s,
        since_s=changed[0].start_s,
        before=before,
        after=before + by,
        size_sd=by / line.sd,
    )
