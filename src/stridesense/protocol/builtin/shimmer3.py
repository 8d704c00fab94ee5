"""Shimmer3R: a stream of bytes, in which answers to commands and packets of one sample each take turns.

Which channels a packet has, and what their numbers mean, the pod's answers to an inquiry and to a read of
its configuration tell. The sensitivities and axes are the defaults of its LSM6DSV.
"""

import re
import struct
from binascii import crc_hqx
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from stridesense.model.samples import FloatArray
from stridesense.protocol.builtin.base import Builtin, Rows
from stridesense.units import STANDARD_GRAVITY_MPS2

CLOCK_HZ: Final = 32768
PACKET: Final = 0x00
ACK: Final = 0xFF
FIRST_BYTE: Final = re.compile(b"[\x00\xff]")
"""All that the pod says begins with one of these."""

INQUIRY_ANSWER: Final = b"\xff\x02"
INQUIRY: Final = struct.Struct("<2xH7sBx")
"""Divider of the clock, configuration, number of channels; their ids follow."""

MEMORY_ANSWER: Final = b"\xff\x8d\x80"
MEMORY_BYTES: Final = len(MEMORY_ANSWER) + 0x80
ACC_RANGE_AT: Final = len(MEMORY_ANSWER) + 9

HEADER_BYTES: Final = 4
LONGEST_CHECKSUM: Final = 2
MOST_CHANNELS: Final = 64
CHECKSUM_START: Final = 0xB0CA

WANTED: Final = (0x00, 0x01, 0x02, 0x0A, 0x0B, 0x0C)
"""The ids of the channels of the low-noise accelerometer, then of the gyroscope."""

CHANNEL_BYTES: Final = {0x1A: 3, 0x1B: 3}
"""Of those channels that have not two."""

SIGNS: Final = np.array([-1.0, 1.0, -1.0] * 2)
ACC_RANGES_G: Final = (2.0, 4.0, 8.0, 16.0)
ACC_PER_MPS2: Final = (1672.0, 836.0, 418.0, 209.0)
GYR_RANGES_DPS: Final = (125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0)
GYR_PER_DPS: Final = (229.0, 114.0, 57.0, 29.0, 14.0, 7.0)


@dataclass(frozen=True, slots=True)
class PacketFormat:
    """What every packet of a stream is made of.

    `layout` unpacks the wanted channels, which `order` sorts as in `WANTED`; `crc_bytes` more follow.
    """

    layout: str
    order: tuple[int, ...]
    gyr_range: int
    rate_hz: float
    crc_bytes: int

    @classmethod
    def told(cls, answer: bytes, crc_bytes: int) -> Self | None:
        """The format that an answer to an inquiry tells, or None if a sensor is not switched on."""
        divider, packed, _ = INQUIRY.unpack_from(answer)
        config, channels = int.from_bytes(packed, "little"), answer[INQUIRY.size :]
        gyr_range = config >> 16 & 3 | (config >> 34 & 1) << 2
        sent = [channel for channel in channels if channel in WANTED]
        if sorted(sent) != list(WANTED) or not divider or gyr_range >= len(GYR_RANGES_DPS):
            return None
        codes = ["h" if channel in WANTED else f"{CHANNEL_BYTES.get(channel, 2)}x" for channel in channels]
        order = tuple(sent.index(channel) for channel in WANTED)
        return cls(f"<{HEADER_BYTES}x{''.join(codes)}", order, gyr_range, CLOCK_HZ / divider, crc_bytes)

    @property
    def size(self) -> int:
        """Bytes of a packet up to its checksum."""
        return struct.calcsize(self.layout)

    def sample(self, packet: bytes, acc_range: int) -> Rows:
        """The sample of one packet in m/s^2 and deg/s."""
        counts = np.array(struct.unpack_from(self.layout, packet), dtype=np.float64)[list(self.order)]
        per_unit = np.repeat([ACC_PER_MPS2[acc_range], GYR_PER_DPS[self.gyr_range]], 3)
        return Rows(
            kind=0,
            numbers=(counts / (SIGNS * per_unit))[np.newaxis],
            ticks=int.from_bytes(packet[1:HEADER_BYTES], "little"),
            limits=_limits(acc_range, self.gyr_range),
            rate_hz=self.rate_hz,
        )


class Shimmer3(Builtin):
    """Finds answers and packets in the stream, wherever notifications cut it, and calibrates the samples."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._format: PacketFormat | None = None
        self._acc_range: int | None = None
        self._is_lost = False

    def relink(self) -> None:
        """Forget all: the dialogue that starts the new connection tells it again."""
        self._buffer.clear()
        self._format = self._acc_range = None
        self._is_lost = False

    def cut(self, role: str, payload: bytes) -> list[bytes | Rows | str]:
        """Give the sample of each packet that is complete."""
        if role != "data":
            return []
        self._buffer += payload
        items: list[bytes | Rows | str] = []
        at = stray = 0
        while (size := self._size_at(at)) is not None:
            was_known = self._format is not None
            items += self._take(at) if size else []
            self._is_lost = was_known and not size
            begun, at = at, at + size if size else self._next_at(at + 1)
            stray += at - begun if self._is_lost else 0
            if self._format is not None and not was_known:
                at += self._format.crc_bytes
        del self._buffer[:at]
        return [*items, f"data has {stray} bytes that belong to no packet"] if stray else items

    def _next_at(self, at: int) -> int:
        """Where something may begin, at `at` or later; the end if nowhere."""
        found = FIRST_BYTE.search(self._buffer, at)
        return found.start() if found else len(self._buffer)

    def _size_at(self, at: int) -> int | None:
        """Length of what begins here, with its checksum: 0 if nothing does, None while that is not certain.

        One byte of checksum is right by chance too often while the way is lost, and some pods append none:
        then something new must begin after it.
        """
        body = self._body_size_at(at)
        if not body or self._format is None:
            return body
        end, crc_bytes = at + body, self._format.crc_bytes
        awaited = crc_bytes + (self._is_lost or crc_bytes == 0)
        following = bytes(self._buffer[end : end + awaited])
        if len(following) < awaited:
            return None
        is_right = checksum(self._buffer[at:end]).startswith(following[:crc_bytes])
        is_followed = following[crc_bytes:] in (b"", b"\x00", b"\xff")
        return body + crc_bytes if is_right and is_followed else 0

    def _body_size_at(self, at: int) -> int | None:
        """The same without the checksum, by the first bytes alone."""
        head = bytes(self._buffer[at : at + INQUIRY.size])
        if not head:
            return None
        if head[0] == PACKET:
            return self._format.size if self._format else 0
        if head[0] != ACK:
            return 0
        if MEMORY_ANSWER.startswith(head[:3]):
            return MEMORY_BYTES if len(self._buffer) >= at + MEMORY_BYTES else None
        return self._inquiry_size_at(at, head) if head.startswith(INQUIRY_ANSWER) else 1

    def _inquiry_size_at(self, at: int, head: bytes) -> int | None:
        """Length of an answer to an inquiry; the bytes after it, which show the checksums, must be there."""
        if len(head) < INQUIRY.size:
            return None
        _, _, channels = INQUIRY.unpack(head)
        if channels > MOST_CHANNELS:
            return 1
        size = INQUIRY.size + int(channels)
        return size if len(self._buffer) >= at + size + LONGEST_CHECKSUM else None

    def _take(self, at: int) -> list[Rows | str]:
        """What is said by what begins here."""
        body = bytes(self._buffer[at : at + (self._body_size_at(at) or 0)])
        if body[0] == PACKET and self._format is not None:
            if self._acc_range is None:
                return ["data came before the pod's configuration, which tells the accelerometer's range"]
            return [self._format.sample(body, self._acc_range)]
        if body.startswith(MEMORY_ANSWER):
            self._acc_range = body[ACC_RANGE_AT] >> 6
        if body.startswith(INQUIRY_ANSWER):
            return self._learn(body, at + len(body))
        return []

    def _learn(self, answer: bytes, end: int) -> list[Rows | str]:
        following = bytes(self._buffer[end : end + LONGEST_CHECKSUM])
        crc_bytes = self._format.crc_bytes if self._format else _shown_crc_bytes(answer, following)
        self._format = PacketFormat.told(answer, crc_bytes)
        if self._format is None:
            return [
                "the pod is not set to send its low-noise accelerometer and its gyroscope; switch both on"
            ]
        return []


def checksum(data: bytes | bytearray) -> bytes:
    """Shimmer's checksum of 16 bits, low byte first; a pod that appends one byte appends that."""
    padded = bytes(data) + b"\x00" * (len(data) % 2)
    return crc_hqx(padded, CHECKSUM_START).to_bytes(2, "little")


def _shown_crc_bytes(answer: bytes, following: bytes) -> int:
    """How many bytes of checksum the pod appends, by those after an answer; 00 and FF begin something new."""
    crc = checksum(answer)
    if following == crc and following[1] not in (PACKET, ACK):
        return 2
    return 1 if following[:1] == crc[:1] else 0


def _limits(acc_range: int, gyr_range: int) -> FloatArray:
    return np.repeat([ACC_RANGES_G[acc_range] * STANDARD_GRAVITY_MPS2, GYR_RANGES_DPS[gyr_range]], 3)
