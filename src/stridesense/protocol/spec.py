"""A pod's description as typed values: the models behind `firmware_protocols/*/protocol.toml`.

The grammar is told in `firmware_protocols/README.md`. What exists as a `ProtocolSpec` is valid: every
reference points at a field, every field lies inside its characteristic and none overlaps another.
"""

import tomllib
from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from stridesense.errors import DeviceError

Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Access = Literal["read", "write", "write-without-response", "notify", "indicate"]
NumberType = Literal["u8", "u16", "u32", "u64", "i8", "i16", "i32", "f32"]
Channel = Literal["acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z"]
DataNumber = Annotated[str, Field(pattern=r"^data\.[a-z0-9_]+$")]
DataFlag = Annotated[str, Field(pattern=r"^data\.[a-z0-9_]+\.[a-z0-9_]+$")]
ConfigNumber = Annotated[str, Field(pattern=r"^config\.[a-z0-9_]+$")]

CHANNELS: Final[tuple[Channel, ...]] = ("acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z")
STRUCT_CODES: Final = {
    "u8": "B",
    "u16": "H",
    "u32": "I",
    "u64": "Q",
    "i8": "b",
    "i16": "h",
    "i32": "i",
    "f32": "f",
}
BYTE_WIDTHS: Final = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "i8": 1, "i16": 2, "i32": 4, "f32": 4}


class Table(BaseModel):
    """A table of the file: unknown keys are refused, values do not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldSpec(Table):
    """One field of a characteristic; `equals` and `bits` speak of the number before `scale`."""

    offset: int = Field(ge=0)
    type: NumberType | Literal["bytes"]
    length: int | None = Field(default=None, ge=1)
    scale: float = 1.0
    equals: int | None = None
    bits: dict[Name, Annotated[int, Field(ge=0, le=63)]] = {}

    @property
    def width(self) -> int:
        """The number of bytes it takes."""
        return self.length or BYTE_WIDTHS[self.type]

    @property
    def struct_code(self) -> str:
        """How the `struct` module calls it."""
        return f"{self.length}s" if self.type == "bytes" else STRUCT_CODES[self.type]

    @model_validator(mode="after")
    def _length_belongs_to_bytes(self) -> Self:
        if (self.type == "bytes") != (self.length is not None):
            msg = 'give `length` with type "bytes" and with no other'
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _bits_fit(self) -> Self:
        if self.bits and (self.type[0] != "u" or max(self.bits.values()) >= 8 * self.width):
            msg = "give `bits` to an unsigned field that is wide enough for them"
            raise ValueError(msg)
        return self


class CharacteristicSpec(Table):
    """One GATT characteristic: at least `size` bytes, of which `fields` names some."""

    uuid: Uuid
    access: tuple[Access, ...] = Field(min_length=1)
    size: int = Field(ge=1)
    fields: dict[Name, FieldSpec] = Field(min_length=1)

    @model_validator(mode="after")
    def _fields_lie_apart_and_inside(self) -> Self:
        for (name, field), (following, after) in pairwise(self.fields.items()):
            if field.offset + field.width > after.offset:
                msg = f"`{following}` begins inside or before `{name}`; list the fields by rising offset"
                raise ValueError(msg)
        name, last = next(reversed(self.fields.items()))
        if last.offset + last.width > self.size:
            msg = f"`{name}` ends beyond `size`; raise `size` to {last.offset + last.width}"
            raise ValueError(msg)
        return self


class SamplesSpec(Table):
    """The rows of samples after the header of `data`, and where their scales stand."""

    channels: tuple[Channel, ...]
    type: Literal["i16"]
    count: DataNumber
    made_with: DataNumber
    config_id: ConfigNumber
    acc_scale_mps2: ConfigNumber
    gyr_scale_radps: ConfigNumber
    acc_range_g: ConfigNumber
    gyr_range_dps: ConfigNumber

    @model_validator(mode="after")
    def _names_each_channel_once(self) -> Self:
        if sorted(self.channels) != sorted(CHANNELS):
            msg = f"`channels` must name each of {', '.join(CHANNELS)} once"
            raise ValueError(msg)
        return self


class TimeSpec(Table):
    """What the time stamp of a packet counts and which sample it marks."""

    stamp: DataNumber
    tick_hz: int = Field(gt=0)
    marks: Literal["first_sample"]
    nominal_rate_hz: ConfigNumber


class LossSpec(Table):
    """The counters and flags from which lost samples are told."""

    sequence: DataNumber
    sample_index: DataNumber
    sensor_overflow: DataFlag
    transmit_drop: DataFlag


class ChecksumSpec(Table):
    """The checksum that follows the samples when `present` is set."""

    present: DataFlag
    algorithm: Literal["crc16-ccitt-false"]


class ProtocolSpec(Table):
    """All that StrideSense knows of one kind of pod."""

    format: Literal[1]
    name: Name
    title: str
    service: Uuid
    characteristics: dict[Name, CharacteristicSpec]
    samples: SamplesSpec
    time: TimeSpec
    loss: LossSpec
    checksum: ChecksumSpec | None = None

    @model_validator(mode="after")
    def _references_are_kept(self) -> Self:
        for section in (self.samples, self.time, self.loss, self.checksum):
            for key, value in section or ():
                if isinstance(value, str) and "." in value:
                    self._check_reference(key, value)
        return self

    def _check_reference(self, key: str, reference: str) -> None:
        role, name, *bit = reference.split(".")
        field = self.characteristics[role].fields.get(name) if role in self.characteristics else None
        if field is None or (bit and bit[0] not in field.bits):
            msg = (
                f"`{key}` refers to `{reference}`, which is not described; describe it or name another field"
            )
            raise ValueError(msg)
        if field.type == "bytes" or (role == "data" and field.type[0] != "u"):
            msg = f"`{key}` refers to `{reference}`, which is {field.type}; name an unsigned number"
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


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    key = ".".join(str(part) for part in fault["loc"]) or "the file as a whole"
    match fault["type"]:
        case "extra_forbidden":
            return f"{key}: no such key; remove it or correct its spelling"
        case "missing":
            return f"{key}: missing; add it"
        case _:
            return (
                f"{key}: {fault['msg'].removeprefix('Value error, ')}; the file has {_shown(fault['input'])}"
            )


def _shown(value: object) -> str:
    return "a table" if isinstance(value, dict | BaseModel) else repr(value)
