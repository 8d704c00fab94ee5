"""The page's files: those of others are unchanged and have their licence, ours are small and load nothing."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
STATIC = CHECKOUT / "src" / "stridesense" / "dashboard" / "static"
VENDORED = [STATIC / "vendor", CHECKOUT / "tests" / "dashboard" / "vendor"]
OURS = [path for path in sorted(STATIC.rglob("*.*")) if STATIC / "vendor" not in path.parents]


@pytest.mark.parametrize("folder", VENDORED, ids=["page", "tests"])
def test_files_of_others_are_as_they_were(folder: Path) -> None:
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    sums = {name: digest for digest, name in (line.split() for line in lines)}
    theirs = {path for path in folder.rglob("*") if path.is_file() and path.parent != folder}
    assert {str(path.relative_to(folder)) for path in theirs} == set(sums)
    for name, digest in sums.items():
        assert sha256((folder / name).read_bytes()).hexdigest() == digest, name
    assert all((path.parent / "LICENSE").is_file() for path in theirs)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_our_files_are_short_and_load_from_nowhere_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 300
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)
    assert not re.search(
        r"\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|\beval\(|new Function|document\.write", text
    )
    assert not re.search(r'<[^>]+\s(style|on\w+)="', text)
