"""One foot's pod: its packets become blocks of samples on the session clock."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from stridesense.model.packet import Foot, Gap, Malformed, RawPacket
from stridesense.model.samples import SampleBlock
from stridesense.protocol.counters import StreamCounters
from stridesense.protocol.frame import Memory, PodFrame
from stridesense.protocol.frames import codec
from stridesense.protocol.line import PodLine, Stretch
from stridesense.protocol.merging import Merger
from stridesense.protocol.rows import Stream
from stridesense.protocol.session import Item, SessionClock
from stridesense.units import NS_PER_S


@dataclass(slots=True)
class PodStream:
    """All that is known of one foot's pod; part of the decoder's state.

    A pod that sends its two sensors apart has a line for each, and a merger after them.
    """

    foot: Foot
    counters: StreamCounters
    protocol: str
    memory: Memory
    merger: Merger | None = None
    lines: dict[Stream, PodLine] = field(default_factory=dict)

    @classmethod
    def new(cls, foot: Foot, counters: StreamCounters, protocol: str) -> "PodStream":
        """A stream that nothing has come from; raises DeviceError if the protocol is not described."""
        pod = codec(protocol)
        merger = None if pod.streams == {"imu"} else Merger(foot, counters)
        return cls(foot, counters, protocol, pod.memory(), merger)

    @property
    def is_stamped(self) -> bool:
        """Whether the pod stamps the time; otherwise arrivals stand in."""
        return codec(self.protocol).counters.stamped

    @property
    def sampling_rate_hz(self) -> float | None:
        """The true rate as estimated so far, None before the first samples."""
        line = self.lines.get("imu") or self.lines.get("acc")
        return line.clock.sampling_rate_hz if line else None

    def take(self, packet: RawPacket, session: SessionClock) -> list[Item]:
        """Decode one packet; raises DeviceError if it is not as described."""
        pod = codec(self.protocol)
        if packet.characteristic == "config" and self.memory.builtin is None:
            pod.learn(self.memory, packet.payload)
            return self.relink()
        items: list[Item] = []
        frames = pod.frames(self.memory, packet.characteristic, packet.payload, packet.arrival_ns)
        for frame in frames:
            if isinstance(frame, str):
                self.counters.malformed += 1
                items.append(Malformed(self.foot, packet.arrival_ns, frame))
            else:
                items += self._take_frame(frame, session)
        return items

    def relink(self) -> list[Item]:
        """The connection is a new one: nothing that is missing will come any more."""
        self.memory.relink()
        return [item for stream, line in self.lines.items() for item in self._finish(stream, line.relink())]

    def flush(self) -> list[Item]:
        """Give out the packets that still waited for a missing one."""
        return [item for stream, line in self.lines.items() for item in self._finish(stream, line.flush())]

    def _take_frame(self, frame: PodFrame, session: SessionClock) -> list[Item]:
        line = self.lines.get(frame.stream)
        if line is None:
            line, frame = self._start_line(frame, session)
        beside = next((other for other in self.lines.values() if other is not line), None)
        return self._finish(frame.stream, line.take(frame, beside))

    def _start_line(self, frame: PodFrame, session: SessionClock) -> tuple[PodLine, PodFrame]:
        pod = codec(self.protocol).counters
        rate_hz = frame.config.nominal_rate_hz
        other = next(iter(self.lines.values()), None)
        if other is not None and pod.stamped:
            first_s = other.clock.stamped_s(other.clock.index, frame.ticks) - frame.marked / rate_hz
        else:
            first_s = session.place_packet(frame.arrival_ns / NS_PER_S, (len(frame) - 1) / rate_hz)
        counters = self.counters if self.merger is None else StreamCounters()
        line, frame = PodLine.starting(self.foot, frame, pod, counters, first_s)
        self.lines[frame.stream] = line
        return line, frame

    def _finish(self, stream: Stream, found: Iterable[Stretch | Gap | Malformed]) -> list[Item]:
        items: list[Item] = []
        for one in found:
            if isinstance(one, Malformed):
                items.append(one)
            elif self.merger is not None:
                items += self.merger.take(one, is_acc=stream == "acc")
            else:
                items.append(self._block(one) if isinstance(one, Stretch) else one)
        if self.merger is not None:
            self._sum_up(self.lines[stream].counters)
        for item in items:
            if isinstance(item, SampleBlock):
                self.counters.samples += len(item)
            elif isinstance(item, Gap):
                self.counters.gaps += 1
        return items

    def _block(self, stretch: Stretch) -> SampleBlock:
        return SampleBlock(
            foot=self.foot,
            first_index=stretch.first_index,
            sampling_rate_hz=stretch.sampling_rate_hz,
            t_s=stretch.t_s,
            acc_mps2=stretch.values[:, :3].copy(),
            gyr_radps=stretch.values[:, 3:].copy(),
            clipped=stretch.clipped,
            host_offset_s=stretch.host_offset_s,
        )

    def _sum_up(self, of_line: StreamCounters) -> None:
        """Move what a line of a single sensor counted to the pod; what both lost the merger counts once."""
        self.counters.duplicates += of_line.duplicates
        self.counters.late += of_line.late
        self.counters.malformed += of_line.malformed
        of_line.duplicates = of_line.late = of_line.malformed = 0
