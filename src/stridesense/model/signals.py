"""Samples in the axes of the foot."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from stridesense.model.packet import Foot
from stridesense.model.samples import BoolArray, FloatArray


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
        t_s: (n,) session seconds.
        pitch_rate_dps: (n,) pitch rate in deg/s, unfiltered.
        pitch_rate_smooth_dps: (n,) the same behind the causal low-pass.
        pitch_deg: (n,) integrated pitch rate, deg.
        tilt_offset_deg: (n,) correction towards gravity known by then, deg.
        pitch_sd_deg: (n,) standard deviation of the corrected pitch, deg.
        acc_g: (n,) magnitude of specific force, g.
        jerk_gps: (n,) magnitude of the change of specific force, g/s.
        clipped: (n,) the sensor stood at the end of its range.
    """

    foot: Foot
    first_index: int
    sampling_rate_hz: float
    smoothing_delay_s: float
    zero: ZeroReference
    axis_confidence: float
    host_offset_s: float
    t_s: FloatArray
    pitch_rate_dps: FloatArray
    pitch_rate_smooth_dps: FloatArray
    pitch_deg: FloatArray
    tilt_offset_deg: FloatArray
    pitch_sd_deg: FloatArray
    acc_g: FloatArray
    jerk_gps: FloatArray
    clipped: BoolArray

    def __post_init__(self) -> None:
        for name in _COLUMNS:
            getattr(self, name).flags.writeable = False

    def __len__(self) -> int:
        return len(self.t_s)


_COLUMNS: Final = tuple(field.name for field in fields(SignalBlock) if field.type in (FloatArray, BoolArray))
