"""Files that are written whole, or not at all."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from stridesense.errors import InputError


def write_whole(path: Path, pieces: Iterable[str]) -> None:
    """Write text beside `path`, bring it to the disk, and only then put it in its place.

    Whatever goes wrong meanwhile, also in making the pieces, leaves the file as it was.

    Args:
        path: where it belongs; a file that is there is replaced.
        pieces: the text, taken one by one.

    Raises:
        InputError: the folder or the disk does not take it.
    """
    with whole_file(path) as new:
        new.writelines(piece.encode() for piece in pieces)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file beside `path` for bytes, which takes its place when the block ends well, as in `write_whole`.

    Raises:
        InputError: the folder or the disk does not take it.
    """
    try:
        with NamedTemporaryFile("wb", dir=path.parent, prefix=path.stem, delete=False) as new:
            try:
                yield new
                new.flush()
                os.fsync(new.fileno())
                Path(new.name).replace(path)
            except BaseException:
                Path(new.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        msg = f"{path} cannot be written: {error.strerror or error}"
        raise InputError(msg) from error
