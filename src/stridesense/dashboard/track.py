"""The last ten minutes of one foot's strides in columns, for a page that joins late.

Strides that many are kept as text, in blocks: a page that joins gets blocks put together, which takes less
than a hundredth of the time that writing all numbers anew does, while others wait for theirs.
"""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

WINDOW_S: Final = 600.0
BLOCK_STRIDES: Final = 64
MAX_BLOCKS: Final = 20
"""Ten minutes at 128 strides of one foot a minute; whoever says more loses the oldest."""

TIME: Final = "t"
COLUMNS: Final = (
    TIME,
    "cadence_spm",
    "contact_time_s",
    "heel_height_mm",
    "heel_state",
    "push_off_rate_dps",
    "pull_rate_dps",
)
"""Fields of the stride message that are kept; `t` in unix seconds."""

MAX_WORD: Final = 16
DECIMALS: Final = 4


@dataclass(frozen=True, slots=True)
class _Block:
    """Some strides in a row: when the last one was, and each column as text."""

    last_unix_s: float
    columns: tuple[str, ...]


class Track:
    """Strides of one foot, oldest first."""

    def __init__(self) -> None:
        self._blocks: deque[_Block] = deque(maxlen=MAX_BLOCKS)
        self._columns: tuple[list[str], ...] = tuple([] for _ in COLUMNS)
        self._last_unix_s = 0.0

    def __len__(self) -> int:
        return BLOCK_STRIDES * len(self._blocks) + len(self._columns[0])

    def add(self, stride: Mapping[str, object]) -> None:
        """Keep the columns of one stride message that says when it was."""
        when = stride.get(TIME)
        if not isinstance(when, int | float):
            return
        self._last_unix_s = float(when)
        for column, name in zip(self._columns, COLUMNS, strict=True):
            column.append(_cell(stride.get(name)))
        if len(self._columns[0]) == BLOCK_STRIDES:
            self._close_block()
        while self._blocks and self._blocks[0].last_unix_s < self._last_unix_s - WINDOW_S:
            self._blocks.popleft()

    def to_json(self) -> str:
        """One object with a list for each column."""
        columns = (
            ",".join(chain((block.columns[place] for block in self._blocks), column))
            for place, column in enumerate(self._columns)
        )
        lists = (f'"{name}":[{cells}]' for name, cells in zip(COLUMNS, columns, strict=True))
        return "{" + ",".join(lists) + "}"

    def _close_block(self) -> None:
        self._blocks.append(_Block(self._last_unix_s, tuple(map(",".join, self._columns))))
        for column in self._columns:
            column.clear()


def _cell(value: object) -> str:
    """A value of a message as JSON; what is neither a number nor a word is null."""
    match value:
        case bool():
            return "null"
        case int() | float():
            return json.dumps(round(value, DECIMALS), allow_nan=False)
        case str():
            return json.dumps(value[:MAX_WORD])
    return "null"
