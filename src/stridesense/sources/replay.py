"""Sessions of the past: a recording, or a CSV file with the plain header."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from stridesense.model import Instruction, RawPacket
from stridesense.recording.importer import ImportedCsv, plain_csv
from stridesense.recording.reader import Recording
from stridesense.recording.summary import summarise
from stridesense.sources.base import Source

Recorded = Recording | ImportedCsv
"""A session on disk; each iterator over its `packets()` begins at the start again."""


def open_recorded(path: Path) -> Recorded:
    """Open what the name promises: `.csv` with the plain header, a recording otherwise.

    Raises:
        InputError: the file is missing, unreadable or not what its name promises.
    """
    return plain_csv(path) if path.suffix.lower() == ".csv" else Recording.open(path)


def flow(recorded: Recorded) -> Iterator[RawPacket | Instruction]:
    """The packets of a session on disk, and what the runner told the coach among them."""
    return recorded.flow() if isinstance(recorded, Recording) else iter(recorded.packets())


def duration_s(recorded: Recorded) -> float:
    """How long the session lasts in seconds; a recording is read through once for that."""
    if isinstance(recorded, Recording):
        return summarise(recorded).duration_s
    times_s = [rows[:, 0] for _, rows in recorded.samples]
    return float(max(t[-1] for t in times_s) - min(t[0] for t in times_s))


class ReplaySource(Source):
    """The packets of a recorded session as fast as they are taken; `Paced` gives them their rhythm."""

    def __init__(self, recorded: Recorded) -> None:
        self._recorded = recorded

    async def __aiter__(self) -> AsyncIterator[RawPacket | Instruction]:
        for item in flow(self._recorded):
            yield item
