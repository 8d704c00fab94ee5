"""What a Polar Verity Sense sends: PMD measurement frames, whose samples are packed differences.

Acceleration and angular velocity come in frames of their own, each sent when it is full. How many samples
fill one depends on how much the foot moves.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from heapq import merge
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from stridesense.model.samples import BoolArray
from stridesense.simulator.sensor import Int16Array
from stridesense.simulator.stream import MAX_PAYLOAD_BYTES, READY_AFTER_S, PodStream, Sent, Worn
from stridesense.units import DEG_PER_RAD, STANDARD_GRAVITY_MPS2

Int64Array = NDArray[np.int64]

MAX_FRAME_BYTES: Final = 232
COMPRESSED_INT16: Final = 0x80

_CLOCK_HZ: Final = 32_768
_NS_PER_TICK: Final = 1e9 / _CLOCK_HZ
_HEADER_BYTES: Final = 10
_REFERENCE_BYTES: Final = 6
_MOST_SAMPLES: Final = 256
_WIDTHS_BITS: Final = np.arange(1, 18)
"""Two int16 differ by at most 17 bits with the sign."""

_BLOCK_BITS: Final = 20
"""What a block costs besides its differences: two bytes of header and, on average, half a byte of padding."""

_BOOT_S: Final = (600_000_000, 800_000_000)
"""Seconds since 2000 that the pod's clock may show when it is switched on."""


class Measurement(IntEnum):
    """What a command or a frame is about."""

    ACC = 2
    GYRO = 5
    SDK_MODE = 9


class Command(IntEnum):
    """What is written to the control point."""

    SETTINGS = 1
    START = 2
    STOP = 3
    ALL_SETTINGS = 4


class Status(IntEnum):
    """How a command ended."""

    DONE = 0
    INVALID_COMMAND = 1
    INVALID_MEASUREMENT = 2
    NOT_SUPPORTED = 3
    INVALID_LENGTH = 4
    INVALID_PARAMETER = 5
    ALREADY_IN_STATE = 6
    INVALID_RESOLUTION = 7
    INVALID_SAMPLE_RATE = 8
    INVALID_RANGE = 9
    INVALID_MTU = 10
    INVALID_CHANNELS = 11
    INVALID_STATE = 12


def reply(command: int, measurement: int, status: Status, parameters: bytes = b"") -> bytes:
    """What the control point indicates after a command; a failure ends with its status."""
    head = bytes((0xF0, command, measurement, status))
    return head if status else head + b"\x00" + parameters


def settings(rates_hz: Sequence[int], resolution_bits: int, ranges: Sequence[int], channels: int) -> bytes:
    """What a measurement can be set to, or is: sample rate, resolution, range in g or deg/s, channels."""
    lists = ((0, rates_hz), (1, (resolution_bits,)), (2, ranges))
    known = b"".join(struct.pack(f"<2B{len(v)}H", kind, len(v), *v) for kind, v in lists)
    return known + bytes((4, 1, channels))


def factor(per_count: float) -> bytes:
    """The parameter of a reply to a start: g or deg/s per count."""
    return struct.pack("<2Bf", 5, 1, per_count)


@dataclass(frozen=True, slots=True)
class Block:
    """So many differences, each of so many bits."""

    bits: int
    count: int

    @property
    def size_bytes(self) -> int:
        """Length on the air, header included."""
        return 2 + (3 * self.bits * self.count + 7) // 8


def pack_block(differences: Int64Array, bits: int) -> bytes:
    """The bytes of a block: differences (n, 3) as two's complements of `bits`, lowest bit first."""
    ones = (differences.reshape(-1, 1) >> np.arange(bits)) & 1
    packed: bytes = np.packbits(ones.astype(np.uint8).ravel(), bitorder="little").tobytes()
    return bytes((bits, len(differences))) + packed


def pack_samples(counts: Int16Array, blocks: Sequence[Block]) -> bytes:
    """The content of a frame: the first of the counts (n, 3), then its differences in these blocks."""
    differences, begin = _differences(counts), 0
    content: bytes = counts[0].astype("<i2").tobytes()
    for block in blocks:
        content += pack_block(differences[begin : begin + block.count], block.bits)
        begin += block.count
    return content


def serialize_frame(measurement: int, stamp_ns: int, frame_type: int, content: bytes) -> bytes:
    """The bytes of a Data notification; the stamp is that of the last sample, in ns since 2000."""
    return struct.pack("<BQB", measurement, stamp_ns, frame_type) + content


def best_blocks(counts: Int16Array, room_bytes: int) -> list[Block]:
    """The cheapest cut into blocks of as many differences of the counts (n, 3) as the room allows.

    The cheapest way to end in each width is carried from difference to difference: stay in the open block,
    or begin a new one behind the cheapest of all.
    """
    ways = _Ways.through(_bits(_differences(counts)), 8.0 * room_bytes)
    for length in range(len(ways.widths), 0, -1):
        blocks = ways.blocks(length)
        if sum(block.size_bytes for block in blocks) <= room_bytes:
            return blocks
    return []


def _differences(counts: Int16Array) -> Int64Array:
    wide = counts.astype(np.int64)
    return wide[1:] - wide[:-1]


def _bits(differences: Int64Array) -> Int64Array:
    """How many bits each row of differences (n, 3) needs, (n,)."""
    magnitude = np.where(differences < 0, ~differences, differences).max(axis=1)
    needed: Int64Array = np.frexp(magnitude)[1].astype(np.int64) + 1
    return needed


@dataclass(frozen=True, slots=True)
class _Ways:
    """For each difference, the width of the cheapest way so far and which widths open a new block there."""

    widths: list[int]
    opened: list[BoolArray]

    @classmethod
    def through(cls, bits: Int64Array, room_bits: float) -> "_Ways":
        """Carry the cheapest ways along, as far as the room allows."""
        ways, cost, cheapest = cls([], []), np.full(len(_WIDTHS_BITS), np.inf), 0.0
        for needed in bits:
            opens = cheapest + _BLOCK_BITS < cost
            cost = np.where(opens, cheapest + _BLOCK_BITS, cost) + 3 * _WIDTHS_BITS
            cost[: needed - 1] = np.inf
            cheapest = float(cost.min())
            if cheapest > room_bits:
                break
            ways.opened.append(opens)
            ways.widths.append(int(cost.argmin()) + 1)
        return ways

    def blocks(self, length: int) -> list[Block]:
        """The cheapest cut of the first `length` differences."""
        found: list[Block] = []
        end, bits = length, self.widths[length - 1]
        for i in range(length - 1, -1, -1):
            if self.opened[i][bits - 1]:
                found.append(Block(bits, end - i))
                end, bits = i, self.widths[i - 1]
        return found[::-1]


class PolarStream(PodStream):
    """A Verity Sense in SDK mode with both its sensors started."""

    protocol: ClassVar[str] = "polar_pmd"

    def __init__(self, worn: Worn, rng: np.random.Generator) -> None:
        super().__init__(worn, rng)
        self._boot_ns = int(rng.integers(*_BOOT_S)) * 1_000_000_000

    def greeting(self) -> tuple[tuple[str, bytes], ...]:
        """The replies to SDK mode and to the two starts."""
        sensors = (Measurement.ACC, Measurement.GYRO)
        starts = (
            reply(Command.START, sensor, Status.DONE, factor(self.factor(sensor))) for sensor in sensors
        )
        said = (reply(Command.START, Measurement.SDK_MODE, Status.DONE), *starts)
        return tuple(("control", value) for value in said)

    def factor(self, sensor: Measurement) -> float:
        """What one count means, in g or deg/s, as the chip's data sheet gives it."""
        s = self._samples
        acc, gyr = s.acc_scale / STANDARD_GRAVITY_MPS2, s.gyr_scale * DEG_PER_RAD
        return round(acc if sensor is Measurement.ACC else gyr, 7)

    def sent(self, begin_s: float = 0.0, max_payload: int = MAX_PAYLOAD_BYTES) -> Iterator[Sent]:
        """Every frame of both sensors in the order in which it is ready."""
        sensors = (Measurement.ACC, Measurement.GYRO)
        frames = (self.frames(sensor, begin_s, max_payload) for sensor in sensors)
        return merge(*frames, key=lambda sent: sent.ready_s)

    def frames(
        self, sensor: Measurement, begin_s: float = 0.0, max_payload: int = MAX_PAYLOAD_BYTES
    ) -> Iterator[Sent]:
        """Every frame of one sensor; a frame is full when the next sample does not fit."""
        t, columns = self._samples.t_s, slice(0, 3) if sensor is Measurement.ACC else slice(3, 6)
        counts, first = self._samples.counts[:, columns], int(np.searchsorted(t, begin_s))
        room_bytes = min(max_payload, MAX_FRAME_BYTES) - _HEADER_BYTES - _REFERENCE_BYTES
        while True:
            first += self._overflow()
            window = counts[first : first + _MOST_SAMPLES]
            blocks = best_blocks(window, room_bytes)
            n = 1 + sum(block.count for block in blocks)
            if first + n >= len(t):
                return
            if not self._drops():
                content = pack_samples(window[:n], blocks)
                stamp_ns = self._stamp_ns(float(t[first + n - 1]))
                frame = serialize_frame(sensor, stamp_ns, COMPRESSED_INT16, content)
                yield Sent(float(t[first + n]) + READY_AFTER_S, "data", frame)
            first += n

    def _stamp_ns(self, at_s: float) -> int:
        """The pod's own clock, which counts whole periods of its crystal."""
        return self._boot_ns + round(self._since_power_on(at_s, _CLOCK_HZ) * _NS_PER_TICK)
