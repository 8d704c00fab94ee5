"""What the program says while the live view has the screen: shown there, and said again when it closes."""

import io
from collections import deque
from collections.abc import Iterator
from typing import IO, Final

from stridesense.sinks.coach_words import safe

MOST_KEPT: Final = 1000
"""Lines that are kept to be said again; of more, the first are counted alone."""

MOST_SHOWN: Final = 40


class Messages(io.TextIOBase):
    """Stands where stderr does; takes whole lines, shows the latest, keeps them all to be said again."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: deque[str] = deque(maxlen=MOST_SHOWN)
        self.changed = False
        self._kept: deque[str] = deque(maxlen=MOST_KEPT)
        self._left_out = 0
        self._begun = ""

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, text: str, /) -> int:
        """Take what is said; a line counts once it has ended."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._left_out += len(self._kept) == MOST_KEPT
            self._kept.append(line)
            self.show(line)
        return len(text)

    def show(self, line: str) -> None:
        """Show a line that need not be said again."""
        if line.strip():
            self.shown.append(safe(line))
            self.changed = True

    def say_again(self, file: IO[str]) -> None:
        """Write to `file` all that was said, and forget it."""
        file.writelines(f"{line}\n" for line in self._lines())
        file.flush()
        self._kept.clear()
        self._begun, self._left_out = "", 0

    def _lines(self) -> Iterator[str]:
        if self._left_out:
            yield f"({self._left_out} earlier messages are left out)"
        yield from self._kept
        if self._begun:
            yield self._begun
