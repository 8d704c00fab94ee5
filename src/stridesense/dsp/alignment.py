"""Functional alignment: which way the sensor sits on the foot, learned from standing and from running.

Gravity while standing gives the vertical and, by definition, the flat sole. The principal axis of angular
velocity while moving gives the medio-lateral axis (Falbriard et al. 2018, doi 10.3389/fphys.2018.00610); its
sign follows from the shape of the pitch: in every gait the foot turns toes-down much further than toes-up.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from stridesense.dsp.projection import FootAxes
from stridesense.model import ZeroReference
from stridesense.model.samples import FloatArray
from stridesense.units import DEG_PER_RAD, STANDARD_GRAVITY_MPS2

_RESTLESS_DPS: Final = 45.0
"""A foot that turns so fast, if only once, is not still; it spares the rest of the look in mid-run."""


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
    if float(np.abs(gyr_radps).max()) * DEG_PER_RAD > _RESTLESS_DPS:
        return None
    gyr_spread_dps = gyr_radps.std(axis=0).max() * DEG_PER_RAD
    bias_dps = float(np.sqrt((gyr_radps.mean(axis=0) ** 2).sum())) * DEG_PER_RAD
    acc_g = np.sqrt((acc_mps2**2).sum(axis=1)) / STANDARD_GRAVITY_MPS2
    near_gravity = abs(acc_g.mean() - 1.0) < 0.12
    if gyr_spread_dps > 3.0 or bias_dps > 12.0 or acc_g.std() > 0.03 or not near_gravity:
        return None
    return Stillness(unit(acc_mps2.mean(axis=0)), gyr_radps.mean(axis=0))


def mediolateral_axis(rotation: FloatArray, up: FloatArray | None) -> tuple[FloatArray, float]:
    """Principal axis of rotation, horizontal when the vertical is known, and its share of all rotation.

    Args:
        rotation: (3, 3) sum of outer products of angular velocity, sensor frame.
        up: (3,) unit vector up, or None.

    Returns:
        (3,) unit vector of unknown sign, and its share of the trace, 0..1.
    """
    flat = rotation
    if up is not None:
        level = np.eye(3) - np.multiply.outer(up, up)
        flat = np.einsum("ij,jk,kl->il", level, rotation, level)
    values, vectors = np.linalg.eigh(flat)
    share = float(values[-1]) / max(float(np.trace(rotation)), 1e-12)
    return np.ascontiguousarray(vectors[:, -1]), share


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
    rise_deg = float(np.arcsin(min(1.0, abs(float((free * up).sum()))))) * DEG_PER_RAD
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
    ml = unit(ml - up * (ml * up).sum())
    forward = np.cross(up, ml)
    return FootAxes(*(float(value) for value in (*ml, *forward, *up, *bias_radps)))


def unit(vector: FloatArray) -> FloatArray:
    """The vector at length 1."""
    return vector / max(float(np.sqrt((vector * vector).sum())), 1e-12)
