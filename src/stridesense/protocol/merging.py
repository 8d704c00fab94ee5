"""Acceleration and angular velocity that a pod sends apart become samples of both.

The accelerometer's times stand; the gyroscope is read between its own samples by a straight line. What one
of them misses is missing in both.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stridesense.model.packet import Foot, Gap, GapCause
from stridesense.model.samples import BoolArray, FloatArray, SampleBlock
from stridesense.protocol.counters import StreamCounters
from stridesense.protocol.line import Stretch

LONGEST_WAIT_S: Final = 2.0
"""So much of one sensor waits for the other; what is older is missing."""


Indices = NDArray[np.int64]


def _no_indices() -> Indices:
    return np.empty(0, dtype=np.int64)


@dataclass(slots=True)
class Waiting:
    """The samples of one sensor that wait for the other: times (n,), values (n, 3), clipped (n,).

    `index` (n,) is the sample's running number in its own stream, `run` (n,) the number of holes before it.
    """

    t_s: FloatArray = field(default_factory=lambda: np.empty(0))
    values: FloatArray = field(default_factory=lambda: np.empty((0, 3)))
    clipped: BoolArray = field(default_factory=lambda: np.empty(0, dtype=np.bool_))
    index: Indices = field(default_factory=_no_indices)
    run: Indices = field(default_factory=_no_indices)
    holes: int = 0
    sampling_rate_hz: float = 0.0
    host_offset_s: float = 0.0

    def add(self, stretch: Stretch) -> None:
        """Take a stretch at the end."""
        count = len(stretch.t_s)
        index = stretch.first_index + np.arange(count, dtype=np.int64)
        self.t_s = np.concatenate((self.t_s, stretch.t_s))
        self.values = np.concatenate((self.values, stretch.values))
        self.clipped = np.concatenate((self.clipped, stretch.clipped))
        self.index = np.concatenate((self.index, index))
        self.run = np.concatenate((self.run, np.full(count, self.holes, dtype=np.int64)))
        self.sampling_rate_hz = stretch.sampling_rate_hz
        self.host_offset_s = stretch.host_offset_s

    def drop(self, count: int) -> None:
        """Forget the first `count`."""
        if count:
            self.t_s, self.values, self.clipped = self.t_s[count:], self.values[count:], self.clipped[count:]
            self.index, self.run = self.index[count:], self.run[count:]


@dataclass(slots=True)
class Merger:
    """Joins the two sensors of one pod; part of the decoder's state.

    `last_s`, `last_index` and `last_run` are those of the last sample given on, `first_index` that of the
    first one ever.
    """

    foot: Foot
    counters: StreamCounters
    acc: Waiting = field(default_factory=Waiting)
    gyr: Waiting = field(default_factory=Waiting)
    has_begun: bool = False
    last_s: float = 0.0
    last_index: int = 0
    last_run: int = 0
    first_index: int = 0
    cause: GapCause = GapCause.STALL

    def take(self, item: Stretch | Gap, *, is_acc: bool) -> list[SampleBlock | Gap]:
        """Take what one sensor's line gave, return what both now cover."""
        one = self.acc if is_acc else self.gyr
        if isinstance(item, Gap):
            one.holes += 1
            self.cause = item.cause
            return []
        one.add(item)
        one.drop(int(np.searchsorted(one.t_s, one.t_s[-1] - LONGEST_WAIT_S)))
        return list(self._merge())

    def _merge(self) -> Iterator[SampleBlock | Gap]:
        acc, gyr = self.acc, self.gyr
        decided = int(np.searchsorted(acc.t_s, gyr.t_s[-1])) if len(gyr.t_s) > 1 else 0
        if decided == 0:
            return
        before = np.searchsorted(gyr.t_s, acc.t_s[:decided], side="right") - 1
        inside = before >= 0
        before = np.maximum(before, 0)
        usable = np.flatnonzero(inside & (gyr.run[before] == gyr.run[before + 1]))
        for run in self._runs(usable):
            yield from self._gap(run.start)
            yield self._block(run, before[run])
        acc.drop(decided)
        gyr.drop(int(before[-1]))

    def _runs(self, usable: NDArray[np.intp]) -> list[slice]:
        """The usable samples as slices without a hole inside."""
        if len(usable) == 0:
            return []
        run = self.acc.run
        if usable[-1] - usable[0] == len(usable) - 1 and run[usable[0]] == run[usable[-1]]:
            return [slice(int(usable[0]), int(usable[-1]) + 1)]
        apart = (np.diff(usable) > 1) | (np.diff(self.acc.run[usable]) > 0)
        runs = np.split(usable, np.flatnonzero(apart) + 1)
        return [slice(int(run[0]), int(run[-1]) + 1) for run in runs]

    def _gap(self, start: int) -> Iterator[Gap]:
        """What is missing before the sample at `start` of those that wait."""
        index, run, begin_s = int(self.acc.index[start]), int(self.acc.run[start]), float(self.acc.t_s[start])
        if not self.has_begun:
            self.has_begun, self.first_index = True, index
        elif run != self.last_run or index != self.last_index + 1:
            missing = index - self.last_index - 1
            self.counters.lost[self.cause] += missing
            yield Gap(self.foot, self.last_s, begin_s, missing, self.cause)

    def _block(self, run: slice, before: NDArray[np.intp]) -> SampleBlock:
        acc, gyr = self.acc, self.gyr
        t_s, after = acc.t_s[run], before + 1
        weight = ((t_s - gyr.t_s[before]) / (gyr.t_s[after] - gyr.t_s[before]))[:, np.newaxis]
        self.last_s, self.last_run = float(t_s[-1]), int(acc.run[run.stop - 1])
        self.last_index = int(acc.index[run.stop - 1])
        return SampleBlock(
            foot=self.foot,
            first_index=int(acc.index[run.start]) - self.first_index,
            sampling_rate_hz=acc.sampling_rate_hz,
            t_s=t_s.copy(),
            acc_mps2=acc.values[run].copy(),
            gyr_radps=gyr.values[before] * (1.0 - weight) + gyr.values[after] * weight,
            clipped=acc.clipped[run] | gyr.clipped[before] | gyr.clipped[after],
            host_offset_s=acc.host_offset_s,
        )
