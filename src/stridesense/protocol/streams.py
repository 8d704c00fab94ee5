"""How the data of a pod are laid out, as typed values: samples, frames, time, loss, figures.

Part of the models behind `firmware_protocols/*/protocol.toml`; `spec` holds the whole, and reads the file.
"""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from stridesense.protocol.gatt import MOST_BYTES, Bytes, Prefixes, Table, said_as

SMALLEST: Final = 1e-9
LARGEST: Final = 1e12
"""Numbers that a description or a pod states lie between these; others would overflow."""

SampleType = Literal["i8", "i16", "i32", "f32"]
DataNumber = Annotated[
    str, Field(pattern=r"^data\.[a-z0-9_]+$"), said_as("a reference to a field of `data`, as `data.FIELD`")
]
DataFlag = Annotated[
    str,
    Field(pattern=r"^data\.[a-z0-9_]+\.[a-z0-9_]+$"),
    said_as("a reference to a bit of `data`, as `data.FIELD.BIT`"),
]
ConfigNumber = Annotated[
    str,
    Field(pattern=r"^config\.[a-z0-9_]+$"),
    said_as("a reference to a field of `config`, as `config.FIELD`"),
]
AnyNumber = Annotated[
    str, Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$"), said_as("a reference to a field, as `ROLE.FIELD`")
]
AnyFlag = Annotated[
    str,
    Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+\.[a-z0-9_]+$"),
    said_as("a reference to a bit, as `ROLE.FIELD.BIT`"),
]
Positive = Annotated[float, Field(ge=SMALLEST, le=LARGEST)]
Stated = Annotated[Positive | ConfigNumber, said_as("a number above 0, or a reference as `config.FIELD`")]
SLOWEST_HZ: Final = 0.01
FASTEST_HZ: Final = 100_000.0
"""Sampling rates lie between these; faster ones cannot be told apart by seconds in double precision."""

StatedRate = Annotated[
    Annotated[float, Field(ge=SLOWEST_HZ, le=FASTEST_HZ)] | ConfigNumber,
    said_as("a number above 0, or a reference as `config.FIELD`, of 0.01 to 100000 Hz"),
]
Count = Annotated[
    Annotated[int, Field(ge=1, le=255)] | Literal["length"] | DataNumber,
    said_as('a number from 1 to 255, "length", or a reference as `data.FIELD`'),
]
SampleIndex = Annotated[
    DataNumber | Literal["samples.sample_index"],
    said_as("a reference as `data.FIELD`, or `samples.sample_index` where each row has one"),
]

LONGEST_FRAME_BYTES: Final = 1024
"""More than a frame of a byte stream may take; what is none by then never will be."""

ACC: Final = ("acc_x", "acc_y", "acc_z")
GYR: Final = ("gyr_x", "gyr_y", "gyr_z")
CHANNELS: Final = ACC + GYR
ROW_INDEX: Final = "sample_index"
PASSED_OVER: Final = "_"
SAMPLE_WIDTHS: Final = {"i8": 1, "i16": 2, "i32": 4, "f32": 4}


class SensorSpec(Table):
    """How the numbers of one sensor become SI: number x `scale` is in `unit`; `range` in g or deg/s."""

    scale: Stated = 1.0
    range: Stated


class AccSpec(SensorSpec):
    """The accelerometer."""

    unit: Literal["m/s2", "g", "mg"]


class GyrSpec(SensorSpec):
    """The gyroscope."""

    unit: Literal["rad/s", "deg/s"]


class SamplesSpec(Table):
    """The samples of one kind of frame of `data`.

    `begins` tells the kinds apart by their first bytes. `channels` is one row in the pod's order; `_` passes
    a number over, `sample_index` is a counter that each row carries. `count` rows follow from `offset`,
    `row_bytes` apart; "length" takes as many as there are bytes. Planar: all rows of the first three
    channels, then all of the next three.
    """

    begins: Prefixes = ()
    channels: tuple[str, ...]
    type: SampleType
    layout: Literal["rows", "planar"] = "rows"
    offset: int | None = Field(default=None, ge=0, le=MOST_BYTES)
    count: Count
    row_bytes: int | None = Field(default=None, ge=1, le=MOST_BYTES)
    made_with: DataNumber | None = None
    config_id: ConfigNumber | None = None
    acc: AccSpec | None = None
    gyr: GyrSpec | None = None

    @property
    def stream(self) -> Literal["imu", "acc", "gyr"]:
        """Which sensors the rows hold."""
        return "imu" if self.acc and self.gyr else "acc" if self.acc else "gyr"

    @property
    def row_size(self) -> int:
        """Bytes from one row to the next."""
        return self.row_bytes or len(self.channels) * SAMPLE_WIDTHS[self.type]

    @property
    def sensors(self) -> tuple[str, ...]:
        """The channels that are measured, in our order."""
        return (ACC if self.acc else ()) + (GYR if self.gyr else ())

    @model_validator(mode="after")
    def _names_each_channel_once(self) -> Self:
        named = [channel for channel in self.channels if channel not in (PASSED_OVER, ROW_INDEX)]
        if sorted(named) != sorted(self.sensors) or not named:
            told = " and ".join(name for name in ("acc", "gyr") if getattr(self, name)) or "acc or gyr"
            msg = (
                f"`channels` must name each of {', '.join(self.sensors or CHANNELS)} once, as {told} is given"
            )
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _rows_hold_their_channels(self) -> Self:
        if self.row_bytes is not None and self.row_bytes < len(self.channels) * SAMPLE_WIDTHS[self.type]:
            msg = f"`row_bytes` is less than {len(self.channels)} numbers of type {self.type} take"
            raise ValueError(msg)
        if self.layout == "planar" and (self.row_bytes or len(self.channels) % 3):
            msg = 'layout "planar" takes channels by threes, and no `row_bytes`'
            raise ValueError(msg)
        if ROW_INDEX in self.channels and self.type == "f32":
            msg = "a `sample_index` in each row counts in whole numbers, and `type` is f32"
            raise ValueError(msg)
        if (self.made_with is None) != (self.config_id is None):
            msg = "give `made_with` and `config_id` together"
            raise ValueError(msg)
        return self


class IgnoredSpec(Table):
    """Frames that hold no samples; in a byte stream they have `size` bytes."""

    begins: Bytes = Field(min_length=1)
    size: int | None = Field(default=None, ge=1, le=LONGEST_FRAME_BYTES)


class FramesSpec(Table):
    """How the notifications of `data` become frames.

    "whole": each is one. "stream": they are bytes in a row, cut anywhere; a frame begins with the `begins`
    of its samples, and a pod may append up to `may_append` bytes that nobody needs.
    """

    come: Literal["whole", "stream"] = "whole"
    ignored: tuple[IgnoredSpec, ...] = ()
    may_append: int = Field(default=0, ge=0, le=64)


class TimeSpec(Table):
    """What the time stamp of a frame counts and which of its samples it marks; without one, arrivals count.

    `wraps_at`: where the stamp starts again at 0, if not at the width of its type.
    """

    stamp: DataNumber | None = None
    tick_hz: Positive | None = None
    marks: Literal["first_sample", "last_sample"] = "first_sample"
    wraps_at: int | None = Field(default=None, ge=2, le=1 << 64)
    nominal_rate_hz: StatedRate

    @model_validator(mode="after")
    def _stamp_has_a_unit(self) -> Self:
        if (self.stamp is None) != (self.tick_hz is None):
            msg = "give `stamp` and `tick_hz` together"
            raise ValueError(msg)
        return self


class LossSpec(Table):
    """The counters and flags from which lost samples are told; without any, the time stamps tell.

    `sample_index` may be "samples.sample_index" where each row has its own. `also_wraps_at`: some pods start
    the counter again there. `whole_packets`: a hole of whole packets was lost in the air, any other in the
    sensor.
    """

    sequence: DataNumber | None = None
    sample_index: SampleIndex | None = None
    also_wraps_at: int | None = Field(default=None, ge=2, le=1 << 32)
    sensor_overflow: DataFlag | None = None
    transmit_drop: DataFlag | None = None
    whole_packets: bool = False


class ChecksumSpec(Table):
    """The checksum that follows the samples, always or when `present` is set."""

    present: DataFlag | None = None
    algorithm: Literal["crc16-ccitt-false"]


class MetricsSpec(Table):
    """What a pod without raw samples tells of the run: fields by what they mean.

    `cadence_doubled_below`: a lower cadence counts the strides of one foot, not the steps of both; and
    `walking_cadence_doubled_below` where the pod says that the runner walks.
    """

    speed_mps: AnyNumber | None = None
    cadence_spm: AnyNumber | None = None
    stride_length_m: AnyNumber | None = None
    distance_m: AnyNumber | None = None
    power_w: AnyNumber | None = None
    running: AnyFlag | None = None
    cadence_doubled_below: Positive | None = None
    walking_cadence_doubled_below: Positive | None = None

    @model_validator(mode="after")
    def _tells_something(self) -> Self:
        figures = (self.speed_mps, self.cadence_spm, self.stride_length_m, self.distance_m, self.power_w)
        if not any(figures):
            msg = (
                "give at least one of `speed_mps`, `cadence_spm`, `stride_length_m`, `distance_m`, `power_w`"
            )
            raise ValueError(msg)
        return self


class AdvertisedSpec(Table):
    """A byte of what a pod advertises: at which place of the data of which company."""

    company: int = Field(ge=0, le=0xFFFF)
    at: int = Field(ge=0, le=255)


class FactsSpec(Table):
    """Where a pod tells of itself: the battery in per cent, the side it is worn on (1 left, 2 right)."""

    battery_percent: AnyNumber | None = None
    advertised_battery_percent: AdvertisedSpec | None = None
    side: AnyNumber | None = None
