"""What stands before the samples of a data packet: counters, time stamp, flags."""

from typing import Any, Final

from stridesense.protocol.layout import Layout
from stridesense.protocol.spec import ProtocolSpec

ABSENT: Final = -1
"""Stands for a counter or a stamp that the pod does not send; those that it sends are unsigned."""

Flag = tuple[int, int]
"""Where a flag stands among the fields, and its mask."""


class Header:
    """Finds what the description refers to among the fields of `data`.

    Attributes:
        layout: the fields themselves.
    """

    def __init__(self, spec: ProtocolSpec, layout: Layout) -> None:
        loss, time = spec.loss, spec.time
        self.layout = layout
        self.unpack = layout.unpack
        self._spec = spec
        self._sequence = self._position(loss.sequence)
        self._index = self._position(loss.sample_index)
        self._stamp = self._position(time.stamp if time else None)
        self._made_with = [self._position(samples.made_with) for samples in spec.samples]
        self._overflow = self._flag(loss.sensor_overflow)
        self._drop = self._flag(loss.transmit_drop)
        self._checksum = self._flag(spec.checksum.present if spec.checksum else None)
        self._marks_first = time is None or (time.stamp is not None and time.marks == "first_sample")

    def told(self, raw: tuple[Any, ...]) -> tuple[int, int, int, bool, bool]:
        """Packet number, sample index, ticks, and whether the sensor or the sending overflowed before."""
        return (
            ABSENT if self._sequence is None else raw[self._sequence],
            ABSENT if self._index is None else raw[self._index],
            ABSENT if self._stamp is None else raw[self._stamp],
            self._overflow is not None and _is_set(raw, self._overflow),
            self._drop is not None and _is_set(raw, self._drop),
        )

    def marked(self, count: int) -> int:
        """Which of so many samples the time stamp belongs to; an arrival cannot be before the last one."""
        return 0 if self._marks_first else count - 1

    def config_id(self, kind: int, raw: tuple[Any, ...]) -> int:
        """The pod's own number for the config that a kind of frame was made with; 0 where it has none."""
        position = self._made_with[kind] if raw else None
        return 0 if position is None else raw[position]

    def has_checksum(self, raw: tuple[Any, ...]) -> bool:
        """Whether a checksum follows the samples, where one is described."""
        return self._checksum is None or _is_set(raw, self._checksum)

    def _position(self, reference: str | None) -> int | None:
        return self.layout.position(reference) if reference and reference.startswith("data.") else None

    def _flag(self, reference: str | None) -> Flag | None:
        if reference is None:
            return None
        bit = self._spec.field(reference).bits[reference.split(".")[2]]
        return self.layout.position(reference), 1 << bit


def _is_set(raw: tuple[Any, ...], flag: Flag) -> bool:
    position, mask = flag
    return bool(raw[position] & mask)
