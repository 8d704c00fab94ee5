"""What a pod for watches sends: running speed and cadence once a second, as a Stryd does, and its power."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import floor
from typing import ClassVar, Final

import numpy as np

from stridesense.model import Gait
from stridesense.simulator.stream import MAX_PAYLOAD_BYTES, READY_AFTER_S, PodStream, Sent, Worn
from stridesense.simulator.truth import StrideTruth

TOP_OF_SHOE: Final = 1
IN_SHOE: Final = 2

FEATURE: Final = struct.pack("<H", 0b10111)
"""Tells stride length, total distance and whether its wearer runs; can be worn at several places."""

_STANDS_AFTER_S: Final = 2.0
_POWER_W_PER_MPS: Final = 73.0
"""About 1.04 W per kg for each m/s, and 70 kg: what power meters for runners show, whatever they measure."""


@dataclass(frozen=True, slots=True)
class RscMeasurement:
    """A value of RSC Measurement; what is None is not sent."""

    is_running: bool
    speed_mps: float
    cadence_per_min: float
    stride_length_m: float | None = None
    total_distance_m: float | None = None

    def serialize(self) -> bytes:
        """The bytes of the characteristic, 4 to 10."""
        length, distance = self.stride_length_m, self.total_distance_m
        flags = (length is not None) | (distance is not None) << 1 | self.is_running << 2
        value = struct.pack("<BHB", flags, round(self.speed_mps * 256), min(255, round(self.cadence_per_min)))
        value += b"" if length is None else struct.pack("<H", round(length * 100))
        return value + (b"" if distance is None else struct.pack("<I", round(distance * 10) & 0xFFFFFFFF))


def serialize_power(power_w: float) -> bytes:
    """The bytes of Cycling Power Measurement with nothing but the power."""
    return struct.pack("<Hh", 0, round(power_w))


class RscStream(PodStream):
    """A pod that counts the strides of its own foot, from contact to contact."""

    protocol: ClassVar[str] = "rsc"

    def __init__(self, worn: Worn, rng: np.random.Generator) -> None:
        super().__init__(worn, rng)
        self._strides = [stride for stride in worn.strides if stride.stride_time_s is not None]
        self._ends_s = np.array([s.initial_contact_s + (s.stride_time_s or 0.0) for s in self._strides])
        self._way_m = np.cumsum([0.0, *(s.stride_length_m or 0.0 for s in self._strides)])
        self.set_distance_m = 0.0
        """Added to the distance run, as a watch can set it."""

    def greeting(self) -> tuple[tuple[str, bytes], ...]:
        """The values of RSC Feature and Sensor Location."""
        return ("feature", FEATURE), ("location", bytes((TOP_OF_SHOE,)))

    def sent(self, begin_s: float = 0.0, max_payload: int = MAX_PAYLOAD_BYTES) -> Iterator[Sent]:  # noqa: ARG002  never fills one
        """A measurement and a power for each second of the pod's own clock."""
        end_s = float(self._samples.t_s[-1])
        for second in range(floor(begin_s * self._clock_rate) + 1, floor(end_s * self._clock_rate) + 1):
            at_s = second / self._clock_rate
            if not self._drops():
                value = self.measured(at_s)
                ready_s = at_s + READY_AFTER_S
                yield Sent(ready_s, "measurement", value.serialize())
                yield Sent(ready_s, "power", serialize_power(_POWER_W_PER_MPS * value.speed_mps))

    def measured(self, at_s: float) -> RscMeasurement:
        """What the pod knows at a session time: the last whole stride, and all the way since the start."""
        complete = int(np.searchsorted(self._ends_s, at_s, side="right"))
        distance_m = float(self._way_m[complete]) + self.set_distance_m
        if not complete or at_s - self._ends_s[complete - 1] > _STANDS_AFTER_S:
            return RscMeasurement(
                is_running=False,
                speed_mps=0.0,
                cadence_per_min=0.0,
                stride_length_m=0.0,
                total_distance_m=distance_m,
            )
        return _of_stride(self._strides[complete - 1], distance_m)


def _of_stride(stride: StrideTruth, distance_m: float) -> RscMeasurement:
    return RscMeasurement(
        is_running=stride.gait is Gait.RUN,
        speed_mps=stride.speed_mps or 0.0,
        cadence_per_min=60.0 / (stride.stride_time_s or np.inf),
        stride_length_m=stride.stride_length_m,
        total_distance_m=distance_m,
    )
