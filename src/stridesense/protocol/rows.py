"""The samples inside a frame: where they lie, and how their numbers become SI."""

from dataclasses import dataclass, field
from math import inf, isfinite
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from stridesense.errors import DeviceError
from stridesense.model.samples import BoolArray, FloatArray
from stridesense.protocol.layout import Layout, Value
from stridesense.protocol.spec import ProtocolSpec
from stridesense.protocol.streams import (
    FASTEST_HZ,
    LARGEST,
    ROW_INDEX,
    SAMPLE_WIDTHS,
    SLOWEST_HZ,
    SMALLEST,
    AccSpec,
    GyrSpec,
    SamplesSpec,
)
from stridesense.units import RAD_PER_DEG, STANDARD_GRAVITY_MPS2

NumberArray = NDArray[Any]
Stream = Literal["imu", "acc", "gyr"]

DTYPES: Final = {"i8": "<i1", "i16": "<i2", "i32": "<i4", "f32": "<f4"}
LARGEST_COUNT: Final = {"i8": 127.0, "i16": 32767.0, "i32": 2147483647.0, "f32": inf}
SI_PER_UNIT: Final = {
    "m/s2": 1.0,
    "g": STANDARD_GRAVITY_MPS2,
    "mg": STANDARD_GRAVITY_MPS2 / 1000.0,
    "rad/s": 1.0,
    "deg/s": RAD_PER_DEG,
}

RANGE_SHARE: Final = 0.995
"""A number beyond this share of the stated range is taken as clipped."""

SENSELESS_RANGES: Final = 100.0
"""A float beyond so many ranges was never measured; nor was one that is no number."""

REPEATED_ROWS: Final = 64
"""So many rows of factors are kept ready: numpy is thrice as fast where it need not repeat one itself."""


@dataclass(frozen=True, slots=True, eq=False)
class PodConfig:
    """How the numbers of one kind of frame are to be read.

    `payload` is what the pod stated, if it states anything. `scales` (k,) are SI units per number, `limits`
    (k,) the magnitudes of the numbers that mean clipped.
    """

    payload: bytes
    config_id: int
    nominal_rate_hz: float
    scales: FloatArray
    limits: FloatArray
    _rows: tuple[FloatArray, FloatArray] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rows = (np.tile(each, (REPEATED_ROWS, 1)) for each in (self.scales, self.limits))
        object.__setattr__(self, "_rows", tuple(rows))

    def is_same(self, other: "PodConfig") -> bool:
        """Whether numbers are read alike; a state that was carried elsewhere has copies of its configs."""
        return self is other or (
            (self.payload, self.config_id, self.nominal_rate_hz)
            == (other.payload, other.config_id, other.nominal_rate_hz)
            and np.array_equal(self.scales, other.scales)
            and np.array_equal(self.limits, other.limits)
        )

    def to_si(self, numbers: NumberArray) -> tuple[FloatArray, BoolArray]:
        """The values (n, k) in SI of numbers (n, k), and where any is clipped (n,)."""
        count = len(numbers)
        scales, limits = self.scales, self.limits
        if count <= REPEATED_ROWS:
            scales, limits = self._rows[0][:count], self._rows[1][:count]
        exact = numbers.astype(np.float64)
        beyond = np.abs(exact) >= limits
        exact *= scales
        clipped: BoolArray = np.zeros(count, dtype=np.bool_)
        if np.count_nonzero(beyond):
            np.any(beyond, axis=1, out=clipped)
        return exact, clipped


class RowReader:
    """Reads the rows of one kind of frame.

    Attributes:
        stream: which sensors the rows hold.
        start: where they begin in the frame.
    """

    def __init__(self, protocol: ProtocolSpec, samples: SamplesSpec, header: Layout) -> None:
        channels = list(samples.channels)
        self.samples = samples
        self.stream: Stream = samples.stream
        self.start = header.size if samples.offset is None else samples.offset
        self.largest = LARGEST_COUNT[samples.type]
        self._protocol = protocol
        self._dtype = np.dtype(DTYPES[samples.type])
        order = [channels.index(channel) for channel in samples.sensors]
        self._order = None if order == list(range(len(channels))) else np.array(order)
        self._index = channels.index(ROW_INDEX) if ROW_INDEX in channels else None
        self._width = len(channels)
        self._is_dense = samples.row_size == self._width * SAMPLE_WIDTHS[samples.type]
        self._count = samples.count if isinstance(samples.count, int) else None
        told = samples.count if isinstance(samples.count, str) and "." in samples.count else None
        self._count_at = None if told is None else header.position(told)

    def count(self, raw: tuple[int, ...], available: int) -> int:
        """How many rows the frame has: as its header `raw` tells, or as fit into the `available` bytes."""
        if self._count is not None:
            return self._count
        return max(0, available) // self.samples.row_size if self._count_at is None else raw[self._count_at]

    def end(self, count: int) -> int:
        """Where in the frame so many rows end."""
        return self.start + count * self.samples.row_size

    def numbers(self, frame: bytes, count: int) -> NumberArray:
        """The numbers (count, channels) in the pod's order, before `scale`."""
        if self.samples.layout == "planar":
            planes = np.frombuffer(frame, self._dtype, count * self._width, self.start)
            return np.hstack(list(planes.reshape(self._width // 3, count, 3)))
        if self._is_dense:
            return np.frombuffer(frame, self._dtype, count * self._width, self.start).reshape(count, -1)
        rows = np.frombuffer(frame, np.uint8, count * self.samples.row_size, self.start)
        used = rows.reshape(count, -1)[:, : self._width * self._dtype.itemsize]
        return np.ascontiguousarray(used).view(self._dtype)

    def measured(self, numbers: NumberArray, config: PodConfig) -> NumberArray:
        """The columns that are measured, in our order.

        Raises:
            DeviceError: a float among them is no number, or beyond all sense.
        """
        found = numbers if self._order is None else numbers.take(self._order, axis=1)
        if self.largest == inf and not (np.abs(found) < SENSELESS_RANGES * config.limits).all():
            msg = "data has a sample that is no number, or beyond all sense"
            raise DeviceError(msg)
        return found

    def indices(self, numbers: NumberArray) -> list[int] | None:
        """The counter that each row carries, if it has one."""
        if self._index is None:
            return None
        counters: list[int] = numbers[:, self._index].view(f"<u{self._dtype.itemsize}").tolist()
        return counters

    def fixed_config(self) -> PodConfig | None:
        """How the numbers are read where the description alone says it; None where the pod states it."""
        time = self._protocol.time
        sensors = [sensor for sensor in (self.samples.acc, self.samples.gyr) if sensor]
        told = [time.nominal_rate_hz] if time else []
        told += [value for sensor in sensors for value in (sensor.scale, sensor.range)]
        is_told_by_pod = self.samples.config_id or any(isinstance(value, str) for value in told)
        return None if is_told_by_pod else self.config({}, b"")

    def config(self, values: dict[str, Value], payload: bytes) -> PodConfig:
        """How the numbers are read, by what the pod states; raises DeviceError if that makes no sense."""
        time, samples = self._protocol.time, self.samples
        assert time is not None  # noqa: S101 - the description of samples has one
        acc = self._sensor(samples.acc, values, STANDARD_GRAVITY_MPS2) if samples.acc else []
        gyr = self._sensor(samples.gyr, values, RAD_PER_DEG) if samples.gyr else []
        columns = np.repeat(np.array([*acc, *gyr]), 3, axis=0)
        return PodConfig(
            payload=payload,
            config_id=int(values[_field_name(samples.config_id)]) if samples.config_id else 0,
            nominal_rate_hz=_stated(values, time.nominal_rate_hz, SLOWEST_HZ, FASTEST_HZ),
            scales=columns[:, 0].copy(),
            limits=columns[:, 1].copy(),
        )

    def _sensor(
        self, sensor: AccSpec | GyrSpec, values: dict[str, Value], si_per_range: float
    ) -> list[tuple[float, float]]:
        """SI per number, and the largest number that is still believed."""
        scale = _stated(values, sensor.scale) * SI_PER_UNIT[sensor.unit]
        limit = RANGE_SHARE * _stated(values, sensor.range) * si_per_range / scale
        return [(scale, min(self.largest, limit))]


def _field_name(reference: str) -> str:
    return reference.split(".")[1]


def _stated(
    values: dict[str, Value], told: float | str, least: float = SMALLEST, most: float = LARGEST
) -> float:
    if not isinstance(told, str):
        return told
    number = float(values[_field_name(told)])
    if not (number > 0 and isfinite(number)):
        msg = f"config has {_field_name(told)} {number}, which is not a positive number"
        raise DeviceError(msg)
    if not least <= number <= most:
        msg = f"config has {_field_name(told)} {number}, which is beyond all sense"
        raise DeviceError(msg)
    return number
