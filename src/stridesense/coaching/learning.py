"""What is learned of a run in blocks of 25 strides: the runner's usual, and where it changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from stridesense.coaching.baseline import Baseline
from stridesense.coaching.drift import Drift
from stridesense.coaching.judging import known
from stridesense.coaching.rules import WINDOW_STRIDES
from stridesense.model import Change, Foot, Stride

BASELINE_FROM_S: Final = 60.0
BASELINE_UNTIL_S: Final = 300.0
"""The runner's own usual is learned in between: settled, not tired yet, and before the first correction of a
usual warm-up (our own choice), s of running."""


@dataclass(slots=True)
class Learning:
    """The baseline and the search for changes, fed with the same blocks of steady strides.

    Attributes:
        baseline: what is usual.
        drift: finds what is not so any more.
        blocks: the strides of each foot since its last whole block.
    """

    baseline: Baseline
    drift: Drift = field(default_factory=Drift)
    blocks: dict[Foot, list[Stride]] = field(default_factory=dict)

    def add(self, stride: Stride, running_s: float) -> list[Change]:
        """Take a steady stride after so much running; the changes that become certain with it."""
        block = self.blocks.setdefault(stride.foot, [])
        block.append(stride)
        if len(block) < WINDOW_STRIDES:
            return []
        self.blocks[stride.foot] = []
        if self._is_open(block, running_s):
            self.baseline.learn(block)
        return self.drift.add(block)

    def forget(self, feet: Iterable[Foot]) -> None:
        """What these feet did before does not belong to what they do next."""
        for foot in feet:
            self.blocks.pop(foot, None)

    def _is_open(self, block: Sequence[Stride], running_s: float) -> bool:
        """Whether what is usual is still to be learned: early in the run, or at a pace never run before."""
        if running_s < BASELINE_FROM_S:
            return False
        if running_s < BASELINE_UNTIL_S:
            return True
        strange = sum(known(self.baseline, "contact_time_s", stride) is None for stride in block)
        return 2 * strange > len(block)
