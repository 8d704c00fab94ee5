"""What every sink promises."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self, TypeAlias

from stridesense.model import Cue, GaitEvent, Gap, Malformed, PodReading, PodReport, RawPacket, Stride

Item: TypeAlias = RawPacket | GaitEvent | Stride | Cue | Gap | Malformed | PodReading | PodReport
"""What passes by a sink: each packet, then what the pipeline made of it."""


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
