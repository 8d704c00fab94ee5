"""Outputs that cannot be are refused in one sentence, before any work."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from stridesense.cli.main import main

TOO_LONG = "n" * 260


def sentence_of(args: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(args) == 1
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_the_truth_does_not_replace_its_recording(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    args = ["simulate", str(scenario), "-o", "t.mcap", "--truth", str(tmp_path / "t.mcap"), "--force"]
    assert "name two files" in sentence_of(args, capsys)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("folder", [".", "", "/"])
def test_recover_of_a_folder_is_refused(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is a folder: name a recording in it" in sentence_of(["recover", folder], capsys)


def test_names_that_the_disk_does_not_take_are_refused(
    recording: Path, scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    long = str(tmp_path / f"{TOO_LONG}.mcap")
    assert "File name too long" in sentence_of(["recover", str(recording), "-o", long], capsys)
    new = str(tmp_path / "new.mcap")
    assert "File name too long" in sentence_of(
        ["simulate", str(scenario), "-o", new, "--truth", long], capsys
    )
    assert not list(tmp_path.iterdir())


@pytest.fixture
def shut_folder(tmp_path: Path, recording: Path) -> Iterator[Path]:
    """A folder that this process, root as it may be, has no right to look into."""
    assert recording.exists()  # made while the rights are still there
    folder = tmp_path / "shut"
    folder.mkdir(mode=0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65_534)
    yield folder
    os.seteuid(user)
    folder.chmod(0o700)


def test_a_truth_in_a_folder_without_access_is_refused(
    shut_folder: Path, scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth, new = str(shut_folder / "truth.json"), str(shut_folder / "new.mcap")
    sentence = sentence_of(["simulate", str(scenario), "-o", new, "--truth", truth], capsys)
    assert f"cannot write {truth}: Permission denied" in sentence
