"""Files are there whole, or not at all."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stridesense.errors import InputError
from stridesense.runtime.files import PRIVATE, SHARED, write_whole


def test_a_file_is_replaced_by_all_of_its_pieces(tmp_path: Path) -> None:
    file = tmp_path / "out.txt"
    file.write_text("old", encoding="utf-8")
    write_whole(file, ["new ", "text"])
    assert file.read_text(encoding="utf-8") == "new text"


def test_pieces_that_cannot_be_made_leave_everything_as_it_was(tmp_path: Path) -> None:
    def pieces() -> Iterator[str]:
        yield "new"
        raise KeyboardInterrupt

    file = tmp_path / "out.txt"
    file.write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        write_whole(file, pieces())
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"out.txt cannot be written: No such file"):
        write_whole(tmp_path / "nowhere" / "out.txt", ["text"])


@pytest.mark.parametrize(("mode", "readable"), [(SHARED, 0o640), (PRIVATE, 0o600)])
def test_what_is_meant_for_others_is_readable_as_the_umask_says(
    tmp_path: Path, mode: int, readable: int
) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "out.txt", ["text"], mode=mode)
    finally:
        os.umask(before)
    assert (tmp_path / "out.txt").stat().st_mode & 0o777 == readable
