"""A decision of the phase machine, and the signals of one foot up to it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from stridesense.gait.history import History
from stridesense.model import SHAPE_POINTS, EventKind, GaitEvent, SignalBlock, StrideShape
from stridesense.model.samples import FloatArray
from stridesense.model.signals import (
    ACC_G,
    CLIPPED,
    PITCH_DEG,
    PITCH_RATE_SMOOTH_DPS,
    PITCH_SD_DEG,
    T_S,
    TILT_OFFSET_DEG,
)

CLIPPED_FLAG: Final = "clipped"
POD_MOVED: Final = "pod_moved"
_SWING_S: Final = 0.6
_SHORTEST_SWING_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class Look:
    """A decision's place in its block, and the signals up to it."""

    history: History
    block: SignalBlock
    index: int

    @property
    def now_s(self) -> float:
        """When the decision fell, session seconds."""
        return float(self.block.columns[T_S, self.index])

    @property
    def begins_s(self) -> float:
        """The first moment that the history still holds, session seconds."""
        return float(self.history.table[T_S, self.history.start])

    @property
    def seen(self) -> int:
        """Where the signals up to the decision end in the history's table."""
        return self.history.stop - len(self.block) + self.index + 1

    def window(self, start_s: float) -> tuple[int, int]:
        """The samples from this moment to the decision, as (first, last + 1) in the history's table."""
        return self.history.first_from(start_s), self.seen

    def between(self, start_s: float, end_s: float) -> FloatArray:
        """The signals with start_s <= t < end_s up to the decision, (columns, n)."""
        last = min(self.history.first_from(end_s), self.seen)
        return self.history.table[:, self.history.first_from(start_s) : last]

    def clipped(self, stretch: FloatArray) -> tuple[str, ...]:
        """The flag, if the sensor stood at the end of its range in this stretch."""
        return (CLIPPED_FLAG,) if stretch[CLIPPED].any() else ()

    def swing_deg(self, contact_s: float) -> float | None:
        """Toes-up turn up to initial contact, deg; None when the history is too short to tell."""
        swing = self.between(contact_s - _SWING_S, contact_s)[PITCH_DEG]
        if len(swing) == 0 or self.history.table[T_S, self.history.start] > contact_s - _SHORTEST_SWING_S:
            return None
        return float(swing[-1] - swing.min())

    def shape(self, start_s: float, end_s: float) -> StrideShape | None:
        """The pitch between two initial contacts; None where the history does not reach back to the first."""
        if self.begins_s > start_s:
            return None
        table = self.history.table[
            :, max(self.history.first_from(start_s) - 1, self.history.start) : self.seen
        ]
        t_s = np.linspace(start_s, end_s, SHAPE_POINTS)
        pitch_deg = np.interp(t_s, table[T_S], table[PITCH_DEG]) + table[TILT_OFFSET_DEG, -1]
        return StrideShape(
            foot=self.block.foot,
            initial_contact_s=start_s,
            stride_time_s=end_s - start_s,
            zero=self.block.zero,
            pitch_deg=tuple(pitch_deg.tolist()),
        )

    def event(
        self,
        kind: EventKind,
        t_s: float,
        *,
        pitch_deg: float | None = None,
        rate_dps: float | None = None,
        acc_g: float | None = None,
        swept_deg: float | None = None,
        flags: tuple[str, ...] = (),
        provisional: bool = False,
    ) -> GaitEvent:
        """An event at `t_s`; what is not given is read off the signals there."""
        pitch, rate, acc = self.history.at((PITCH_DEG, PITCH_RATE_SMOOTH_DPS, ACC_G), t_s)
        now = self.block.columns[:, self.index]
        return GaitEvent(
            kind=kind,
            foot=self.block.foot,
            t_s=t_s,
            known_at_s=self.now_s,
            pitch_deg=pitch if pitch_deg is None else pitch_deg,
            tilt_offset_deg=float(now[TILT_OFFSET_DEG]),
            pitch_sd_deg=float(now[PITCH_SD_DEG]),
            rate_dps=rate if rate_dps is None else rate_dps,
            acc_g=acc if acc_g is None else acc_g,
            zero=self.block.zero,
            sampling_rate_hz=self.block.sampling_rate_hz,
            axis_confidence=self.block.axis_confidence,
            swept_deg=swept_deg,
            flags=(*flags, POD_MOVED) if self.block.pod_moved else flags,
            provisional=provisional,
            host_offset_s=self.block.host_offset_s,
        )
