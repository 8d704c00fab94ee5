"""What a pod shows over Bluetooth, as typed values: its marks, its characteristics, the talk to start it.

Part of the models behind `firmware_protocols/*/protocol.toml`; `spec` holds the rest, and reads the file.
"""

from itertools import pairwise
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

NAME_PATTERN: Final = r"^[a-z][a-z0-9_]*$"
MOST_BYTES: Final = 512
"""No value of a characteristic is longer."""

BASE_UUID: Final = "{:0>8}-0000-1000-8000-00805f9b34fb"
"""The numbers of the Bluetooth SIG, such as `1814`, are short for this."""


def said_as(words: str) -> WrapValidator:
    """Say what is wanted in these words, whatever of it a value breaks."""

    def check(value: object, handler: ValidatorFunctionWrapHandler) -> object:
        try:
            return handler("a truth value" if isinstance(value, bool) else value)
        except ValidationError:
            msg = f"write {words}"
            raise ValueError(msg) from None

    return WrapValidator(check)


def _bytes(value: object) -> object:
    """Bytes as a person writes them: pairs of hexadecimal digits, with or without blanks."""
    try:
        return value if isinstance(value, bytes) else bytes.fromhex(value)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        msg = "not bytes in hexadecimal; write them as in `01 A0 ff`"
        raise ValueError(msg) from None


def _uuid(value: object) -> object:
    """A full UUID; a short one of the SIG is made full."""
    return BASE_UUID.format(value) if isinstance(value, str) and len(value) in (4, 8) else value


def _several(value: object) -> object:
    """One is as good as a list of one."""
    return value if isinstance(value, list | tuple) else [value]


Uuid = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
    BeforeValidator(_uuid),
    said_as("a UUID in small letters, full or, of Bluetooth's own, its four digits"),
]
Uuids = Annotated[tuple[Uuid, ...], BeforeValidator(_several), Field(min_length=1)]
Name = Annotated[str, Field(pattern=NAME_PATTERN), said_as("a name of small letters, digits and `_`")]
Bytes = Annotated[bytes, BeforeValidator(_bytes)]
Prefixes = Annotated[tuple[Annotated[Bytes, Field(min_length=1)], ...], BeforeValidator(_several)]
Condition = Annotated[str, Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$"), said_as("a condition as `FIELD.BIT`")]
Access = Literal["read", "write", "write-without-response", "notify", "indicate"]

LEAST_SCALE: Final = 1e-12
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

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class FieldSpec(Table):
    """One field of a characteristic; `equals` and `bits` speak of the number before `scale`.

    Without `offset` it follows the field before it. With `when` ("FIELD.BIT") it is there only if the bit of
    an earlier field is set.
    """

    offset: int | None = Field(default=None, ge=0, le=MOST_BYTES)
    type: Literal["u8", "u16", "u32", "u64", "i8", "i16", "i32", "f32", "bytes"]
    length: int | None = Field(default=None, ge=1, le=MOST_BYTES)
    scale: float = 1.0
    equals: int | None = None
    bits: dict[Name, Annotated[int, Field(ge=0, le=63)]] = {}
    when: Condition | None = None

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
    def _scale_is_of_use(self) -> Self:
        if not LEAST_SCALE <= abs(self.scale) <= 1 / LEAST_SCALE:
            msg = f"`scale` must be between {LEAST_SCALE:g} and {1 / LEAST_SCALE:g}, or as far below 0"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _bits_fit(self) -> Self:
        if self.bits and (self.type[0] != "u" or max(self.bits.values()) >= 8 * self.width):
            msg = "give `bits` to an unsigned field that is wide enough for them"
            raise ValueError(msg)
        return self


class CharacteristicSpec(Table):
    """One GATT characteristic: at least `size` bytes, of which `fields` names some.

    `uuid` lists alternatives where pods of the kind differ. Where a field has no `offset`, none has: they
    follow one another from the first byte.
    """

    uuid: Uuids
    access: tuple[Access, ...] = Field(min_length=1)
    size: int = Field(default=0, ge=0, le=MOST_BYTES)
    fields: dict[Name, FieldSpec] = {}

    @property
    def is_packed(self) -> bool:
        """Whether the fields follow one another, some perhaps absent."""
        return any(field.offset is None for field in self.fields.values())

    @model_validator(mode="after")
    def _fields_lie_apart_and_inside(self) -> Self:
        if self.is_packed:
            return self._conditions_are_known()
        for (name, field), (following, after) in pairwise(self.fields.items()):
            if _end(field) > (after.offset or 0):
                msg = f"`{following}` begins inside or before `{name}`; list the fields by rising offset"
                raise ValueError(msg)
        for name, field in self.fields.items():
            if _end(field) > self.size:
                msg = f"`{name}` ends beyond `size`; raise `size` to {_end(field)}"
                raise ValueError(msg)
            if field.when is not None:
                msg = f"`{name}` has both `offset` and `when`; leave `offset` out of every field here"
                raise ValueError(msg)
        return self

    def _conditions_are_known(self) -> Self:
        known: dict[str, FieldSpec] = {}
        for name, field in self.fields.items():
            if field.offset is not None:
                msg = f"`{name}` has an `offset` and others have none; give it to all fields or to none"
                raise ValueError(msg)
            flags, _, bit = (field.when or "").partition(".")
            if field.when and (flags not in known or bit not in known[flags].bits):
                msg = f"`{name}` depends on `{field.when}`, which is no bit of an earlier field"
                raise ValueError(msg)
            known[name] = field
        return self


def _end(field: FieldSpec) -> int:
    return (field.offset or 0) + field.width


class MarkSpec(Table):
    """Marks of an advertisement that together tell the kind of pod; `name` is how its name begins."""

    service: Uuid | None = None
    name: str | None = Field(default=None, min_length=1)
    company: int | None = Field(default=None, ge=0, le=0xFFFF)

    @model_validator(mode="after")
    def _is_a_mark(self) -> Self:
        if self.service is None and self.name is None and self.company is None:
            msg = "give at least one of `service`, `name` and `company`"
            raise ValueError(msg)
        return self


class ReplySpec(Table):
    """The answer that a written command waits for: the next value of `on` that begins with `begins`.

    `status_at` is where its status stands; one that is not among `fine` ends the start with the sentence in
    `faults`, whose keys are the numbers.
    """

    on: Name
    begins: Bytes = b""
    status_at: int | None = Field(default=None, ge=0)
    status_type: Literal["u8", "u16"] = "u8"
    fine: tuple[int, ...] = (0,)
    faults: dict[Annotated[str, Field(pattern=r"^[0-9]+$"), said_as("the status as a number")], str] = {}
    within_s: float = Field(default=3.0, gt=0, le=30)


class StepSpec(Table):
    """One step of the talk that starts or stops a pod: exactly one of the first four.

    `optional`: the pod may lack the characteristic or refuse. `keep_as` gives the reply's bytes a name, and
    `when` ({name = bytes}) lets a later step happen only if the reply of that name begins with them.
    """

    read: Name | None = None
    subscribe: Name | None = None
    write: Name | None = None
    wait_s: float | None = Field(default=None, gt=0, le=10)
    code: Bytes | None = Field(default=None, alias="bytes")
    text: str | None = None
    reply: ReplySpec | None = None
    keep_as: Name | None = None
    when: dict[Name, Bytes] = {}
    optional: bool = False

    @property
    def role(self) -> str | None:
        """The characteristic that the step is about."""
        return self.read or self.subscribe or self.write

    @property
    def payload(self) -> bytes:
        """What a `write` writes."""
        return (self.code or b"") + (self.text or "").encode("ascii")

    @model_validator(mode="after")
    def _does_one_thing(self) -> Self:
        actions: list[Any] = [self.read, self.subscribe, self.write, self.wait_s]
        if sum(action is not None for action in actions) != 1:
            msg = "give exactly one of `read`, `subscribe`, `write` and `wait_s`"
            raise ValueError(msg)
        if (self.write is not None) != bool(self.payload):
            msg = "give `bytes` or `text` with `write`, and with nothing else"
            raise ValueError(msg)
        if self.reply is not None and self.write is None:
            msg = "only a `write` has a `reply`"
            raise ValueError(msg)
        if self.keep_as is not None and self.reply is None:
            msg = "only a `reply` can be kept with `keep_as`"
            raise ValueError(msg)
        return self
