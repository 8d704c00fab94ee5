"""Recordings that commands make."""

from stridesense.cli.terminal import DATA_LOST, note


def remark_on_loss(lost_messages: int, problem: str | None) -> int:
    """Say what the disk did not take; the exit code that follows from it."""
    if not lost_messages:
        return 0
    note(f"{lost_messages} packets, strides or cues are not in the recording: {problem}")
    return DATA_LOST
