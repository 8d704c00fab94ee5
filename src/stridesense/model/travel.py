"""The way of a foot over the ground."""

from math import atan
from typing import Final, NamedTuple

from stridesense.units import DEG_PER_RAD

_GRAVITY_OFF_G: Final = 0.12
_STEEPEST_DEG: Final = 40.0


class StrideTravel(NamedTuple):
    """The pod's way from the quiet moment of one stance to that of the next.

    Angles are those of the foot's axes, toes up positive, relative to the level. They contain the constant
    error that the accelerometer's bias leaves in the standing reference.

    Attributes:
        duration_s: time from moment to moment, s.
        length_m: level distance, m.
        rise_m: height gained, m.
        gravity_g: magnitude of mean specific force, g; far from 1, samples are wrong or missing.
        start_pitch_deg: pitch at the first moment, deg.
        end_pitch_deg: pitch at the second, deg.
        turn_deg: how far the foot turned about the vertical in between, left positive, deg.
        landing_s: when the ground ended the foot's fall: its vertical acceleration turned upwards, session s.
        landing_forward_mps: forward speed at that moment, along the way, m/s.
    """

    duration_s: float
    length_m: float
    rise_m: float
    gravity_g: float
    start_pitch_deg: float
    end_pitch_deg: float
    turn_deg: float
    landing_s: float
    landing_forward_mps: float

    @property
    def plausible(self) -> bool:
        """Whether this was a stride between two planted feet: gravity is 1 g, and no sole stood on edge."""
        steepest_deg = max(abs(self.start_pitch_deg), abs(self.end_pitch_deg))
        return abs(self.gravity_g - 1.0) < _GRAVITY_OFF_G and steepest_deg < _STEEPEST_DEG

    @property
    def slope_rad(self) -> float:
        """Slope of the way between the two moments, uphill positive; its constant error is that of pitch."""
        return atan(self.rise_m / self.length_m) if self.length_m > 0.0 else 0.0

    @property
    def ground_pitch_deg(self) -> float:
        """Pitch of the planted foot at the second moment relative to the way it came, deg.

        An error of tilt moves pitch and slope alike, so it is not in here, and neither is the slope.
        """
        return self.end_pitch_deg - self.slope_rad * DEG_PER_RAD
