"""Polar Measurement Data: samples as packed differences, whose meaning the answer to the start tells.

Layout and arithmetic after Polar's technical documentation of online measurements.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stridesense.model.samples import FloatArray
from stridesense.protocol.builtin.base import Builtin, Rows

Int64Array = NDArray[np.int64]

HEADER: Final = struct.Struct("<BQB")
"""Measurement, ns since 2000 of the last sample, type of the frame."""

ACC: Final = 2
GYRO: Final = 5
KINDS: Final = {ACC: 0, GYRO: 1}
NAMES: Final = {ACC: "accelerometer", GYRO: "gyroscope"}
"""By the number of the measurement: which of `spec.samples` it is, and its name for people."""

AXES: Final = 3
MOST_SAMPLES: Final = 2048
"""More than the longest notification could hold, unless all its samples were equal."""

WIDEST_BITS: Final = 32
LONGEST_ANSWER_BYTES: Final = 512

STARTED: Final = b"\xf0\x02"
STOPPED_BY_ITSELF: Final = 0x01
FACTOR: Final = 5
SETTING_BYTES: Final = {0: 2, 1: 2, 2: 2, 3: 4, 4: 1, FACTOR: 4, 6: 16}


@dataclass(frozen=True, slots=True)
class FrameType:
    """How the content of a frame is read.

    `width` is that of a raw or first number in bytes; unless it `floats`, number x `unit` is in g or deg/s,
    of compressed ones after the pod's factor. `needs_factor`: without that it has no meaning.
    """

    width: int
    unit: float = 1.0
    compressed: bool = True
    needs_factor: bool = False
    floats: bool = False


FRAME_TYPES: Final = {
    (ACC, 0x00): FrameType(width=1, unit=1e-3, compressed=False),
    (ACC, 0x01): FrameType(width=2, unit=1e-3, compressed=False),
    (ACC, 0x02): FrameType(width=3, unit=1e-3, compressed=False),
    (ACC, 0x80): FrameType(width=2, needs_factor=True),
    (ACC, 0x81): FrameType(width=2, unit=1e-3),
    (GYRO, 0x80): FrameType(width=2, needs_factor=True),
    (GYRO, 0x81): FrameType(width=4, floats=True),
}


class _MalformedError(Exception):
    """A frame is not as described; never leaves this module."""


class PolarPmd(Builtin):
    """Reads the frames of accelerometer and gyroscope in g and deg/s, and the answers to their starts."""

    def __init__(self) -> None:
        self._factors: dict[int, float] = {}
        self._answer = b""

    def relink(self) -> None:
        """Forget an answer that was to go on over the old connection."""
        self._answer = b""

    def cut(self, role: str, payload: bytes) -> list[bytes | Rows | str]:
        """Give the samples of a frame of `data`; learn from what comes over `control`."""
        try:
            match role:
                case "data":
                    return [self._frame(payload)]
                case "control":
                    self._hear(payload)
        except _MalformedError as fault:
            return [str(fault)]
        return []

    def _frame(self, payload: bytes) -> Rows:
        if len(payload) <= HEADER.size:
            msg = f"data has {len(payload)} bytes, its samples begin at byte {HEADER.size}"
            raise _MalformedError(msg)
        measurement, ticks, code = HEADER.unpack_from(payload)
        measurement &= 0x3F
        frame_type = FRAME_TYPES.get((measurement, code))
        if frame_type is None:
            msg = f"data of measurement {measurement} has type {code:#04x}, which is not described"
            raise _MalformedError(msg)
        numbers = _numbers(payload[HEADER.size :], frame_type)
        if not frame_type.floats:
            numbers *= frame_type.unit * self._factor(measurement, frame_type)
        return Rows(kind=KINDS[measurement], numbers=numbers, ticks=ticks)

    def _factor(self, measurement: int, frame_type: FrameType) -> float:
        factor = self._factors.get(measurement) if frame_type.compressed else 1.0
        if factor is None and frame_type.needs_factor:
            msg = f"data of the {NAMES[measurement]} came before the answer that tells its factor"
            raise _MalformedError(msg)
        return 1.0 if factor is None else factor

    def _hear(self, payload: bytes) -> None:
        """Read an answer to a start; one may come in pieces, each but the last marked as "more"."""
        if payload[:1] == bytes((STOPPED_BY_ITSELF,)):
            raise _MalformedError(_stopped(payload[1:]))
        if payload[:2] != STARTED or len(payload) < 5 or payload[2] not in KINDS or payload[3]:
            return
        goes_on = self._answer[:4] == payload[:4]
        self._answer = self._answer + payload[5:] if goes_on else payload
        if payload[4] and len(self._answer) < LONGEST_ANSWER_BYTES:
            return
        answer, self._answer = self._answer, b""
        self._factors[payload[2]] = _stated_factor(answer[5:])


def _stopped(measurements: bytes) -> str:
    names = [NAMES[number] for number in measurements if number in NAMES] or ["stream"]
    return f"the pod has stopped its {' and '.join(dict.fromkeys(names))} by itself"


def _stated_factor(settings: bytes) -> float:
    """The factor among the settings of an answer, or 1 if it states none."""
    at = 0
    while at + 2 <= len(settings):
        setting, count = settings[at], settings[at + 1]
        size = SETTING_BYTES.get(setting, 1) * count
        if setting == FACTOR and count and at + 6 <= len(settings):
            (factor,) = struct.unpack_from("<f", settings, at + 2)
            return _checked_factor(factor)
        at += 2 + size
    return 1.0


def _checked_factor(factor: float) -> float:
    if not (isfinite(factor) and factor > 0):
        msg = f"control states the factor {factor}, which is not a positive number"
        raise _MalformedError(msg)
    return factor


def _numbers(content: bytes, frame_type: FrameType) -> FloatArray:
    """The content of a frame as numbers (n, 3) float64."""
    counts = _expand(content, frame_type.width) if frame_type.compressed else _raw(content, frame_type.width)
    if not frame_type.floats:
        return counts.astype(np.float64)
    patterns = (counts & 0xFFFFFFFF).astype(np.uint32)
    numbers = patterns.view(np.float32).astype(np.float64)
    if not np.isfinite(numbers).all():
        msg = "data has a sample that is no number"
        raise _MalformedError(msg)
    return numbers


def _raw(content: bytes, width: int) -> Int64Array:
    if len(content) % (AXES * width):
        msg = f"data has {len(content)} bytes of samples of {AXES * width} bytes each"
        raise _MalformedError(msg)
    return _whole_numbers(content, width)


def _expand(content: bytes, width: int) -> Int64Array:
    """A first sample, then blocks of differences; the samples (n, 3)."""
    start = AXES * width
    if len(content) < start:
        msg = f"data has {len(content)} bytes of samples, the first alone takes {start}"
        raise _MalformedError(msg)
    steps = [_whole_numbers(content[:start], width), *_blocks(content, start)]
    return np.concatenate(steps).cumsum(axis=0)


def _blocks(content: bytes, at: int) -> Iterator[Int64Array]:
    samples = 1
    while at < len(content):
        bits, count = content[at : at + 2] if at + 2 <= len(content) else (0, 0)
        end = at + 2 + (bits * count * AXES + 7) // 8
        samples += count
        if not count or bits > WIDEST_BITS or end > len(content) or samples > MOST_SAMPLES:
            msg = f"data has {len(content)} bytes of samples, with no block of differences at byte {at}"
            raise _MalformedError(msg)
        yield _differences(content[at + 2 : end], bits, count)
        at = end


def _differences(block: bytes, bits: int, count: int) -> Int64Array:
    """Two's complements of `bits`, lowest bit first, as (count, 3)."""
    if bits == 0:
        return np.zeros((count, AXES), dtype=np.int64)
    digits = np.unpackbits(np.frombuffer(block, np.uint8), bitorder="little")
    weights = 1 << np.arange(bits, dtype=np.int64)
    weights[-1] *= -1
    differences: Int64Array = digits[: bits * count * AXES].reshape(-1, bits).dot(weights)
    return differences.reshape(-1, AXES)


def _whole_numbers(content: bytes, width: int) -> Int64Array:
    """Little-endian two's complements of `width` bytes, as (n, 3)."""
    return _differences(content, 8 * width, len(content) // (AXES * width))
