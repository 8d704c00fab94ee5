"""Counters: those that a pod sends, which wrap, and those that the decoder keeps of a stream."""

from collections import Counter
from dataclasses import dataclass, field
from math import sqrt
from typing import Final

from stridesense.model.packet import GapCause
from stridesense.protocol.spec import ProtocolSpec
from stridesense.protocol.streams import SAMPLE_WIDTHS
from stridesense.units import NS_PER_S

STAMP_JITTER_S: Final = 20e-6
"""Standard deviation assumed of one time stamp, as of an interrupt-driven microsecond timer."""

ARRIVAL_JITTER_S: Final = 0.015
"""The same of an arrival where the pod stamps nothing: half a usual connection interval."""

RATE_TOLERANCE: Final = 0.05
"""Standard deviation assumed of the true against the stated rate; data sheets allow several per cent."""

LOOSE_RATE_TOLERANCE: Final = 0.3
"""The same of a pod without a clock: such pods send as fast as their firmware gets round to it."""

JUMP_S: Final = 0.030
"""A time stamp further than this from the expected one is not explained by the sample index."""

ARRIVAL_JUMP_S: Final = 1.5
"""Arrivals are late by what the radio and the host please; only this is a jump."""

UNBOUNDED: Final = 1 << 80
"""The modulus of a counter that never wraps: one that we keep ourselves."""


@dataclass(frozen=True, slots=True)
class PodCounters:
    """Where a pod's counters start again at 0, how fast its clock counts, and how far it can be believed.

    Attributes:
        tick_hz: ticks of the time stamp per second; of the arrival where the pod sends none.
        tick_modulus, index_modulus, sequence_modulus: where they wrap.
        jitter_s: standard deviation of one time stamp.
        jump_s: a time stamp further than this from the expected one is not explained by the sample index.
        rate_tolerance: standard deviation of the true rate against the stated one, relative.
        stamped: whether the pod stamps the time; arrivals stand in otherwise.
        indexed: whether the pod counts its samples; otherwise time stamps tell how many are missing.
        whole_packets: a hole of whole packets was lost in the air, any other in the sensor.
    """

    tick_hz: float
    tick_modulus: int
    index_modulus: int
    sequence_modulus: int
    jitter_s: float
    jump_s: float
    rate_tolerance: float = RATE_TOLERANCE
    stamped: bool = True
    indexed: bool = True
    whole_packets: bool = False


def pod_counters(spec: ProtocolSpec) -> PodCounters:
    """How the pods of a description count."""
    time = spec.time
    tick_hz = time.tick_hz if time and time.stamp else None
    stamp_modulus = _modulus(spec, time.stamp) if time and time.stamp else UNBOUNDED
    return PodCounters(
        tick_hz=tick_hz or NS_PER_S,
        tick_modulus=(time.wraps_at if time else None) or stamp_modulus,
        index_modulus=_modulus(spec, spec.loss.sample_index),
        sequence_modulus=_modulus(spec, spec.loss.sequence),
        jitter_s=max(STAMP_JITTER_S, 1 / tick_hz / sqrt(12)) if tick_hz else ARRIVAL_JITTER_S,
        jump_s=JUMP_S if tick_hz else ARRIVAL_JUMP_S,
        rate_tolerance=RATE_TOLERANCE if tick_hz else LOOSE_RATE_TOLERANCE,
        stamped=tick_hz is not None,
        indexed=spec.loss.sample_index is not None,
        whole_packets=spec.loss.whole_packets,
    )


def _modulus(spec: ProtocolSpec, reference: str | None) -> int:
    if reference is None:
        return UNBOUNDED
    in_header = reference.startswith("data.")
    width = spec.field(reference).width if in_header else SAMPLE_WIDTHS[spec.samples[0].type]
    return 1 << (8 * width)


@dataclass(slots=True)
class StreamCounters:
    """What became of one foot's packets so far.

    Attributes:
        packets: all that came, of any characteristic.
        samples: those given on.
        gaps: holes between those given on.
        duplicates: data packets, or rows of a table, that came again; dropped.
        late: data packets, or rows of a table, that came after their place was passed; dropped.
        malformed: packets, or rows of a table, that are not as described.
        lost: samples that did not come, by cause; those without a cause are absent.
    """

    packets: int = 0
    samples: int = 0
    gaps: int = 0
    duplicates: int = 0
    late: int = 0
    malformed: int = 0
    lost: Counter[GapCause] = field(default_factory=Counter)


def signed(difference: int, modulus: int) -> int:
    """The difference of two wrapping counters, as the number nearest to 0."""
    return (difference + modulus // 2) % modulus - modulus // 2
