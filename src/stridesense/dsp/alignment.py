"""Functional alignment: which way the sensor sits on the foot, learned from standing and from running.

Gravity while standing gives the vertical and, by definition, the flat sole. The principal axis of angular
velocity while moving gives the medio-lateral axis (Falbriard et al. 2018, doi 10.3389/fphys.2018.00610); its
sign follows from the shape of the pitch: in every gait the foot turns toes-down much further than toes-up.
"""

from dataclasses import dataclass
from math import asin, atan2, cos, hypot, sin, sqrt
from typing import Final

import numpy as np

from stridesense.dsp.projection import FootAxes
from stridesense.dsp.survey import SurveyState, survey_of
from stridesense.model import ZeroReference
from stridesense.model.samples import FloatArray
from stridesense.units import DEG_PER_RAD, RAD_PER_DEG, STANDARD_GRAVITY_MPS2

_SHAKEN_DPS: Final = 3.0
_SHAKEN_G: Final = 0.03
"""Standard deviations of angular velocity (any axis) and of specific force in a still foot at most."""

_BIAS_DPS: Final = 12.0
_OFF_G: Final = 0.12
"""Mean angular velocity of a still foot, and departure of its mean specific force from 1 g, at most."""


@dataclass(frozen=True, slots=True)
class Stillness:
    """Gravity and gyroscope bias from a hop of samples in which the foot stood still."""

    up: FloatArray
    bias_radps: FloatArray


@dataclass(frozen=True, slots=True)
class Alignment:
    """Axes of the foot in the sensor frame, what they rest on, and the share of rotation they explain."""

    axes: FootAxes
    zero: ZeroReference
    confidence: float


def stillness(acc_mps2: FloatArray, gyr_radps: FloatArray) -> Stillness | None:
    """Gravity and bias when all of the samples are still, else None.

    Args:
        acc_mps2: (n, 3) specific force, sensor frame.
        gyr_radps: (n, 3) angular velocity, sensor frame.
    """
    return stillness_of(survey_of(acc_mps2, gyr_radps))


def stillness_of(sums: SurveyState) -> Stillness | None:
    """Gravity and bias when all of the samples in these sums are still, else None."""
    if sums.restless or sums.calm == 0:
        return None
    n = sums.calm
    bias = (sums.gyr_x / n, sums.gyr_y / n, sums.gyr_z / n)
    squares = (sums.gyr_x2 / n, sums.gyr_y2 / n, sums.gyr_z2 / n)
    gyr_variance = max(square - mean * mean for square, mean in zip(squares, bias, strict=True))
    mean_g = sums.acc_g / n
    acc_variance_g2 = sums.acc_g2 / n - mean_g * mean_g
    shaken = gyr_variance > (_SHAKEN_DPS * RAD_PER_DEG) ** 2 or acc_variance_g2 > _SHAKEN_G**2
    if shaken or hypot(*bias) * DEG_PER_RAD > _BIAS_DPS or abs(mean_g - 1.0) >= _OFF_G:
        return None
    return Stillness(unit(np.array((sums.acc_x / n, sums.acc_y / n, sums.acc_z / n))), np.array(bias))


def mediolateral_axis(rotation: FloatArray, up: FloatArray | None) -> tuple[FloatArray, float]:
    """Principal axis of rotation, horizontal when the vertical is known, and its share of all rotation.

    Args:
        rotation: (3, 3) sum of outer products of angular velocity, sensor frame.
        up: (3,) unit vector up, or None.

    Returns:
        (3,) unit vector of unknown sign, and its share of the trace, 0..1.
    """
    trace = max(float(rotation[0, 0] + rotation[1, 1] + rotation[2, 2]), 1e-12)
    if up is not None:
        axis, spread = _level_axis(rotation, up)
        return axis, spread / trace
    values, vectors = np.linalg.eigh(rotation)
    return np.ascontiguousarray(vectors[:, -1]), float(values[-1]) / trace


def _level_axis(rotation: FloatArray, up: FloatArray) -> tuple[FloatArray, float]:
    """Principal axis of a (3, 3) sum of outer products within the plane that `up` stands on, and its share.

    In two dimensions the angle of that axis has a closed form, which is several times faster.
    """
    x, y, z = up.tolist()
    turned = (0.0, z, -y) if abs(x) < abs(y) else (-z, 0.0, x)  # across up, and not short
    length = max(hypot(*turned), 1e-12)
    a, b, c = (value / length for value in turned)
    d, e, f = y * c - z * b, z * a - x * c, x * b - y * a
    (xx, xy, xz), (_, yy, yz), (_, _, zz) = rotation.tolist()
    p, q, r = xx * a + xy * b + xz * c, xy * a + yy * b + yz * c, xz * a + yz * b + zz * c
    one, both = a * p + b * q + c * r, d * p + e * q + f * r
    p, q, r = xx * d + xy * e + xz * f, xy * d + yy * e + yz * f, xz * d + yz * e + zz * f
    other = d * p + e * q + f * r
    angle = 0.5 * atan2(2.0 * both, one - other)
    near, far = cos(angle), sin(angle)
    axis = (near * a + far * d, near * b + far * e, near * c + far * f)
    return np.array(axis), 0.5 * (one + other) + hypot(0.5 * (one - other), both)


def axis_confidence(rotation: FloatArray, up: FloatArray, share: float) -> float:
    """How far the axis can be trusted, 0..1: its share of all rotation, less when it does not lie level.

    A foot turns about an axis that is level in standing; one that points up or down by 45 deg says that the
    standing was none, or that something else than a foot has turned.

    Args:
        rotation: (3, 3) sum of outer products of angular velocity, sensor frame.
        up: (3,) unit vector up.
        share: share of all rotation that is about the axis in use.
    """
    free, _ = mediolateral_axis(rotation, None)
    rise_deg = asin(min(1.0, abs(along(free, up)))) * DEG_PER_RAD
    return share * max(0.0, 1.0 - (rise_deg / 45.0) ** 2)


def toes_up_sign(rate_radps: FloatArray, t_s: FloatArray) -> float:
    """+1 when positive rates about an axis turn the toes up, else -1.

    The pitch is integrated and freed from a straight line; its long tail is on the toes-down side.

    Args:
        rate_radps: (n,) angular velocity about the medio-lateral axis.
        t_s: (n,) seconds.
    """
    steps = np.diff(t_s, prepend=t_s[0])
    pitch = np.cumsum(rate_radps * np.minimum(steps, 0.1))
    span = t_s - t_s.mean()
    pitch = pitch - pitch.mean() - span * (span * pitch).sum() / max(float((span * span).sum()), 1e-12)
    return 1.0 if (pitch**3).sum() < 0.0 else -1.0


def up_from_stance(acc_mps2: FloatArray, gyr_radps: FloatArray, ml: FloatArray) -> FloatArray:
    """Direction up from the quiet moments of a moving foot, perpendicular to the medio-lateral axis.

    Args:
        acc_mps2: (n, 3) specific force, sensor frame.
        gyr_radps: (n, 3) angular velocity, sensor frame.
        ml: (3,) medio-lateral unit vector.
    """
    acc_g = np.sqrt((acc_mps2**2).sum(axis=1)) / STANDARD_GRAVITY_MPS2
    spin_dps = np.sqrt((gyr_radps**2).sum(axis=1)) * DEG_PER_RAD
    quiet = (spin_dps < 90.0) & (acc_g > 0.85) & (acc_g < 1.35)
    chosen = acc_mps2[quiet] if quiet.sum() >= 10 else acc_mps2
    mean = chosen.mean(axis=0)
    return unit(mean - ml * (mean * ml).sum())


def foot_axes(ml: FloatArray, up: FloatArray, bias_radps: FloatArray) -> FootAxes:
    """Axes from a toes-up medio-lateral vector and the vertical; up is made exact, ml perpendicular to it."""
    mx, my, mz = ml.tolist()
    ux, uy, uz = up.tolist()
    rise = mx * ux + my * uy + mz * uz
    mx, my, mz = mx - ux * rise, my - uy * rise, mz - uz * rise
    length = max(sqrt(mx * mx + my * my + mz * mz), 1e-12)
    mx, my, mz = mx / length, my / length, mz / length
    forward = (uy * mz - uz * my, uz * mx - ux * mz, ux * my - uy * mx)
    return FootAxes(mx, my, mz, *forward, ux, uy, uz, *bias_radps.tolist())


def unit(vector: FloatArray) -> FloatArray:
    """The vector (3,) at length 1."""
    x, y, z = vector.tolist()
    return vector / max(sqrt(x * x + y * y + z * z), 1e-12)


def along(one: FloatArray, other: FloatArray) -> float:
    """Component of a vector (3,) along a unit vector (3,)."""
    a, b, c = one.tolist()
    x, y, z = other.tolist()
    return float(a * x + b * y + c * z)
