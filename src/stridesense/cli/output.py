"""Recordings that commands make."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stridesense.cli.terminal import DATA_LOST, note
from stridesense.recording.format import SessionMeta
from stridesense.recording.writer import RecordingWriter


@contextmanager
def new_recording(path: Path, meta: SessionMeta, *, overwrite: bool) -> Iterator[RecordingWriter]:
    """A recording that is made as a whole, or, when the work fails or is interrupted, not at all."""
    with RecordingWriter(path, meta, overwrite=overwrite) as recording:
        try:
            yield recording
        except BaseException:
            recording.discard()
            raise


def remark_on_loss(lost_packets: int, problem: str | None) -> int:
    """Say what the disk did not take; the exit code that follows from it."""
    if not lost_packets:
        return 0
    note(f"{lost_packets} packets are not in the recording: {problem}")
    return DATA_LOST
