"""Reading a recording back: what is whole comes out in file order, what is not is told in `damage`."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from glob import escape
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Self

from stridesense.errors import InputError
from stridesense.model import Instruction, Order, RawPacket
from stridesense.recording.chunks import chunk_content, chunk_messages
from stridesense.recording.format import (
    INSTRUCTION_TOPIC,
    PROFILE,
    SETUP_TOPIC,
    SUFFIX,
    Channel,
    SessionMeta,
    segment_path,
)
from stridesense.recording.scan import Scan, scan
from stridesense.recording.segment import PART_SUFFIX


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a recording: its channel, its time since the session began, and its bytes."""

    channel: Channel
    t_ns: int
    data: bytes


@dataclass(frozen=True, slots=True)
class SegmentScan:
    """One file of a recording and what is in it."""

    path: Path
    scan: Scan


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording on disk: one file, or several when the disk was full in between.

    Iterating never loads more than one chunk; each iterator begins at the start again. `left_out` tells, in a
    phrase each, which later segments are missing or cannot be read.
    """

    segments: tuple[SegmentScan, ...]
    meta: SessionMeta
    left_out: tuple[str, ...] = ()

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Check a recording through, whole or not, and find the segments that follow it.

        Args:
            path: a file `NAME.mcap`, or `NAME.mcap.part` as an interrupted recording leaves it.

        Raises:
            InputError: the file is missing, a folder, empty, not MCAP, or not of StrideSense.
        """
        first = _scan_file(Path(path))
        meta = first.scan.meta or SessionMeta("unknown", first.scan.first_log_time_ns, "unknown", "unknown")
        following, left_out = _following(first, meta)
        return cls((first, *following), meta, tuple(left_out))

    @property
    def damage(self) -> str | None:
        """What is missing or unreadable, in a phrase; None when every segment is whole."""
        phrases = [f"{s.path.name}: {s.scan.damage}" for s in self.segments if s.scan.damage]
        return "; ".join((*phrases, *self.left_out)) or None

    def messages(self) -> Iterator[Message]:
        """Every message in file order."""
        for segment in self.segments:
            channels = segment.scan.channels
            with segment.path.open("rb") as file:
                for start, end in segment.scan.chunks:
                    file.seek(start)
                    content = chunk_content(file.read(end - start)) or b""
                    for number, log_time_ns, data in chunk_messages(content):
                        if number in channels:
                            yield Message(channels[number], log_time_ns - self.meta.anchor_unix_ns, data)

    def packets(self) -> Iterator[RawPacket]:
        """The packets in file order, each with the host time at which it arrived."""
        for message in self.messages():
            if message.channel.foot:
                yield message.channel.packet(message.data, message.t_ns)

    def flow(self) -> Iterator[RawPacket | Instruction]:
        """The packets, and among them what the runner told the coach, in file order."""
        for message in self.messages():
            if message.channel.foot:
                yield message.channel.packet(message.data, message.t_ns)
            elif message.channel.topic == INSTRUCTION_TOPIC and (told := _instruction(message)):
                yield told

    def setup(self) -> dict[str, object] | None:
        """What the coach knew when the session began; None where that was not recorded, or is damaged."""
        return next(self.records(SETUP_TOPIC), None)

    def records(self, topic: str) -> Iterator[dict[str, object]]:
        """The JSON records of one topic, such as "/event/stride", in file order; what is none is left out."""
        for message in self.messages():
            if message.channel.topic == topic and not message.channel.foot:
                with suppress(ValueError, RecursionError):
                    yield from _record(message.data)


def _record(data: bytes) -> list[dict[str, object]]:
    record = json.loads(data)
    return [record] if isinstance(record, dict) else []


def _instruction(message: Message) -> Instruction | None:
    """The instruction in a message; None where it is damaged, or one of a later version."""
    try:
        record = json.loads(message.data)
        order, value = Order(record["order"]), str(record["value"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return Instruction(order=order, arrival_ns=message.t_ns, value=value)


def _scan_file(path: Path) -> SegmentScan:
    try:
        with path.open("rb") as file:
            if not path.stat().st_size:
                msg = f"{path} is empty: nothing was recorded in it"
                raise InputError(msg)
            with mmap(file.fileno(), 0, access=ACCESS_READ) as buffer:
                found = scan(buffer)
    except FileNotFoundError as error:
        part = path.with_name(path.name + PART_SUFFIX)
        hint = f", but the interrupted {part.name} does: name that one" if part.exists() else ""
        msg = f"{path} does not exist{hint}"
        raise InputError(msg) from error
    except IsADirectoryError as error:
        msg = f"{path} is a folder: name a recording in it"
        raise InputError(msg) from error
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}"
        raise InputError(msg) from error
    _check_ours(path, found)
    return SegmentScan(path, found)


def _check_ours(path: Path, found: Scan) -> None:
    if found.profile != PROFILE and found.meta is None:
        msg = f"{path} is not an MCAP file, so it is no recording of StrideSense"
        if found.is_mcap:
            msg = f"{path} is an MCAP file of profile {found.profile or '(none)'!r}, not {PROFILE!r}"
        raise InputError(msg)
    if found.loose_messages and not found.chunks:
        msg = f"{path} holds messages outside of chunks: rewrite it with an MCAP tool that makes chunks"
        raise InputError(msg)


def _following(first: SegmentScan, meta: SessionMeta) -> tuple[list[SegmentScan], list[str]]:
    """The later segments of a session, and what stands, or should stand, among them and cannot be read."""
    base = first.path.with_suffix("") if first.path.suffix == PART_SUFFIX else first.path
    found, left_out = [first], list[str]()
    due, strange = 2, list[str]()
    for number in _later_numbers(base):
        # A writer that can close its file has no need of another: a closed segment is the last one.
        if found[-1].scan.data_ended or (path := _existing(segment_path(base, number))) is None:
            break
        if number > due:
            strange.append(f"missing before {path.name}: {number - due} file(s)")
        due = number + 1
        segment = _segment_at(path)
        if segment is None or segment.scan.meta is None:
            left_out.append(f"{path.name}: unreadable, left out")
        elif segment.scan.meta.session_id != meta.session_id:
            strange.append(f"{path.name}: of another session, left out")
        else:  # only what the session goes on after is a hole in it
            found.append(segment)
            left_out += strange
            strange.clear()
    return found[1:], left_out


def _segment_at(path: Path) -> SegmentScan | None:
    try:
        return _scan_file(path)
    except InputError:
        return None


def _later_numbers(base: Path) -> list[int]:
    name = re.compile(rf"\.([2-9]|[1-9][0-9]+){re.escape(SUFFIX)}({re.escape(PART_SUFFIX)})?")
    files = base.parent.glob(f"{escape(base.stem)}.*")
    matches = (name.fullmatch(file.name.removeprefix(base.stem)) for file in files if file.is_file())
    return sorted({int(match[1]) for match in matches if match})


def _existing(path: Path) -> Path | None:
    candidates = (path, path.with_name(path.name + PART_SUFFIX))
    return next((candidate for candidate in candidates if candidate.is_file()), None)
