"""Left and right mixed up: what the roll of the feet says about which foot is which.

A foot lands on its outer edge and rolls inward: with the left edge up counted positive, a right foot turns
negative and a left foot positive, whichever way the pod sits. Single runners, and tight turns, do otherwise,
so one foot proves nothing; two feet that both roll outward, stride after stride, are taken for each other.
"""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from stridesense.model import Foot

SIDES_SWAPPED: Final = "sides_swapped"

INWARD_WINDOW_S: Final = (0.005, 0.1)
"""From initial contact on, the stretch over which the roll rate is averaged."""

_INWARD: Final = {Foot.LEFT: 1.0, Foot.RIGHT: -1.0}


class SidesParams(NamedTuple):
    """When the feet are taken for swapped.

    Attributes:
        following: share by which the shares below follow one stride.
        enough: strides of each foot before anything is said.
        outward: share of recent strides of either foot that must roll outward.
    """

    following: float = 0.05
    enough: int = 30
    outward: float = 0.8


@dataclass(slots=True)
class Sides:
    """How often each foot has lately rolled outward after landing, and over how many strides."""

    strides: dict[Foot, int] = field(default_factory=dict)
    outward: dict[Foot, float] = field(default_factory=dict)

    def learn(self, foot: Foot, roll_rate_dps: float, params: SidesParams) -> None:
        """Take one stance's mean roll rate over `INWARD_WINDOW_S` in deg/s, left edge up positive."""
        if foot not in _INWARD:
            return
        rolls_outward = roll_rate_dps * _INWARD[foot] < 0.0
        share = self.outward.get(foot, 0.5)
        self.outward[foot] = share + params.following * (rolls_outward - share)
        self.strides[foot] = self.strides.get(foot, 0) + 1

    def swapped(self, params: SidesParams) -> bool:
        """Whether both feet roll as the other one should."""
        return all(
            self.strides.get(foot, 0) >= params.enough and self.outward[foot] > params.outward
            for foot in _INWARD
        )
