"""Counters: those that a pod sends, which wrap, and those that the decoder keeps of a stream."""

from collections import Counter
from dataclasses import dataclass, field

from stridesense.model.packet import GapCause


@dataclass(frozen=True, slots=True)
class PodCounters:
    """Where a pod's counters start again at 0, and how fast its clock counts."""

    tick_hz: int
    tick_modulus: int
    index_modulus: int
    sequence_modulus: int


@dataclass(slots=True)
class StreamCounters:
    """What became of one foot's packets so far.

    Attributes:
        packets: all that came, of any characteristic.
        samples: those given on.
        duplicates: data packets, or rows of a table, that came again; dropped.
        late: data packets, or rows of a table, that came after their place was passed; dropped.
        malformed: packets, or rows of a table, that are not as described.
        lost: samples that did not come, by cause; those without a cause are absent.
    """

    packets: int = 0
    samples: int = 0
    duplicates: int = 0
    late: int = 0
    malformed: int = 0
    lost: Counter[GapCause] = field(default_factory=Counter)


def signed(difference: int, modulus: int) -> int:
    """The difference of two wrapping counters, as the number nearest to 0."""
    return (difference + modulus // 2) % modulus - modulus // 2
