"""Sensor columns seen along the axes of the foot: the first pass over the samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Final, NamedTuple

import numpy as np

from stridesense.dsp.filters import Biquad, butterworth_lowpass
from stridesense.dsp.kernels import Kernel, Packed
from stridesense.model.samples import FloatArray, SampleBlock
from stridesense.units import DEG_PER_RAD, G_PER_MPS2

SENSED: Final = 8
"""Columns of a sample: time, three of acceleration, three of angular velocity, clipped."""


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
    def forward(self) -> FloatArray:
        """(3,) axis forward."""
        return np.array(self[3:6])

    @property
    def up(self) -> FloatArray:
        """(3,) axis upwards."""
        return np.array(self[6:9])

    @property
    def bias_radps(self) -> FloatArray:
        """(3,) bias of the gyroscope, rad/s."""
        return np.array(self[9:12])


class ProjectionParams(NamedTuple):
    """All that stays constant over a block: axes and bias as in `FootAxes`, the low-pass, the period in s."""

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
    b0: float
    b1: float
    b2: float
    a1: float
    a2: float
    period_s: float

    @classmethod
    def of(cls, axes: FootAxes, smooth: Biquad, period_s: float) -> "ProjectionParams":
        """Put together from their parts."""
        return cls(*axes, *smooth, period_s)


@lru_cache(maxsize=16)
def projection_params(axes: FootAxes, cutoff_hz: float, rate_hz: float) -> Packed[ProjectionParams]:
    """Axes, and the low-pass at this cut-off; remembered, as they stay the same over many blocks."""
    return Packed.of(ProjectionParams.of(axes, butterworth_lowpass(cutoff_hz, rate_hz), 1.0 / rate_hz))


def sensed(block: SampleBlock, start: int, stop: int) -> FloatArray:
    """(8, n) samples start..stop of a block in the rows that `project` reads."""
    rows = np.empty((SENSED, stop - start))
    rows[0], rows[7] = block.t_s[start:stop], block.clipped[start:stop]
    rows[1:4], rows[4:7] = block.acc_mps2[start:stop].T, block.gyr_radps[start:stop].T
    return rows


@dataclass(slots=True)
class ProjectionState:
    """The last sample and the low-pass on pitch rate."""

    primed: int = 0
    last_t_s: float = 0.0
    last_acc_x: float = 0.0
    last_acc_y: float = 0.0
    last_acc_z: float = 0.0
    filter_1: float = 0.0
    filter_2: float = 0.0


Rows = Sequence[Sequence[float]]


def _project(
    state: Sequence[ProjectionState], params: Sequence[ProjectionParams], rows: Rows, out: list[list[float]]
) -> None:
    s, p = state[0], params[0]
    t_s, acc_x, acc_y, acc_z, gyr_x, gyr_y = rows[0], rows[1], rows[2], rows[3], rows[4], rows[5]
    gyr_z, clipped, same_t_s, same_clipped = rows[6], rows[7], out[0], out[1]
    pitch_rate_dps, smooth_dps, roll_rate_dps, yaw_rate_dps = out[2], out[3], out[4], out[5]
    forward_g, left_g, up_g, acc_g, jerk_gps = out[6], out[7], out[8], out[9], out[10]
    mx, my, mz, fx, fy, fz = p.ml_x, p.ml_y, p.ml_z, p.forward_x, p.forward_y, p.forward_z
    ux, uy, uz, b0, b1, b2, a1, a2 = p.up_x, p.up_y, p.up_z, p.b0, p.b1, p.b2, p.a1, p.a2
    bias_x, bias_y, bias_z, g, deg = p.bias_x, p.bias_y, p.bias_z, G_PER_MPS2, DEG_PER_RAD
    last_t, lx, ly, lz, z1, z2 = s.last_t_s, s.last_acc_x, s.last_acc_y, s.last_acc_z, s.filter_1, s.filter_2
    for i in range(len(t_s)):
        t, ax, ay, az = t_s[i], acc_x[i] * g, acc_y[i] * g, acc_z[i] * g
        wx, wy, wz = gyr_x[i] - bias_x, gyr_y[i] - bias_y, gyr_z[i] - bias_z
        rate = (wx * mx + wy * my + wz * mz) * deg
        if s.primed == 0:
            s.primed, last_t, lx, ly, lz = 1, t - p.period_s, ax, ay, az
            z1, z2 = rate * (1.0 - b0), rate * (b2 - a2)
        smooth = b0 * rate + z1
        z1, z2 = b1 * rate - a1 * smooth + z2, b2 * rate - a2 * smooth
        jx, jy, jz = ax - lx, ay - ly, az - lz
        jerk_gps[i] = sqrt(jx * jx + jy * jy + jz * jz) / (t - last_t)
        same_t_s[i], same_clipped[i], pitch_rate_dps[i], smooth_dps[i] = t, clipped[i], rate, smooth
        roll_rate_dps[i] = (wx * fx + wy * fy + wz * fz) * deg
        yaw_rate_dps[i] = (wx * ux + wy * uy + wz * uz) * deg
        forward_g[i], left_g[i] = ax * fx + ay * fy + az * fz, -(ax * mx + ay * my + az * mz)
        up_g[i], acc_g[i] = ax * ux + ay * uy + az * uz, sqrt(ax * ax + ay * ay + az * az)
        last_t, lx, ly, lz = t, ax, ay, az
    s.last_t_s, s.last_acc_x, s.last_acc_y, s.last_acc_z, s.filter_1, s.filter_2 = last_t, lx, ly, lz, z1, z2


project = Kernel[ProjectionParams](_project, state=ProjectionState)
"""Rows (t, acc x y z in m/s^2, gyr x y z in rad/s, clipped) to a block's columns `t_s` ... `jerk_gps`."""
