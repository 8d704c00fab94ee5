"""One stream of one pod: its packets become stretches of samples on the session clock."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from stridesense.model.packet import Foot, Gap, GapCause, Malformed
from stridesense.model.samples import BoolArray, FloatArray
from stridesense.protocol.counters import PodCounters, StreamCounters
from stridesense.protocol.frame import PodFrame
from stridesense.protocol.placing import Placer
from stridesense.protocol.sequence import Continuity, Delivery, Ordered, Sequencer
from stridesense.protocol.timebase import HostClock, SampleClock
from stridesense.units import NS_PER_S

BELIEVED_JUMP_S: Final = 2.0
BELIEVED_DRIFT: Final = 1e-3
"""A stamp that jumped further from its arrival than so much, and this share of the break, is not believed."""

STEPS: Final = np.arange(256, dtype=np.float64)
"""As many as most packets have samples, made once."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Samples of one stream without a gap inside: times (n,), values (n, k) in SI, clipped (n,)."""

    first_index: int
    sampling_rate_hz: float
    t_s: FloatArray
    values: FloatArray
    clipped: BoolArray
    host_offset_s: float


@dataclass(slots=True)
class PodLine:
    """A pod's running stream: the order of its packets, its clock, and where the last stretch ended."""

    foot: Foot
    counters: StreamCounters
    order: Sequencer
    clock: SampleClock
    host: HostClock
    last_s: float
    next_index: int = 0
    placer: Placer = field(default_factory=Placer)

    @classmethod
    def starting(
        cls, foot: Foot, frame: PodFrame, pod: PodCounters, counters: StreamCounters, first_s: float
    ) -> tuple["PodLine", PodFrame]:
        """A line whose first sample is at `first_s`, and its first frame, which is still to be taken."""
        placer = Placer()
        frame = placer.first(frame, stamped=pod.stamped)
        rate_hz = frame.config.nominal_rate_hz
        clock = SampleClock.starting(
            pod,
            index=frame.stamp_index,
            ticks=frame.ticks,
            time_s=first_s + frame.marked / rate_hz,
            rate_hz=rate_hz,
        )
        order = Sequencer(pod, counters, frame.sample_index, frame.sequence, frame.config)
        return cls(foot, counters, order, clock, HostClock(), first_s - 1 / rate_hz, placer=placer), frame

    def take(self, frame: PodFrame, beside: "PodLine | None" = None) -> list[Stretch | Gap | Malformed]:
        """Take one packet as it came, give out what is certain; `beside` is the pod's other line."""
        placed = self.placer.place(frame, self.clock, self.order)
        return self._emit(self.order.take(placed, self.clock), beside)

    def relink(self) -> list[Stretch | Gap | Malformed]:
        """The connection is a new one: give out what waited for a missing packet."""
        return self._emit(self.order.relink())

    def flush(self) -> list[Stretch | Gap | Malformed]:
        """Give out what is held."""
        return self._emit(self.order.flush())

    def _emit(
        self, ordered: Iterable[Ordered], beside: "PodLine | None" = None
    ) -> list[Stretch | Gap | Malformed]:
        items: list[Stretch | Gap | Malformed] = []
        for one in ordered:
            if isinstance(one, Delivery):
                items += self._join(one, beside)
            else:
                self.counters.malformed += 1
                reason = "data has a sample index and a time stamp that fit neither each other nor the next"
                items.append(Malformed(self.foot, one.arrival_ns, reason))
        return items

    def _join(self, delivery: Delivery, beside: "PodLine | None") -> list[Stretch | Gap | Malformed]:
        if self._is_of_another_clock(delivery):
            delivery = replace(delivery, continuity=Continuity.RESTARTED)
        period_s = self.clock.period_s
        self._advance_clock(delivery, beside)
        began_s = self.clock.time_s - delivery.frame.marked * self.clock.period_s
        start_s = max(began_s, self.last_s + period_s / 2)
        items: list[Stretch | Gap | Malformed] = []
        missing = _missing(delivery, (start_s - self.last_s) / period_s)
        if missing or delivery.continuity is not Continuity.NEXT:
            items.append(Gap(self.foot, self.last_s, start_s, missing, self._account(delivery, missing)))
        items.append(self._stretch(delivery.frame, start_s, self.next_index + missing))
        return items

    def _advance_clock(self, delivery: Delivery, beside: "PodLine | None") -> None:
        frame, clock = delivery.frame, self.clock
        index, ticks = frame.stamp_index, frame.ticks
        if delivery.continuity is not Continuity.NEXT:
            self.clock = SampleClock.starting(
                clock.counters,
                index=index,
                ticks=ticks,
                time_s=self._resumed_s(delivery, beside),
                rate_hz=delivery.measured_rate_hz or frame.config.nominal_rate_hz,
            )
        elif GapCause.SENSOR in delivery.lost:
            clock.jump(index, ticks)
        else:
            clock.follow(index, ticks)

    def _is_of_another_clock(self, delivery: Delivery) -> bool:
        """Whether arrivals contradict a stamp that jumped; or one that wrapped, where no index unwraps it."""
        pod = self.clock.counters
        may_have_wrapped = delivery.relinked and not pod.indexed
        jumped = delivery.continuity is Continuity.JUMPED
        is_in_doubt = jumped or (may_have_wrapped and delivery.continuity is Continuity.NEXT)
        return (
            pod.stamped
            and is_in_doubt
            and not self.is_believed(
                self.clock.stamped_s(delivery.frame.stamp_index, delivery.frame.ticks), delivery.frame
            )
        )

    def is_believed(self, stamped_s: float, frame: PodFrame) -> bool:
        """Whether a packet came when its stamp lets it be expected."""
        arrived_s = self.arrived_s(frame)
        allowed_s = BELIEVED_JUMP_S + BELIEVED_DRIFT * max(0.0, arrived_s - self.last_s)
        return abs(stamped_s - arrived_s) <= allowed_s

    def _resumed_s(self, delivery: Delivery, beside: "PodLine | None") -> float:
        """When the stamped sample after a break was taken: by a clock that still holds, or by its arrival."""
        frame = delivery.frame
        if delivery.continuity is Continuity.RESTARTED:
            return self._restarted_s(frame, beside)
        stamped_s = self.clock.stamped_s(frame.stamp_index, frame.ticks)
        if delivery.measured_rate_hz is None:
            return stamped_s
        # what came before was spread by the stated rate, perhaps beyond this stamp
        return max(stamped_s, self.last_s + (frame.marked + 1) / delivery.measured_rate_hz)

    def _restarted_s(self, frame: PodFrame, beside: "PodLine | None") -> float:
        """By the arrival, or as the other line has it if that goes on already: the two stay together."""
        if beside is None or not beside.clock.counters.stamped:
            return self.arrived_s(frame)
        stamped_s = beside.clock.stamped_s(beside.clock.index, frame.ticks)
        return stamped_s if beside.is_believed(stamped_s, frame) else beside.arrived_s(frame)

    def arrived_s(self, frame: PodFrame) -> float:
        """When the stamped sample of a packet was taken, by its arrival."""
        span_s = (len(frame) - 1 - frame.marked) / frame.config.nominal_rate_hz
        return frame.arrival_ns / NS_PER_S - self.host.offset_s - span_s

    def _account(self, delivery: Delivery, missing: int) -> GapCause:
        """Count what was lost; the cause of the greater part speaks for the whole gap."""
        if delivery.relinked or delivery.continuity is Continuity.RESTARTED:
            lost = {GapCause.LINK: missing}
        elif delivery.continuity is Continuity.JUMPED:
            lost = {GapCause.SENSOR if delivery.frame.sensor_overflow else GapCause.STALL: missing}
        else:
            lost = delivery.lost
        self.counters.lost.update(lost)
        return max(lost, key=lambda cause: lost[cause])

    def _stretch(self, frame: PodFrame, start_s: float, first_index: int) -> Stretch:
        count = len(frame)
        steps = STEPS[:count] if count <= len(STEPS) else np.arange(count, dtype=np.float64)
        t_s = start_s + steps * self.clock.period_s
        values, clipped = frame.to_si()
        self.last_s = float(t_s[-1])
        self.next_index = first_index + count
        offset_s = self.host.observe(self.last_s, frame.arrival_ns / NS_PER_S)
        return Stretch(first_index, self.clock.sampling_rate_hz, t_s, values, clipped, offset_s)


def _missing(delivery: Delivery, elapsed_periods: float) -> int:
    """The samples between two stretches: by index, or by time where the index does not tell."""
    match delivery.continuity:
        case Continuity.NEXT:
            return delivery.missing
        case Continuity.JUMPED if delivery.measured_rate_hz is not None:
            return delivery.missing
        case Continuity.JUMPED:
            return max(delivery.missing, round(elapsed_periods) - 1)
        case Continuity.RESTARTED:
            return max(0, round(elapsed_periods) - 1)
