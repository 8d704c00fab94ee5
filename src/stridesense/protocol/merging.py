"""Acceleration and angular velocity that a pod sends apart become samples of both.

The accelerometer's times stand; the gyroscope is read between its own samples by a straight line. What one
of them misses is missing in both.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from stridesense.model.packet import Foot, Gap, GapCause
from stridesense.model.samples import BoolArray, FloatArray, SampleBlock
from stridesense.protocol.counters import StreamCounters
from stridesense.protocol.line import Stretch

LONGEST_WAIT_S: Final = 2.0
"""So much of one sensor waits for the other; what is older is missing."""

HOLE_PERIODS: Final = 1.5
"""Two samples further apart than this have a hole between them."""


@dataclass(slots=True)
class Waiting:
    """The samples of one sensor that wait for the other: times (n,), values (n, 3), clipped (n,)."""

    t_s: FloatArray = field(default_factory=lambda: np.empty(0))
    values: FloatArray = field(default_factory=lambda: np.empty((0, 3)))
    clipped: BoolArray = field(default_factory=lambda: np.empty(0, dtype=np.bool_))
    period_s: float = 0.0
    host_offset_s: float = 0.0

    def add(self, stretch: Stretch) -> None:
        """Take a stretch at the end."""
        self.t_s = np.concatenate((self.t_s, stretch.t_s))
        self.values = np.concatenate((self.values, stretch.values))
        self.clipped = np.concatenate((self.clipped, stretch.clipped))
        self.period_s = 1.0 / stretch.sampling_rate_hz
        self.host_offset_s = stretch.host_offset_s

    def drop(self, count: int) -> None:
        """Forget the first `count`."""
        self.t_s, self.values, self.clipped = self.t_s[count:], self.values[count:], self.clipped[count:]


@dataclass(slots=True)
class Merger:
    """Joins the two sensors of one pod; part of the decoder's state."""

    foot: Foot
    counters: StreamCounters
    acc: Waiting = field(default_factory=Waiting)
    gyr: Waiting = field(default_factory=Waiting)
    last_s: float | None = None
    next_index: int = 0
    cause: GapCause = GapCause.STALL

    def take(self, item: Stretch | Gap, *, is_acc: bool) -> list[SampleBlock | Gap]:
        """Take what one sensor's line gave, return what both now cover."""
        if isinstance(item, Gap):
            self.cause = item.cause
            return []
        (self.acc if is_acc else self.gyr).add(item)
        self._forget_old()
        return list(self._merge())

    def _forget_old(self) -> None:
        """Nothing waits for ever for a sensor that fell silent."""
        for one in (self.acc, self.gyr):
            if len(one.t_s):
                one.drop(int(np.searchsorted(one.t_s, one.t_s[-1] - LONGEST_WAIT_S)))

    def _merge(self) -> Iterator[SampleBlock | Gap]:
        acc, gyr = self.acc, self.gyr
        if len(gyr.t_s) < 2 or len(acc.t_s) == 0:
            return
        decided = int(np.searchsorted(acc.t_s, gyr.t_s[-1]))
        t_s = acc.t_s[:decided]
        before = np.searchsorted(gyr.t_s, t_s, side="right") - 1
        inside = before >= 0
        before = np.maximum(before, 0)
        span_s = gyr.t_s[before + 1] - gyr.t_s[before]
        usable = np.flatnonzero(inside & (span_s <= HOLE_PERIODS * gyr.period_s))
        for run in self._runs(t_s, usable):
            yield from self._block(t_s[run], run, before[run])
        acc.drop(decided)
        gyr.drop(max(0, int(before[-1])) if decided else 0)

    def _runs(self, t_s: FloatArray, usable: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> list[slice]:
        """The usable samples as slices without a hole inside."""
        if len(usable) == 0:
            return []
        apart = np.diff(usable) > 1
        apart |= np.diff(t_s[usable]) > HOLE_PERIODS * self.acc.period_s
        cuts = np.flatnonzero(apart) + 1
        return [slice(int(run[0]), int(run[-1]) + 1) for run in np.split(usable, cuts)]

    def _block(
        self, t_s: FloatArray, run: slice, before: "np.ndarray[tuple[int], np.dtype[np.intp]]"
    ) -> Iterator[SampleBlock | Gap]:
        acc, gyr = self.acc, self.gyr
        if self.last_s is not None and t_s[0] - self.last_s > HOLE_PERIODS * acc.period_s:
            missing = max(1, round((float(t_s[0]) - self.last_s) / acc.period_s) - 1)
            self.counters.lost[self.cause] += missing
            self.next_index += missing
            yield Gap(self.foot, self.last_s, float(t_s[0]), missing, self.cause)
        weight = ((t_s - gyr.t_s[before]) / (gyr.t_s[before + 1] - gyr.t_s[before]))[:, np.newaxis]
        gyr_radps = gyr.values[before] * (1.0 - weight) + gyr.values[before + 1] * weight
        first_index = self.next_index
        self.next_index += len(t_s)
        self.last_s = float(t_s[-1])
        yield SampleBlock(
            foot=self.foot,
            first_index=first_index,
            sampling_rate_hz=1.0 / acc.period_s,
            t_s=t_s.copy(),
            acc_mps2=acc.values[run].copy(),
            gyr_radps=gyr_radps,
            clipped=acc.clipped[run] | gyr.clipped[before] | gyr.clipped[before + 1],
            host_offset_s=acc.host_offset_s,
        )
