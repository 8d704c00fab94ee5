"""Moments of the gait cycle."""

from dataclasses import dataclass
from enum import StrEnum

from stridesense.model.packet import Foot
from stridesense.model.signals import ZeroReference
from stridesense.model.travel import StrideTravel


class EventKind(StrEnum):
    """The moments that the core names, in the order of a stride.

    Contact begins and ends at 5 % of the peak vertical load. Heel down is when the heel comes within 1 deg of
    its lowest point after the landing, whether it touches or not, and carries the pitch of that point; heel
    off is when it has risen by 3 deg from there; the pull is the fastest lifting of the foot after toe-off.
    """

    INITIAL_CONTACT = "initial_contact"
    HEEL_DOWN = "heel_down"
    HEEL_OFF = "heel_off"
    TERMINAL_CONTACT = "terminal_contact"
    PULL = "pull"


@dataclass(frozen=True, slots=True)
class GaitEvent:
    """One moment of one foot, with what the signals showed there.

    Attributes:
        kind: which moment.
        foot: the foot.
        t_s: when it happened, session seconds.
        known_at_s: when it could be known, session seconds.
        pitch_deg: integral of the pitch rate, deg: good for differences within a stride.
        tilt_offset_deg: add to `pitch_deg` for the angle against standing flat, as known by then.
        pitch_sd_deg: standard deviation of that angle, deg.
        rate_dps: pitch rate that belongs to the moment, deg/s: the lowest at terminal contact and pull.
        acc_g: peak specific force that belongs to the moment, g.
        roll_rate_dps: at terminal contact, mean roll rate shortly after the landing, deg/s, left edge up
            positive; 0 elsewhere.
        swept_deg: toes-up turn of the swing that led to an initial contact, deg; None elsewhere, and where
            the swing was not seen whole.
        heel_first: an initial contact after which the foot slapped down, as it does from a landing heel.
        travel: way from the mid-stance before to this one, at terminal contact; None where it was not seen.
        zero: what absolute pitch rests on.
        sampling_rate_hz: rate of the signals.
        axis_confidence: share of the foot's rotation about the axis that pitch is measured on, 0..1.
        flags: named reasons for doubt.
        provisional: told at once, to be confirmed or moved a little by a final event of the same moment.
        host_offset_s: add to `t_s` for the host's clock, to compare two feet.
    """

    kind: EventKind
    foot: Foot
    t_s: float
    known_at_s: float
    pitch_deg: float
    tilt_offset_deg: float
    pitch_sd_deg: float
    rate_dps: float
    acc_g: float
    zero: ZeroReference
    sampling_rate_hz: float
    axis_confidence: float
    swept_deg: float | None = None
    heel_first: bool = False
    travel: StrideTravel | None = None
    flags: tuple[str, ...] = ()
    provisional: bool = False
    host_offset_s: float = 0.0
    roll_rate_dps: float = 0.0


@dataclass(frozen=True, slots=True)
class Lost:
    """The gait cycle of a foot broke off at `t_s`: what was in progress has no end."""

    foot: Foot
    t_s: float
