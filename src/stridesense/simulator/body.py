"""What an ideal sensor on the moving foot feels: specific force and angular velocity, in foot axes."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from stridesense.model.samples import FloatArray
from stridesense.simulator.mount import Mount
from stridesense.simulator.trajectory import FootTrajectory, Motion
from stridesense.units import STANDARD_GRAVITY_MPS2

GRID_HZ: Final = 4000


@dataclass(frozen=True, slots=True, eq=False)
class IdealImu:
    """Exact inertial signals in foot axes (x forward, y left, z up): acc m/s^2 and gyr rad/s, each (n, 3)."""

    t_s: FloatArray
    acc_mps2: FloatArray
    gyr_radps: FloatArray


def ideal_imu(trajectory: FootTrajectory, mount: Mount, first: int, count: int) -> IdealImu:
    """Signals at grid points first ... first + count - 1 of the 4 kHz grid that starts at session time 0."""
    t = np.arange(first - 1, first + count + 1) / GRID_HZ
    motion = trajectory.at(t)
    turn = rotation(motion)
    place = motion.ball_m + turn @ mount.position_m
    if len(mount.knocks):
        place += np.einsum("nij,nj->ni", turn, mount.knocks.at(t))
    force = (place[2:] - 2.0 * place[1:-1] + place[:-2]) * GRID_HZ**2
    force[:, 2] += STANDARD_GRAVITY_MPS2
    acc = np.einsum("nji,nj->ni", turn[1:-1], force)
    return IdealImu(t[1:-1], acc, _angular_velocity(motion))


def rotation(motion: Motion) -> FloatArray:
    """Foot axes to world axes, Rz(yaw) Ry(-pitch) Rx(roll), (n, 3, 3)."""
    sp, cp = np.sin(motion.pitch_rad), np.cos(motion.pitch_rad)
    sr, cr = np.sin(motion.roll_rad), np.cos(motion.roll_rad)
    sy, cy = np.sin(motion.yaw_rad), np.cos(motion.yaw_rad)
    rows = (
        (cy * cp, -cy * sp * sr - sy * cr, -cy * sp * cr + sy * sr),
        (sy * cp, -sy * sp * sr + cy * cr, -sy * sp * cr - cy * sr),
        (sp, cp * sr, cp * cr),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def _angular_velocity(motion: Motion) -> FloatArray:
    """Body rates from the rates of roll, pitch and yaw, (n - 2, 3) in rad/s."""
    roll_rate, pitch_rate, yaw_rate = (
        (angle[2:] - angle[:-2]) * (GRID_HZ / 2)
        for angle in (motion.roll_rad, motion.pitch_rad, motion.yaw_rad)
    )
    roll, pitch = motion.roll_rad[1:-1], motion.pitch_rad[1:-1]
    return np.stack(
        (
            roll_rate + yaw_rate * np.sin(pitch),
            -pitch_rate * np.cos(roll) + yaw_rate * np.cos(pitch) * np.sin(roll),
            pitch_rate * np.sin(roll) + yaw_rate * np.cos(pitch) * np.cos(roll),
        ),
        axis=1,
    )
