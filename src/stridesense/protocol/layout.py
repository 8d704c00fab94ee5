"""The fields of a characteristic: named values out of bytes."""

from struct import Struct
from typing import Any, Final, NoReturn

from stridesense.errors import DeviceError
from stridesense.protocol.gatt import CharacteristicSpec, FieldSpec

Value = int | float | bytes

NO_FIELDS: Final = CharacteristicSpec(uuid=("0000",), access=("notify",))


class Layout:
    """The fields of one characteristic, read in one go."""

    def __init__(self, role: str, characteristic: CharacteristicSpec) -> None:
        self.size = characteristic.size
        self._role = role
        self._fields = characteristic.fields
        self._is_packed = characteristic.is_packed
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
        """The raw values of fields that all have their place.

        Raises:
            DeviceError: bytes are missing, or a constant is another.
        """
        self._check_length(payload, self.size)
        raw = self._struct.unpack_from(payload)
        for position, name, expected in self._constants:
            if raw[position] != expected:
                self._refuse(name, raw[position], expected)
        return raw

    def values(self, payload: bytes) -> dict[str, Value]:
        """The values by name, in the units that the names tell; raises DeviceError as `unpack`."""
        if self._is_packed:
            raw = self._unpack_in_turn(payload)
        else:
            raw = dict(zip(self._fields, self.unpack(payload), strict=True))
        return {name: _scaled(number, self._fields[name]) for name, number in raw.items()}

    def _unpack_in_turn(self, payload: bytes) -> dict[str, Any]:
        self._check_length(payload, self.size)
        raw: dict[str, Any] = {}
        at = 0
        for name, field in self._fields.items():
            if field.when is not None and not self._is_set(raw, field.when):
                continue
            self._check_length(payload, at + field.width)
            (raw[name],) = Struct(f"<{field.struct_code}").unpack_from(payload, at)
            at += field.width
            if field.equals is not None and raw[name] != field.equals:
                self._refuse(name, raw[name], field.equals)
        return raw

    def _refuse(self, name: str, found: Value, expected: int) -> NoReturn:
        msg = f"{self._role} has {name} {found!r}, described is {expected}"
        raise DeviceError(msg)

    def _is_set(self, raw: dict[str, Any], condition: str) -> bool:
        flags, bit = condition.split(".")
        return bool(raw.get(flags, 0) >> self._fields[flags].bits[bit] & 1)

    def _check_length(self, payload: bytes, needed: int) -> None:
        if len(payload) < needed:
            msg = f"{self._role} has {len(payload)} bytes instead of {needed}"
            raise DeviceError(msg)


def _scaled(number: Value, field: FieldSpec) -> Value:
    return number if field.scale == 1.0 or isinstance(number, bytes) else number * field.scale


def _struct_format(fields: list[FieldSpec]) -> str:
    if not fields or fields[0].offset is None:
        return "<"
    offsets = [field.offset or 0 for field in fields]
    ends = [offset + field.width for offset, field in zip(offsets, fields, strict=True)]
    pads = [offsets[0], *(start - end for end, start in zip(ends, offsets[1:], strict=False))]
    return "<" + "".join(f"{pad}x{field.struct_code}" for pad, field in zip(pads, fields, strict=True))
