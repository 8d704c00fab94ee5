"""Files that are written whole, or not at all."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from stridesense.errors import InputError

PRIVATE: Final = 0o600
SHARED: Final = 0o666
"""For whoever the person's umask lets read it."""


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

    Raises:
        InputError: the folder or the disk does not take it.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(beside, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as new:
            try:
                yield new
                new.flush()
                os.fsync(new.fileno())
                beside.replace(path)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror or error}"
        raise InputError(msg) from error
