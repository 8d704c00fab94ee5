"""Pitch of the foot from general orientation filters without a magnetometer, as they come.

Each begins with the first sample and sees the runner stand before the run.
"""

from collections.abc import Callable

import imufusion
import numpy as np
from ahrs.filters import Madgwick, Mahony
from peer import FloatArray, Method, Samples, answer
from vqf import VQF

STANDARD_GRAVITY_MPS2 = 9.80665


def elevation_deg(quaternions: FloatArray) -> FloatArray:
    """Angle of the forward axis above the horizontal, (n,) in deg, from (n, 4) w x y z, sensor to earth."""
    w, x, y, z = quaternions.T
    upward: FloatArray = np.degrees(np.arcsin(np.clip(2.0 * (x * z - w * y), -1.0, 1.0)))
    return upward


def vqf(samples: Samples) -> FloatArray:
    """VQF, Laidig and Seel 2023, with its defaults."""
    gyr, acc = np.ascontiguousarray(samples.gyr_radps), np.ascontiguousarray(samples.acc_mps2)
    quaternions: FloatArray = VQF(1.0 / samples.rate_hz).updateBatch(gyr, acc)["quat6D"]
    return quaternions


def fusion(samples: Samples) -> FloatArray:
    """Imufusion's AHRS, the revised filter of Madgwick, with its defaults."""
    settings = imufusion.AhrsSettings()
    settings.sample_rate = samples.rate_hz
    ahrs = imufusion.Ahrs()
    ahrs.set_settings(settings)
    quaternions = np.empty((len(samples.t_s), 4))
    for row, gyr, acc in zip(
        quaternions,
        np.degrees(samples.gyr_radps),
        samples.acc_mps2 / STANDARD_GRAVITY_MPS2,
        strict=True,
    ):
        ahrs.update_no_magnetometer(gyr, acc)
        row[:] = ahrs.get_quaternion()
    return quaternions


def mahony(samples: Samples) -> FloatArray:
    """Mahony's filter of the package ahrs, with its defaults."""
    quaternions: FloatArray = Mahony(samples.gyr_radps, samples.acc_mps2, frequency=samples.rate_hz).Q
    return quaternions


def madgwick(samples: Samples) -> FloatArray:
    """Madgwick's filter of the package ahrs, with its defaults."""
    quaternions: FloatArray = Madgwick(samples.gyr_radps, samples.acc_mps2, frequency=samples.rate_hz).Q
    return quaternions


FILTERS: dict[str, Callable[[Samples], FloatArray]] = {
    "VQF": vqf,
    "imufusion": fusion,
    "ahrs Mahony": mahony,
    "ahrs Madgwick": madgwick,
}


def methods(samples: Samples) -> list[Method]:
    """The pitch by each filter."""
    t_s = samples.t_s.tolist()
    return [
        {"method": name, "t_s": t_s, "pitch_deg": elevation_deg(way(samples)).round(3).tolist()}
        for name, way in FILTERS.items()
    ]


if __name__ == "__main__":
    answer(methods)
