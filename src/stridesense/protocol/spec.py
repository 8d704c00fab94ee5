"""A pod's description as typed values: the models behind `firmware_protocols/*/protocol.toml`.

The grammar is told in `firmware_protocols/README.md`. What exists as a `ProtocolSpec` is valid: every
reference points at a field, every field lies inside its characteristic and none overlaps another.
"""

import tomllib
from collections.abc import Iterator
from typing import Literal, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from stridesense.errors import DeviceError
from stridesense.protocol.gatt import CharacteristicSpec, FieldSpec, MarkSpec, Name, StepSpec, Table
from stridesense.protocol.streams import (
    ACC,
    GYR,
    ChecksumSpec,
    FactsSpec,
    FramesSpec,
    LossSpec,
    MetricsSpec,
    SamplesSpec,
    TimeSpec,
)


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
        return self

    @model_validator(mode="after")
    def _kinds_can_be_told_apart(self) -> Self:
        if (len(self.samples) > 1 or self.frames.come == "stream") and self.codec is None:
            for number, samples in enumerate(self.samples):
                if not samples.begins:
                    msg = f"`samples.{number}` has no `begins`, by which it would be told from other bytes"
                    raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _references_are_kept(self) -> Self:
        for key, value in self._references():
            self._check_reference(key, value)
        for step in self.start + self.stop:
            self._check_role(step)
        return self

    def _references(self) -> Iterator[tuple[str, str]]:
        sections = (self.time, self.loss, self.checksum, self.metrics, self.facts)
        sensors = [sensor for samples in self.samples for sensor in (samples.acc, samples.gyr)]
        for section in (*self.samples, *sensors, *sections):
            for key, value in section or ():
                if isinstance(value, str) and "." in value and not value.startswith("samples."):
                    yield key, value

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

    def _check_role(self, step: StepSpec) -> None:
        needed = {"read": ("read",), "subscribe": ("notify", "indicate"), "write": ("write", "write-without")}
        for action, access in needed.items():
            role = getattr(step, action)
            if role is None:
                continue
            described = self.characteristics.get(role)
            if described is None or not any(one.startswith(access) for one in described.access):
                msg = f"a step wants to {action} `{role}`, whose `access` does not allow it"
                raise ValueError(msg)
        if step.reply is not None and step.reply.on not in self.characteristics:
            msg = f"a reply is awaited on `{step.reply.on}`, which is not described"
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
