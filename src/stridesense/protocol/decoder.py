"""The first step of the river: the packets of all pods of a session become samples."""

from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass, field

from stridesense.errors import DeviceError
from stridesense.model import pods
from stridesense.model.clock import SessionZero
from stridesense.model.packet import Foot, Malformed, RawPacket
from stridesense.model.pods import PodReport
from stridesense.protocol import registry
from stridesense.protocol.counters import StreamCounters
from stridesense.protocol.pods import PodStream
from stridesense.protocol.readings import ReadingStream
from stridesense.protocol.reports import PodWatch
from stridesense.protocol.sequence import HELD_S
from stridesense.protocol.session import Item, SessionClock
from stridesense.protocol.table import TABLE_PROTOCOL, TableStream
from stridesense.stage import Stage

Stream = PodStream | ReadingStream | TableStream


@dataclass(slots=True)
class DecoderState:
    """One stream for each foot, on one session clock."""

    session: SessionClock = field(default_factory=SessionClock)
    streams: dict[Foot, Stream] = field(default_factory=dict)
    watches: dict[Foot, PodWatch] = field(default_factory=dict)
    counters: defaultdict[Foot, StreamCounters] = field(default_factory=lambda: defaultdict(StreamCounters))


class Decoder(Stage[RawPacket, Item]):
    """Turns packets into blocks of samples, gaps and malformed packets, for all feet of a session.

    No bytes make it raise. A packet that follows its predecessor comes out at once. When one is missing, up
    to three after it wait for it, at most 250 ms by the pod's clock; then the gap is told. Times are session
    seconds by the pod's own clock, strictly rising for each foot; `SampleBlock.host_offset_s` follows the
    host's clock (see `timebase.HostClock` for the residual).
    """

    _state: DecoderState

    def _initial_state(self) -> DecoderState:
        return DecoderState()

    @property
    def latency_s(self) -> float:
        """How long samples may be held back: the wait, and the packet that ends it.

        A table ("samples") is held back once more at its start, until its rate is known. What a pod sends of
        one sensor waits for the other (see `merging`): about a packet, which is 0.3 s with a Polar.
        """
        return HELD_S + 0.1

    @property
    def counters(self) -> dict[Foot, StreamCounters]:
        """What became of each foot's packets so far; a copy."""
        return deepcopy(dict(self._state.counters))

    @property
    def zero(self) -> SessionZero | None:
        """Where second 0 of the session lies in host time; None before the first sample."""
        return self._state.session.zero

    def is_timed_by_arrival(self, foot: Foot) -> bool:
        """Whether the foot's pod has no clock, so that its samples are timed by when they came."""
        stream = self._state.streams.get(foot)
        return isinstance(stream, PodStream) and not stream.is_stamped

    def process(self, item: RawPacket) -> list[Item]:
        """Decode one packet as it came."""
        counters = self._state.counters[item.foot]
        counters.packets += 1
        try:
            items = self._take(item, self._stream(item, counters))
        except DeviceError as error:
            counters.malformed += 1
            items = [Malformed(item.foot, item.arrival_ns, str(error))]
        return items + self._reports(item, counters)

    def flush(self) -> list[Item]:
        """Give out what still waited, foot by foot."""
        return [item for stream in self._state.streams.values() for item in stream.flush()]

    def _take(self, packet: RawPacket, stream: Stream) -> list[Item]:
        watch = self._state.watches.get(packet.foot)
        if watch is None:
            return stream.take(packet, self._state.session)
        match packet.characteristic:
            case pods.LINK:
                return stream.relink() if watch.take_link(packet.payload) else []
            case pods.BATTERY if packet.payload:
                watch.take_battery(packet.payload[0])
                return []
            case _:
                items = stream.take(packet, self._state.session)
                watch.take_facts(packet)
                return items

    def _stream(self, packet: RawPacket, counters: StreamCounters) -> Stream:
        stream = self._state.streams.get(packet.foot)
        if stream is None:
            stream = _new_stream(packet, counters)
            self._state.streams[packet.foot] = stream
            if packet.protocol != TABLE_PROTOCOL:
                self._state.watches[packet.foot] = PodWatch(packet.foot, packet.protocol)
        if stream.protocol != packet.protocol:
            msg = f"the foot's pod speaks {stream.protocol}, not {packet.protocol}"
            raise DeviceError(msg)
        return stream

    def _reports(self, packet: RawPacket, counters: StreamCounters) -> list[PodReport]:
        watch, stream = self._state.watches.get(packet.foot), self._state.streams.get(packet.foot)
        if watch is None or stream is None or packet.arrival_ns < watch.next_report_ns:
            return []
        return watch.reports(packet.arrival_ns, counters, stream.sampling_rate_hz, self._state.session)


def _new_stream(packet: RawPacket, counters: StreamCounters) -> Stream:
    if packet.protocol == TABLE_PROTOCOL:
        return TableStream(packet.foot, counters)
    if registry.find(packet.protocol).metrics is not None:
        return ReadingStream(packet.foot, counters, packet.protocol)
    return PodStream.new(packet.foot, counters, packet.protocol)
