"""Samples in SI units, still in the axes of the sensor."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stridesense.model.packet import Foot

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class SampleBlock:
    """Consecutive samples of one foot, without a gap inside.

    Attributes:
        foot: the foot that the pod is on.
        first_index: running number of the first sample; lost samples are counted too.
        sampling_rate_hz: the pod's true rate as estimated so far.
        t_s: (n,) seconds on the session clock, strictly rising.
        acc_mps2: (n, 3) specific force in m/s^2, sensor axes.
        gyr_radps: (n, 3) angular velocity in rad/s, sensor axes.
        clipped: (n,) true where any axis stands at the end of its range.
        host_offset_s: add to `t_s` for the host's clock, estimated from arrivals; it compares two feet.
    """

    foot: Foot
    first_index: int
    sampling_rate_hz: float
    t_s: FloatArray
    acc_mps2: FloatArray
    gyr_radps: FloatArray
    clipped: BoolArray
    host_offset_s: float = 0.0

    def __post_init__(self) -> None:
        n = len(self.t_s)
        if (
            n == 0
            or self.acc_mps2.shape != (n, 3)
            or self.gyr_radps.shape != (n, 3)
            or len(self.clipped) != n
        ):
            msg = f"a block needs t (n,), acc (n, 3), gyr (n, 3) and clipped (n,) with n > 0, not {n} times"
            raise ValueError(msg)
        for array in (self.t_s, self.acc_mps2, self.gyr_radps, self.clipped):
            array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.t_s)
