"""One MCAP file of a recording while it is being written."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from mcap.writer import CompressionType, Writer

from stridesense.recording.format import (
    CHANNELS_METADATA,
    CHUNK_BYTES,
    PROFILE,
    SESSION_METADATA,
    Channel,
    SessionMeta,
    channels_to_metadata,
)
from stridesense.units import NS_PER_S

PART_SUFFIX: Final = ".part"
_FLUSHES_PER_REMINDER: Final = 20
_CHUNK_NS: Final = NS_PER_S
"""A chunk is closed after a second of the session at the latest: damage costs what it touches, no more."""


class Segment:
    """A file `NAME.mcap.part` that is begun, filled, and either finished as `NAME.mcap` or left behind.

    Every method may raise OSError; after that nothing but `abandon` makes sense. Beginning raises
    FileExistsError where a file is there already and `overwrite` does not allow that, and BlockingIOError
    where another process is writing it.
    """

    def __init__(
        self, path: Path, meta: SessionMeta, part_suffix: str = PART_SUFFIX, *, overwrite: bool = False
    ) -> None:
        self.path = path
        self.part = path.with_name(path.name + part_suffix)
        self._meta = meta
        self._numbers: dict[Channel, int] = {}
        self._flushes = 0
        self._chunk_began_ns = 0
        self._file = _claimed(self.part, overwrite=overwrite)
        self._mcap = Writer(self._file, chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD)
        try:
            if path.exists() and not overwrite:
                raise FileExistsError(path)  # noqa: TRY301  the part file has to go again
            self._mcap.start(PROFILE, f"stridesense {meta.software_version}")
            self._describe()
            self._sync()
        except BaseException:
            self.abandon()
            self.part.unlink()
            raise

    def add(self, channel: Channel, t_ns: int, data: bytes) -> None:
        """Append one message at `t_ns` after the session began."""
        number = self._numbers.get(channel) or self._register(channel)
        if t_ns - self._chunk_began_ns >= _CHUNK_NS:
            self._mcap.flush()  # type: ignore[no-untyped-call]
            self._chunk_began_ns = t_ns
        log_time_ns = self._meta.anchor_unix_ns + t_ns
        self._mcap.add_message(number, log_time_ns, data, log_time_ns)

    def flush(self) -> None:
        """Close the chunk in progress and bring it to the disk."""
        self._flushes += 1
        if self._flushes % _FLUSHES_PER_REMINDER == 0:
            self._describe()
        self._sync()

    def finish(self) -> None:
        """Write the summary, close the file and give it its final name."""
        self._mcap.finish()  # type: ignore[no-untyped-call]
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self.part.replace(self.path)

    def abandon(self) -> None:
        """Close the file where it stands."""
        with suppress(OSError):
            self._file.close()

    def _register(self, channel: Channel) -> int:
        number = self._mcap.register_channel(channel.topic, channel.encoding, 0, channel.metadata)
        self._numbers[channel] = number
        self._describe()
        return number

    def _describe(self) -> None:
        self._mcap.add_metadata(SESSION_METADATA, self._meta.to_metadata())
        numbered = {number: channel for channel, number in self._numbers.items()}
        self._mcap.add_metadata(CHANNELS_METADATA, channels_to_metadata(numbered))

    def _sync(self) -> None:
        self._mcap.flush()  # type: ignore[no-untyped-call]
        os.fsync(self._file.fileno())


def _claimed(part: Path, *, overwrite: bool) -> BinaryIO:
    """Open a part file for this process alone; it is emptied only once nobody else writes it."""
    file = part.open("ab" if overwrite else "xb")
    try:
        _lock(file)
    except BlockingIOError:
        file.close()
        raise
    file.truncate(0)
    file.seek(0)
    return file


def _lock(file: BinaryIO) -> None:
    if sys.platform == "win32":
        return
    import fcntl  # noqa: PLC0415 - does not exist on Windows

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return  # some network disks know no locks
