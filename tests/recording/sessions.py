"""Sessions to record: made quickly, the same each time."""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from stridesense.model import Foot, RawPacket
from stridesense.recording.format import TRUTH_TOPIC, SessionMeta
from stridesense.recording.writer import RecordingWriter
from stridesense.units import NS_PER_S

PACKETS_PER_S = 26
META = SessionMeta("5e55", 1_790_000_000_123_456_789, "test", details={"scenario": "easy"})


def run_packets(seconds: int) -> list[RawPacket]:
    """Two feet at 26 packets a second each, with half their bytes as random as real samples are."""
    chance = random.Random(seconds)
    ticks = range(seconds * PACKETS_PER_S)
    return [
        RawPacket(
            foot, "sofp", "data", chance.randbytes(60) + bytes(60), tick * NS_PER_S // PACKETS_PER_S + side
        )
        for tick in ticks
        for side, foot in enumerate((Foot.LEFT, Foot.RIGHT))
    ]


def record(path: Path, packets: Iterable[RawPacket], meta: SessionMeta = META) -> None:
    """Write packets as the recorder does, brought to the disk each second of session time."""
    with RecordingWriter(path, meta, free_bytes_wanted=0) as writer:
        for packet in flushed_each_second(writer, packets):
            writer.packet(packet)
        writer.json(TRUTH_TOPIC, 1, {"foot": "left", "initial_contact_s": 0.25})


def flushed_each_second(writer: RecordingWriter, packets: Iterable[RawPacket]) -> Iterator[RawPacket]:
    """The packets, while each second of theirs the writer is flushed."""
    second = 0
    for packet in packets:
        if packet.arrival_ns // NS_PER_S > second:
            second = packet.arrival_ns // NS_PER_S
            writer.flush()
        yield packet


def is_subsequence(part: list[RawPacket], whole: list[RawPacket]) -> bool:
    """Whether `part` is `whole` with nothing but holes in it."""
    rest = iter(whole)
    return all(packet in rest for packet in part)
