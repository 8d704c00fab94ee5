"""What our open pod sends: the frames of SOFP v1, little-endian, see `firmware_protocols/stridesense_pod`."""

import struct
from binascii import crc_hqx
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from stridesense.model import Foot
from stridesense.simulator.scenario import Pod, Radio
from stridesense.simulator.sensor import Int16Array, PodSamples

PROTOCOL: Final = "sofp"
SAMPLES_PER_PACKET: Final = 19
"""As many as fit a notification at an MTU of 247."""

_PAYLOAD_BYTES: Final = 244
_SIX_AXES_V1: Final = 0x11
_SIDE: Final = {Foot.LEFT: 1, Foot.RIGHT: 2}
_READY_AFTER_S: Final = 0.002

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
    max_payload: int = _PAYLOAD_BYTES

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
class Sent:
    """A value that the pod has ready to send, and when, in true session seconds."""

    ready_s: float
    characteristic: str
    payload: bytes


class PodStream:
    """All that one pod sends in a session; faults inside the pod happen here."""

    def __init__(
        self, foot: Foot, samples: PodSamples, pod: Pod, radio: Radio, rng: np.random.Generator
    ) -> None:
        self._foot, self._samples, self._pod, self._radio, self._rng = foot, samples, pod, radio, rng
        self._unique_id = rng.bytes(8)
        self._boot_us = int(rng.integers(1 << 33))
        self._config_id = int(rng.integers(1, 200))
        self._us_per_s = 1e6 * (1.0 + radio.drift_ppm(foot) * 1e-6)
        self._dropped = self._lost = 0

    def greeting(self) -> tuple[bytes, bytes]:
        """The values of Info and Config, as read before streaming starts."""
        s, pod = self._samples, self._pod
        config = Config(
            self._config_id, pod.rate_hz, pod.acc_range_g, pod.gyr_range_dps, s.acc_scale, s.gyr_scale
        )
        return Info(_SIDE[self._foot], self._unique_id).serialize(), config.serialize()

    def sent(self) -> Iterator[Sent]:
        """Every Data and Status notification in the order in which it is ready."""
        t, total = self._samples.t_s, len(self._samples.t_s)
        first, sequence, next_status_s = 0, int(self._rng.integers(1 << 16)), 1.0
        flags = 0
        while first + SAMPLES_PER_PACKET <= total:
            lost = self._overflow()
            first, flags = first + lost, flags | (FIFO_OVERFLOW if lost else 0)
            last = first + SAMPLES_PER_PACKET - 1
            if last >= total:
                return
            if self._rng.random() < self._radio.queue_drop_percent / 100.0:
                self._dropped += 1
                flags |= QUEUE_DROPPED
            else:
                yield Sent(float(t[last]) + _READY_AFTER_S, "data", self._data(first, sequence, flags))
                flags = 0
            first, sequence = last + 1, sequence + 1
            if t[last] >= next_status_s:
                yield Sent(float(t[last]) + _READY_AFTER_S, "status", self._status(last))
                next_status_s += 1.0

    def _overflow(self) -> int:
        """Samples that the chip's own queue loses before the next packet; mostly none."""
        if self._rng.random() >= self._radio.overflow_percent / 100.0:
            return 0
        lost = int(self._rng.integers(3, 40))
        self._lost += lost
        return lost

    def _data(self, first: int, sequence: int, flags: int) -> bytes:
        span = slice(first, first + SAMPLES_PER_PACKET)
        flags |= ACC_CLIPPED if self._samples.acc_clipped[span].any() else 0
        flags |= GYR_CLIPPED if self._samples.gyr_clipped[span].any() else 0
        stamp_us = self._device_us(first) + int(self._rng.integers(-10, 11))
        return Data(flags, sequence, first, stamp_us, self._config_id, self._samples.counts[span]).serialize()

    def _status(self, last: int) -> bytes:
        t = self._samples.t_s
        return Status(
            device_us=self._device_us(last),
            samples=last + 1,
            lost_samples=self._lost,
            dropped_packets=self._dropped,
            battery_percent=max(1, 87 - int(t[last] / 600.0)),
            state=0x01,
            temperature_c=24.0 + 6.0 * (1.0 - float(np.exp(-t[last] / 300.0))),
            battery_mv=3912,
            rate_hz=float(1.0 / (t[1] - t[0])),
        ).serialize()

    def _device_us(self, index: int) -> int:
        return self._boot_us + round(float(self._samples.t_s[index]) * self._us_per_s)
