"""What every sink promises."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self, TypeAlias

from stridesense.model import (
    Bout,
    CalfBudget,
    Change,
    CoachReport,
    Cue,
    CueEffect,
    GaitEvent,
    Gap,
    Hop,
    Instruction,
    Malformed,
    Obeyed,
    PodReading,
    PodReport,
    RawPacket,
    SessionZero,
    Stride,
    StrideShape,
    Withheld,
)

Coached: TypeAlias = Cue | Withheld | CueEffect | Change | Hop | Bout | CalfBudget | CoachReport
"""What the coach adds to the river."""

Item: TypeAlias = (
    RawPacket
    | Instruction
    | Obeyed
    | SessionZero
    | GaitEvent
    | StrideShape
    | Stride
    | Gap
    | Malformed
    | PodReading
    | PodReport
    | Coached
)
"""What passes by a sink: each packet or instruction, then what the pipeline made of it."""


class Sink(ABC):
    """One place that items go to: the screen, a broker, a recording.

    Entering the context opens it, leaving the context finishes it, whatever happened in between. `handle`
    takes what concerns it and lets the rest pass; it answers soon, as every sink waits for the others.
    """

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(  # noqa: B027 - most have nothing to close
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish what `__aenter__` began."""

    @abstractmethod
    async def handle(self, item: Item) -> None:
        """Take one item."""
