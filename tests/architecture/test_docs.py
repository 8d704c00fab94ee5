"""The pages are true: links lead somewhere, commands run, options exist."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from stridesense import model
from stridesense.cli.main import COMMANDS, main

CHECKOUT = Path(__file__).resolve().parents[2]
PAGES = [
    *(CHECKOUT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((CHECKOUT / "docs").glob("*.md")),
    CHECKOUT / "recordings" / "README.md",
]

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def named(page: Path) -> str:
    return page.relative_to(CHECKOUT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make, as GitHub does."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def command_lines(page: Path, *languages: str) -> Iterator[list[str]]:
    for language, block in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language in languages:
            lines = (shlex.split(line) for line in block.splitlines())
            yield from (words[1:] for words in lines if words and words[0] == "stridesense")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), f"{named(page)} links to {target}"
        assert not anchor or anchor in anchors(linked), f"{named(page)} links to {target}"


@pytest.mark.parametrize("page", [page for page in PAGES if list(command_lines(page, "sh"))], ids=named)
def test_commands_run_in_their_order(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in command_lines(page, "sh"):
        assert main(words) == 0, shlex.join(words)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_that_are_only_shown_have_options_that_exist(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, *words in command_lines(page, "console"):
        assert name in COMMANDS
        assert main([name, "--help"]) == 0
        page_of_help = capsys.readouterr().out
        if "COMMAND [ARGS]" in page_of_help:
            assert main([name, words[0], "--help"]) == 0
            page_of_help = capsys.readouterr().out
        for word in words:
            assert not word.startswith("-") or re.search(rf"{re.escape(word)}\b", page_of_help), word


def test_the_layers_drawn_are_those_that_are_held() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    held = project["tool"]["importlinter"]["contracts"][0]["layers"]
    page = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert "\n".join(held) in page


def test_the_river_drawn_is_that_of_the_code() -> None:
    drawing = ET.fromstring((CHECKOUT / "docs" / "images" / "river.svg").read_text(encoding="utf-8"))  # noqa: S314
    svg = "{http://www.w3.org/2000/svg}"
    assert drawing.find(f"{svg}title") is not None
    assert drawing.find(f"{svg}desc") is not None
    texts = [(text.get("class"), "".join(text.itertext())) for text in drawing.iter(f"{svg}text")]
    items = [words for kind, words in texts if kind == "name"]
    assert len(items) == 6
    assert [item for item in items if not hasattr(model, item)] == []
    places = re.findall(r"\b(?:[a-z]+/)+(?:\w+\.py)?", " ".join(words for _, words in texts))
    assert len(places) == 9
    assert [place for place in places if not (CHECKOUT / "src" / "stridesense" / place).exists()] == []
