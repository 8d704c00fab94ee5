"""A pod's description as typed values: the models behind `firmware_protocols/*/protocol.toml`.

The grammar is told in `firmware_protocols/README.md`. What exists as a `ProtocolSpec` is valid: every
reference points at a field, every field lies inside its characteristic and none overlaps another.
"""

import tomllib
from collections.abc import Iterator
from typing import Final, Literal, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from stridesense.errors import DeviceError
from stridesense.protocol.gatt import CharacteristicSpec, FieldSpec, MarkSpec, Name, StepSpec, Table
from stridesense.protocol.streams import (
    ACC,
    GYR,
    LONGEST_FRAME_BYTES,
    ROW_INDEX,
    ChecksumSpec,
    FactsSpec,
    FramesSpec,
    LossSpec,
    MetricsSpec,
    SamplesSpec,
    TimeSpec,
)

SECTIONS: Final = ("time", "loss", "checksum", "metrics", "facts")
CODEC_STREAMS: Final = {"polar_pmd": ("acc", "gyr"), "movesense_gsp": ("imu",), "shimmer3": ("imu",)}
CODECS_OF_ROWS: Final = ("polar_pmd", "shimmer3")
"""What the built-in codecs give, in the order of `samples`, and those that read the rows themselves."""

NEEDED_ACCESS: Final = {
    "read": ("read",),
    "subscribe": ("notify", "indicate"),
    "write": ("write", "write-without-response"),
}
"""What a step does, and which `access` allows it."""


class ProtocolSpec(Table):
    """All that StrideSense knows of one kind of pod."""

    format: Literal[1]
    name: Name
    title: str
    note: str = ""
    refused: str | None = None
    recognise: tuple[MarkSpec, ...] = Field(min_length=1)
    codec: Literal["polar_pmd", "movesense_gsp", "shimmer3"] | None = None
    least_payload_bytes: int = Field(default=20, ge=1, le=512)
    characteristics: dict[Name, CharacteristicSpec]
    start: tuple[StepSpec, ...] = ()
    stop: tuple[StepSpec, ...] = ()
    frames: FramesSpec = FramesSpec()
    samples: tuple[SamplesSpec, ...] = ()
    metrics: MetricsSpec | None = None
    time: TimeSpec | None = None
    loss: LossSpec = LossSpec()
    checksum: ChecksumSpec | None = None
    facts: FactsSpec = FactsSpec()

    @property
    def unusable(self) -> str | None:
        """Why no run can be made with it, as a phrase, or None."""
        if self.refused is not None:
            return self.refused
        measured = {channel for samples in self.samples for channel in samples.sensors}
        missing = [name for name, of in (("accelerometer", ACC), ("gyroscope", GYR)) if not measured >= {*of}]
        return f"it sends nothing of its {' or '.join(missing)}" if self.samples and missing else None

    @model_validator(mode="after")
    def _tells_something(self) -> Self:
        if bool(self.samples) == (self.metrics is not None):
            msg = (
                "give `[[samples]]` for a pod that sends raw samples, `[metrics]` for one that sends figures"
            )
            raise ValueError(msg)
        if self.samples and self.time is None:
            msg = "give `[time]`: at least `nominal_rate_hz`"
            raise ValueError(msg)
        if self.samples and "data" not in self.characteristics:
            msg = "describe `[characteristics.data]`, which the samples come from"
            raise ValueError(msg)
        if self.samples and self.characteristics["data"].is_packed:
            msg = "give every field of `characteristics.data` its `offset`, as samples follow them"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _sensors_belong_together(self) -> Self:
        streams = tuple(samples.stream for samples in self.samples)
        if "imu" in streams and {*streams} != {"imu"}:
            msg = (
                "`samples` hold both sensors in one kind and one sensor in another; describe all kinds alike"
            )
            raise ValueError(msg)
        if self.codec and streams != CODEC_STREAMS[self.codec]:
            gives = " and ".join(CODEC_STREAMS[self.codec])
            msg = f"codec {self.codec} gives {gives}; describe these `samples`, in this order"
            raise ValueError(msg)
        for number, samples in enumerate(self.samples):
            if self.codec in CODECS_OF_ROWS and len(samples.channels) != len(samples.sensors):
                msg = f"`samples.{number}.channels` has more than codec {self.codec} gives; name these alone"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _stream_can_be_cut(self) -> Self:
        if self.frames.come != "stream" or self.codec is not None:
            return self
        if self.checksum is not None:
            msg = '`checksum` is not possible with `frames.come` = "stream"; leave it out'
            raise ValueError(msg)
        for number, samples in enumerate(self.samples):
            start = self.characteristics["data"].size if samples.offset is None else samples.offset
            rows = samples.count if isinstance(samples.count, int) else 1
            if samples.count == "length":
                msg = f'`samples.{number}.count` is "length", which a stream does not tell; write a number'
            elif start < max(map(len, samples.begins), default=0):
                msg = f"`samples.{number}` has rows inside its `begins`; raise its `offset`"
            elif start + rows * samples.row_size > LONGEST_FRAME_BYTES:
                msg = f"`samples.{number}` has frames beyond {LONGEST_FRAME_BYTES} bytes; lower its `count`"
            else:
                continue
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _kinds_can_be_told_apart(self) -> Self:
        is_stream = self.frames.come == "stream"
        told_by_codec = self.codec is not None
        begun = [begins for samples in self.samples for begins in samples.begins]
        for number, samples in enumerate(self.samples):
            if not (samples.begins or told_by_codec) and (is_stream or len(self.samples) > 1):
                msg = (
                    f"`samples.{number}` has no `begins`, by which it would be told from other bytes; add it"
                )
                raise ValueError(msg)
            if any(one != begins and one.startswith(begins) for one in begun for begins in samples.begins):
                msg = f"`samples.{number}` begins as another kind does; write more bytes of its `begins`"
                raise ValueError(msg)
        for number, ignored in enumerate(self.frames.ignored):
            if is_stream and ignored.size is None:
                msg = (
                    f"`frames.ignored.{number}` has no `size`, which tells where it ends in a stream; add it"
                )
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _rows_are_counted_or_not(self) -> Self:
        counted = self.loss.sample_index == f"samples.{ROW_INDEX}"
        for number, samples in enumerate(self.samples):
            if counted != (ROW_INDEX in samples.channels):
                msg = (
                    f"`loss.sample_index` and the channels of `samples.{number}` must both "
                    f"speak of a `{ROW_INDEX}` in each row, or neither"
                )
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _references_are_kept(self) -> Self:
        for key, value in self._references():
            self._check_reference(key, value)
        for dialogue in ("start", "stop"):
            kept: set[str] = set()
            for number, step in enumerate(getattr(self, dialogue)):
                self._check_step(f"`{dialogue}.{number}`", step, kept)
                kept |= {step.keep_as} if step.keep_as else set()
        return self

    def _references(self) -> Iterator[tuple[str, str]]:
        """Every reference with the place where it stands."""
        tables: dict[str, Table | None] = {key: getattr(self, key) for key in SECTIONS}
        for number, samples in enumerate(self.samples):
            place = f"samples.{number}"
            tables |= {place: samples, f"{place}.acc": samples.acc, f"{place}.gyr": samples.gyr}
        for place, table in tables.items():
            for key, value in table or ():
                if isinstance(value, str) and "." in value and not value.startswith("samples."):
                    yield f"{place}.{key}", value

    def _check_reference(self, key: str, reference: str) -> None:
        role, name, *bit = reference.split(".")
        field = self.characteristics[role].fields.get(name) if role in self.characteristics else None
        if field is None or (bit and bit[0] not in field.bits):
            msg = (
                f"`{key}` refers to `{reference}`, which is not described; describe it or name another field"
            )
            raise ValueError(msg)
        if field.when is not None and not key.startswith(("metrics.", "facts.")):
            msg = f"`{key}` refers to `{reference}`, which may be absent; name a field without `when`"
            raise ValueError(msg)
        if key.endswith(".config_id") and (field.type[0] != "u" or field.scale != 1.0):
            msg = f"`{key}` refers to `{reference}`, which is no plain count; name an unsigned field"
            raise ValueError(msg)
        if key == "loss.sample_index" and field.type == "u64":
            msg = f"`{key}` refers to `{reference}`, which is u64; name a count of 32 bits at most"
            raise ValueError(msg)
        if field.type == "bytes" or (role == "data" and field.type[0] != "u"):
            msg = f"`{key}` refers to `{reference}`, which is {field.type}; name an unsigned number"
            raise ValueError(msg)

    def _check_step(self, place: str, step: StepSpec, kept: set[str]) -> None:
        for role in (step.role, step.reply.on if step.reply else None):
            if role is not None and role not in self.characteristics:
                msg = f"{place} speaks of `{role}`, which is not described; add `[characteristics.{role}]`"
                raise ValueError(msg)
        for action, accesses in NEEDED_ACCESS.items():
            role = getattr(step, action)
            if role is not None and not set(accesses) & set(self.characteristics[role].access):
                msg = f"{place} wants to {action} `{role}`; its `access` must then have `{accesses[0]}`"
                raise ValueError(msg)
        for name in step.when:
            if name not in kept:
                msg = f"{place} asks `when` for `{name}`, which no earlier step has kept with `keep_as`"
                raise ValueError(msg)

    def field(self, reference: str) -> FieldSpec:
        """The field that `reference` ("ROLE.FIELD" or "ROLE.FIELD.BIT") names."""
        role, name, *_ = reference.split(".")
        return self.characteristics[role].fields[name]


def parse(text: str, path: str) -> ProtocolSpec:
    """Read a description.

    Args:
        text: the TOML.
        path: the file's name, for the message when it cannot be followed.

    Raises:
        DeviceError: it is not TOML or breaks the grammar; the message names file, key and what to do.
    """
    try:
        return ProtocolSpec.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        msg = f"{path}: not a TOML file ({error}); correct that line"
        raise DeviceError(msg) from error
    except ValidationError as error:
        msg = f"{path}: {_first_fault(error)}"
        raise DeviceError(msg) from error
    except (ValueError, RecursionError) as error:  # a number or a nesting without end
        msg = f"{path}: cannot be read ({error}); write shorter numbers and fewer brackets"
        raise DeviceError(msg) from error


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"])
    said = fault["msg"].removeprefix("Value error, ")
    match fault["type"]:
        case "extra_forbidden":
            return f"{key}: no such key; remove it or correct its spelling"
        case "missing":
            return f"{key}: missing; add it"
        case "tuple_type" | "list_type":
            said = "write a list, in square brackets"
        case "model_type" | "dict_type":
            said = "write a table"
    if isinstance(fault["input"], dict | BaseModel):
        return f"{key}: {said}" if key else said
    return f"{key}: {said}; the file has {fault['input']!r}"
