"""Between the moving foot and the chip's converter: the loose mount and the anti-alias filter.

The filter is causal: one that also looks ahead would let the impact be felt before the contact.
"""

from collections.abc import Iterator
from math import pi
from typing import Final

import numpy as np
from scipy.signal import bilinear, butter, sosfilt, sosfilt_zi, tf2sos

from stridesense.model.samples import FloatArray
from stridesense.simulator.body import GRID_HZ, IdealImu, ideal_imu
from stridesense.simulator.mount import Mount
from stridesense.simulator.pod_settings import Pod
from stridesense.simulator.sensor import ANTI_ALIAS_SHARE
from stridesense.simulator.trajectory import FootTrajectory

_BLOCK: Final = 20 * GRID_HZ
_MARGIN: Final = 8
_MOUNT_HZ: Final = 55.0
_MOUNT_DECAY_S: Final = 0.015


def felt(trajectory: FootTrajectory, t_s: FloatArray, pod: Pod) -> tuple[FloatArray, FloatArray]:
    """Acceleration m/s^2 and angular velocity rad/s at the sample times, (n, 3) each, in foot axes."""
    anti_alias = _anti_alias(pod.rate_hz)
    mounted = np.vstack((_mount(pod.looseness), anti_alias))
    acc_state = gyr_state = None
    acc, gyr = np.empty((len(t_s), 3)), np.empty((len(t_s), 3))
    for block in _blocks(trajectory, Mount.of(pod, trajectory), float(t_s[-1])):
        if acc_state is None or gyr_state is None:
            acc_state = sosfilt_zi(mounted)[:, :, np.newaxis] * block.acc_mps2[0]
            gyr_state = sosfilt_zi(anti_alias)[:, :, np.newaxis] * block.gyr_radps[0]
            last = (block.t_s[:1], block.acc_mps2[:1], block.gyr_radps[:1])
        acc_out, acc_state = sosfilt(mounted, block.acc_mps2, axis=0, zi=acc_state)
        gyr_out, gyr_state = sosfilt(anti_alias, block.gyr_radps, axis=0, zi=gyr_state)
        grid = [np.concatenate(pair) for pair in zip(last, (block.t_s, acc_out, gyr_out), strict=True)]
        here = (t_s >= grid[0][0]) & (t_s <= grid[0][-1])
        for axis in range(3):
            acc[here, axis] = np.interp(t_s[here], grid[0], grid[1][:, axis])
            gyr[here, axis] = np.interp(t_s[here], grid[0], grid[2][:, axis])
        last = (block.t_s[-1:], acc_out[-1:], gyr_out[-1:])
    return acc, gyr


def _blocks(trajectory: FootTrajectory, mount: Mount, end_s: float) -> Iterator[IdealImu]:
    """The ideal signal in blocks, so that a long session needs no more memory than a short one."""
    count = int(end_s * GRID_HZ) + _MARGIN
    for first in range(0, count, _BLOCK):
        yield ideal_imu(trajectory, mount, first, min(_BLOCK, count - first))


def _mount(looseness: float) -> FloatArray:
    """The pod on its clip as a mass on a spring: it follows slow motion exactly and rings after an impact."""
    stiffness, damping = (2 * pi * _MOUNT_HZ) ** 2, 2.0 / _MOUNT_DECAY_S
    numerator = [1.0 - looseness, damping, stiffness]
    sections: FloatArray = tf2sos(*bilinear(numerator, [1.0, damping, stiffness], fs=GRID_HZ))
    return sections


def _anti_alias(rate_hz: float) -> FloatArray:
    sections: FloatArray = butter(2, ANTI_ALIAS_SHARE * rate_hz, fs=GRID_HZ, output="sos")
    return sections
