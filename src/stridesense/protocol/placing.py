"""What a pod does not count is counted for it: its samples by their time stamps, its time by arrivals."""

from dataclasses import dataclass
from typing import Final

from stridesense.protocol.counters import signed
from stridesense.protocol.frame import PodFrame
from stridesense.protocol.sequence import Sequencer
from stridesense.protocol.timebase import SampleClock
from stridesense.units import NS_PER_S

LONGEST_COUNTED_S: Final = 2.0
"""A longer hole is not counted by the stamps; it is believed when a second packet agrees."""

LATE_LIMIT_S: Final = 0.045
"""An arrival that is later than expected by more than this was held up, and tells no more than that."""

STALLED_S: Final = 0.25
STALLED_FOR_NS: Final = NS_PER_S
"""Where nothing is counted or stamped: arrivals so late for so long will not catch up, samples are lost."""


@dataclass(slots=True)
class Placer:
    """Gives every frame of one stream a sample index and a time stamp; part of the decoder's state.

    A pod without time stamps is timed by its arrivals, by how many came: its rate is right in the long run,
    single samples are not, by a connection interval.
    """

    late_since_ns: int | None = None
    least_late_s: float = 0.0

    def first(self, frame: PodFrame, *, stamped: bool) -> PodFrame:
        """The first frame of a stream: where counting begins."""
        frame.sample_index = max(0, frame.sample_index)
        if not stamped:
            frame.ticks = frame.arrival_ns
        return frame

    def place(self, frame: PodFrame, clock: SampleClock, order: Sequencer) -> PodFrame:
        """Any later frame; one that counts for itself stays as it is."""
        counters = clock.counters
        if counters.stamped and counters.indexed:
            return frame
        if counters.stamped:
            frame.sample_index = self._by_stamp(frame, clock, order)
            return frame
        index = frame.sample_index if counters.indexed else self._by_arrival(frame, clock, order)
        late_s = clock.late_s(index + frame.marked, frame.arrival_ns)
        held_up_ns = round(max(0.0, late_s - LATE_LIMIT_S) * NS_PER_S) if late_s < counters.jump_s else 0
        frame.sample_index, frame.ticks = index, frame.arrival_ns - held_up_ns
        return frame

    @staticmethod
    def _by_stamp(frame: PodFrame, clock: SampleClock, order: Sequencer) -> int:
        following = order.next_index
        late_s = clock.late_s(following + frame.marked, frame.ticks)
        if abs(late_s) <= LONGEST_COUNTED_S:
            unsure_s = max(0.5 * clock.period_s, 1 / clock.counters.tick_hz)
            unsure_s = max(unsure_s, 3 * clock.unsure_s(following + frame.marked))
            return following if abs(late_s) <= unsure_s else following + round(late_s / clock.period_s)
        suspect = order.suspect
        if suspect is None:
            return following
        ticks = signed(frame.ticks - suspect.ticks, clock.counters.tick_modulus)
        return suspect.stamp_index + round(ticks / clock.counters.tick_hz / clock.period_s) - frame.marked

    def _by_arrival(self, frame: PodFrame, clock: SampleClock, order: Sequencer) -> int:
        following = order.next_index
        late_s = clock.late_s(following + frame.marked, frame.arrival_ns)
        if order.relinked:
            self.late_since_ns = None
            return following + max(0, round(late_s / clock.period_s))
        if late_s < STALLED_S:
            self.late_since_ns = None
            return following
        if self.late_since_ns is None:
            self.late_since_ns, self.least_late_s = frame.arrival_ns, late_s
        self.least_late_s = min(self.least_late_s, late_s)
        if frame.arrival_ns - self.late_since_ns < STALLED_FOR_NS:
            return following
        self.late_since_ns = None
        return following + round(self.least_late_s / clock.period_s)
