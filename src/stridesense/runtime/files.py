"""Files that are written whole, or not at all."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from stridesense.errors import InputError, UsageError
from stridesense.recording.writer import check_free

PRIVATE: Final = 0o600
SHARED: Final = 0o666
"""For whoever the person's umask lets read it."""


def check_place(path: Path, *, force: bool, source: Path | None = None) -> None:
    """Refuse, before the work is done, a file that could not be written after it.

    Args:
        path: where the result belongs.
        force: whether a file that is there may be replaced.
        source: what the result is made of, which it must never replace.

    Raises:
        UsageError: it exists, or is the source.
        InputError: it is no plain file, or its folder is not there.
    """
    check_free(path, force=force)
    if path.is_dir():
        msg = f"{path} cannot be written: it is a folder"
    elif not path.resolve().parent.is_dir():
        msg = f"{path} cannot be written: there is no such folder"
    elif path.exists() and not path.is_file():
        msg = f"{path} cannot be written: it is a device or a pipe; name a file"
    elif source is not None and path.exists() and path.samefile(source):
        msg = f"{path} is the session itself, which would be lost: name another file"
        raise UsageError(msg)
    else:
        return
    raise InputError(msg)


def write_whole(path: Path, pieces: Iterable[str], *, mode: int = SHARED) -> None:
    """Write text beside `path`, bring it to the disk, and only then put it in its place.

    Whatever goes wrong meanwhile, also in making the pieces, leaves the file as it was.

    Args:
        path: where it belongs; a file that is there is replaced.
        pieces: the text, taken one by one.
        mode: who may read it, within the umask.

    Raises:
        InputError: the folder or the disk does not take it.
    """
    with whole_file(path, mode=mode) as new:
        new.writelines(piece.encode() for piece in pieces)


@contextmanager
def whole_file(path: Path, *, mode: int = SHARED) -> Iterator[IO[bytes]]:
    """A file beside `path` for bytes, which takes its place when the block ends well, as in `write_whole`.

    Where `path` is a link, what it leads to is replaced.

    Raises:
        InputError: the folder or the disk does not take it.
    """
    place = path.resolve()
    beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        with open(beside, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as new:
            try:
                yield new
                new.flush()
                os.fsync(new.fileno())
                beside.replace(place)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror or error}"
        raise InputError(msg) from error
