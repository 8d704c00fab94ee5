"""The first step of the river: the packets of all pods of a session become samples."""

from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass, field

from stridesense.errors import DeviceError
from stridesense.model.packet import Foot, Malformed, RawPacket
from stridesense.protocol import registry
from stridesense.protocol.codecs import TABLE_PROTOCOL, TableStream
from stridesense.protocol.counters import StreamCounters
from stridesense.protocol.pods import PodStream
from stridesense.protocol.sequence import HELD_S
from stridesense.protocol.session import Item, SessionClock
from stridesense.stage import Stage


@dataclass(slots=True)
class DecoderState:
    """One stream for each foot, on one session clock."""

    session: SessionClock = field(default_factory=SessionClock)
    streams: dict[Foot, PodStream | TableStream] = field(default_factory=dict)
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

        A table ("samples") is held back once more at its start, until its rate is known.
        """
        return HELD_S + 0.1

    @property
    def counters(self) -> dict[Foot, StreamCounters]:
        """What became of each foot's packets so far; a copy."""
        return deepcopy(dict(self._state.counters))

    def process(self, item: RawPacket) -> list[Item]:
        """Decode one packet as it came."""
        counters = self._state.counters[item.foot]
        counters.packets += 1
        try:
            return self._stream(item, counters).take(item, self._state.session)
        except DeviceError as error:
            counters.malformed += 1
            return [Malformed(item.foot, item.arrival_ns, str(error))]

    def flush(self) -> list[Item]:
        """Give out what still waited, foot by foot."""
        return [item for stream in self._state.streams.values() for item in stream.flush()]

    def _stream(self, packet: RawPacket, counters: StreamCounters) -> PodStream | TableStream:
        stream = self._state.streams.get(packet.foot)
        if stream is None:
            stream = _new_stream(packet, counters)
            self._state.streams[packet.foot] = stream
        if stream.protocol != packet.protocol:
            msg = f"the foot's pod speaks {stream.protocol}, not {packet.protocol}"
            raise DeviceError(msg)
        return stream


def _new_stream(packet: RawPacket, counters: StreamCounters) -> PodStream | TableStream:
    if packet.protocol == TABLE_PROTOCOL:
        return TableStream(packet.foot, counters)
    registry.find(packet.protocol)
    return PodStream(packet.foot, counters, packet.protocol)
