"""Files are there whole, or not at all."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stridesense.errors import InputError, UsageError
from stridesense.runtime.files import PRIVATE, SHARED, check_place, write_whole


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


def test_a_link_stays_one_and_leads_to_the_new_text(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    target, link = tmp_path / "web" / "out.txt", tmp_path / "out.txt"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    write_whole(link, ["new"])
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("folder", "is a folder"),
        ("nowhere/out.txt", "no such folder"),
        ("pipe", "a device or a pipe"),
        ("session.mcap", "the session itself"),
        ("same", "the session itself"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_the_work(
    tmp_path: Path, name: str, why: str
) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    session = tmp_path / "session.mcap"
    session.touch()
    (tmp_path / "same").symlink_to(session)
    with pytest.raises((InputError, UsageError), match=why):
        check_place(tmp_path / name, force=True, source=session)


def test_a_link_to_nothing_is_not_taken_for_a_free_place(tmp_path: Path) -> None:
    link = tmp_path / "out.txt"
    link.symlink_to(tmp_path / "gone.txt")
    with pytest.raises(UsageError, match="exists already"):
        check_place(link, force=False)
    check_place(link, force=True)
