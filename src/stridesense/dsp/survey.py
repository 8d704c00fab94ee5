"""What one hop of samples adds up to: all that standing and moving are judged by, gathered as they come."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np

from stridesense.dsp.kernels import Kernel, Memory, Packed
from stridesense.dsp.projection import FootAxes, Rows
from stridesense.model.samples import FloatArray
from stridesense.units import G_PER_MPS2, RAD_PER_DEG


class SurveyParams(NamedTuple):
    """What is added up of a moving foot.

    Attributes:
        restless_dps: a foot that turns so fast about any axis of the sensor, if only once, is not still; it
            spares the sums that tell standing, deg/s.
        moving_dps: angular velocity that counts as rotation of the foot, deg/s.
        swing_dps: toes-up rotation that counts as forward swing, deg/s.
    """

    restless_dps: float = 45.0
    moving_dps: float = 100.0
    swing_dps: float = 200.0


@dataclass(slots=True)
class SurveyState:
    """Sums over the samples of a hop, in the sensor's axes.

    `bias_*` (rad/s) and, once `aligned`, the medio-lateral axis `ml_*` hold for the whole hop. `acc_*`
    (m/s^2), `acc_g`, `acc_g2` (the magnitude in g and its square) and `gyr_*` (rad/s, squares in `gyr_x2`
    ...) are of the `calm` samples before the first restless one. `turn_*` are the products of angular
    velocity, free of bias, in the `moving` samples.
    """

    bias_x: float = 0.0
    bias_y: float = 0.0
    bias_z: float = 0.0
    ml_x: float = 0.0
    ml_y: float = 0.0
    ml_z: float = 0.0
    aligned: int = 0
    restless: int = 0
    calm: int = 0
    acc_x: float = 0.0
    acc_y: float = 0.0
    acc_z: float = 0.0
    acc_g: float = 0.0
    acc_g2: float = 0.0
    gyr_x: float = 0.0
    gyr_y: float = 0.0
    gyr_z: float = 0.0
    gyr_x2: float = 0.0
    gyr_y2: float = 0.0
    gyr_z2: float = 0.0
    moving: int = 0
    turn_xx: float = 0.0
    turn_xy: float = 0.0
    turn_xz: float = 0.0
    turn_yy: float = 0.0
    turn_yz: float = 0.0
    turn_zz: float = 0.0


def keep_still(
    s: SurveyState, acc: tuple[float, float, float], gyr: tuple[float, float, float], restless_radps: float
) -> None:
    """Add a sample to the sums that tell standing, unless it says that the foot does not stand."""
    ax, ay, az = acc
    wx, wy, wz = gyr
    if abs(wx) > restless_radps or abs(wy) > restless_radps or abs(wz) > restless_radps:
        s.restless = 1
        return
    force_g = sqrt(ax * ax + ay * ay + az * az) * G_PER_MPS2
    s.calm += 1
    s.acc_x += ax
    s.acc_y += ay
    s.acc_z += az
    s.acc_g += force_g
    s.acc_g2 += force_g * force_g
    s.gyr_x += wx
    s.gyr_y += wy
    s.gyr_z += wz
    s.gyr_x2 += wx * wx
    s.gyr_y2 += wy * wy
    s.gyr_z2 += wz * wz


def _survey(
    state: Sequence[SurveyState],
    params: Sequence[SurveyParams],
    rows: Rows,
    out: list[list[float]],  # noqa: ARG001  a survey tells nothing of single samples
) -> None:
    s, p = state[0], params[0]
    acc_x, acc_y, acc_z, gyr_x, gyr_y, gyr_z = rows[1], rows[2], rows[3], rows[4], rows[5], rows[6]
    restless, swing = p.restless_dps * RAD_PER_DEG, p.swing_dps * RAD_PER_DEG
    moving2 = (p.moving_dps * RAD_PER_DEG) * (p.moving_dps * RAD_PER_DEG)
    bx, by, bz, mx, my, mz = s.bias_x, s.bias_y, s.bias_z, s.ml_x, s.ml_y, s.ml_z
    aligned, stands = s.aligned == 1, s.restless == 0
    for i in range(len(gyr_x)):
        gx, gy, gz = gyr_x[i], gyr_y[i], gyr_z[i]
        if stands:
            keep_still(s, (acc_x[i], acc_y[i], acc_z[i]), (gx, gy, gz), restless)
            stands = s.restless == 0
        wx, wy, wz = gx - bx, gy - by, gz - bz
        if aligned:
            if wx * mx + wy * my + wz * mz <= swing:
                continue
        elif wx * wx + wy * wy + wz * wz <= moving2:
            continue
        s.moving += 1
        s.turn_xx += wx * wx
        s.turn_xy += wx * wy
        s.turn_xz += wx * wz
        s.turn_yy += wy * wy
        s.turn_yz += wy * wz
        s.turn_zz += wz * wz


survey = Kernel[SurveyParams](_survey, state=SurveyState, inner=(keep_still,))
"""Rows as for `project` into sums; nothing comes out."""

NOTHING = np.empty((0, 0))
"""What comes out."""


def opened(axes: FootAxes | None, bias_radps: FloatArray | None) -> Memory:
    """Sums of a hop that begins, with the foot's axes and the bias (3,), where they are known."""
    fresh = SurveyState()
    if bias_radps is not None:
        fresh.bias_x, fresh.bias_y, fresh.bias_z = bias_radps.tolist()
    if axes is not None:
        fresh.ml_x, fresh.ml_y, fresh.ml_z, fresh.aligned = *axes[0:3], 1
    return survey.begin(fresh)


def surveyed(memory: Memory) -> SurveyState:
    """The sums of a hop, to be read."""
    return SurveyState(*memory[0].item())


def survey_of(acc_mps2: FloatArray, gyr_radps: FloatArray) -> SurveyState:
    """The sums of samples (n, 3) of specific force and angular velocity, sensor frame."""
    rows = np.zeros((7, len(acc_mps2)))
    rows[1:4], rows[4:7] = acc_mps2.T, gyr_radps.T
    memory = survey.begin()
    survey(memory, Packed.of(SurveyParams()), rows, NOTHING)
    return surveyed(memory)
