"""Sensor columns seen along the axes of the foot: the first pass over the samples."""

from math import sqrt
from typing import NamedTuple

import numpy as np

from stridesense.dsp.filters import Biquad
from stridesense.dsp.kernels import Kernel
from stridesense.model.samples import FloatArray
from stridesense.units import DEG_PER_RAD, G_PER_MPS2


class FootAxes(NamedTuple):
    """Axes of the foot in the sensor's frame (unit vectors) and the gyroscope's bias in rad/s.

    Rotation about `ml` is positive toes up, so it points to the right.
    """

    ml_x: float
    ml_y: float
    ml_z: float
    forward_x: float
    forward_y: float
    forward_z: float
    up_x: float
    up_y: float
    up_z: float
    bias_x: float
    bias_y: float
    bias_z: float

    @property
    def ml(self) -> FloatArray:
        """(3,) medio-lateral axis, toes-up rotation positive."""
        return np.array(self[0:3])

    @property
    def up(self) -> FloatArray:
        """(3,) axis upwards."""
        return np.array(self[6:9])

    @property
    def bias_radps(self) -> FloatArray:
        """(3,) bias of the gyroscope, rad/s."""
        return np.array(self[9:12])


class ProjectionCoefficients(NamedTuple):
    """All that stays constant over a block."""

    axes: FootAxes
    smooth: Biquad
    period_s: float


class ProjectionState(NamedTuple):
    """The last sample and the low-pass on pitch rate."""

    primed: bool = False
    last_t_s: float = 0.0
    last_acc_x: float = 0.0
    last_acc_y: float = 0.0
    last_acc_z: float = 0.0
    filter_1: float = 0.0
    filter_2: float = 0.0


def _project(
    state: ProjectionState,
    c: ProjectionCoefficients,
    inputs: tuple[list[float], ...],
    outputs: tuple[list[float], ...],
) -> ProjectionState:
    t_s, acc_x, acc_y, acc_z, gyr_x, gyr_y, gyr_z = inputs
    pitch_rate_dps, roll_rate_dps, yaw_rate_dps, smooth_dps, forward_g, right_g, up_g, acc_g, jerk_gps = (
        outputs
    )
    (mx, my, mz, fx, fy, fz, ux, uy, uz, bx, by, bz), (b0, b1, b2, a1, a2), period = c
    primed, last_t, lx, ly, lz, z1, z2 = state
    for i in range(len(t_s)):
        ax, ay, az = acc_x[i] * G_PER_MPS2, acc_y[i] * G_PER_MPS2, acc_z[i] * G_PER_MPS2
        wx, wy, wz = gyr_x[i] - bx, gyr_y[i] - by, gyr_z[i] - bz
        rate = (wx * mx + wy * my + wz * mz) * DEG_PER_RAD
        if not primed:
            primed, last_t, lx, ly, lz = True, t_s[i] - period, ax, ay, az
            z1, z2 = rate * (1.0 - b0), rate * (b2 - a2)
        smooth = b0 * rate + z1
        z1, z2 = b1 * rate - a1 * smooth + z2, b2 * rate - a2 * smooth
        jx, jy, jz = ax - lx, ay - ly, az - lz
        jerk_gps[i] = sqrt(jx * jx + jy * jy + jz * jz) / (t_s[i] - last_t)
        pitch_rate_dps[i], smooth_dps[i] = rate, smooth
        roll_rate_dps[i] = (wx * fx + wy * fy + wz * fz) * DEG_PER_RAD
        yaw_rate_dps[i] = (wx * ux + wy * uy + wz * uz) * DEG_PER_RAD
        forward_g[i], right_g[i] = ax * fx + ay * fy + az * fz, ax * mx + ay * my + az * mz
        up_g[i], acc_g[i] = ax * ux + ay * uy + az * uz, sqrt(ax * ax + ay * ay + az * az)
        last_t, lx, ly, lz = t_s[i], ax, ay, az
    return ProjectionState(primed, last_t, lx, ly, lz, z1, z2)


project = Kernel[ProjectionState](_project, outputs=9)
"""Columns (t, acc x y z in m/s^2, gyr x y z in rad/s) to rates in deg/s, specific force in g, jerk in g/s."""
