"""What the tests of the decoder share: decode a list, sort what came out, compare to the last bit."""

from collections.abc import Iterable
from dataclasses import fields

import numpy as np
from hypothesis import settings
from numpy.typing import NDArray

from stridesense.model import Gap, Malformed, PodReport, RawPacket, SampleBlock
from stridesense.protocol.decoder import Decoder

Item = SampleBlock | Gap | Malformed

STEADY = settings(deadline=None, derandomize=True, max_examples=50)


def decode(packets: Iterable[RawPacket], decoder: Decoder | None = None) -> list[Item]:
    """All that comes out but the reports, which come by the clock."""
    decoder = decoder or Decoder()
    items = [item for packet in packets for item in taken(decoder, packet)]
    return items + decoder.flush()


def taken(decoder: Decoder, packet: RawPacket) -> list[Item]:
    return [item for item in decoder.process(packet) if not isinstance(item, PodReport)]


def blocks(items: list[Item]) -> list[SampleBlock]:
    return [item for item in items if isinstance(item, SampleBlock)]


def gaps(items: list[Item]) -> list[Gap]:
    return [item for item in items if isinstance(item, Gap)]


def malformed(items: list[Item]) -> list[Malformed]:
    return [item for item in items if isinstance(item, Malformed)]


def times(items: list[Item]) -> NDArray[np.float64]:
    return np.concatenate([block.t_s for block in blocks(items)])


def indices(items: list[Item]) -> NDArray[np.int64]:
    return np.concatenate([block.first_index + np.arange(len(block)) for block in blocks(items)])


def fingerprint(items: list[Item]) -> list[tuple[object, ...]]:
    """The items with all their bits, comparable with ==."""
    return [
        tuple(
            value.tobytes() if isinstance(value := getattr(item, field.name), np.ndarray) else value
            for field in fields(item)
        )
        for item in items
    ]
