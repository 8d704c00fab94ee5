"""The fields of a characteristic: named values out of bytes."""

from itertools import pairwise
from struct import Struct
from typing import Any

from stridesense.errors import DeviceError
from stridesense.protocol.spec import CharacteristicSpec, FieldSpec

Value = int | float | bytes


class Layout:
    """The fields of one characteristic, read in one go."""

    def __init__(self, role: str, characteristic: CharacteristicSpec) -> None:
        self.size = characteristic.size
        self._role = role
        self._fields = characteristic.fields
        self._struct = Struct(_struct_format(list(characteristic.fields.values())))
        self._position = {name: position for position, name in enumerate(characteristic.fields)}
        self._constants = [
            (self._position[name], name, field.equals)
            for name, field in characteristic.fields.items()
            if field.equals is not None
        ]

    def position(self, reference: str) -> int:
        """Where in the tuple of `unpack` the field that `reference` names stands."""
        return self._position[reference.split(".")[1]]

    def unpack(self, payload: bytes) -> tuple[Any, ...]:
        """The raw values; raises DeviceError if bytes are missing or a constant is another."""
        if len(payload) < self.size:
            msg = f"{self._role} has {len(payload)} bytes instead of {self.size}"
            raise DeviceError(msg)
        raw = self._struct.unpack_from(payload)
        for position, name, expected in self._constants:
            if raw[position] != expected:
                msg = f"{self._role} has {name} {raw[position]}, described is {expected}"
                raise DeviceError(msg)
        return raw

    def values(self, payload: bytes) -> dict[str, Value]:
        """The values by name, in the units that the names tell; raises DeviceError as `unpack`."""
        raw = self.unpack(payload)
        return {
            name: number if field.scale == 1.0 else number * field.scale
            for (name, field), number in zip(self._fields.items(), raw, strict=True)
        }


def _struct_format(fields: list[FieldSpec]) -> str:
    pads = [fields[0].offset] + [b.offset - a.offset - a.width for a, b in pairwise(fields)]
    return "<" + "".join(f"{pad}x{field.struct_code}" for pad, field in zip(pads, fields, strict=True))
