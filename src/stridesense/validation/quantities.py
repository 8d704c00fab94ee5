"""What of the stride record is compared with the truth, and in which unit its error is told."""

from dataclasses import dataclass
from typing import Final

from stridesense.model import Stride
from stridesense.simulator import StrideTruth

INITIAL_CONTACT: Final = "initial contact"
TOE_OFF: Final = "toe-off"
CONTACT_TIME: Final = "contact time"
STRIKE_ANGLE: Final = "strike angle"
HEEL_DROP: Final = "heel drop"
HEEL_HEIGHT: Final = "heel height"
STRIDE_LENGTH: Final = "stride length"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One figure of the record.

    Attributes:
        name: in words.
        field: name in the record and in the truth.
        unit: unit of the error; with "%" the error is relative to the truth.
        per: how many of that unit one of the record's own unit is.
        least: the record tells no less than this; a heel that comes up on landing has not dropped.
    """

    name: str
    field: str
    unit: str
    per: float = 1.0
    least: float | None = None

    def error(self, found: Stride, true: StrideTruth) -> float | None:
        """Found minus true; None when either does not exist."""
        ours, theirs = getattr(found, self.field), getattr(true, self.field)
        if ours is None or theirs is None:
            return None
        theirs = theirs if self.least is None else max(self.least, theirs)
        difference = float(ours - theirs)
        return 100.0 * difference / float(theirs) if self.unit == "%" else self.per * difference


QUANTITIES: Final = (
    Quantity(INITIAL_CONTACT, "initial_contact_s", "ms", 1e3),
    Quantity(TOE_OFF, "terminal_contact_s", "ms", 1e3),
    Quantity(CONTACT_TIME, "contact_time_s", "ms", 1e3),
    Quantity("stride time", "stride_time_s", "ms", 1e3),
    Quantity(STRIKE_ANGLE, "strike_angle_deg", "deg"),
    Quantity(HEEL_DROP, "heel_drop_deg", "deg", least=0.0),
    Quantity(HEEL_HEIGHT, "heel_height_mm", "mm"),
    Quantity("heel down", "heel_down_s", "ms", 1e3),
    Quantity("heel off", "heel_off_s", "ms", 1e3),
    Quantity("push-off rate", "push_off_rate_dps", "%"),
    Quantity("pull rate", "pull_rate_dps", "%"),
    Quantity("pull delay", "pull_delay_s", "ms", 1e3),
    Quantity("speed", "speed_mps", "%"),
    Quantity(STRIDE_LENGTH, "stride_length_m", "%"),
)
BY_NAME: Final = {quantity.name: quantity for quantity in QUANTITIES}
