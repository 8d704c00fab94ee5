"""What the samples of one pod tell before anything is known of the foot: standing, clipping, the rate."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from stridesense.dsp.alignment import stillness
from stridesense.model import Gap, SampleBlock
from stridesense.model.samples import FloatArray

HOP_S: Final = 0.25
"""Stillness is looked at once in this time, s."""

_ROW: Final = 7


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """A stretch in which the pod did not move.

    Attributes:
        start_s: its first moment, session seconds.
        end_s: and its last.
        hops: number of hops of `HOP_S` in it.
        acc_mps2: (3,) mean specific force, which is gravity, sensor frame.
        gyr_radps: (3,) mean angular velocity, which is the gyroscope's bias.
    """

    start_s: float
    end_s: float
    hops: int
    acc_mps2: FloatArray
    gyr_radps: FloatArray

    @property
    def lasts_s(self) -> float:
        """Its length in seconds."""
        return self.end_s - self.start_s

    @property
    def gravity_mps2(self) -> float:
        """Gravity as this accelerometer measures it."""
        return float(np.sqrt((self.acc_mps2**2).sum()))

    def joined(self, after: "Standing") -> "Standing":
        """This stretch and the one that follows it at once."""
        hops = self.hops + after.hops
        return Standing(
            self.start_s,
            after.end_s,
            hops,
            (self.hops * self.acc_mps2 + after.hops * after.acc_mps2) / hops,
            (self.hops * self.gyr_radps + after.hops * after.gyr_radps) / hops,
        )


@dataclass(slots=True)
class PodCheck:
    """What was seen of one pod so far.

    Attributes:
        samples: number of samples.
        clipped: how many of them stood at the end of the range.
        sampling_rate_hz: the pod's true rate, as known by its last sample.
        stands: the stretches in which it was still, in their order.
    """

    samples: int = 0
    clipped: int = 0
    sampling_rate_hz: float = 0.0
    stands: list[Standing] = field(default_factory=list)
    _waiting: FloatArray = field(default_factory=lambda: np.empty((0, _ROW)))
    _stands_now: bool = False

    def take(self, item: SampleBlock | Gap) -> None:
        """Take what comes next of this pod."""
        if isinstance(item, Gap):
            self._waiting, self._stands_now = self._waiting[:0], False
            return
        self.samples += len(item)
        self.clipped += int(item.clipped.sum())
        self.sampling_rate_hz = item.sampling_rate_hz
        rows = np.column_stack((item.t_s, item.acc_mps2, item.gyr_radps))
        self._look(np.concatenate((self._waiting, rows)))

    def standing_before(self, t_s: float) -> Standing | None:
        """The longest stretch that was over by then."""
        stands = [stand for stand in self.stands if stand.end_s <= t_s]
        return max(stands, key=lambda stand: stand.lasts_s, default=None)

    def _look(self, rows: FloatArray) -> None:
        size = max(2, round(HOP_S * self.sampling_rate_hz))
        whole = len(rows) // size * size
        for first in range(0, whole, size):
            self._take_hop(rows[first : first + size])
        self._waiting = rows[whole:]

    def _take_hop(self, rows: FloatArray) -> None:
        if stillness(rows[:, 1:4], rows[:, 4:7]) is None:
            self._stands_now = False
            return
        means = rows.mean(axis=0)
        lasts_s = len(rows) / self.sampling_rate_hz
        seen = Standing(float(rows[0, 0]), float(rows[0, 0]) + lasts_s, 1, means[1:4], means[4:7])
        if self._stands_now:
            seen = self.stands.pop().joined(seen)
        self.stands.append(seen)
        self._stands_now = True
