"""One foot's pod: its packets become blocks of samples on the session clock."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from stridesense.model.packet import Foot, Gap, GapCause, Malformed, RawPacket
from stridesense.model.samples import SampleBlock
from stridesense.protocol.counters import PodCounters, StreamCounters
from stridesense.protocol.frames import PodConfig, PodFrame, codec
from stridesense.protocol.sequence import Continuity, Delivery, Ordered, Sequencer
from stridesense.protocol.session import Item, SessionClock
from stridesense.protocol.timebase import HostClock, SampleClock
from stridesense.units import NS_PER_S


@dataclass(slots=True)
class PodLine:
    """A pod's running stream: the order of its packets, its clock, and where the last block ended."""

    foot: Foot
    counters: StreamCounters
    order: Sequencer
    clock: SampleClock
    host: HostClock
    last_s: float
    next_index: int = 0

    @classmethod
    def starting(
        cls,
        foot: Foot,
        frame: PodFrame,
        pod_counters: PodCounters,
        counters: StreamCounters,
        session: SessionClock,
    ) -> "PodLine":
        """A line that begins with `frame`, which is still to be taken."""
        rate_hz = frame.config.nominal_rate_hz
        first_s = session.place_packet(frame.arrival_ns / NS_PER_S, (len(frame) - 1) / rate_hz)
        return cls(
            foot=foot,
            counters=counters,
            order=Sequencer(pod_counters, counters, frame.sample_index, frame.sequence, frame.config),
            clock=SampleClock.starting(
                pod_counters, index=frame.sample_index, ticks=frame.ticks, time_s=first_s, rate_hz=rate_hz
            ),
            host=HostClock(),
            last_s=first_s - 1 / rate_hz,
        )

    def take(self, frame: PodFrame) -> list[Item]:
        """Take one packet as it came, give out what is certain."""
        return self._emit(self.order.take(frame, self.clock))

    def relink(self) -> list[Item]:
        """The connection is a new one: give out what waited for a missing packet."""
        return self._emit(self.order.relink())

    def flush(self) -> list[Item]:
        """Give out what is held."""
        return self._emit(self.order.flush())

    def _emit(self, ordered: Iterable[Ordered]) -> list[Item]:
        items: list[Item] = []
        for one in ordered:
            if isinstance(one, Delivery):
                items += self._join(one)
            else:
                self.counters.malformed += 1
                reason = "data has a sample index and a time stamp that fit neither each other nor the next"
                items.append(Malformed(self.foot, one.arrival_ns, reason))
        return items

    def _join(self, delivery: Delivery) -> list[Item]:
        period_s = self.clock.period_s
        self._advance_clock(delivery)
        start_s = max(self.clock.time_s, self.last_s + period_s / 2)
        items: list[Item] = []
        missing = _missing(delivery, (start_s - self.last_s) / period_s)
        if missing or delivery.continuity is not Continuity.NEXT:
            items.append(Gap(self.foot, self.last_s, start_s, missing, self._account(delivery, missing)))
        items.append(self._block(delivery.frame, start_s, self.next_index + missing))
        return items

    def _advance_clock(self, delivery: Delivery) -> None:
        frame, clock = delivery.frame, self.clock
        index, ticks = frame.sample_index, frame.ticks
        if delivery.continuity is not Continuity.NEXT:
            self.clock = SampleClock.starting(
                clock.counters,
                index=index,
                ticks=ticks,
                time_s=self._resumed_s(delivery),
                rate_hz=frame.config.nominal_rate_hz,
            )
        elif GapCause.SENSOR in delivery.lost:
            clock.jump(index, ticks)
        else:
            clock.follow(index, ticks)

    def _resumed_s(self, delivery: Delivery) -> float:
        """When the first sample after a break was taken: by the pod's clock, if that is still the same."""
        frame = delivery.frame
        if delivery.continuity is Continuity.JUMPED:
            return self.clock.stamped_s(frame.sample_index, frame.ticks)
        span_s = (len(frame) - 1) / frame.config.nominal_rate_hz
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

    def _block(self, frame: PodFrame, start_s: float, first_index: int) -> SampleBlock:
        t_s = start_s + np.arange(len(frame), dtype=np.float64) * self.clock.period_s
        acc_mps2, gyr_radps, clipped = frame.to_si()
        self.last_s = float(t_s[-1])
        self.next_index = first_index + len(frame)
        self.counters.samples += len(frame)
        return SampleBlock(
            foot=self.foot,
            first_index=first_index,
            sampling_rate_hz=self.clock.sampling_rate_hz,
            t_s=t_s,
            acc_mps2=acc_mps2,
            gyr_radps=gyr_radps,
            clipped=clipped,
            host_offset_s=self.host.observe(self.last_s, frame.arrival_ns / NS_PER_S),
        )


def _missing(delivery: Delivery, elapsed_periods: float) -> int:
    """The samples between two blocks: by index, or by time where the index does not tell."""
    match delivery.continuity:
        case Continuity.NEXT:
            return delivery.missing
        case Continuity.JUMPED:
            return max(delivery.missing, round(elapsed_periods) - 1)
        case Continuity.RESTARTED:
            return max(0, round(elapsed_periods) - 1)


@dataclass(slots=True)
class PodStream:
    """All that is known of one foot's pod; part of the decoder's state."""

    foot: Foot
    counters: StreamCounters
    protocol: str
    configs: dict[int, PodConfig] = field(default_factory=dict)
    line: PodLine | None = None

    def take(self, packet: RawPacket, session: SessionClock) -> list[Item]:
        """Decode one packet; raises DeviceError if it is not as described."""
        pod = codec(self.protocol)
        match packet.characteristic:
            case "data":
                frame = pod.frame(packet.payload, packet.arrival_ns, self.configs)
                if self.line is None:
                    self.line = PodLine.starting(self.foot, frame, pod.counters, self.counters, session)
                return self.line.take(frame)
            case "config":
                self._learn(pod.config(packet.payload))
                return self.line.relink() if self.line else []
            case other:
                pod.values(other, packet.payload)
                return []

    def _learn(self, config: PodConfig) -> None:
        """Keep the config; one that is read again stays the same object, so that it is no change."""
        known = self.configs.get(config.config_id)
        if known is None or known.payload != config.payload:
            self.configs[config.config_id] = config

    def flush(self) -> list[Item]:
        """Give out the packets that still waited for a missing one."""
        return self.line.flush() if self.line else []
