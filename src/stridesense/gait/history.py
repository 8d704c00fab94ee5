"""The recent past of one foot's signals, for looking back once an event is certain."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from stridesense.model import SignalBlock
from stridesense.model.samples import FloatArray
from stridesense.model.signals import COLUMNS, T_S

_SPARE: Final = 2
"""The table is twice as long as what it remembers, so that its content seldom has to move."""


@dataclass(slots=True)
class History:
    """The signals of the last `span_s` seconds, and of as much before as the table still holds.

    Samples start ... stop - 1 of `table` (columns, capacity) are there; a column is found by its index in
    `model.signals`.
    """

    span_s: float
    table: FloatArray = field(default_factory=lambda: np.empty((len(COLUMNS), 0)))
    start: int = 0
    stop: int = 0

    def add(self, block: SignalBlock) -> None:
        """Append a block; the oldest samples go when the table is full."""
        if self.stop + len(block) > self.table.shape[1]:
            self._make_room(block)
        self.table[:, self.stop : self.stop + len(block)] = block.columns
        self.stop += len(block)

    def clear(self) -> None:
        """Forget everything: what comes next does not follow on."""
        self.start = self.stop = 0

    def first_from(self, t_s: float) -> int:
        """Place in the table of the first sample at or after this moment."""
        return self.start + int(self.table[T_S, self.start : self.stop].searchsorted(t_s))

    def at(self, columns: tuple[int, ...], t_s: float) -> list[float]:
        """Columns at a moment, linear between samples and constant beyond the ends."""
        after = self.first_from(t_s)
        before = max(after - 1, self.start)
        after = min(after, self.stop - 1)
        table, step_s = self.table, float(self.table[T_S, after] - self.table[T_S, before])
        share = (t_s - float(table[T_S, before])) / step_s if step_s > 0.0 else 0.0
        values = ((float(table[column, before]), float(table[column, after])) for column in columns)
        return [first + share * (then - first) for first, then in values]

    def _make_room(self, block: SignalBlock) -> None:
        """Keep what is young enough at the front of a table that is long enough."""
        kept = self.table[:, self.first_from(float(block.t_s[0]) - self.span_s) : self.stop]
        needed = kept.shape[1] + len(block)
        spans = round(self.span_s * block.sampling_rate_hz) + len(block)
        capacity = max(self.table.shape[1], _SPARE * max(needed, spans))
        table = np.empty((len(COLUMNS), capacity))
        table[:, : kept.shape[1]] = kept
        self.table, self.start, self.stop = table, 0, kept.shape[1]
