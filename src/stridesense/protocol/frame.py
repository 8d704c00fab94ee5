"""A data packet taken apart, and what a connection has told that is needed for it."""

from dataclasses import dataclass, field
from typing import Final

from stridesense.model.samples import BoolArray, FloatArray
from stridesense.protocol.builtin import Builtin
from stridesense.protocol.rows import NumberArray, PodConfig, Stream

MOST_CONFIGS: Final = 16
"""So many of the newest configs of a connection are known."""


@dataclass(slots=True, eq=False)
class PodFrame:
    """One data packet, taken apart but not yet placed in time; `placing` completes it where the pod does not.

    `sequence`, `sample_index` and `ticks` are the pod's own counters, still wrapping; -1 where it has none.
    `sample_index` belongs to the first of the `numbers` (n, k), `ticks` to the one at `marked`.
    """

    stream: Stream
    sequence: int
    sample_index: int
    ticks: int
    marked: int
    config: PodConfig
    sensor_overflow: bool
    transmit_drop: bool
    numbers: NumberArray
    payload: bytes
    arrival_ns: int

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def stamp_index(self) -> int:
        """The sample index that the time stamp belongs to."""
        return self.sample_index + self.marked

    def to_si(self) -> tuple[FloatArray, BoolArray]:
        """The values (n, k) in SI, and where any is clipped (n,)."""
        return self.config.to_si(self.numbers)


@dataclass(slots=True)
class Memory:
    """What one connection has told so far; part of the decoder's state.

    `configs` are those that hold, by kind of frame and the pod's own number for them; `stand_in` is for those
    that were never told. `pending` are bytes of a frame that is not whole yet. `turns` is added to a counter
    of samples that wraps earlier than its width.
    """

    configs: dict[tuple[int, int], PodConfig] = field(default_factory=dict)
    stand_in: PodConfig | None = None
    pending: bytearray = field(default_factory=bytearray)
    builtin: Builtin | None = None
    turns: int = 0
    last_index: int = -1

    def keep(self, kind: int, config: PodConfig) -> None:
        """Remember the config of a kind of frame, and forget the oldest of too many."""
        self.configs.pop((kind, config.config_id), None)
        self.configs[kind, config.config_id] = config
        while len(self.configs) > MOST_CONFIGS:
            del self.configs[next(iter(self.configs))]

    def relink(self) -> None:
        """The connection is a new one: halves of frames will not be completed."""
        self.pending.clear()
        if self.builtin is not None:
            self.builtin.relink()

    def runs(self, indices: list[int], also_wraps_at: int | None, modulus: int) -> list[tuple[int, int, int]]:
        """Stretches of rows whose own counter goes on: first row, row after the last, index of the first."""
        first, count = indices[0], len(indices)
        if first and indices == list(range(first, first + count)):
            self.last_index = indices[-1]
            return [(0, count, (first + self.turns) % modulus)]
        runs: list[tuple[int, int, int]] = []
        for row, told in enumerate(indices):
            if also_wraps_at is not None and told == 0 and self.last_index == also_wraps_at - 1:
                self.turns = (self.turns + also_wraps_at) % modulus
            self.last_index = told
            index = (told + self.turns) % modulus
            if runs and index == (runs[-1][2] + row - runs[-1][0]) % modulus:
                runs[-1] = (runs[-1][0], row + 1, runs[-1][2])
            else:
                runs.append((row, row + 1, index))
        return runs
