"""A stream of bytes that was cut anywhere becomes whole frames again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from stridesense.protocol.streams import FramesSpec

LONGEST_WAIT_BYTES: Final = 1024
"""More than any frame takes; what still is none by then never will be."""


@dataclass(frozen=True, slots=True)
class FrameStart:
    """How a frame begins, and how many bytes it has; `size` is asked with those that are there so far.

    `size` returns None while too few are there to tell. Frames without samples are skipped.
    """

    begins: bytes
    size: Callable[[bytes], int | None]
    is_skipped: bool = False


class Cutter:
    """Finds frames by how they begin, and believes one if the next begins where it ends."""

    def __init__(self, frames: FramesSpec, starts: tuple[FrameStart, ...]) -> None:
        self._starts = starts
        self._may_append = frames.may_append

    def cut(self, pending: bytearray, payload: bytes) -> Iterator[bytes | str]:
        """The frames that are whole now, and a phrase for each stretch that is none.

        Args:
            pending: what waited from earlier, and afterwards what waits; never more than one frame.
            payload: the bytes that came.
        """
        pending += payload
        at, skipped = 0, 0
        while at < len(pending):
            start = self._start_at(pending, at)
            size = start.size(bytes(pending[at:])) if start else None
            if start and (size is None or at + size > len(pending)) and self._may_wait(pending, at):
                break
            if start is None or size is None or not self._is_followed(pending, at + size):
                at, skipped = at + 1, skipped + 1
                continue
            if skipped > self._may_append:
                yield f"data has {skipped} bytes that belong to no frame"
            if not start.is_skipped:
                yield bytes(pending[at : at + size])
            at, skipped = at + size, 0
        if skipped > self._may_append:
            yield f"data has {skipped} bytes that belong to no frame"
        del pending[:at]

    def _start_at(self, pending: bytearray, at: int) -> FrameStart | None:
        for start in self._starts:
            found = pending[at : at + len(start.begins)]
            if found and start.begins.startswith(bytes(found)):
                return start
        return None

    @staticmethod
    def _may_wait(pending: bytearray, at: int) -> bool:
        return len(pending) - at < LONGEST_WAIT_BYTES

    def _is_followed(self, pending: bytearray, end: int) -> bool:
        """Whether another frame begins at `end`, or nothing stands there yet."""
        return any(
            end + extra >= len(pending) or self._start_at(pending, end + extra) is not None
            for extra in ({0, self._may_append})
        )
