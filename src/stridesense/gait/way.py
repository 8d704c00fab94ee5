"""Follows a foot from mid-stance to mid-stance, each stride's way beginning where the last one ended."""

from dataclasses import dataclass
from typing import Final

from stridesense.dsp.kernels import Packed
from stridesense.gait.displacement import (
    QUIET_FROM,
    QUIET_UNTIL,
    TravelParams,
    closed_bias_dps,
    quiet,
    travel,
)
from stridesense.gait.look import Look
from stridesense.model import StrideTravel
from stridesense.model.signals import CLIPPED, PITCH_DEG, T_S, TILT_OFFSET_DEG

_BIAS_GAIN: Final = 0.05
_LONGEST_S: Final = 2.2
_LONGER: Final = 1.5
_FOLLOWING: Final = 0.3


@dataclass(slots=True)
class Way:
    """Where the last way ended, how long ways take, the last of them, and the bias that they agree on."""

    quiet_s: float | None = None
    usual_s: float | None = None
    last: StrideTravel | None = None
    bias_dps: float = 0.0

    def broken(self) -> None:
        """The next way does not follow on; the bias stays."""
        self.quiet_s = self.last = None

    def follow(
        self, look: Look, params: Packed[TravelParams], contact_s: float, toe_off_s: float
    ) -> StrideTravel | None:
        """The way from the mid-stance before to this one, None where it was not seen or makes no sense."""
        contact_time_s, history = toe_off_s - contact_s, look.history
        start = history.first_from(contact_s + QUIET_FROM * contact_time_s)
        stop = min(history.first_from(contact_s + QUIET_UNTIL * contact_time_s), look.seen)
        if stop <= start:
            self.broken()
            return None
        here = start + int(quiet(params, history.table, start, stop)[0])
        before_s, self.quiet_s = self.quiet_s, float(history.table[T_S, here])
        if before_s is None or not self._one_stride(self.quiet_s - before_s):
            self.last = None
            return None
        return self._between(look, params, history.first_from(before_s), here, contact_s)

    def _one_stride(self, duration_s: float) -> bool:
        """Whether a way took about as long as those before; a much longer one missed a contact."""
        longest_s = _LONGEST_S if self.usual_s is None else _LONGER * self.usual_s
        usual_s = duration_s if self.usual_s is None else self.usual_s
        self.usual_s = usual_s + _FOLLOWING * (min(duration_s, _LONGEST_S) - usual_s)
        return duration_s <= min(longest_s, _LONGEST_S)

    def _between(
        self, look: Look, params: Packed[TravelParams], first: int, last: int, contact_s: float
    ) -> StrideTravel | None:
        table = look.history.table
        if last <= first:
            return None
        guess_deg = float(table[PITCH_DEG, first] + table[TILT_OFFSET_DEG, first])
        known = self.last.end_pitch_deg if self.last is not None else guess_deg
        found = StrideTravel(*travel(params, table, first, last + 1, contact_s, known, self.bias_dps))
        if not found.plausible:
            self.last = None
            return None
        if self.last is not None and not table[CLIPPED, first : last + 1].any():
            self.bias_dps = closed_bias_dps(self.bias_dps, self.last, found, _BIAS_GAIN)
        self.last = found
        return found
