"""Strides and contacts made by hand, for what works on finished strides."""

from typing import Any

from stridesense.model import EventKind, Foot, Gait, GaitEvent, Stride, ZeroReference


def stride(start_s: float = 0.0, contact_s: float = 0.25, stride_s: float = 0.7, **values: Any) -> Stride:
    """A running stride of the left foot, with whatever else is given."""
    usual = {
        "foot": Foot.LEFT,
        "index": 0,
        "gait": Gait.RUN,
        "stride_time_s": stride_s,
        "swing_time_s": stride_s - contact_s,
        "duty_factor": contact_s / stride_s,
        "cadence_spm": 120.0 / stride_s,
        "quality": 1.0,
    }
    return Stride(
        initial_contact_s=start_s,
        terminal_contact_s=start_s + contact_s,
        contact_time_s=contact_s,
        **(usual | values),
    )


def contact(foot: Foot, t_s: float, host_offset_s: float = 0.0) -> GaitEvent:
    """An initial contact on the foot's own clock."""
    return GaitEvent(
        kind=EventKind.INITIAL_CONTACT,
        foot=foot,
        t_s=t_s,
        known_at_s=t_s + 0.02,
        pitch_deg=0.0,
        tilt_offset_deg=0.0,
        pitch_sd_deg=1.0,
        rate_dps=0.0,
        acc_g=8.0,
        zero=ZeroReference.STANDING,
        sampling_rate_hz=208.0,
        axis_confidence=0.9,
        host_offset_s=host_offset_s,
    )
