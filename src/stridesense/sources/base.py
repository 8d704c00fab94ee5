"""What every source promises."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

from stridesense.model import Instruction, RawPacket


class Source(ABC):
    """Packets of one session, in arrival order.

    Entering the context opens the device or the file, iterating yields its packets until the session ends,
    leaving the context closes it, whatever happened in between.
    """

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(  # noqa: B027 - most have nothing to close
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what `__aenter__` opened."""

    @abstractmethod
    def __aiter__(self) -> AsyncIterator[RawPacket | Instruction]:
        """Iterate over the packets, and what the runner says in between, once."""
