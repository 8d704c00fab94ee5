"""How the foot turned through one stride."""

from dataclasses import asdict, dataclass
from typing import Final

from stridesense.model.packet import Foot
from stridesense.model.signals import ZeroReference

SHAPE_POINTS: Final = 51
"""Pitch values in a shape: every 2 % of the stride, both ends included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideShape:
    """Pitch of one foot from an initial contact to the next one, for drawing.

    `pitch_deg` holds `SHAPE_POINTS` values in equal steps of time, relative to the foot standing flat, toes
    up positive; `zero` tells whether the runner was seen standing, without which only differences hold. The
    stride that it belongs to has the same `initial_contact_s`; not every shape has one, as a stride must pass
    for one first. None spans a gap.
    """

    foot: Foot
    initial_contact_s: float
    stride_time_s: float
    zero: ZeroReference
    pitch_deg: tuple[float, ...]

    def to_record(self) -> dict[str, object]:
        """The shape as plain JSON values, angles to 0.1 deg."""
        return {"type": "shape", **asdict(self), "pitch_deg": [round(deg, 1) for deg in self.pitch_deg]}
