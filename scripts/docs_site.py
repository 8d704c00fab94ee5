"""Builds the documentation as a site: docs/ and the pages of the pods. Whatever leads nowhere makes it fail.

python scripts/docs_site.py site
"""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import unquote, urlsplit

CHECKOUT: Final = Path(__file__).resolve().parents[1]
CONFIGURATION: Final = "zensical.toml"
COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
PAGES: Final = "pages"
SITE: Final = "site"
ICON: Final = "src/stridesense/dashboard/static/icon.svg"
PODS: Final = "firmware_protocols/"
BESIDE_DOCS: Final = (
    f"{PODS}**/*.md",
    f"{PODS}stridesense_pod/firmware/**/*",
    "src/stridesense/simulator/scenarios/annotated.toml",
)
Navigation: TypeAlias = "str | list[Navigation] | dict[str, Navigation]"
LOADING: Final = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
}
FOREIGN_IN_STYLE: Final = re.compile(r"""(?:url\(|@import)\s*["']?((?:https?:)?//[^"')\s]+)""")
LOADING_RELATIONS: Final = ("stylesheet", "icon", "preload", "prefetch", "modulepreload", "preconnect")


def stage(checkout: Path, folder: Path) -> None:
    """Lay out in an empty folder what zensical builds from: one tree with all that its pages link to.

    The pages of docs/ stand at its root, other files at their paths in the checkout; links are bent to match.
    """
    pages = folder / PAGES
    shutil.copytree(checkout / "docs", pages)
    for page in pages.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace("](../", "]("), encoding="utf-8")
    for pattern in BESIDE_DOCS:
        for source in filter(Path.is_file, checkout.glob(pattern)):
            target = pages / source.relative_to(checkout)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            if target.suffix == ".md":
                text = target.read_text(encoding="utf-8")
                target.write_text(text.replace("../docs/", "../"), encoding="utf-8")
    shutil.copyfile(checkout / ICON, pages / "images" / "icon.svg")
    shutil.copyfile(checkout / CONFIGURATION, folder / CONFIGURATION)


def build(folder: Path) -> list[str]:
    """Build the site of a staged folder in its `site`; what is wrong with it, nothing when all is well."""
    faults = list(navigation_faults(folder))
    result = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "--config-file", CONFIGURATION],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        told, _, _ = (result.stdout + result.stderr).partition("Traceback")
        return [*faults, COLOURS.sub("", told).strip()]
    return [*faults, *site_faults(folder / SITE)]


def navigation_faults(folder: Path) -> Iterator[str]:
    """Pages that the navigation names and nobody wrote, and pages of docs/ that it forgets.

    Those of single pods are reached from the table of pods.
    """
    configuration = tomllib.loads((folder / CONFIGURATION).read_text(encoding="utf-8"))
    named = set(_leaves(configuration["project"]["nav"]))
    pages = folder / PAGES
    missing = sorted(page for page in named if not (pages / page).is_file())
    written = {page.relative_to(pages).as_posix() for page in pages.rglob("*.md")}
    forgotten = sorted(page for page in written - named if not page.startswith(PODS))
    yield from (f"the navigation names {page}, which is not there" for page in missing)
    yield from (f"{page} is not in the navigation" for page in forgotten)


def _leaves(navigation: Navigation) -> Iterator[str]:
    if isinstance(navigation, str):
        yield navigation
        return
    for below in navigation.values() if isinstance(navigation, dict) else navigation:
        yield from _leaves(below)


class _References(HTMLParser):
    """What a page links to, and what it loads by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "link" and values.get("rel") in LOADING_RELATIONS:
            self.loads.append(values["href"])
        elif (attribute := LOADING.get(tag)) in values:
            self.loads.append(values[attribute])


def site_faults(site: Path) -> Iterator[str]:
    """What built pages lead to and is not there, and all that they load from other hosts."""
    for page in sorted(site.rglob("*.html")):
        references = _References()
        references.feed(page.read_text(encoding="utf-8"))
        name = page.relative_to(site).as_posix()
        yield from (f"{name} loads {url}" for url in references.loads if urlsplit(url).netloc)
        for url in dict.fromkeys(references.links + references.loads):
            if not _is_there(site, page, url):
                yield f"{name} leads to {url}, which is not there"
    for sheet in sorted(site.rglob("*.css")):
        for url in FOREIGN_IN_STYLE.findall(sheet.read_text(encoding="utf-8")):
            yield f"{sheet.relative_to(site).as_posix()} loads {url}"


def _is_there(site: Path, page: Path, url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme or parts.netloc or not parts.path:
        return True
    path = unquote(parts.path)
    # The page for addresses that do not exist cannot know where it is shown, so it counts from the root.
    return (site / path.lstrip("/") if path.startswith("/") else page.parent / path).exists()


def main(output: Path) -> int:
    """Build the site into `output`, in place of one that is there; 1 when something leads nowhere."""
    if output.exists() and not (output / "search.json").is_file():
        sys.exit(f"error: {output} is there and is no site; name another folder")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stage(CHECKOUT, folder)
        faults = build(folder)
        if not faults:
            shutil.rmtree(output, ignore_errors=True)
            shutil.copytree(folder / SITE, output)
    sys.stdout.write("\n".join(faults or [str(output / "index.html")]) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
