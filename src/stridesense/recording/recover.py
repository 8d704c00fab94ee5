"""Making a clean recording of a damaged one."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stridesense.errors import InputError, UsageError
from stridesense.recording.reader import Message, Recording
from stridesense.recording.writer import RecordingWriter, check_free, whole_recording

_UNFINISHED_SUFFIX: Final = ".recovering"  # never the name of a source, as ".part" may be


@dataclass(frozen=True, slots=True)
class RecoverReport:
    """What was saved and what was not.

    `packets` and `records` (JSON objects) were written; `bad_records` are no JSON, `bad_chunks` failed their
    checksum, `bytes_skipped` belong to nothing readable; `left_out` tells of whole files that are missing or
    unreadable; `lost` tells that something once written could not be saved.
    """

    packets: int
    records: int
    bad_records: int
    bad_chunks: int
    bytes_skipped: int
    left_out: tuple[str, ...]
    lost: bool


def recover(src: Path | str, dst: Path | str, *, force: bool = False) -> RecoverReport:
    """Write all that is whole in `src`, and in the segments that follow it, to a clean recording `dst`.

    Args:
        src: a recording, whole or not; it is never changed.
        dst: the file to make, `NAME.mcap`; not one of the files read.
        force: replace `dst` if it exists.

    Raises:
        UsageError: `dst` exists, or is one of the files read, or is not named `NAME.mcap`.
        InputError: `src` is no recording, or `dst` cannot be written whole; then it is not made at all.
    """
    source, destination = Path(src), Path(dst)
    recording = Recording.open(source)
    _check_destination(destination, recording, force=force)
    packets, records, bad_records = _copy(recording, destination)
    scans = [segment.scan for segment in recording.segments]
    return RecoverReport(
        packets=packets,
        records=records,
        bad_records=bad_records,
        bad_chunks=sum(scan.bad_chunks for scan in scans),
        bytes_skipped=sum(scan.bytes_skipped for scan in scans),
        left_out=recording.left_out,
        lost=bool(bad_records or recording.left_out) or any(scan.lost for scan in scans),
    )


def _check_destination(destination: Path, recording: Recording, *, force: bool) -> None:
    if any(destination.resolve() == segment.path.resolve() for segment in recording.segments):
        msg = f"{destination} is what is to be recovered: name another file for the result"
        raise UsageError(msg)
    check_free(destination, force=force)


def _copy(recording: Recording, destination: Path) -> tuple[int, int, int]:
    packets = records = bad_records = 0
    with whole_recording(
        destination, recording.meta, free_bytes_wanted=0, overwrite=True, part_suffix=_UNFINISHED_SUFFIX
    ) as writer:
        for message in recording.messages():
            if message.channel.foot:
                writer.packet(message.channel.packet(message.data, message.t_ns))
                packets += 1
            elif _copy_record(message, writer):
                records += 1
            else:
                bad_records += 1
            _check_written(writer)
        writer.finish()
        _check_written(writer)
    return packets, records, bad_records


def _copy_record(message: Message, writer: RecordingWriter) -> bool:
    """Whether it is JSON: other programs may write what they like, NaN among it."""
    try:
        writer.json(message.channel.topic, message.t_ns, json.loads(message.data))
    except (ValueError, RecursionError):
        return False
    return True


def _check_written(writer: RecordingWriter) -> None:
    if writer.problem:
        raise InputError(writer.problem)
