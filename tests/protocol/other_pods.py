"""Packs what other makers' pods send, by hand, and carries it over a radio that is late but loses nothing.

Sample number i has acc_x = i % 1000 and gyr_x = i % 777 counts, so that every sample can be told again.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil
from random import Random

import numpy as np

from stridesense.model import Foot, RawPacket

INTERVAL_S = 0.030
"""Connection events are so far apart."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A value that a pod has ready after its sample number `last`."""

    payload: bytes
    last: int


def counts(i: int) -> tuple[int, ...]:
    return i % 1000, 1, 2048, i % 777, 5, 6


def witmotion(samples: int) -> list[Ready]:
    """Frames of one sample; no stamp, no counter."""
    return [Ready(b"\x55\x61" + struct.pack("<9h", *counts(i), 0, 0, 0), i) for i in range(samples)]


def metamotion(samples: int) -> list[Ready]:
    """Accelerometer and gyroscope apart, three samples each; no stamp, no counter."""
    ready = []
    for first in range(0, samples - 2, 3):
        rows = [counts(i) for i in range(first, first + 3)]
        acc, gyr = (np.array([row[part] for row in rows]) for part in (slice(0, 3), slice(3, 6)))
        ready.append(Ready(b"\x03\x1c" + acc.astype("<i2").tobytes(), first + 2))
        ready.append(Ready(b"\x13\x07" + gyr.astype("<i2").tobytes(), first + 2))
    return ready


def nilspod(samples: int, *, first_count: int = 0, wraps_at: int = 1 << 16, rows: int = 16) -> list[Ready]:
    """Gyroscope first, a counter in each row; no stamp."""
    return [
        Ready(nilspod_rows([(i, (first_count + i) % wraps_at) for i in range(k, k + rows)]), k + rows - 1)
        for k in range(0, samples - rows + 1, rows)
    ]


def nilspod_rows(rows: Iterable[tuple[int, int]]) -> bytes:
    """The rows of samples by their number and their counter."""
    return b"".join(
        struct.pack("<6h", *counts(i)[3:], *counts(i)[:3]) + struct.pack("<H", counter) for i, counter in rows
    )


ARRIVAL_TIMED = {"witmotion": witmotion, "metamotion": metamotion, "nilspod": nilspod}


def bluest(i: int, ticks: int) -> bytes:
    """One sample; ticks of 8 ms."""
    return struct.pack("<H6h", ticks % (1 << 16), *counts(i))


def xsens_dot(i: int, ticks: int) -> bytes:
    """One sample; microseconds."""
    return struct.pack("<I6f", ticks % (1 << 32), *counts(i))


def wearable_my_foot(i: int, ticks: int) -> bytes:
    """One sample; milliseconds."""
    return struct.pack("<I6f", ticks % (1 << 32), i % 1000 / 500, 0, 1, i % 777, 5, 6)


def movesense(first: int, ticks: int, rows: int = 4) -> bytes:
    """All accelerations of a packet, then all angular velocities; milliseconds of the first sample."""
    numbers = np.array([counts(i) for i in range(first, first + rows)]) * np.array([0.01, 1, 0.001, 1, 1, 1])
    planes = [numbers[:, :3], numbers[:, 3:]]
    stamp = struct.pack("<I", ticks % (1 << 32))
    return b"\x02\x63" + stamp + b"".join(plane.astype("<f4").tobytes() for plane in planes)


@dataclass(frozen=True, slots=True)
class Air:
    """A radio: values wait for the next connection event; nothing goes through while it is stalled or lost.

    What is ready in a stall comes at its end, what is ready in a loss never comes.
    """

    rate_hz: float
    stalls: tuple[tuple[float, float], ...] = ()
    losses: tuple[tuple[float, float], ...] = ()
    jitter_s: float = 0.002
    seed: int = 1

    def carried(self, protocol: str, ready: Iterable[Ready], foot: Foot = Foot.LEFT) -> Iterator[RawPacket]:
        random, arrival_s = Random(self.seed), 0.0
        for value in ready:
            ready_s = value.last / self.rate_hz
            if any(begin <= ready_s < end for begin, end in self.losses):
                continue
            ready_s = max([ready_s, *(end for begin, end in self.stalls if begin <= ready_s < end)])
            event_s = ceil(ready_s / INTERVAL_S) * INTERVAL_S
            arrival_s = max(event_s + abs(random.gauss(0.001, self.jitter_s)), arrival_s + 1e-5)
            yield RawPacket(foot, protocol, "data", value.payload, round(arrival_s * 1e9))
