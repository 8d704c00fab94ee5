"""Packets in their order: duplicates dropped, swaps undone, losses told by where they happened.

The sample index decides: the packet whose index is the next one goes on at once. The packet number only
tells whether something that is missing may still come, and who lost it. A packet whose time stamp does not
fit its index is not believed until the next one agrees with it: so one broken packet moves nothing, and a
pod that started again is followed from its second packet on.
"""

from bisect import insort
from collections import deque
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Final

from stridesense.model.packet import GapCause
from stridesense.protocol.counters import RATE_TOLERANCE, PodCounters, StreamCounters, signed
from stridesense.protocol.frame import PodFrame
from stridesense.protocol.rows import PodConfig
from stridesense.protocol.timebase import SampleClock

HELD_PACKETS: Final = 3
HELD_S: Final = 0.250
"""Packets after a missing one wait for it at most so many, and so long by the pod's clock."""

REMEMBERED_PACKETS: Final = 256
REMEMBERED_HOLES: Final = 32
"""So many of the latest are known again when they come again, or too late."""

LONGEST_AGREED_S: Final = 2.0
"""Where an index is made of the stamps, it agrees with any of them; two that agree are not further apart."""

LARGEST_PACE: Final = 2 * (1 + RATE_TOLERANCE)
"""A true rate is off the stated one by a factor of 2 at most, give or take what data sheets allow."""


class Continuity(Enum):
    """How a packet is joined to the one before."""

    NEXT = auto()  # the index tells how many samples lie between
    JUMPED = auto()  # time or config jumped, the pod's clock still runs
    RESTARTED = auto()  # the pod began again


@dataclass(frozen=True, slots=True)
class Delivery:
    """A packet whose turn it is, with the samples missing by index before it and where they were lost.

    `measured_rate_hz` is what the first packets after a break show, where that is far off the stated rate.
    """

    frame: PodFrame
    continuity: Continuity
    missing: int
    lost: dict[GapCause, int]
    relinked: bool
    measured_rate_hz: float | None = None


Ordered = Delivery | PodFrame
"""A packet whose turn it is, or a bare one that is rejected."""


@dataclass(slots=True)
class Sequencer:
    """Puts one pod's data packets in order; the state of one stream, saved with it."""

    counters: PodCounters
    stream: StreamCounters
    next_index: int
    next_sequence: int
    config: PodConfig
    largest_packet: int = 0
    relinked: bool = False
    held: list[PodFrame] = field(default_factory=list)
    suspect: PodFrame | None = None
    recent: deque[bytes] = field(default_factory=lambda: deque(maxlen=REMEMBERED_PACKETS))
    holes: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=REMEMBERED_HOLES))

    def take(self, frame: PodFrame, clock: SampleClock) -> list[Ordered]:
        """Take one packet as it came; return those whose turn it is."""
        ahead = self._ahead(frame)
        if self._came_before(frame, ahead):
            self.stream.duplicates += 1
            return []
        if not frame.config.is_same(self.config) or not clock.explains(frame.stamp_index, frame.ticks):
            return self._doubt(frame, clock)
        if ahead < 0:
            if not self._in_hole(frame):
                return self._doubt(frame, clock)
            self.stream.late += 1
            return []
        placed = self._place(frame, ahead)
        return placed if self.suspect is None else [*self._reject_suspect(), *placed]

    def relink(self) -> list[Ordered]:
        """The connection is a new one: nothing that is missing will come any more."""
        released = self._release(everything=True)
        self.relinked = True
        self.recent.clear()
        self.holes.clear()
        return released

    def flush(self) -> list[Ordered]:
        """Give out what is held."""
        return self._reject_suspect() + self._release(everything=True)

    def _came_before(self, frame: PodFrame, ahead: int) -> bool:
        """Whether these very bytes came already; a stamp alone may be too rough to tell where they belong."""
        if ahead < 0:
            return frame.payload in self.recent
        by_stamp_alone = self.counters.stamped and not self.counters.indexed
        return by_stamp_alone and bool(self.recent) and frame.payload == self.recent[-1]

    def _ahead(self, frame: PodFrame) -> int:
        return signed(frame.sample_index - self.next_index, self.counters.index_modulus)

    def _in_hole(self, frame: PodFrame) -> bool:
        modulus = self.counters.index_modulus
        return any((frame.sample_index - start) % modulus < length for start, length in self.holes)

    def _place(self, frame: PodFrame, ahead: int) -> list[Ordered]:
        unnumbered = frame.sequence < 0  # nobody can tell whether what is missing may still come
        if ahead == 0 or unnumbered or frame.sequence == self.next_sequence or self.relinked:
            delivery = self._deliver(frame, ahead)
            return [delivery, *self._release()] if self.held else [delivery]
        if any(frame.sample_index == other.sample_index for other in self.held):
            self.stream.duplicates += 1
            return []
        insort(self.held, frame, key=self._ahead)
        return self._release()

    def _release(self, *, everything: bool = False) -> list[Ordered]:
        released: list[Ordered] = []
        while self.held:
            ahead = self._ahead(self.held[0])
            if ahead > 0 and not (everything or self._waited_enough()):
                break
            frame = self.held.pop(0)
            if ahead < 0:
                self.stream.late += 1
            else:
                released.append(self._deliver(frame, ahead))
        return released

    def _waited_enough(self) -> bool:
        waited = signed(self.held[-1].ticks - self.held[0].ticks, self.counters.tick_modulus)
        return len(self.held) > HELD_PACKETS or waited > HELD_S * self.counters.tick_hz

    def _deliver(self, frame: PodFrame, missing: int, continuity: Continuity = Continuity.NEXT) -> Delivery:
        lost = self._split(missing, frame) if missing else {}
        delivery = Delivery(frame, continuity, missing, lost, self.relinked)
        if missing:
            self.holes.append((self.next_index, missing))
        self.relinked = False
        self.config = frame.config
        self.recent.append(frame.payload)
        self.largest_packet = max(self.largest_packet, len(frame))
        self.next_index = (frame.sample_index + len(frame)) % self.counters.index_modulus
        self.next_sequence = (frame.sequence + 1) % self.counters.sequence_modulus
        return delivery

    def _split(self, missing: int, frame: PodFrame) -> dict[GapCause, int]:
        """What the missing packets can have held was lost with them, the rest never left the sensor."""
        if frame.sequence < 0:
            return {self._unnumbered_cause(missing): missing}
        packets = (frame.sequence - self.next_sequence) % self.counters.sequence_modulus
        in_packets = min(missing, packets * self.largest_packet)
        carrier = GapCause.TRANSMIT if frame.transmit_drop else GapCause.RADIO
        lost = {carrier: in_packets, GapCause.SENSOR: missing - in_packets}
        return {cause: samples for cause, samples in lost.items() if samples}

    def _unnumbered_cause(self, missing: int) -> GapCause:
        if not self.counters.whole_packets:
            return GapCause.STALL
        return GapCause.SENSOR if missing % max(1, self.largest_packet) else GapCause.RADIO

    def _doubt(self, frame: PodFrame, clock: SampleClock) -> list[Ordered]:
        suspect = self.suspect
        if suspect is not None and frame.payload == suspect.payload:
            self.stream.duplicates += 1
            return []
        if suspect is None or not self._follows(suspect, frame):
            rejected = self._reject_suspect()
            self.suspect = frame
            return rejected
        self.suspect = None
        before = self._release(everything=True)
        begun = replace(self._begin_again(suspect, clock), measured_rate_hz=self._measured_hz(suspect, frame))
        return [*before, begun, *self._place(frame, self._ahead(frame))]

    def _begin_again(self, frame: PodFrame, clock: SampleClock) -> Delivery:
        ahead = self._ahead(frame)
        forward = clock.stamped_s(frame.stamp_index, frame.ticks) > clock.time_s
        if forward and (ahead >= 0 or clock.explains(frame.stamp_index, frame.ticks)):
            return self._deliver(frame, max(0, ahead), Continuity.JUMPED)
        self.holes.clear()
        return self._deliver(frame, 0, Continuity.RESTARTED)

    def _follows(self, earlier: PodFrame, later: PodFrame) -> bool:
        modulus = self.counters.index_modulus
        ahead = signed(later.sample_index - earlier.sample_index, modulus)
        if ahead < len(earlier) or not later.config.is_same(earlier.config):
            return False
        if self.counters.stamped and not self.counters.indexed:
            is_near = self._between(earlier, later)[1] <= LONGEST_AGREED_S
            return is_near and self._is_as_stated(earlier, later)
        return self._is_as_stated(earlier, later) or self._measured_hz(earlier, later) is not None

    def _is_as_stated(self, earlier: PodFrame, later: PodFrame) -> bool:
        """Whether two stamps are as far apart as the samples between them take at the stated rate."""
        samples, elapsed_s = self._between(earlier, later)
        expected_s = samples / later.config.nominal_rate_hz
        error_s = abs(elapsed_s - expected_s)
        return error_s <= self.counters.jump_s + 4 * self.counters.rate_tolerance * expected_s

    def _measured_hz(self, earlier: PodFrame, later: PodFrame) -> float | None:
        """The rate that two packets in a row show, where it is not as stated but within `LARGEST_PACE`."""
        samples, elapsed_s = self._between(earlier, later)
        in_a_row = signed(later.sample_index - earlier.sample_index, self.counters.index_modulus) == len(
            earlier
        )
        if not (self.counters.indexed and in_a_row and elapsed_s > 0) or self._is_as_stated(earlier, later):
            return None
        rate_hz = samples / elapsed_s
        return rate_hz if 1 / LARGEST_PACE <= rate_hz / later.config.nominal_rate_hz <= LARGEST_PACE else None

    def _between(self, earlier: PodFrame, later: PodFrame) -> tuple[int, float]:
        """Samples, and seconds by the pod's clock, between the stamps of two packets."""
        samples = signed(later.stamp_index - earlier.stamp_index, self.counters.index_modulus)
        ticks = signed(later.ticks - earlier.ticks, self.counters.tick_modulus)
        return samples, ticks / self.counters.tick_hz

    def _reject_suspect(self) -> list[Ordered]:
        suspect, self.suspect = self.suspect, None
        return [suspect] if suspect else []
