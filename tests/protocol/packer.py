"""Packs packets of the open foot pod by hand: nothing here knows the decoder."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from numpy.typing import NDArray

from stridesense.model import Foot, RawPacket

ACC_SCALE_MPS2 = struct.unpack("<f", struct.pack("<f", 0.0047856452))[0]
GYR_SCALE_RADPS = struct.unpack("<f", struct.pack("<f", 0.00122173048))[0]

INFO = bytes.fromhex("010001020F0000000100010000000001010203040506070840420F00F4000000")


def config_bytes(
    config_id: int = 3, rate_hz: int = 208, acc_range_g: int = 16, gyr_range_dps: int = 2000
) -> bytes:
    scales = (ACC_SCALE_MPS2, GYR_SCALE_RADPS)
    return struct.pack("<BBHHHff8x", config_id, 3, rate_hz, acc_range_g, gyr_range_dps, *scales)


def data_bytes(
    counts: NDArray[np.int64],
    *,
    sequence: int,
    index: int,
    time_us: int,
    flags: int = 0,
    config_id: int = 3,
) -> bytes:
    header = struct.pack(
        "<BBHIIBB",
        0x11,
        flags,
        sequence % 2**16,
        index % 2**32,
        time_us % 2**32,
        len(counts),
        config_id,
    )
    return header + counts.astype("<i2").tobytes()


def counts_of(index: int, samples: int) -> NDArray[np.int64]:
    """Counts from which the sample's running number can be read back."""
    numbers = np.arange(index, index + samples)[:, None]
    return (numbers * np.array([1, 3, 5, 7, 11, 13])) % 20011 - 10005


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod that runs straight on: what it would send, packet by packet.

    `true_rate_hz` is by the true clock, `clock_ppm` how much faster than that the pod's own clock counts.
    """

    foot: Foot = Foot.LEFT
    true_rate_hz: float = 208.0
    stated_rate_hz: int = 208
    clock_ppm: float = 0.0
    samples: int = 19
    first_index: int = 0
    first_sequence: int = 0
    first_time_us: int = 1_000_000
    stamp_jitter_us: float = 0.0
    longest_delay_s: float = 0.0
    start_s: float = 0.0
    config_id: int = 3

    def raw(self, characteristic: str, payload: bytes, arrival_s: float) -> RawPacket:
        return RawPacket(self.foot, "sofp", characteristic, payload, round(arrival_s * 1e9))

    def config(self, arrival_s: float = 0.0) -> RawPacket:
        return self.raw("config", config_bytes(self.config_id, self.stated_rate_hz), arrival_s)

    def data(self, packets: int, *, seed: int = 1) -> Iterator[RawPacket]:
        random = Random(seed)
        for packet in range(packets):
            first = packet * self.samples
            taken_s = first / self.true_rate_hz
            jitter_us = random.gauss(0.0, self.stamp_jitter_us)
            payload = data_bytes(
                counts_of(self.first_index + first, self.samples),
                sequence=self.first_sequence + packet,
                index=self.first_index + first,
                time_us=self.first_time_us + round(taken_s * 1e6 * (1 + self.clock_ppm * 1e-6) + jitter_us),
                config_id=self.config_id,
            )
            sent_s = self.start_s + (first + self.samples - 1) / self.true_rate_hz
            yield self.raw("data", payload, sent_s + random.uniform(0.0, self.longest_delay_s))

    def session(self, packets: int, *, seed: int = 1) -> list[RawPacket]:
        return [self.raw("info", INFO, 0.0), self.config(), *self.data(packets, seed=seed)]


def flagged(packet: RawPacket, flags: int) -> RawPacket:
    payload = packet.payload[:1] + bytes([flags]) + packet.payload[2:]
    return replace(packet, payload=payload)
