"""Samples in the axes of the foot."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from stridesense.model.packet import Foot
from stridesense.model.samples import FloatArray

COLUMNS: Final = (
    "t_s",
    "clipped",
    "pitch_rate_dps",
    "pitch_rate_smooth_dps",
    "roll_rate_dps",
    "yaw_rate_dps",
    "forward_g",
    "left_g",
    "up_g",
    "acc_g",
    "jerk_gps",
    "pitch_deg",
    "tilt_offset_deg",
    "pitch_sd_deg",
    "up_left",
)
"""Names of a block's columns, in their order."""

(
    T_S,
    CLIPPED,
    PITCH_RATE_DPS,
    PITCH_RATE_SMOOTH_DPS,
    ROLL_RATE_DPS,
    YAW_RATE_DPS,
    FORWARD_G,
    LEFT_G,
    UP_G,
    ACC_G,
    JERK_GPS,
    PITCH_DEG,
    TILT_OFFSET_DEG,
    PITCH_SD_DEG,
    UP_LEFT,
) = range(len(COLUMNS))


class ZeroReference(StrEnum):
    """What "the foot is flat" was learned from."""

    STANDING = "standing"  # the runner stood still: absolute angles hold
    STANCE = "stance"  # mid-stances of the run itself: only changes hold


@dataclass(frozen=True, slots=True, eq=False)
class SignalBlock:
    """Consecutive samples of one foot turned into the foot frame (x forward, y left, z up).

    The pitch of the sole relative to standing flat (toes up positive) is `pitch_deg + tilt_offset_deg`. The
    first term is the integral of the gyroscope alone, smooth across a stance; the second is the slowly moving
    correction that gravity gives in quiet moments, so that a correction never looks like a movement.

    Attributes:
        foot: the foot.
        first_index: running number of the first sample.
        sampling_rate_hz: the pod's true rate.
        smoothing_delay_s: delay of the smoothed pitch rate, s.
        zero: what absolute pitch rests on.
        axis_confidence: share of the foot's rotation about the medio-lateral axis found, 0..1.
        host_offset_s: add to `t_s` for the host's clock.
        pod_moved: the pod has turned on the shoe since the foot was last seen standing.
        columns: (15, n) one row for each of `COLUMNS`: session seconds; 1 where the sensor stood at the end
            of its range; pitch rate in deg/s, unfiltered, and behind the causal low-pass; roll and yaw rate;
            specific force along the foot's axes in g, its magnitude, and the magnitude of its change in g/s;
            integrated pitch rate in deg; correction towards gravity known by then in deg; standard deviation
            of the corrected pitch in deg; component of the vertical along the foot's left axis.
    """

    foot: Foot
    first_index: int
    sampling_rate_hz: float
    smoothing_delay_s: float
    zero: ZeroReference
    axis_confidence: float
    host_offset_s: float
    columns: FloatArray
    pod_moved: bool = False

    def __post_init__(self) -> None:
        self.columns.flags.writeable = False

    def __len__(self) -> int:
        return len(self.columns[T_S])

    @property
    def t_s(self) -> FloatArray:
        """(n,) session seconds."""
        time_s: FloatArray = self.columns[T_S]
        return time_s
