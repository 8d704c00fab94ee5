"""From the ideal signal to what a real pod's chip puts out: mounting, errors, steps, end of range."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stridesense.model import Foot
from stridesense.model.samples import BoolArray, FloatArray
from stridesense.simulator.pod_settings import Pod
from stridesense.simulator.trajectory import FootTrajectory
from stridesense.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

Int16Array = NDArray[np.int16]

ANTI_ALIAS_SHARE: Final = 0.42
"""Corner of the anti-alias filter, and so the bandwidth of the noise, as a share of the sampling rate."""

_ACC_G_PER_LSB_AND_G: Final = 30.5e-6
_GYR_DPS_PER_LSB_AND_DPS: Final = 35.0e-6
_ACC_NOISE_G_PER_RTHZ: Final = 150e-6
_GYR_NOISE_DPS_PER_RTHZ: Final = 0.01
_WARM_UP_S: Final = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class PodSamples:
    """The samples of one pod.

    Attributes:
        t_s: (n,) true session time of each sample.
        counts: (n, 6) what the chip puts out: acc x y z, gyr x y z.
        acc_mps2: (n, 3) the same before any error of the chip, sensor axes, m/s^2.
        gyr_radps: (n, 3) the same for angular velocity, rad/s.
        acc_clipped: (n,) true where an acc axis stands at the end of its range.
        gyr_clipped: (n,) the same for the gyroscope.
        acc_scale: m/s^2 per count.
        gyr_scale: rad/s per count.
    """

    t_s: FloatArray
    counts: Int16Array
    acc_mps2: FloatArray
    gyr_radps: FloatArray
    acc_clipped: BoolArray
    gyr_clipped: BoolArray
    acc_scale: float
    gyr_scale: float


def sample(
    foot: Foot,
    trajectory: FootTrajectory,
    pod: Pod,
    *,
    duration_s: float,
    rate_hz: float,
    rng: np.random.Generator,
) -> PodSamples:
    """Let this pod ride on this foot from session time 0, at its true `rate_hz`."""
    from stridesense.simulator.analog import felt  # noqa: PLC0415  scipy is slow to load

    t = np.arange(0.0, duration_s, 1.0 / rate_hz)
    acc, gyr = _mounted(foot, t, *felt(trajectory, t, pod), pod)
    acc_scale = float(np.float32(pod.acc_range_g * _ACC_G_PER_LSB_AND_G * STANDARD_GRAVITY_MPS2))
    gyr_scale = float(np.float32(pod.gyr_range_dps * _GYR_DPS_PER_LSB_AND_DPS * RAD_PER_DEG))
    felt_acc, felt_gyr = _with_errors(t, acc, gyr, pod.noise, rng)
    acc_counts, acc_clipped = _quantised(felt_acc / acc_scale)
    gyr_counts, gyr_clipped = _quantised(felt_gyr / gyr_scale)
    counts = np.hstack((acc_counts, gyr_counts))
    return PodSamples(t, counts, acc, gyr, acc_clipped, gyr_clipped, acc_scale, gyr_scale)


def _mounted(
    foot: Foot, t_s: FloatArray, acc: FloatArray, gyr: FloatArray, pod: Pod
) -> tuple[FloatArray, FloatArray]:
    """Turn foot axes into sensor axes, and again from the moment at which the pod slips."""
    turn = euler_rotation(pod.mount_deg(foot))
    acc, gyr = acc @ turn, gyr @ turn
    if pod.slip is not None and pod.slip.foot == foot:
        late = t_s >= pod.slip.at_s
        slipped = euler_rotation(pod.slip.turn_deg)
        acc[late], gyr[late] = acc[late] @ slipped, gyr[late] @ slipped
    return acc, gyr


def euler_rotation(deg: tuple[float, float, float]) -> FloatArray:
    """The axes of something turned about x, then y, then z, as columns in the axes it was turned from."""
    x, y, z = np.radians(deg)
    about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    rotation: FloatArray = about_z @ about_y @ about_x
    return rotation


def _with_errors(
    t_s: FloatArray, acc: FloatArray, gyr: FloatArray, amount: float, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Scale, bias, warm-up drift, sensitivity of the gyroscope to acceleration, and noise."""
    g = STANDARD_GRAVITY_MPS2
    scale = 1.0 + amount * 0.005 * rng.uniform(-1.0, 1.0, size=6)
    acc_bias = amount * g * np.clip(rng.normal(0.0, 0.020, 3), -0.040, 0.040)
    gyr_bias = amount * RAD_PER_DEG * np.clip(rng.normal(0.0, 0.7, 3), -3.0, 3.0)
    drift = amount * RAD_PER_DEG * rng.uniform(-0.02, 0.02, 3)
    warm = _WARM_UP_S * (1.0 - np.exp(-t_s / _WARM_UP_S))[:, np.newaxis]
    g_sensitivity = amount * RAD_PER_DEG * 0.05 / g * rng.uniform(-1.0, 1.0, 3)
    bandwidth_rthz = np.sqrt(ANTI_ALIAS_SHARE / (t_s[1] - t_s[0]))
    acc_noise = amount * g * _ACC_NOISE_G_PER_RTHZ * bandwidth_rthz * rng.normal(size=acc.shape)
    gyr_noise = amount * RAD_PER_DEG * _GYR_NOISE_DPS_PER_RTHZ * bandwidth_rthz * rng.normal(size=gyr.shape)
    return (
        acc * scale[:3] + acc_bias + acc_noise,
        gyr * scale[3:] + gyr_bias + drift * warm + acc * g_sensitivity + gyr_noise,
    )


def _quantised(counts: FloatArray) -> tuple[Int16Array, BoolArray]:
    whole = np.clip(np.rint(counts), -32768, 32767)
    clipped: BoolArray = np.any((whole == -32768) | (whole == 32767), axis=1)
    return whole.astype(np.int16), clipped
