"""A model of the sensor's FIFO and of how promptly the pod empties it; it feeds a script."""

from dataclasses import dataclass, field
from random import Random

import numpy as np
from numpy.typing import NDArray

from firmware.driving import UNSTAMPED, WATERMARK, Counts, Script

FIFO_SAMPLES = 341
"""4096 bytes of six axes."""


def numbered(first: int, samples: int) -> Counts:
    """Counts that tell the sample's running number up to 20010, none at the end of the range."""
    number = np.arange(first, first + samples)[:, np.newaxis]
    return (number * np.array([1, 3, 5, 7, 11, 13]) % 20011 - 10005).astype(np.int16)


def number_of(counts: NDArray[np.float64]) -> int:
    """The running number of a sample by its counts."""
    return int(counts[0]) + 10005


@dataclass
class Chip:
    """Samples numbered from 0, `lost` of them overwritten before anybody read them.

    Stamps are late by up to `jitter_us`, as those of an interrupt are.
    """

    rate_hz: float
    jitter_us: float = 0.0
    switched_on_us: float = 5_000_000.0
    seed: int = 1
    oldest: int = 0
    lost: int = 0
    read: list[range] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def taken_us(self, number: NDArray[np.int64] | int) -> NDArray[np.float64]:
        """When samples were taken, by the pod's clock."""
        return self.switched_on_us + np.asarray(number) * 1e6 / self.rate_hz

    def empty(self, script: Script, late_samples: int = 0) -> None:
        """Read the FIFO when so many more samples than the watermark have come."""
        newest = self.oldest + WATERMARK - 1 + late_samples
        stamp_us = self.taken_us(self.oldest + WATERMARK - 1) + self._random.uniform(0.0, self.jitter_us)
        overflow = newest - self.oldest >= FIFO_SAMPLES
        if overflow:
            first = newest - FIFO_SAMPLES + 1
            self.lost += first - self.oldest
            self.oldest = first
            stamp_us = self.taken_us(newest) + 0.5e6 / self.rate_hz
        counts = numbered(self.oldest, newest - self.oldest + 1)
        stamped = UNSTAMPED if overflow else WATERMARK - 1
        script.batch(counts, float(stamp_us), stamped=stamped, overflow=overflow)
        self.read.append(range(self.oldest, newest + 1))
        self.oldest = newest + 1

    @property
    def given(self) -> int:
        """Samples that were read, those aside that only set the clock."""
        return sum(len(samples) for samples in self.read[1:])
