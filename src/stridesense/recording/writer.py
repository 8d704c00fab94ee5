"""Writing a recording that outlives a kill, a torn tail and a full disk."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from stridesense.errors import InputError, UsageError
from stridesense.model import RawPacket
from stridesense.recording.format import SUFFIX, Channel, SessionMeta, raw_channel, segment_path
from stridesense.recording.segment import PART_SUFFIX, Segment
from stridesense.units import NS_PER_S

FREE_BYTES_WANTED: Final = 50_000_000
_PROBE_INTERVAL_NS: Final = NS_PER_S


class RecordingWriter:
    """Writes one session as `NAME.mcap.part`, renamed to `NAME.mcap` when it ends.

    When the disk is full or fails, nothing is raised: the file is closed where it stands and never continued,
    messages are counted as lost, and a new segment `NAME.2.mcap` begins once there is space again. Session
    time comes from the caller: space is looked for at most once a second of it.

    Args:
        path: the file to make; its name ends in `.mcap`.
        meta: the session.
        free_bytes_wanted: least free space on the disk, at the start and before each new segment.
        overwrite: replace a recording that is there already; None where nobody can ask for that.
        part_suffix: what the file's name ends in until it is finished.

    Raises:
        UsageError: the name does not end in `.mcap`, or files of that recording exist; on entering: another
            run writes them.
        InputError: on entering: the folder cannot be written to, or has too little space.
    """

    def __init__(
        self,
        path: Path | str,
        meta: SessionMeta,
        *,
        free_bytes_wanted: int = FREE_BYTES_WANTED,
        overwrite: bool | None = None,
        part_suffix: str = PART_SUFFIX,
    ) -> None:
        self.path = Path(path)
        self.meta = meta
        self.lost_messages = 0
        self.problem: str | None = None
        self._overwrite = bool(overwrite)
        self._part_suffix = part_suffix
        self._free_bytes_wanted = free_bytes_wanted
        self._segments: list[Path] = []
        self._segment: Segment | None = None
        self._unsynced_messages = 0
        self._next_probe_ns: int | None = None
        check_name(self.path, overwrite=overwrite)

    @property
    def segments(self) -> tuple[Path, ...]:
        """The files begun so far, by the names that they have once finished."""
        return tuple(self._segments)

    def __enter__(self) -> Self:
        self.begin()
        return self

    def begin(self) -> None:
        """Make the file.

        Raises:
            InputError: there is too little space, or the folder takes no file.
            UsageError: the file exists, or another run is writing it.
        """
        try:
            free_bytes = self._free_bytes()
            if free_bytes < self._free_bytes_wanted:
                msg = (
                    f"{self.path.parent} has {free_bytes / 1e6:.1f} MB left and a recording wants "
                    f"{self._free_bytes_wanted / 1e6:.1f} MB: make space or name another folder"
                )
                raise InputError(msg)
            self._begin_segment()
        except FileExistsError as error:
            msg = f"{self.path} was just begun by another run: name another file"
            raise UsageError(msg) from error
        except BlockingIOError as error:
            msg = f"{self.path} is being written by another run: wait for its end or name another file"
            raise UsageError(msg) from error
        except OSError as error:
            msg = f"cannot write {self.path}: {error.strerror or error}"
            raise InputError(msg) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()

    def packet(self, packet: RawPacket) -> None:
        """Record one packet as it arrived."""
        channel = raw_channel(packet.foot, packet.protocol, packet.characteristic)
        self._add(channel, packet.arrival_ns, packet.payload)

    def json(self, topic: str, t_ns: int, record: Mapping[str, object]) -> None:
        """Record one JSON object at `t_ns` after the session began."""
        text = json.dumps(record, separators=(",", ":"), allow_nan=False)
        self._add(Channel(topic), t_ns, text.encode())

    def flush(self) -> None:
        """Bring everything so far to the disk: afterwards not even a power cut takes it away."""
        if self._segment is None:
            return
        try:
            self._segment.flush()
            self._unsynced_messages = 0
        except OSError as error:
            self._fail(self._segment, error)

    def finish(self) -> None:
        """Close the file and give it its final name; further calls do nothing."""
        segment, self._segment = self._segment, None
        if segment is None:
            return
        try:
            segment.finish()
        except OSError as error:
            self._fail(segment, error)

    def discard(self) -> None:
        """Close the file and delete what is not finished."""
        segment, self._segment = self._segment, None
        if segment is not None:
            segment.abandon()
        for path in self._segments:
            path.with_name(path.name + self._part_suffix).unlink(missing_ok=True)

    def _add(self, channel: Channel, t_ns: int, data: bytes) -> None:
        self._unsynced_messages += 1
        segment = self._segment or self._next_segment(t_ns)
        if segment is None:
            self._count_lost()
            return
        try:
            segment.add(channel, t_ns, data)
        except OSError as error:
            self._fail(segment, error)

    def _next_segment(self, t_ns: int) -> Segment | None:
        if self._next_probe_ns is not None and t_ns < self._next_probe_ns:
            return None
        self._next_probe_ns = t_ns + _PROBE_INTERVAL_NS
        try:
            return self._begin_segment() if self._free_bytes() >= self._free_bytes_wanted else None
        except OSError:
            return None

    def _begin_segment(self) -> Segment:
        path = segment_path(self.path, len(self._segments) + 1)
        self._segment = Segment(path, self.meta, self._part_suffix, overwrite=self._overwrite)
        self._segments.append(path)
        return self._segment

    def _fail(self, segment: Segment, error: OSError) -> None:
        segment.abandon()
        self._segment = None
        self._next_probe_ns = None
        self._count_lost()
        self.problem = f"{segment.part} could not be continued: {error.strerror or error}"

    def _count_lost(self) -> None:
        self.lost_messages += self._unsynced_messages
        self._unsynced_messages = 0

    def _free_bytes(self) -> int:
        return shutil.disk_usage(self.path.parent).free


@contextmanager
def whole_recording(path: Path | str, meta: SessionMeta, **options: Any) -> Iterator[RecordingWriter]:  # noqa: ANN401
    """A recording that is made as a whole, or, when the work fails or is interrupted, not at all.

    Args:
        path: the file to make.
        meta: the session.
        options: those of `RecordingWriter`.
    """
    recording = RecordingWriter(path, meta, **options)
    try:
        recording.begin()
        yield recording
        recording.finish()
    except BaseException:
        recording.discard()
        raise


def check_free(path: Path, *, force: bool) -> None:
    """Refuse a file that exists already, unless it may be replaced.

    Raises:
        UsageError: it exists.
        InputError: its folder or its name is such that nobody can tell.
    """
    try:
        exists = path.exists() or path.is_symlink()
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror or error}"
        raise InputError(msg) from error
    if exists and not force:
        msg = f"{path} exists already: name another file or add --force"
        raise UsageError(msg)


def check_name(path: Path, *, overwrite: bool | None = None) -> None:
    """Refuse a recording that could not be begun under this name.

    Raises:
        UsageError: the name is none of a recording, or a file of it exists and may not be replaced.
        InputError: its folder or its name is such that nobody can tell.
    """
    if path.suffix != SUFFIX:
        msg = f"a recording is named NAME{SUFFIX}, not {path.name}"
        raise UsageError(msg)
    if overwrite:
        return
    force = "" if overwrite is None else " or add --force"
    segments = f"{escape(path.stem)}.[0-9]*{SUFFIX}"
    for pattern in (escape(path.name), segments):
        for found in sorted(path.parent.glob(pattern + "*")):
            msg = f"{found} exists already: name another file{force}"
            if found.suffix == PART_SUFFIX:
                msg = (
                    f"{found} is being written now, or left over from an interrupted recording: name another "
                    "file, or recover it"
                )
            raise UsageError(msg)
