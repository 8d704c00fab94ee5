"""The foot as a convex sole that rolls on the ground without slipping.

Side view, x forward from the ball of the foot, z up, pitch > 0 = toes up. The sole is the smoothed hull of
three points; its support function says how high the ball stands for a given pitch, and the integral of the
support function says how far the ball has moved. Heel drop, kiss, hold, heel-off and toe pivot all follow.
"""

from functools import cache
from typing import Final

import numpy as np

from stridesense.model.samples import FloatArray
from stridesense.simulator.quintic import Quintic

HEEL_TO_BALL_M: Final = 0.19
SENSOR_FROM_BALL_M: Final = (-0.07, 0.0, 0.065)
"""The pod sits on the laces: behind the ball, above the sole."""

_SOLE_X_M: Final = np.array([[-HEEL_TO_BALL_M], [0.0], [0.075]])
_SOLE_Z_M: Final = np.array([[0.0], [0.0], [0.015]])
_SHARPNESS_PER_M: Final = 250.0
"""Corners are rounded by about one over this: 4 mm."""


def support(pitch_rad: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Height of the ball above the ground and its first two derivatives over pitch, each (n,), m and rad."""
    sine, cosine = np.sin(pitch_rad), np.cos(pitch_rad)
    height = _SOLE_X_M * sine + _SOLE_Z_M * cosine
    lever = _SOLE_X_M * cosine - _SOLE_Z_M * sine
    lowest = height.min(axis=0)
    weight = np.exp(-_SHARPNESS_PER_M * (height - lowest))
    total = weight.sum(axis=0)
    weight = weight / total
    mean_lever = (weight * lever).sum(axis=0)
    spread = (weight * lever**2).sum(axis=0) - mean_lever**2
    value = np.log(total) / _SHARPNESS_PER_M - lowest
    return value, -mean_lever, (weight * height).sum(axis=0) + _SHARPNESS_PER_M * spread


def rolled_m(pitch_rad: FloatArray) -> FloatArray:
    """How far back the ball lies for this pitch, from flat, when the sole rolls on the spot; (n,) in m."""
    return _rolled()(pitch_rad)


def heel_height_m(pitch_rad: FloatArray, ball_height_m: FloatArray) -> FloatArray:
    """Height of the heel edge above where it is when the foot stands flat; (n,) in m."""
    return ball_height_m - HEEL_TO_BALL_M * np.sin(pitch_rad) - _flat_height_m()


def pitch_for_heel_height_rad(height_m: float) -> float:
    """The pitch, toes down, at which a foot on its ball has the heel at this height."""
    pitch = np.radians(np.linspace(0.0, -60.0, 1201))
    return float(np.interp(height_m, heel_height_m(pitch, support(pitch)[0]), pitch))


@cache
def _flat_height_m() -> float:
    return float(support(np.zeros(1))[0][0])


@cache
def _rolled() -> Quintic:
    """Integral of the support function over pitch, by Simpson's rule between knots of 0.1 deg."""
    pitch = np.radians(np.linspace(-170.0, 80.0, 2501))
    value, slope, _ = support(pitch)
    step = pitch[1] - pitch[0]
    middle = support(pitch[:-1] + step / 2)[0]
    integral = np.concatenate(([0.0], np.cumsum((value[:-1] + 4 * middle + value[1:]) * step / 6)))
    return Quintic(pitch, integral, value, slope)
