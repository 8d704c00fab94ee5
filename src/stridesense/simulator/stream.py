"""What every virtual pod does alike, whichever protocol it speaks."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from stridesense.model import Foot
from stridesense.simulator.pod_settings import Pod, Radio
from stridesense.simulator.sensor import PodSamples
from stridesense.simulator.truth import StrideTruth

MAX_PAYLOAD_BYTES: Final = 244
"""What one notification holds at an MTU of 247."""

READY_AFTER_S: Final = 0.002
"""How long a pod takes from the last sample of a packet to having the packet built."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A value that the pod has ready to send, and when, in true session seconds."""

    ready_s: float
    characteristic: str
    payload: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Worn:
    """A pod on a foot: which foot, what its chip measures, what strides the foot makes, how the pod is set.

    `strides` are those of this foot, in order of their initial contacts.
    """

    foot: Foot
    samples: PodSamples
    strides: tuple[StrideTruth, ...]
    pod: Pod
    radio: Radio


class PodStream(ABC):
    """All that one pod sends in a session; faults inside the pod happen here."""

    protocol: ClassVar[str]

    def __init__(self, worn: Worn, rng: np.random.Generator) -> None:
        self._foot, self._samples, self._pod, self._radio = worn.foot, worn.samples, worn.pod, worn.radio
        self._rng = rng
        self._clock_rate = 1.0 + worn.radio.drift_ppm(worn.foot) * 1e-6
        self._lost = 0
        self.lead_s = 0.0
        """How long the pod was already switched on at session time 0."""

    @abstractmethod
    def greeting(self) -> tuple[tuple[str, bytes], ...]:
        """What is read or answered before streaming, in that order: roles and values."""

    @abstractmethod
    def sent(self, begin_s: float = 0.0, max_payload: int = MAX_PAYLOAD_BYTES) -> Iterator[Sent]:
        """Every notification in the order in which it is ready.

        Args:
            begin_s: session time at which streaming is switched on.
            max_payload: how many bytes one notification holds.
        """

    def _since_power_on(self, at_s: float, ticks_per_s: float) -> int:
        """Ticks of the pod's own clock, which runs a little fast or slow, at this session time."""
        return round((self.lead_s + at_s) * (ticks_per_s * self._clock_rate))

    def _overflow(self) -> int:
        """Samples that the chip's own queue loses before the next packet; mostly none."""
        if self._rng.random() >= self._radio.overflow_percent / 100.0:
            return 0
        lost = int(self._rng.integers(3, 40))
        self._lost += lost
        return lost

    def _drops(self) -> bool:
        """Whether the pod throws the next packet away instead of sending it."""
        return bool(self._rng.random() < self._radio.queue_drop_percent / 100.0)
