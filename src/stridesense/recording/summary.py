"""What is in a recording, at a glance."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from stridesense.model import Foot
from stridesense.recording.format import SessionMeta
from stridesense.recording.reader import Message, Recording
from stridesense.units import NS_PER_S

SILENCE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Silence:
    """More than a second without a packet of one foot, in seconds since the session began."""

    foot: Foot
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class RecordingSummary:
    """What a recording holds.

    Attributes:
        meta: the session.
        duration_s: from the first message to the last.
        feet: the feet heard, with the number of their packets.
        protocols: the pods' protocols.
        packets: all packets.
        packet_rate_hz: packets a second over the whole recording; 0 when there is no time between them.
        silences: where a foot sent nothing for more than a second.
        messages: how many messages each topic holds.
        segments: how many files it takes.
        damage: what is missing, or None.
    """

    meta: SessionMeta
    duration_s: float
    feet: Mapping[Foot, int]
    protocols: tuple[str, ...]
    packets: int
    packet_rate_hz: float
    silences: tuple[Silence, ...]
    messages: Mapping[str, int]
    segments: int
    damage: str | None


@dataclass(slots=True)
class _Tally:
    feet: Counter[Foot] = field(default_factory=Counter)
    protocols: set[str] = field(default_factory=set)
    messages: Counter[str] = field(default_factory=Counter)
    latest_ns: dict[Foot, int] = field(default_factory=dict)
    silences: list[Silence] = field(default_factory=list)
    span_ns: tuple[int, int] | None = None

    def add(self, message: Message) -> None:
        """Count one message."""
        channel, t_ns = message.channel, message.t_ns
        first_ns, last_ns = self.span_ns or (t_ns, t_ns)
        self.span_ns = min(first_ns, t_ns), max(last_ns, t_ns)
        self.messages[channel.topic] += 1
        if channel.foot is None:
            return
        self.feet[channel.foot] += 1
        self.protocols.add(channel.protocol)
        if channel.characteristic == "data":
            self._listen(channel.foot, t_ns)

    def _listen(self, foot: Foot, t_ns: int) -> None:
        latest_ns = self.latest_ns.get(foot, t_ns)
        if t_ns - latest_ns > SILENCE_S * NS_PER_S:
            self.silences.append(Silence(foot, latest_ns / NS_PER_S, t_ns / NS_PER_S))
        self.latest_ns[foot] = t_ns


def summarise(recording: Recording) -> RecordingSummary:
    """Read a recording through once and sum it up."""
    tally = _Tally()
    for message in recording.messages():
        tally.add(message)
    first_ns, last_ns = tally.span_ns or (0, 0)
    duration_s = (last_ns - first_ns) / NS_PER_S
    packets = tally.feet.total()
    return RecordingSummary(
        meta=recording.meta,
        duration_s=duration_s,
        feet=MappingProxyType(dict(tally.feet)),
        protocols=tuple(sorted(tally.protocols)),
        packets=packets,
        packet_rate_hz=packets / duration_s if duration_s > 0 else 0.0,
        silences=tuple(tally.silences),
        messages=MappingProxyType(dict(sorted(tally.messages.items()))),
        segments=len(recording.segments),
        damage=recording.damage,
    )
