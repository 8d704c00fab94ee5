"""The foot in the air: from toe-off to the next contact, meeting both ends exactly."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stridesense.model.samples import FloatArray
from stridesense.simulator.quintic import Quintic
from stridesense.simulator.runner_model import SwingShape
from stridesense.simulator.smooth import ramp, ramp_slope

LONGEST_SWING_S: Final = 1.5
"""In a longer swing the foot is held up."""

LIFT_S: Final = 0.4
"""Then it takes so long from toe-off until it is up, and from there to the next contact."""


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Position m, velocity m/s and acceleration m/s^2 of the ball at one end of each swing, (n, 3)."""

    position: FloatArray
    velocity: FloatArray
    acceleration: FloatArray


class Swings:
    """Every swing of a foot.

    Level motion is the fading acceleration of toe-off plus two bumps whose sizes meet velocity and place of
    the landing; height is two quintics through the apex, joined without a jump of jerk.
    """

    def __init__(
        self,
        shape: SwingShape,
        begin_s: FloatArray,
        end_s: FloatArray,
        start: State,
        end: State,
        apex_m: FloatArray,
    ) -> None:
        self._shape = shape
        self._begin, self._duration = begin_s, end_s - begin_s
        self._position = start.position[:, :2]
        self._velocity = start.velocity[:, :2] * self._duration[:, np.newaxis]
        self._fading = start.acceleration[:, :2] * self._duration[:, np.newaxis] ** 2
        self._bumps = self._fit_bumps(end)
        self._height = _height_curve(shape.apex, begin_s, end_s, start, end, apex_m)

    def at(self, t_s: FloatArray, swing: NDArray[np.intp]) -> FloatArray:
        """Position of the ball at these times of these swings, (n, 3) in m."""
        u = self.share(t_s, swing)[:, np.newaxis]
        level = (
            self._position[swing]
            + self._velocity[swing] * u
            + self._fading[swing] * (u**2 / 2 - ramp(u, self._shape.handover))
            + self._bumps[0][swing] * _bump(u, *self._shape.forward)
            + self._bumps[1][swing] * _bump(u, *self._shape.backward)
        )
        return np.column_stack((level, self._height(t_s)))

    def share(self, t_s: FloatArray, swing: NDArray[np.intp]) -> FloatArray:
        """How much of the swing is over, 0 to 1, (n,)."""
        share: FloatArray = (t_s - self._begin[swing]) / self._duration[swing]
        return share

    def _fit_bumps(self, end: State) -> tuple[FloatArray, FloatArray]:
        """Sizes of the forward and the backward bump, each (n, 2): two equations per swing and axis."""
        one, handover = np.ones(1), self._shape.handover
        faded = (1.0 - ramp_slope(one, handover), 0.5 - ramp(one, handover))
        duration = self._duration[:, np.newaxis]
        speed = end.velocity[:, :2] * duration - self._velocity - self._fading * faded[0]
        way = end.position[:, :2] - self._position - self._velocity - self._fading * faded[1]
        v1, v2 = _bump_slope(one, *self._shape.forward), _bump_slope(one, *self._shape.backward)
        x1, x2 = _bump(one, *self._shape.forward), _bump(one, *self._shape.backward)
        determinant = v1 * x2 - v2 * x1
        return (speed * x2 - way * v2) / determinant, (way * v1 - speed * x1) / determinant


def _height_curve(
    apex_share: float,
    begin_s: FloatArray,
    end_s: FloatArray,
    start: State,
    end: State,
    apex_m: FloatArray,
) -> Quintic:
    knots = []
    for i, (begin, stop, apex) in enumerate(zip(begin_s, end_s, apex_m, strict=True)):
        first = (start.position[i, 2], start.velocity[i, 2], start.acceleration[i, 2])
        last = (end.position[i, 2], end.velocity[i, 2], end.acceleration[i, 2])
        if stop - begin > LONGEST_SWING_S:
            middle = [(begin + LIFT_S, apex, 0.0, 0.0), (stop - LIFT_S, apex, 0.0, 0.0)]
        else:
            rise_s = apex_share * (stop - begin)
            curvature = _apex_curvature(rise_s, stop - begin - rise_s, apex, first, last)
            middle = [(begin + rise_s, apex, 0.0, curvature)]
        knots += [(begin, *first), *middle, (stop, *last)]
    return Quintic.through(knots)


def _apex_curvature(
    rise_s: float,
    fall_s: float,
    apex: float,
    first: tuple[float, float, float],
    last: tuple[float, float, float],
) -> float:
    """Vertical acceleration at the apex that lets the jerk of the two quintics meet."""
    rising = (20 * (apex - first[0]) - 8 * first[1] * rise_s - first[2] * rise_s**2) / rise_s**3
    falling = (20 * (last[0] - apex) - 8 * last[1] * fall_s + last[2] * fall_s**2) / fall_s**3
    return (falling - rising) / (3 / rise_s + 3 / fall_s)


def _bump_slope(u: FloatArray, begin: float, end: float, rise: float, fall: float) -> FloatArray:
    return ramp_slope(u - begin, rise) - ramp_slope(u - (end - fall), fall)


def _bump(u: FloatArray, begin: float, end: float, rise: float, fall: float) -> FloatArray:
    """Way covered, from rest, under a unit acceleration that rises and falls with cosine ramps."""
    return ramp(u - begin, rise) - ramp(u - (end - fall), fall)
