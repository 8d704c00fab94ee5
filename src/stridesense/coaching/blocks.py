"""Medians over 25 strides of one foot: what the baseline learns from, and drift is looked for in.

25 strides are what stable running variables need (Oliveira & Pirscoveanu 2021) and what fatigue was seen with
over a marathon (Zandbergen et al. 2023).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final, NamedTuple

from stridesense.coaching.metrics import CONTACT_ASYMMETRY, METRICS, Metric
from stridesense.coaching.regression import Point, place
from stridesense.model import Foot, Gait, Stride

_LEAST: Final = 13
"""So many strides of a block must have a value: half of 25."""

_STEEP_DEG: Final = 2.0
"""Strides on steeper ground are not compared; our own choice."""

_STEADY_MPS: Final = 0.25
"""The two halves of a block may differ by this in speed; our own choice, four SD of what is measured."""

_SD_OF_QUARTERS: Final = 1.349
"""Distance of the quartiles of a normal distribution, in its SD."""

_CONTACT: Final = "contact_time_s"
_OTHER_FOOT: Final[Mapping[Foot, Foot]] = {Foot.LEFT: Foot.RIGHT, Foot.RIGHT: Foot.LEFT}


class Middle(NamedTuple):
    """Median of a block, and the robust SD of its single strides."""

    value: float
    spread: float


class Block(NamedTuple):
    """The medians of a block.

    Attributes:
        foot: whose strides; unknown for both feet together, or a pod of unknown side.
        start_s: first contact,
        end_s: last toe-off, on the session clock.
        speed_mps: median speed,
        cadence_spm: and cadence.
        middles: by metric, those that most of the strides have.
    """

    foot: Foot
    start_s: float
    end_s: float
    speed_mps: float
    cadence_spm: float
    middles: Mapping[str, Middle]

    def points(self) -> list[tuple[Metric, Point, float]]:
        """Each metric with its place and median, and the spread of its single strides."""
        speed, cadence = place(self.speed_mps, self.cadence_spm)
        return [
            (METRICS[name], Point(speed, cadence, value), spread)
            for name, (value, spread) in self.middles.items()
        ]


def block_of(strides: Sequence[Stride]) -> Block | None:
    """The medians of some 25 strides of one foot, oldest first; None where they cannot be compared.

    Only running strides on nearly level ground whose speed and cadence are known count. There must be 13 of
    them, at one speed.
    """
    fit = [stride for stride in strides if _is_comparable(stride)]
    speeds_mps = [stride.speed_mps for stride in fit if stride.speed_mps is not None]
    if len(fit) < _LEAST or not _is_steady(speeds_mps):
        return None
    cadences_spm = [stride.cadence_spm for stride in fit if stride.cadence_spm is not None]
    middles = {name: middle for name, metric in METRICS.items() if (middle := _middle(metric, fit))}
    return Block(
        foot=fit[0].foot,
        start_s=fit[0].initial_contact_s,
        end_s=fit[-1].terminal_contact_s,
        speed_mps=median(speeds_mps),
        cadence_spm=median(cadences_spm),
        middles=middles,
    )


def _is_comparable(stride: Stride) -> bool:
    steep = stride.slope_deg is not None and abs(stride.slope_deg) > _STEEP_DEG
    known = stride.speed_mps is not None and stride.cadence_spm is not None
    return stride.gait is Gait.RUN and known and not steep


def _is_steady(speeds_mps: Sequence[float]) -> bool:
    half = len(speeds_mps) // 2
    return abs(median(speeds_mps[:half]) - median(speeds_mps[half:])) <= _STEADY_MPS


def _middle(metric: Metric, strides: Sequence[Stride]) -> Middle | None:
    values = sorted(value for stride in strides if (value := metric.value(stride)) is not None)
    count = len(values)
    if count < _LEAST:
        return None
    quarter = count // 4
    middle = 0.5 * (values[(count - 1) // 2] + values[count // 2])
    return Middle(middle, (values[-1 - quarter] - values[quarter]) / _SD_OF_QUARTERS)


@dataclass(slots=True)
class Pairing:
    """Finds the blocks of both feet that belong together, for what only both feet have."""

    waiting: dict[Foot, Block] = field(default_factory=dict)

    def add(self, block: Block) -> Block | None:
        """Take a block of either foot; return that of both together, once the other foot has one too."""
        other = self.waiting.pop(_OTHER_FOOT.get(block.foot, Foot.UNKNOWN), None)
        if other is not None and _overlap(block, other):
            return _both(block, other) if block.foot is Foot.LEFT else _both(other, block)
        if block.foot in _OTHER_FOOT:
            self.waiting[block.foot] = block
        return None


def _overlap(one: Block, other: Block) -> bool:
    common_s = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    return common_s >= 0.5 * min(one.end_s - one.start_s, other.end_s - other.start_s)


def _both(left: Block, right: Block) -> Block | None:
    if _CONTACT not in left.middles or _CONTACT not in right.middles:
        return None
    of_left, of_right = left.middles[_CONTACT], right.middles[_CONTACT]
    percent = 100.0 / (0.5 * (of_left.value + of_right.value))
    spread = percent * (of_left.spread**2 + of_right.spread**2) ** 0.5
    return Block(
        foot=Foot.UNKNOWN,
        start_s=min(left.start_s, right.start_s),
        end_s=max(left.end_s, right.end_s),
        speed_mps=0.5 * (left.speed_mps + right.speed_mps),
        cadence_spm=0.5 * (left.cadence_spm + right.cadence_spm),
        middles={CONTACT_ASYMMETRY: Middle(percent * (of_left.value - of_right.value), spread)},
    )
