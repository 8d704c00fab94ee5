"""What is inside one MCAP chunk, and whether it is whole (layouts: https://mcap.dev/spec)."""

import struct
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Final
from zlib import crc32

import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel as McapChannel
from mcap.records import Chunk

from stridesense.recording.format import Channel

HEAD: Final = struct.Struct("<BQ")
UNREADABLE: Final = (
    McapError,
    zstandard.ZstdError,
    struct.error,
    ValueError,
    KeyError,
    TypeError,
    MemoryError,
)
"""What parsing damaged bytes may raise."""

_MESSAGE: Final = struct.Struct("<HIQQ")
_LARGEST_CHUNK_BYTES: Final = 1 << 26


def chunk_content(body: bytes) -> bytes | None:
    """The records of a chunk, unpacked, or None when its sizes or its CRC do not hold."""
    try:
        chunk = Chunk.read(ReadDataStream(BytesIO(body)))
        content = _unpacked(chunk)
    except UNREADABLE:
        return None
    whole = len(content) == chunk.uncompressed_size and chunk.uncompressed_crc in {0, crc32(content)}
    return content if whole else None


def chunk_channels(content: bytes) -> tuple[dict[int, Channel], set[int]]:
    """The channels that a chunk declares, by number, and the numbers that its messages bear."""
    declared: dict[int, Channel] = {}
    used: set[int] = set()
    for opcode, start, end in _records(content):
        if opcode == Opcode.MESSAGE:
            used.add(int.from_bytes(content[start : start + 2], "little"))
        elif opcode == Opcode.CHANNEL:
            with suppress(*UNREADABLE):  # another program's channel is not ours to read
                number, channel = read_channel(content[start:end])
                declared[number] = channel
    return declared, used


def chunk_messages(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Channel number, log time in ns and data of each message of a chunk, in order."""
    for opcode, start, end in _records(content):
        if opcode == Opcode.MESSAGE:
            channel, _, log_time_ns, _ = _MESSAGE.unpack_from(content, start)
            yield channel, log_time_ns, content[start + _MESSAGE.size : end]


def read_channel(body: bytes) -> tuple[int, Channel]:
    """The number and the channel of a Channel record.

    Raises:
        McapError, struct.error, ValueError, KeyError: the record is damaged or not ours.
    """
    record = McapChannel.read(ReadDataStream(BytesIO(body)))
    return record.id, Channel.from_metadata(record.topic, record.metadata)


def _unpacked(chunk: Chunk) -> bytes:
    if chunk.compression == "":
        return chunk.data
    claimed_bytes = max(chunk.uncompressed_size, zstandard.frame_content_size(chunk.data))
    if chunk.compression != "zstd" or claimed_bytes > _LARGEST_CHUNK_BYTES:
        msg = "the compression is unknown, or a damaged header asks for too much memory"
        raise ValueError(msg)
    return zstandard.ZstdDecompressor().decompress(
        chunk.data, max_output_size=chunk.uncompressed_size, allow_extra_data=False
    )


def _records(content: bytes) -> Iterator[tuple[int, int, int]]:
    position = 0
    while position < len(content):
        opcode, length = HEAD.unpack_from(content, position)
        start = position + HEAD.size
        position = start + length
        yield opcode, start, position
