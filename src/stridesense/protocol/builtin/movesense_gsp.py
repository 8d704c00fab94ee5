"""Movesense GATT SensorData Protocol: one packet of samples in one notification or in two."""

from typing import Final

from stridesense.protocol.builtin.base import Builtin, Rows

HEAD_BYTES: Final = 6
"""Code, reference, and the milliseconds of the first sample."""

ROW_BYTES: Final = 24
"""Six float32: what both sensors measure at one time."""

FIRST_PART_BYTES: Final = 152
"""So long a notification is full: its packet goes on in the next."""


class MovesenseGsp(Builtin):
    """Joins the notifications that a packet was split into; answers to commands are passed over."""

    def __init__(self) -> None:
        self._first = b""

    def relink(self) -> None:
        """Forget a first part whose second was to come over the old connection."""
        self._first = b""

    def cut(self, role: str, payload: bytes) -> list[bytes | Rows | str]:
        """Give a packet when its last notification is there."""
        if role != "data":
            return []
        match payload[:1]:
            case b"\x01":
                return []
            case b"\x02":
                return self._begin(payload)
            case b"\x03":
                return self._end(payload)
        return [f"data of {len(payload)} bytes begins with no code that Movesense describes"]

    def _begin(self, payload: bytes) -> list[bytes | Rows | str]:
        given = self._give_up()
        if len(payload) >= FIRST_PART_BYTES or not _is_whole(payload):
            self._first = payload
        else:
            given.append(payload)
        return given

    def _end(self, payload: bytes) -> list[bytes | Rows | str]:
        first, self._first = self._first, b""
        if first[1:2] != payload[1:2]:
            return [f"data has a second part of {len(payload)} bytes without its first"]
        packet = first + payload[2:]
        return [packet] if _is_whole(packet) else [_torn(packet)]

    def _give_up(self) -> list[bytes | Rows | str]:
        """What waited for a second part that does not come: a long packet may have been whole after all."""
        first, self._first = self._first, b""
        if not first:
            return []
        return [first] if _is_whole(first) else [_torn(first)]


def _is_whole(packet: bytes) -> bool:
    samples_bytes = len(packet) - HEAD_BYTES
    return samples_bytes > 0 and samples_bytes % ROW_BYTES == 0


def _torn(packet: bytes) -> str:
    return f"data has a packet of {len(packet)} bytes, which is no whole number of samples"
