"""What a Movesense sends with the GATT SensorData Protocol: floats, one sensor after the other."""

import struct
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import ClassVar, Final

import numpy as np

from stridesense.model.samples import FloatArray
from stridesense.simulator.stream import MAX_PAYLOAD_BYTES, READY_AFTER_S, PodStream, Sent, Worn
from stridesense.units import DEG_PER_RAD

MAX_NOTIFICATION_BYTES: Final = 155
REFERENCE: Final = 99
"""The number that the host gave to its subscription."""

_STAMP_BYTES: Final = 4
_VECTOR_BYTES: Final = 12
_HEAD_BYTES: Final = 2


class Command(IntEnum):
    """What is written to the pod."""

    HELLO = 0
    SUBSCRIBE = 1
    UNSUBSCRIBE = 2


class Answer(IntEnum):
    """What a notification of the pod begins with."""

    COMMAND_RESULT = 1
    DATA = 2
    DATA_PART2 = 3


class Status(IntEnum):
    """How a command ended, in the numbers of HTTP."""

    OK = 200
    BAD_REQUEST = 400
    NO_FREE_SLOT = 507


SENSORS: Final[dict[str, tuple[str, ...]]] = {"IMU6": ("acc", "gyr"), "Acc": ("acc",), "Gyro": ("gyr",)}
"""What each resource of the pod puts into a packet, in that order."""


def command_result(reference: int, status: Status) -> bytes:
    """The answer to a command."""
    return struct.pack("<2BH", Answer.COMMAND_RESULT, reference, status)


def hello_result(reference: int, texts: Sequence[str]) -> bytes:
    """The answer to a hello: version of the protocol, then serial number, product and so on as C strings."""
    head = bytes((Answer.COMMAND_RESULT, reference, 1))
    return head + b"".join(text.encode("ascii") + b"\x00" for text in texts)


def pack_samples(stamp_ms: int, vectors: Sequence[FloatArray]) -> bytes:
    """A packet: when its first sample was taken, then the vectors (n, 3) of one sensor after the other."""
    stamp = struct.pack("<I", stamp_ms & 0xFFFFFFFF)
    return stamp + b"".join(np.asarray(part).astype("<f4").tobytes() for part in vectors)


def notifications(reference: int, packet: bytes, max_bytes: int = MAX_NOTIFICATION_BYTES) -> list[bytes]:
    """A packet as it goes over the air: in one notification if it fits, else in two."""
    room = max_bytes - _HEAD_BYTES
    parts = zip((Answer.DATA, Answer.DATA_PART2), (packet[:room], packet[room:]), strict=True)
    return [bytes((kind, reference)) + part for kind, part in parts if part]


def samples_per_packet(rate_hz: int, sensors: int, max_bytes: int = MAX_NOTIFICATION_BYTES) -> int:
    """How many samples share a packet: more at higher rates, as far as two notifications hold them."""
    room = 2 * (max_bytes - _HEAD_BYTES) - _STAMP_BYTES
    return min(4 if rate_hz <= 52 else 8, room // (_VECTOR_BYTES * sensors))


class MovesenseStream(PodStream):
    """A Movesense that is subscribed to both its sensors."""

    protocol: ClassVar[str] = "movesense_gsp"

    def __init__(self, worn: Worn, rng: np.random.Generator) -> None:
        super().__init__(worn, rng)
        self._boot_ms = int(rng.integers(1 << 32))

    def greeting(self) -> tuple[tuple[str, bytes], ...]:
        """The answer to the subscription."""
        return (("data", command_result(REFERENCE, Status.OK)),)

    def sent(self, begin_s: float = 0.0, max_payload: int = MAX_PAYLOAD_BYTES) -> Iterator[Sent]:
        """Every notification of the subscription to both sensors."""
        return self.packets("IMU6", REFERENCE, begin_s, max_payload)

    def packets(
        self,
        resource: str,
        reference: int,
        begin_s: float = 0.0,
        max_payload: int = MAX_PAYLOAD_BYTES,
    ) -> Iterator[Sent]:
        """Every notification of one subscription, in the order in which it is ready."""
        s, max_bytes = self._samples, min(max_payload, MAX_NOTIFICATION_BYTES)
        counts = s.counts.astype(np.float64)
        measured = {"acc": counts[:, :3] * s.acc_scale, "gyr": counts[:, 3:] * (s.gyr_scale * DEG_PER_RAD)}
        vectors = [measured[sensor] for sensor in SENSORS[resource]]
        n = samples_per_packet(self._pod.rate_hz, len(vectors), max_bytes)
        first = int(np.searchsorted(s.t_s, begin_s)) + self._overflow()
        while first + n <= len(s.t_s):
            if not self._drops():
                stamp_ms = self._boot_ms + self._since_power_on(float(s.t_s[first]), 1e3)
                packet = pack_samples(stamp_ms, [part[first : first + n] for part in vectors])
                ready_s = float(s.t_s[first + n - 1]) + READY_AFTER_S
                for value in notifications(reference, packet, max_bytes):
                    yield Sent(ready_s, "data", value)
            first += n + self._overflow()
