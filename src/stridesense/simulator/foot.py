"""The foot as a convex sole that rolls on the ground without slipping.

Side view, x forward from the ball of the foot, z up, pitch > 0 = toes up. The sole is the smoothed hull of
three points; its support function says how high the ball stands for a given pitch, and the integral of the
support function says how far the ball has moved. Heel drop, kiss, hold, heel-off and toe pivot all follow.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from stridesense.model.samples import FloatArray
from stridesense.simulator.quintic import Quintic


@dataclass(frozen=True, slots=True)
class Sole:
    """The outline of a sole in the side view.

    Attributes:
        heel_to_ball_m: from the heel edge to the ball of the foot, m.
        toe_m: from the ball to the tip of the toes, m.
        toe_spring_m: how high the tip of the toes stands when the foot is flat, m.
        sharpness_per_m: the corners are rounded by about one over this, 1/m.
    """

    heel_to_ball_m: float
    toe_m: float
    toe_spring_m: float
    sharpness_per_m: float

    def support(self, pitch_rad: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Height of the ball above the ground and its first two derivatives over pitch, each (n,), m, rad."""
        x, z = np.array([[-self.heel_to_ball_m], [0.0], [self.toe_m]]), np.zeros((3, 1))
        z[2] = self.toe_spring_m
        sine, cosine = np.sin(pitch_rad), np.cos(pitch_rad)
        height = x * sine + z * cosine
        lever = x * cosine - z * sine
        lowest = height.min(axis=0)
        weight = np.exp(-self.sharpness_per_m * (height - lowest))
        total = weight.sum(axis=0)
        weight = weight / total
        mean_lever = (weight * lever).sum(axis=0)
        spread = (weight * lever**2).sum(axis=0) - mean_lever**2
        value = np.log(total) / self.sharpness_per_m - lowest
        return value, -mean_lever, (weight * height).sum(axis=0) + self.sharpness_per_m * spread

    def rolled_m(self, pitch_rad: FloatArray) -> FloatArray:
        """How far back the ball lies for this pitch, from flat, when rolling on the spot; (n,) in m."""
        return _rolled(self)(pitch_rad)

    def heel_height_m(self, pitch_rad: FloatArray, ball_height_m: FloatArray) -> FloatArray:
        """Height of the heel edge above where it is when the foot stands flat; (n,) in m."""
        return ball_height_m - self.heel_to_ball_m * np.sin(pitch_rad) - _flat_height_m(self)

    def pitch_for_heel_height_rad(self, height_m: float) -> float:
        """The pitch, toes down, at which a foot on its ball has the heel at this height."""
        pitch = np.radians(np.linspace(0.0, -60.0, 1201))
        return float(np.interp(height_m, self.heel_height_m(pitch, self.support(pitch)[0]), pitch))


@cache
def _flat_height_m(sole: Sole) -> float:
    return float(sole.support(np.zeros(1))[0][0])


@cache
def _rolled(sole: Sole) -> Quintic:
    """Integral of the support function over pitch, by Simpson's rule between knots of 0.1 deg."""
    pitch = np.radians(np.linspace(-170.0, 80.0, 2501))
    value, slope, _ = sole.support(pitch)
    step = pitch[1] - pitch[0]
    middle = sole.support(pitch[:-1] + step / 2)[0]
    integral = np.concatenate(([0.0], np.cumsum((value[:-1] + 4 * middle + value[1:]) * step / 6)))
    return Quintic(pitch, integral, value, slope)
