"""The runner's own baseline: what a foot usually does at a speed and cadence, and how it varies.

It is learned from medians of 25 strides, robustly, over lines whose slopes have priors (see `regression`); it
starts from the last sessions in the same shoe. Nothing in it is from other runners but these priors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite, sqrt
from statistics import median
from typing import Final, NamedTuple

from stridesense.coaching.blocks import block_of
from stridesense.coaching.metrics import METRICS, Metric
from stridesense.coaching.regression import (
    NOTHING,
    UNKNOWN_NOISE,
    Fit,
    Moments,
    Noise,
    Point,
    Slopes,
    Surprise,
    added,
    joined,
    scaled,
    settled,
    solved,
    with_point,
)
from stridesense.model import Foot, Stride

Kept = tuple[float, ...]
"""What is kept of one metric of one foot: degrees of freedom, variance of single strides within a block, then
the weight, 4 means and 10 products of `Moments`."""

_ENOUGH: Final = 4
"""So many blocks make a baseline; our own choice: 100 strides of a foot, some 70 s."""

_MOST: Final = 200.0
"""What was learned never weighs more than so many blocks: about an hour; our own choice."""

_SESSIONS: Final = 5
_SESSION_WEIGHT: Final = 15.0
"""A session counts as at most so many blocks, some four minutes; our own choice."""

_FADING: Final = 0.7
"""What a session counts against the next newer one; our own choice."""

_ANEW: Final = 1.0
"""Variance of the level from session to session, over that of blocks, as first believed: the pod never sits
quite the same; our own choice."""

_SEPARATE: Final = 1.57 / 25.0
"""Variance of a median of 25 independent values over theirs (pi / 2 / n)."""

_BELIEVED: Final = 4.0
"""Degrees of freedom that this theory is worth against what is measured; our own choice."""


class Expected(NamedTuple):
    """What is usual: `value`, the SD of single strides around it, and the SD of `value` itself."""

    value: float
    spread: float
    sure_sd: float


@dataclass(slots=True)
class Usual:
    """One metric of one foot.

    Attributes:
        moments: what holds the level, earlier sessions included.
        earlier: what earlier sessions tell of the slopes.
        fit: the line, None before enough blocks.
        spread: SD of single strides around it.
        within: mean variance of single strides within a block,
        blocks: over so many blocks.
        own: moments of this session alone.
        waiting: the first blocks, until they are enough.
    """

    moments: Moments = NOTHING
    earlier: Slopes = field(default_factory=Slopes)
    fit: Fit | None = None
    spread: float = 0.0
    within: float = 0.0
    blocks: int = 0
    own: Moments = NOTHING
    waiting: list[Point] = field(default_factory=list)

    def learn(self, metric: Metric, point: Point, spread: float) -> None:
        """Take one block; the first ones are held back to be weighed by one another."""
        self.blocks += 1
        self.within += (spread * spread - self.within) / min(self.blocks, _MOST)
        if self.blocks > _ENOUGH:
            self._take(point, self._weight(point))
        else:
            self.waiting.append(point)
            if self.blocks < _ENOUGH:
                return
            for early, weight in zip(self.waiting, _weights(metric, self.waiting), strict=True):
                self._take(early, weight)
            self.waiting = []
        self._solve(metric)

    def know(self, metric: Metric, kept: Kept) -> None:
        """Start from what earlier sessions have shown."""
        freedom, self.within, weight, *rest = kept
        s, q, c, y, *products = rest
        self.moments = Moments(weight, (s, q, c, y))
        self.earlier = Slopes(freedom, added(NOTHING.products, products))
        self.blocks = 1
        self._solve(metric)

    def kept(self) -> Kept | None:
        """What later sessions can start from; None if there was too little of this one."""
        own = self.own
        if own.weight <= 0.0:
            return None
        return (max(0.0, own.weight - 1.0), self.within, own.weight, *own.means, *own.products)

    def _weight(self, point: Point) -> float:
        return 1.0 if self.fit is None else self.fit.surprise(point, _BELIEVED).weight

    def _take(self, point: Point, weight: float) -> None:
        self.moments = with_point(self.moments, point, weight)
        self.own = with_point(self.own, point, weight)
        if self.moments.weight > _MOST:
            self.moments = scaled(self.moments, _MOST / self.moments.weight)

    def _solve(self, metric: Metric) -> None:
        noise = Noise(_SEPARATE * self.within, _BELIEVED)
        if self.fit is None:
            self.fit = settled(metric, self.moments, self.earlier, noise)
        else:
            self.fit = solved(metric, self.moments, self.earlier, noise, self.fit)
        wander = max(0.0, self.fit.sd**2 - noise.variance)
        self.spread = max(metric.least_sd, sqrt(self.within + wander))


@dataclass(slots=True)
class Baseline:
    """What is usual for this runner: `lines` holds each metric of each foot."""

    lines: dict[Foot, dict[str, Usual]] = field(default_factory=dict)

    @classmethod
    def known(cls, moments: Mapping[Foot, Mapping[str, Kept]]) -> "Baseline":
        """Start from earlier sessions, see `pooled`; what is not understood of them is passed over."""
        baseline = cls()
        for foot, of_foot in moments.items():
            for name, kept in of_foot.items():
                if name in METRICS and _is_whole(kept):
                    baseline._line(foot, name).know(METRICS[name], kept)
        return baseline

    def learn(self, strides: Sequence[Stride]) -> None:
        """Take the next 25 running strides of one foot; blocks that cannot be compared are passed over."""
        block = block_of(strides)
        if block is None:
            return
        for metric, point, spread in block.points():
            self._line(block.foot, metric.name).learn(metric, point, spread)

    def expected(
        self, foot: Foot, metric: str, speed_mps: float | None, cadence_spm: float | None
    ) -> Expected | None:
        """What is usual at this speed and cadence; None where they or the usual are not known."""
        usual = self.lines[foot].get(metric) if foot in self.lines else None
        if usual is None or speed_mps is None or cadence_spm is None or (fit := usual.fit) is None:
            return None
        value, unsure = fit.at(speed_mps - 3.0, 0.1 * (cadence_spm - 170.0))
        return Expected(value, usual.spread, fit.sd * sqrt(unsure))

    def moments(self) -> dict[Foot, dict[str, Kept]]:
        """What this session has shown, without the earlier ones: what a report keeps."""
        return {
            foot: {name: kept for name, usual in lines.items() if (kept := usual.kept()) is not None}
            for foot, lines in self.lines.items()
        }

    def _line(self, foot: Foot, name: str) -> Usual:
        return self.lines.setdefault(foot, {}).setdefault(name, Usual())


def pooled(sessions: Sequence[Mapping[Foot, Mapping[str, Kept]]]) -> dict[Foot, dict[str, Kept]]:
    """What the last five sessions of a shoe tell the next one: newest first, older ones fading.

    The slopes are those within sessions. The level counts for no more than it has stayed the same between
    sessions, so that a new one soon has its own.
    """
    found: dict[Foot, dict[str, list[tuple[int, Kept]]]] = {}
    for age, session in enumerate(sessions[:_SESSIONS]):
        for foot, of_foot in session.items():
            for name, kept in of_foot.items():
                if name in METRICS and _is_whole(kept):
                    found.setdefault(foot, {}).setdefault(name, []).append((age, kept))
    return {
        foot: {name: _pooled(METRICS[name], kept) for name, kept in of_foot.items()}
        for foot, of_foot in found.items()
    }


def _pooled(metric: Metric, sessions: Sequence[tuple[int, Kept]]) -> Kept:
    level, slopes, within, weights = NOTHING, Slopes(), 0.0, 0.0
    levels = []
    for age, kept in sessions:
        session = _moments_of(kept)
        share = _FADING**age * min(1.0, _SESSION_WEIGHT / session.weight)
        faded = scaled(session, share)
        levels.append(Moments(faded.weight, session.means))
        level = joined(level, levels[-1])
        slopes = Slopes(slopes.freedom + share * kept[0], added(slopes.products, faded.products))
        within += faded.weight * kept[1]
        weights += faded.weight
    within /= weights
    fit = settled(metric, level._replace(products=NOTHING.products), slopes, UNKNOWN_NOISE)
    wander = _wander(fit, levels)
    surely = 1.0 / (1.0 / level.weight + wander * (1.0 + sum(one.weight**2 for one in levels) / weights**2))
    return (slopes.freedom, within, surely, *level.means, *slopes.products)


def _wander(fit: Fit, levels: Sequence[Moments]) -> float:
    """Variance of the level from session to session, over that of blocks."""
    off = [one.means[3] - fit.at(one.means[0], one.means[2])[0] for one in levels]
    seen = sum((each / fit.sd) ** 2 for each in off)
    return (2.0 * _ANEW + seen) / (2.0 + len(off) - 1)


def _weights(metric: Metric, points: Sequence[Point]) -> list[float]:
    """What the first blocks weigh, by their distance from the middle of them along the slope as believed."""
    along = [
        point.value - metric.speed.mean * point.speed - metric.cadence.mean * point.cadence
        for point in points
    ]
    middle = median(along)
    usual = max(metric.usual_sd, 1.5 * median(abs(each - middle) for each in along))
    return [Surprise((each - middle) / usual, 0.0).weight for each in along]


def _moments_of(kept: Kept) -> Moments:
    _, _, weight, s, q, c, y, *products = kept
    return Moments(weight, (s, q, c, y), added(NOTHING.products, products))


def _is_whole(kept: Kept) -> bool:
    return len(kept) == 17 and all(map(isfinite, kept)) and min(kept[:2]) >= 0.0 and kept[2] > 0.0
