"""Motion of a foot that is no gait: smooth curves of place and angle, and knocks on top."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from stridesense.model.samples import FloatArray
from stridesense.simulator.bumps import Bumps, Knock
from stridesense.simulator.quintic import Quintic

Knot = tuple[float, float, float, float]
"""Time s, value, rate, acceleration."""

CHANNELS = ("forward_m", "left_m", "up_m", "roll_deg", "pitch_deg", "yaw_deg")


@dataclass(slots=True)
class Sketch:
    """Knots of the six channels and the knocks, written down in the order of time.

    The first knot of a channel is its rest; between two knots it moves with the least jerk that meets both.
    """

    knots: dict[str, list[Knot]] = field(default_factory=lambda: {name: [] for name in CHANNELS})
    knocks: list[Knock] = field(default_factory=list)

    def end(self, channel: str) -> float:
        """Where this channel was left."""
        return self.knots[channel][-1][1] if self.knots[channel] else 0.0

    def rest(self, t_s: float) -> None:
        """All channels stay where they are until this time."""
        for name, knots in self.knots.items():
            if not knots or knots[-1][0] < t_s:
                knots.append((t_s, self.end(name), 0.0, 0.0))

    def move(self, begin_s: float, end_s: float, **targets: float) -> None:
        """Move the named channels from rest to rest between these times."""
        for name, target in targets.items():
            knots = self.knots[name]
            if not knots or knots[-1][0] < begin_s:
                knots.append((begin_s, self.end(name), 0.0, 0.0))
            knots.append((end_s, target, 0.0, 0.0))


class FreeMotion:
    """A finished sketch, to be asked for any time."""

    def __init__(self, sketch: Sketch) -> None:
        self._curves = [Quintic.through(_closed(sketch.knots[name])) for name in CHANNELS]
        self._bumps = Bumps(sketch.knocks)

    def away_m(self, t_s: FloatArray) -> FloatArray:
        """How far the foot is from where it would stand, at these rising times, (n, 3) in m."""
        away = np.stack([curve(t_s) for curve in self._curves[:3]], axis=1)
        return away + self._bumps.at(t_s)

    def turned_rad(self, t_s: FloatArray) -> Sequence[FloatArray]:
        """Roll, pitch and yaw from how the foot would stand, (n,) each."""
        return [np.radians(curve(t_s)) for curve in self._curves[3:]]


def _closed(knots: list[Knot]) -> list[Knot]:
    """A curve needs two knots; a channel that never moves has none."""
    begin_s, end, *_ = knots[-1] if knots else (0.0, 0.0, 0.0, 0.0)
    return [*(knots or [(begin_s, end, 0.0, 0.0)]), (begin_s + 1.0, end, 0.0, 0.0)]
