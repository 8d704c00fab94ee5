"""Finding what is whole in an MCAP file, however the rest of it looks.

Records are walked from the front. A record is believed when the lengths that it holds agree with its own;
where that fails (a torn tail, zeroed or flipped framing) the walk goes on at the next chunk, which is known
by the name of its compression at a fixed place and believed only when its CRC holds.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from mmap import mmap
from typing import Final, NamedTuple

from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Header, Metadata
from mcap.writer import MCAP0_MAGIC

from stridesense.recording.chunks import (
    HEAD,
    UNREADABLE,
    chunk_channels,
    chunk_content,
    chunk_messages,
    read_channel,
)
from stridesense.recording.format import (
    CHANNELS_METADATA,
    SESSION_METADATA,
    Channel,
    SessionMeta,
    channels_from_metadata,
)

Buffer = bytes | mmap

_COMPRESSION_OFFSET: Final = 28
_ZSTD: Final = struct.pack("<I", 4) + b"zstd"
_UNCLAIMED: Final = 0
_U32: Final = struct.Struct("<I")
_U64: Final = struct.Struct("<Q")


@dataclass(slots=True)
class Scan:
    """What a walk over one file found.

    `chunks` are where the bodies of whole chunks lie, `bytes_skipped` counts the bytes that belong to nothing
    readable. `data_ended` tells that the writer wrote all it had, `finished` that the summary is there too.
    """

    is_mcap: bool
    profile: str | None = None
    meta: SessionMeta | None = None
    first_log_time_ns: int = 0
    chunks: list[tuple[int, int]] = field(default_factory=list)
    channels: dict[int, Channel] = field(default_factory=dict)
    used_channels: set[int] = field(default_factory=set)
    loose_messages: int = 0
    bad_chunks: int = 0
    bytes_skipped: int = 0
    data_ended: bool = False
    finished: bool = False

    @property
    def lost(self) -> bool:
        """Whether something that was written cannot be read."""
        return bool(self.bad_chunks or self.bytes_skipped or self.used_channels - self.channels.keys())

    @property
    def damage(self) -> str | None:
        """What is wrong, in a phrase, or None."""
        nameless = len(self.used_channels - self.channels.keys())
        phrases = (
            (self.bad_chunks, f"damaged chunks left out: {self.bad_chunks}"),
            (self.bytes_skipped, f"unreadable bytes: {self.bytes_skipped}"),
            (nameless, f"channels left out as they are not described: {nameless}"),
            (self.meta is None, "the session's description is lost, times count from the first message"),
            (not self.data_ended, "interrupted, the last second may be missing"),
            (self.data_ended and not self.finished, "the summary is damaged"),
        )
        return ", ".join(phrase for applies, phrase in phrases if applies) or None


class _Frame(NamedTuple):
    """A record's opcode and where its body lies; opcode 0 marks bytes that no record claims."""

    opcode: int
    start: int
    end: int


def scan(buffer: Buffer) -> Scan:
    """Walk over a whole file; whatever it holds, nothing is raised."""
    found = Scan(is_mcap=buffer[: len(MCAP0_MAGIC)] == MCAP0_MAGIC)
    described: dict[int, Channel] = {}
    for frame in _frames(buffer):
        body = buffer[frame.start : frame.end]
        match frame.opcode:
            case Opcode.CHUNK:
                _take_chunk(found, frame, body)
            case Opcode.METADATA:
                _take_metadata(found, described, body)
            case Opcode.CHANNEL | Opcode.HEADER:
                _take_record(found, frame.opcode, body)
            case Opcode.MESSAGE:
                found.loose_messages += 1
            case Opcode.DATA_END:
                found.data_ended = True
            case Opcode.FOOTER:
                found.finished = found.data_ended
            case _ if frame.opcode == _UNCLAIMED and not found.data_ended:
                found.bytes_skipped += len(body)
    # Other tools number channels anew and copy metadata as they are: the channel records have the last word.
    found.channels = described | found.channels
    return found


def _take_chunk(found: Scan, frame: _Frame, body: bytes) -> None:
    content = chunk_content(body)
    try:
        declared, used = chunk_channels(content or b"")
    except UNREADABLE:
        content = None
    if content is None:
        found.bad_chunks += 1
        found.bytes_skipped += len(body)
        return
    if not found.chunks:
        found.first_log_time_ns = next((t_ns for _, t_ns, _ in chunk_messages(content)), 0)
    found.chunks.append((frame.start, frame.end))
    found.channels |= declared
    found.used_channels |= used


def _take_metadata(found: Scan, described: dict[int, Channel], body: bytes) -> None:
    try:
        record = Metadata.read(ReadDataStream(BytesIO(body)))
        if record.name == SESSION_METADATA:
            found.meta = found.meta or SessionMeta.from_metadata(record.metadata)
        elif record.name == CHANNELS_METADATA:
            described.update(channels_from_metadata(record.metadata))
    except UNREADABLE:
        return  # a later copy stands in for it


def _take_record(found: Scan, opcode: int, body: bytes) -> None:
    try:
        if opcode == Opcode.HEADER:
            found.profile = Header.read(ReadDataStream(BytesIO(body))).profile
        else:
            number, channel = read_channel(body)
            found.channels.setdefault(number, channel)
    except UNREADABLE:
        return  # the metadata stand in for it


def _frames(buffer: Buffer) -> Iterator[_Frame]:
    position = len(MCAP0_MAGIC)
    while position < len(buffer):
        frame = _frame_at(buffer, position)
        if frame is None:
            frame = _next_chunk(buffer, position)
            yield _Frame(_UNCLAIMED, position, frame.start - HEAD.size if frame else len(buffer))
        if frame is None:
            return
        yield frame
        if frame.opcode == Opcode.FOOTER:
            return
        position = frame.end


def _frame_at(buffer: Buffer, position: int) -> _Frame | None:
    start = position + HEAD.size
    if start > len(buffer):
        return None
    opcode, length = HEAD.unpack_from(buffer, position)
    end = start + length
    if opcode == _UNCLAIMED or end > len(buffer):
        return None
    mark = start + _COMPRESSION_OFFSET
    if buffer[mark : mark + len(_ZSTD)] == _ZSTD:
        opcode = Opcode.CHUNK
    expected_length = _LENGTH_INSIDE.get(opcode)
    try:
        holds = expected_length is None or expected_length(buffer, start) == length
    except struct.error:
        return None
    return _Frame(opcode, start, end) if holds else None


def _next_chunk(buffer: Buffer, position: int) -> _Frame | None:
    mark = position
    while (mark := buffer.find(_ZSTD, mark + 1)) >= 0:
        start = mark - _COMPRESSION_OFFSET
        if start < position or mark + len(_ZSTD) + _U64.size > len(buffer):
            continue
        end = start + _chunk_length(buffer, start)
        if end <= len(buffer) and chunk_content(buffer[start:end]) is not None:
            return _Frame(Opcode.CHUNK, start, end)
    return None


def _chunk_length(buffer: Buffer, start: int) -> int:
    name_length: int = _U32.unpack_from(buffer, start + _COMPRESSION_OFFSET)[0]
    data_length: int = _U64.unpack_from(buffer, start + _COMPRESSION_OFFSET + _U32.size + name_length)[0]
    return _COMPRESSION_OFFSET + _U32.size + name_length + _U64.size + data_length


def _text_and_more(buffer: Buffer, start: int) -> int:
    text_length: int = _U32.unpack_from(buffer, start)[0]
    more_length: int = _U32.unpack_from(buffer, start + _U32.size + text_length)[0]
    return 2 * _U32.size + text_length + more_length


def _message_index_length(buffer: Buffer, start: int) -> int:
    entries_length: int = _U32.unpack_from(buffer, start + 2)[0]
    return 2 + _U32.size + entries_length


_LENGTH_INSIDE: Final[Mapping[int, Callable[[Buffer, int], int]]] = {
    Opcode.HEADER: _text_and_more,
    Opcode.METADATA: _text_and_more,
    Opcode.CHUNK: _chunk_length,
    Opcode.MESSAGE_INDEX: _message_index_length,
    Opcode.DATA_END: lambda _buffer, _start: 4,
    Opcode.FOOTER: lambda _buffer, _start: 20,
}
"""How long the body of a record must be, told by the lengths inside it."""
