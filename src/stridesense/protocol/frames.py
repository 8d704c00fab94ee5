"""One pod's packets as values: the codec that a description is turned into."""

from binascii import crc_hqx
from dataclasses import dataclass
from functools import cache
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stridesense.errors import DeviceError
from stridesense.model.samples import BoolArray, FloatArray
from stridesense.protocol import registry
from stridesense.protocol.counters import PodCounters
from stridesense.protocol.layout import Layout, Value
from stridesense.protocol.spec import CHANNELS, ProtocolSpec
from stridesense.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

CountArray = NDArray[np.int16]

RANGE_SHARE: Final = 0.995
"""A count beyond this share of the stated range is taken as clipped."""


@dataclass(frozen=True, slots=True, eq=False)
class PodConfig:
    """How one pod's counts are to be read, as it stated in `payload`.

    `scales` (6,) are SI units per count, `limit_counts` (6,) the magnitudes that mean clipped.
    """

    payload: bytes
    config_id: int
    nominal_rate_hz: float
    scales: FloatArray
    limit_counts: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PodFrame:
    """One data packet, taken apart but not yet placed in time.

    `sequence`, `sample_index` and `ticks` are the pod's own counters, still wrapping; `ticks` and
    `sample_index` belong to the first of the `counts` (n, 6), whose columns are as in `CHANNELS`.
    """

    sequence: int
    sample_index: int
    ticks: int
    config: PodConfig
    sensor_overflow: bool
    transmit_drop: bool
    counts: CountArray
    payload: bytes
    arrival_ns: int

    def __len__(self) -> int:
        return len(self.counts)

    def to_si(self) -> tuple[FloatArray, FloatArray, BoolArray]:
        """Acceleration (n, 3) in m/s^2, angular velocity (n, 3) in rad/s, clipped (n,)."""
        si = self.counts * self.config.scales
        magnitudes = np.abs(self.counts, dtype=np.float64)  # in int16, -32768 has none
        clipped = np.any(magnitudes >= self.config.limit_counts, axis=1)
        return si[:, :3].copy(), si[:, 3:].copy(), clipped


class PodCodec:
    """Reads the packets of one kind of pod as its description says.

    Attributes:
        counters: how the pod counts ticks, samples and packets.
    """

    def __init__(self, spec: ProtocolSpec) -> None:
        self._spec = spec
        self._layouts = {role: Layout(role, it) for role, it in spec.characteristics.items()}
        header = self._layouts["data"]
        self._header = header
        self._order = [spec.samples.channels.index(channel) for channel in CHANNELS]
        self._count = header.position(spec.samples.count)
        self._made_with = header.position(spec.samples.made_with)
        self._sequence = header.position(spec.loss.sequence)
        self._index = header.position(spec.loss.sample_index)
        self._stamp = header.position(spec.time.stamp)
        self._overflow = self._flag(spec.loss.sensor_overflow)
        self._drop = self._flag(spec.loss.transmit_drop)
        self._checksum = self._flag(spec.checksum.present) if spec.checksum else None
        self.counters = PodCounters(
            tick_hz=spec.time.tick_hz,
            tick_modulus=self._modulus(spec.time.stamp),
            index_modulus=self._modulus(spec.loss.sample_index),
            sequence_modulus=self._modulus(spec.loss.sequence),
        )

    def values(self, characteristic: str, payload: bytes) -> dict[str, Value]:
        """The fields of any characteristic by name.

        Raises:
            DeviceError: the characteristic is not described, or the bytes are not as described.
        """
        layout = self._layouts.get(characteristic)
        if layout is None:
            msg = f"{self._spec.name} has no characteristic {characteristic!r}"
            raise DeviceError(msg)
        return layout.values(payload)

    def config(self, payload: bytes) -> PodConfig:
        """The scales of the samples; raises DeviceError if they are not as described or not positive."""
        samples = self._spec.samples
        values = self.values("config", payload)
        scales = [_positive(values, it) for it in (samples.acc_scale_mps2, samples.gyr_scale_radps)]
        ranges = [
            _positive(values, samples.acc_range_g) * STANDARD_GRAVITY_MPS2,
            _positive(values, samples.gyr_range_dps) * RAD_PER_DEG,
        ]
        limits = [_limit_counts(limit / scale) for limit, scale in zip(ranges, scales, strict=True)]
        return PodConfig(
            payload=payload,
            config_id=int(values[_field_name(samples.config_id)]),
            nominal_rate_hz=_positive(values, self._spec.time.nominal_rate_hz),
            scales=np.repeat(scales, 3),
            limit_counts=np.repeat(limits, 3),
        )

    def frame(self, payload: bytes, arrival_ns: int, configs: dict[int, PodConfig]) -> PodFrame:
        """One data packet; surplus bytes are ignored.

        Raises:
            DeviceError: bytes are missing, the checksum is wrong, or none of the `configs` is the one that
                the packet was made with.
        """
        raw = self._header.unpack(payload)
        rows, config_id = raw[self._count], raw[self._made_with]
        end = self._header.size + 12 * rows
        if rows == 0 or len(payload) < end:
            msg = f"data has {len(payload)} bytes, {rows} samples end at byte {end}"
            raise DeviceError(msg)
        if self._checksum and _is_set(raw, self._checksum):
            _check_crc16(payload, end)
        config = configs.get(config_id)
        if config is None:
            msg = f"data names config {config_id}, which has not been read"
            raise DeviceError(msg)
        counts = np.frombuffer(payload, "<i2", 6 * rows, self._header.size).reshape(rows, 6)
        return PodFrame(
            sequence=raw[self._sequence],
            sample_index=raw[self._index],
            ticks=raw[self._stamp],
            config=config,
            sensor_overflow=_is_set(raw, self._overflow),
            transmit_drop=_is_set(raw, self._drop),
            counts=counts.take(self._order, axis=1),
            payload=payload,
            arrival_ns=arrival_ns,
        )

    def _flag(self, reference: str) -> tuple[int, int]:
        bit = self._spec.field(reference).bits[reference.split(".")[2]]
        return self._header.position(reference), 1 << bit

    def _modulus(self, reference: str) -> int:
        return 1 << (8 * self._spec.field(reference).width)


@cache
def codec(protocol: str) -> PodCodec:
    """The codec of a described protocol; raises DeviceError if there is none."""
    return PodCodec(registry.find(protocol))


def _is_set(raw: tuple[int, ...], flag: tuple[int, int]) -> bool:
    position, mask = flag
    return bool(raw[position] & mask)


def _field_name(reference: str) -> str:
    return reference.split(".")[1]


def _positive(values: dict[str, Value], reference: str) -> float:
    number = float(values[_field_name(reference)])
    if not (isfinite(number) and number > 0):
        msg = f"config has {_field_name(reference)} {number}, which is not a positive number"
        raise DeviceError(msg)
    return number


def _limit_counts(range_counts: float) -> float:
    """The largest magnitude that is still believed; int16 itself ends at 32767."""
    return min(32767.0, RANGE_SHARE * range_counts)


def _check_crc16(payload: bytes, end: int) -> None:
    if len(payload) < end + 2:
        msg = f"data has {len(payload)} bytes, its checksum ends at byte {end + 2}"
        raise DeviceError(msg)
    stated = int.from_bytes(payload[end : end + 2], "little")
    computed = crc_hqx(payload[:end], 0xFFFF)
    if stated != computed:
        msg = f"data has the checksum {stated:04x}, its bytes give {computed:04x}"
        raise DeviceError(msg)
