"""An independent listener for the tests of the encoders: bytes back to numbers, the plain and slow way."""

import struct
from dataclasses import dataclass
from itertools import starmap

Vector = tuple[int, int, int]


@dataclass(frozen=True)
class PolarFrame:
    """A measurement frame of a Polar: what it is about, stamp of its last sample, counts, (bits, count)s."""

    measurement: int
    stamp_ns: int
    kind: int
    counts: list[Vector]
    blocks: list[tuple[int, int]]


def polar_frame(payload: bytes) -> PolarFrame:
    """Read a frame of int16 reference and differences, bit by bit."""
    measurement, stamp_ns, kind = struct.unpack_from("<BQB", payload)
    counts = [struct.unpack_from("<3h", payload, 10)]
    blocks = []
    rest = payload[16:]
    while rest:
        bits, count = rest[0], rest[1]
        size = (3 * bits * count + 7) // 8
        assert len(rest) >= 2 + size, "a block ends before its differences do"
        for difference in polar_differences(rest[2 : 2 + size], bits, count):
            x, y, z = (a + b for a, b in zip(counts[-1], difference, strict=True))
            counts.append((x, y, z))
        blocks.append((bits, count))
        rest = rest[2 + size :]
    return PolarFrame(measurement, stamp_ns, kind, counts, blocks)


def polar_differences(packed: bytes, bits: int, count: int) -> list[Vector]:
    """The differences of a block, lowest bit first, two's complement."""
    digits = "".join(f"{byte:08b}"[::-1] for byte in packed)
    words = [digits[i * bits : (i + 1) * bits][::-1] for i in range(3 * count)]
    values = [int(word, 2) - (int(word[0]) << bits) for word in words]
    return list(zip(values[::3], values[1::3], values[2::3], strict=True))


@dataclass(frozen=True)
class MovesensePacket:
    """A reassembled packet: the subscription, stamp of the first sample, its floats by sensor."""

    reference: int
    stamp_ms: int
    acc: list[tuple[float, float, float]]
    gyr: list[tuple[float, float, float]]


def movesense_packets(payloads: list[bytes]) -> list[MovesensePacket]:
    """Put two-part notifications together and read them as acceleration, then angular velocity."""
    whole: list[tuple[int, bytes]] = []
    for payload in payloads:
        if payload[0] == 2:
            whole.append((payload[1], payload[2:]))
        elif payload[0] == 3:
            assert whole, "a second part comes first"
            whole[-1] = (payload[1], whole[-1][1] + payload[2:])
    return list(starmap(_movesense_packet, whole))


def _movesense_packet(reference: int, packet: bytes) -> MovesensePacket:
    (stamp_ms,) = struct.unpack_from("<I", packet)
    vectors = list(struct.iter_unpack("<3f", packet[4:]))
    half = len(vectors) // 2
    return MovesensePacket(reference, stamp_ms, vectors[:half], vectors[half:])


@dataclass(frozen=True)
class RscValue:
    """A value of RSC Measurement in its own steps; None is absent."""

    is_running: bool
    speed_mps: float
    cadence: int
    stride_length_m: float | None
    distance_m: float | None


def rsc_value(payload: bytes) -> RscValue:
    """Read a measurement; trailing bytes are a fault."""
    flags, speed, cadence = struct.unpack_from("<BHB", payload)
    at = 4
    length = distance = None
    if flags & 1:
        length, at = int.from_bytes(payload[at : at + 2], "little") / 100, at + 2
    if flags & 2:
        distance, at = int.from_bytes(payload[at : at + 4], "little") / 10, at + 4
    assert at == len(payload)
    return RscValue(bool(flags & 4), speed / 256, cadence, length, distance)
