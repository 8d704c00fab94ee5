"""The files of the page: all that is served, read once; no path is ever made of a request."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

FOLDER: Final = "static"
PAGE: Final = "/index.html"

TYPES: Final = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
"""Endings of the names of what is served, and what it is; others are not."""


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file: its content, what it is, and a name for exactly this content."""

    content: bytes
    media_type: str
    etag: str

    @property
    def is_text(self) -> bool:
        """Whether it is text, in UTF-8."""
        return self.media_type.startswith("text/")


def page_files() -> Mapping[str, PageFile]:
    """Every file by the path in its URL; `/` is the page."""
    found = dict(_within(files("stridesense.dashboard") / FOLDER, ""))
    return {**found, "/": found[PAGE]} if PAGE in found else found


def _within(folder: Traversable, path: str) -> Iterator[tuple[str, PageFile]]:
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        ending = entry.name.rpartition(".")[2]
        if entry.is_dir():
            yield from _within(entry, name)
        elif ending in TYPES:
            content = entry.read_bytes()
            yield name, PageFile(content, TYPES[ending], sha256(content).hexdigest()[:32])
