"""What our open pod sends: the frames of SOFP v1, little-endian, see `firmware_protocols/stridesense_pod`."""

import struct
from binascii import crc_hqx
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Final

import numpy as np

from stridesense.model import Foot
from stridesense.simulator.sensor import Int16Array
from stridesense.simulator.stream import MAX_PAYLOAD_BYTES, READY_AFTER_S, PodStream, Sent, Worn

SAMPLES_PER_PACKET: Final = 19
"""As many as fit a notification at an MTU of 247."""

_SIX_AXES_V1: Final = 0x11
_HEADER_BYTES: Final = 14
_SAMPLE_BYTES: Final = 12
_SIDE: Final = {Foot.LEFT: 1, Foot.RIGHT: 2}

FIFO_OVERFLOW: Final = 0x01
QUEUE_DROPPED: Final = 0x02
ACC_CLIPPED: Final = 0x08
GYR_CLIPPED: Final = 0x10
CRC_APPENDED: Final = 0x40


@dataclass(frozen=True, slots=True)
class Info:
    """Who the pod is; read once, 32 bytes."""

    side: int
    unique_id: bytes
    sensor_location: int = 2
    capabilities: int = 0x0F
    imu_id: int = 1
    hardware: int = 1
    firmware: int = 0x01000000
    max_payload: int = MAX_PAYLOAD_BYTES

    def serialize(self) -> bytes:
        """The bytes of the Info characteristic."""
        head = struct.pack(
            "<4BI2HI",
            1,
            0,
            self.side,
            self.sensor_location,
            self.capabilities,
            self.imu_id,
            self.hardware,
            self.firmware,
        )
        return head + self.unique_id + struct.pack("<I2H", 1_000_000, self.max_payload, 0)


@dataclass(frozen=True, slots=True)
class Config:
    """Rate, ranges and scales in use; read once, 24 bytes."""

    config_id: int
    rate_hz: int
    acc_range_g: int
    gyr_range_dps: int
    acc_scale_mps2: float
    gyr_scale_radps: float

    def serialize(self) -> bytes:
        """The bytes of the Config characteristic."""
        return struct.pack(
            "<2B3H2f4BI",
            self.config_id,
            0x03,
            self.rate_hz,
            self.acc_range_g,
            self.gyr_range_dps,
            self.acc_scale_mps2,
            self.gyr_scale_radps,
            *(0, 0, 0, 0, 0),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """One notification of six-axis samples; `counts` is (n, 6)."""

    flags: int
    sequence: int
    first_index: int
    device_us: int
    config_id: int
    counts: Int16Array

    def serialize(self) -> bytes:
        """The bytes of the Data notification, with a CRC when the flag asks for one."""
        head = struct.pack(
            "<2BH2I2B",
            _SIX_AXES_V1,
            self.flags,
            self.sequence & 0xFFFF,
            self.first_index & 0xFFFFFFFF,
            self.device_us & 0xFFFFFFFF,
            len(self.counts),
            self.config_id,
        )
        body = head + self.counts.astype("<i2").tobytes()
        return body + struct.pack("<H", crc_hqx(body, 0xFFFF)) if self.flags & CRC_APPENDED else body


@dataclass(frozen=True, slots=True)
class Status:
    """Health of the pod, once a second, 28 bytes."""

    device_us: int
    samples: int
    lost_samples: int
    dropped_packets: int
    battery_percent: int
    state: int
    temperature_c: float
    battery_mv: int
    rate_hz: float

    def serialize(self) -> bytes:
        """The bytes of the Status characteristic."""
        return struct.pack(
            "<Q2IH2BhHI",
            self.device_us,
            self.samples,
            self.lost_samples,
            self.dropped_packets,
            self.battery_percent,
            self.state,
            round(self.temperature_c * 100),
            self.battery_mv,
            round(self.rate_hz * 1000),
        )


@dataclass(frozen=True, slots=True)
class TimeSync:
    """One half of the exchange that compares the clocks, 28 bytes: 0 is the host's question, 1 the answer."""

    operation: int
    sequence: int
    host_sent_us: int
    device_received_us: int = 0
    device_sent_us: int = 0

    def serialize(self) -> bytes:
        """The bytes of the Time sync characteristic."""
        clocks = (self.host_sent_us, self.device_received_us, self.device_sent_us)
        return struct.pack("<2BH3Q", 1, self.operation, self.sequence, *clocks)


class ControlStatus(IntEnum):
    """How a command on the Control characteristic ended."""

    DONE = 0
    UNKNOWN_COMMAND = 1
    BAD_PARAMETER = 2
    SENSOR_ERROR = 3
    BUSY = 4
    MTU_TOO_SMALL = 5
    LOW_BATTERY = 6


def control_reply(command: int, status: ControlStatus, data: bytes = b"") -> bytes:
    """What the Control characteristic indicates after a command."""
    return bytes((0x80 | command, status)) + data


def samples_per_packet(max_payload: int) -> int:
    """How many samples fit a notification of so many bytes; 0 when the MTU is too small to stream."""
    return max(0, min(SAMPLES_PER_PACKET, (max_payload - _HEADER_BYTES) // _SAMPLE_BYTES))


class SofpStream(PodStream):
    """A pod that speaks SOFP v1: Info and Config, then Data and once a second Status."""

    protocol: ClassVar[str] = "sofp"

    def __init__(self, worn: Worn, rng: np.random.Generator) -> None:
        super().__init__(worn, rng)
        self.unique_id = rng.bytes(8)
        self._boot_us = int(rng.integers(1 << 33))
        self._config_id = int(rng.integers(1, 200))
        self._sequence = int(rng.integers(1 << 16))
        self._dropped = 0

    def greeting(self) -> tuple[tuple[str, bytes], ...]:
        """The values of Info and Config, as read before streaming starts."""
        s, pod = self._samples, self._pod
        config = Config(
            self._config_id, pod.rate_hz, pod.acc_range_g, pod.gyr_range_dps, s.acc_scale, s.gyr_scale
        )
        info = Info(_SIDE[self._foot], self.unique_id)
        return ("info", info.serialize()), ("config", config.serialize())

    def sent(self, begin_s: float = 0.0, max_payload: int = MAX_PAYLOAD_BYTES) -> Iterator[Sent]:
        """Every Data and Status notification in the order in which it is ready."""
        t, total, n = self._samples.t_s, len(self._samples.t_s), samples_per_packet(max_payload)
        first, next_status_s, flags = int(np.searchsorted(t, begin_s)), begin_s + 1.0, 0
        while n and first + n <= total:
            lost = self._overflow()
            first, flags = first + lost, flags | (FIFO_OVERFLOW if lost else 0)
            last = first + n - 1
            if last >= total:
                return
            if self._drops():
                self._dropped += 1
                flags |= QUEUE_DROPPED
            else:
                yield Sent(float(t[last]) + READY_AFTER_S, "data", self._data(slice(first, first + n), flags))
                flags = 0
            first, self._sequence = last + 1, self._sequence + 1
            if t[last] >= next_status_s:
                yield Sent(float(t[last]) + READY_AFTER_S, "status", self._status(last))
                next_status_s += 1.0

    def device_us(self, at_s: float) -> int:
        """The pod's free-running clock at a session time."""
        return self._boot_us + self._since_power_on(at_s, 1e6)

    def _data(self, span: slice, flags: int) -> bytes:
        s, first = self._samples, span.start
        flags |= ACC_CLIPPED if s.acc_clipped[span].any() else 0
        flags |= GYR_CLIPPED if s.gyr_clipped[span].any() else 0
        stamp_us = self.device_us(float(s.t_s[first])) + int(self._rng.integers(-10, 11))
        return Data(flags, self._sequence, first, stamp_us, self._config_id, s.counts[span]).serialize()

    def _status(self, last: int) -> bytes:
        t = self._samples.t_s
        return Status(
            device_us=self.device_us(float(t[last])),
            samples=last + 1,
            lost_samples=self._lost,
            dropped_packets=self._dropped,
            battery_percent=max(1, 87 - int(t[last] / 600.0)),
            state=0x01,
            temperature_c=24.0 + 6.0 * (1.0 - float(np.exp(-t[last] / 300.0))),
            battery_mv=3912,
            rate_hz=float(1.0 / (t[1] - t[0])),
        ).serialize()
