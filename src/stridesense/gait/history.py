"""The recent past of one foot's signals, for looking back once an event is certain."""

from collections import deque
from dataclasses import dataclass, field, fields
from typing import Final

import numpy as np

from stridesense.model import SignalBlock
from stridesense.model.samples import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A run of samples out of the history, columns as in `SignalBlock`, each (n,)."""

    t_s: FloatArray
    pitch_rate_dps: FloatArray
    pitch_rate_smooth_dps: FloatArray
    pitch_deg: FloatArray
    tilt_offset_deg: FloatArray
    pitch_sd_deg: FloatArray
    acc_g: FloatArray
    jerk_gps: FloatArray
    clipped: FloatArray

    def __len__(self) -> int:
        return len(self.t_s)

    def between(self, start_s: float, end_s: float) -> "Stretch":
        """The samples with start_s <= t < end_s."""
        first, last = np.searchsorted(self.t_s, (start_s, end_s))
        return Stretch(*(getattr(self, name)[first:last] for name in _COLUMNS))

    def at(self, name: str, t_s: float) -> float:
        """A column at a moment, linear between samples and constant beyond the ends."""
        return float(np.interp(t_s, self.t_s, getattr(self, name)))


_COLUMNS: Final = tuple(field.name for field in fields(Stretch))


@dataclass(slots=True)
class History:
    """The signals of the last `span_s` seconds."""

    span_s: float
    _blocks: deque[SignalBlock] = field(default_factory=deque)

    def add(self, block: SignalBlock) -> None:
        """Append a block and let go of those that are too old."""
        self._blocks.append(block)
        while self._blocks[0].t_s[-1] < block.t_s[0] - self.span_s:
            self._blocks.popleft()

    def clear(self) -> None:
        """Forget everything: what comes next does not follow on."""
        self._blocks.clear()

    def until(self, t_s: float) -> Stretch:
        """The `span_s` seconds up to and with `t_s`."""
        columns = [np.concatenate([getattr(block, name) for block in self._blocks]) for name in _COLUMNS]
        first = np.searchsorted(columns[0], t_s - self.span_s)
        last = np.searchsorted(columns[0], t_s, side="right")
        return Stretch(*(column[first:last] for column in columns))
