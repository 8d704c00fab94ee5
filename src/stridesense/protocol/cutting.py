"""A stream of bytes that was cut anywhere becomes whole frames again."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stridesense.protocol.streams import LONGEST_FRAME_BYTES, FramesSpec


@dataclass(frozen=True, slots=True)
class FrameStart:
    """How a frame begins, and how many bytes it has; `size` is asked with those that are there so far.

    `size` returns None while too few are there to tell; fewer bytes than `begins` has are no frame. Frames
    without samples are skipped.
    """

    begins: bytes
    size: Callable[[bytes], int | None]
    is_skipped: bool = False


class Cutter:
    """Finds frames by how they begin, and believes one if the next begins where it ends."""

    def __init__(self, frames: FramesSpec, starts: tuple[FrameStart, ...]) -> None:
        self._starts = starts
        self._may_append = frames.may_append
        self._first_byte = re.compile(b"|".join(re.escape(start.begins[:1]) for start in starts))

    def cut(self, pending: bytearray, payload: bytes) -> Iterator[bytes | str]:
        """The frames that are whole now, and a phrase for each stretch that is none.

        Args:
            pending: what waited from earlier, and afterwards what waits; never more than one frame.
            payload: the bytes that came.
        """
        stream = bytes(pending) + payload
        at, skipped = 0, 0
        while at < len(stream):
            start = self._start_at(stream, at)
            size = start.size(stream[at:]) if start else None
            is_frame = start is not None and (size is None or size >= len(start.begins))
            may_be_cut = size is None or at + size > len(stream)
            if is_frame and may_be_cut and len(stream) - at < LONGEST_FRAME_BYTES:
                break
            if start is None or size is None or not is_frame or not self._is_followed(stream, at + size):
                begun, at = at, self._next_at(stream, at + 1)
                skipped += at - begun
                continue
            if skipped > self._may_append:
                yield f"data has {skipped} bytes that belong to no frame"
            if not start.is_skipped:
                yield stream[at : at + size]
            at, skipped = at + size, 0
        if skipped > self._may_append:
            yield f"data has {skipped} bytes that belong to no frame"
        pending[:] = stream[at:]

    def _start_at(self, stream: bytes, at: int) -> FrameStart | None:
        for start in self._starts:
            found = stream[at : at + len(start.begins)]
            if found and start.begins.startswith(found):
                return start
        return None

    def _next_at(self, stream: bytes, at: int) -> int:
        """Where a frame may begin, at `at` or later; the end if nowhere."""
        found = self._first_byte.search(stream, at)
        return found.start() if found else len(stream)

    def _is_followed(self, stream: bytes, end: int) -> bool:
        """Whether another frame begins at `end` or what is appended, or nothing stands there yet."""
        if end >= len(stream) or self._start_at(stream, end) is not None:
            return True
        end += self._may_append
        return end >= len(stream) or self._start_at(stream, end) is not None
