"""The recording as a sink: items pass through a queue to one thread, which alone touches the file."""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Final, Self

from stridesense.model import Cue, Instruction, RawPacket, Stride
from stridesense.recording.format import CUE_TOPIC, INSTRUCTION_TOPIC, SETUP_TOPIC, STRIDE_TOPIC, SessionMeta
from stridesense.recording.writer import FREE_BYTES_WANTED, RecordingWriter
from stridesense.sinks.base import Item, Sink

FLUSH_INTERVAL_S: Final = 0.75  # leaves the flush itself time within the one second that a kill may cost
BUFFER_ITEMS: Final = 12_000  # 30 s of two pods at 200 packets/s each

_Given = RawPacket | Instruction | Stride | Cue


class Recorder(Sink):
    """Records packets as they arrive, and the strides and cues that were given.

    `handle` never waits for the disk: a disk that stalls costs nothing until 30 s of items are waiting; what
    comes then is dropped and counted. Everything is on the disk within a second. Leaving the context, also by
    an error or a cancellation, finishes the file.

    Args:
        path: the file to make, `NAME.mcap`.
        meta: the session.
        setup: what the coach knows when it begins, as plain JSON values.
        free_bytes_wanted: least free space on the disk.

    Raises:
        UsageError, InputError: see `RecordingWriter`.
    """

    def __init__(
        self,
        path: Path | str,
        meta: SessionMeta,
        *,
        setup: Mapping[str, object] | None = None,
        free_bytes_wanted: int = FREE_BYTES_WANTED,
    ) -> None:
        self._setup = setup
        self._writer = RecordingWriter(path, meta, free_bytes_wanted=free_bytes_wanted)
        self._queue: SimpleQueue[tuple[int, _Given] | None] = SimpleQueue()
        self._dropped = 0
        self._now_ns = 0
        self._thread: asyncio.Future[None]

    @property
    def path(self) -> Path:
        """The file that was named for it."""
        return self._writer.path

    @property
    def lost_messages(self) -> int:
        """Packets, strides and cues not in the recording: the disk failed them, or was too slow too long."""
        return self._writer.lost_messages + self._dropped

    @property
    def problem(self) -> str | None:
        """What the disk did last, in a sentence; None when all went well."""
        return self._writer.problem or ("the disk was too slow for too long" if self._dropped else None)

    @property
    def segments(self) -> tuple[Path, ...]:
        """The files begun so far."""
        return self._writer.segments

    async def __aenter__(self) -> Self:
        self._writer.__enter__()
        if self._setup is not None:
            self._writer.json(SETUP_TOPIC, 0, self._setup)
        self._thread = asyncio.get_running_loop().run_in_executor(None, self._write)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._queue.put(None)
        await asyncio.shield(self._thread)

    async def handle(self, item: Item) -> None:
        """Take one item; anything but packets, instructions, strides and cues passes by."""
        if self._thread.done():
            self._thread.result()
        if isinstance(item, RawPacket | Instruction):
            self._now_ns = item.arrival_ns
        elif not isinstance(item, Stride | Cue):
            return
        if self._queue.qsize() < BUFFER_ITEMS:
            self._queue.put((self._now_ns, item))
        else:
            self._dropped += 1

    def _write(self) -> None:
        try:
            while self._write_until(time.monotonic() + FLUSH_INTERVAL_S):
                self._writer.flush()
        finally:
            self._writer.finish()

    def _write_until(self, due_s: float) -> bool:
        while (left_s := due_s - time.monotonic()) > 0:
            try:
                entry = self._queue.get(timeout=left_s)
            except Empty:
                return True
            if entry is None:
                return False
            self._record(*entry)
        return True

    def _record(self, now_ns: int, item: _Given) -> None:
        match item:
            case RawPacket():
                self._writer.packet(item)
            case Instruction():
                self._writer.json(INSTRUCTION_TOPIC, now_ns, item.to_record())
            case Stride():
                self._writer.json(STRIDE_TOPIC, now_ns, item.to_record())
            case Cue():
                self._writer.json(CUE_TOPIC, now_ns, item.to_record())
