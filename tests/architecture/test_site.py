"""The documentation builds as a site that leads nowhere wrong and asks no other host for anything."""

import importlib.util
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import async_playwright

CHECKOUT = Path(__file__).resolve().parents[2]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def builder() -> Any:
    spec = importlib.util.spec_from_file_location("docs_site", CHECKOUT / "scripts" / "docs_site.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def staged(builder: Any, tmp_path: Path) -> Path:
    builder.stage(CHECKOUT, tmp_path)
    return tmp_path


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@contextmanager
def served(site: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_a_browser_asks_no_other_host_and_finds_what_is_searched(
    builder: Any, staged: Path, require_program: Callable[[str], str]
) -> None:
    assert builder.build(staged) == []
    program = require_program("chromium")
    faults: list[str] = []
    with served(staged / "site") as address:
        async with async_playwright() as playwright:
            chromium = await playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox", "--disable-gpu"]
            )
            page = await chromium.new_page(viewport={"width": 390, "height": 844})
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            page.on(
                "console", lambda message: faults.append(message.text) if message.type == "error" else None
            )
            for name in ("mqtt", "architecture", "index"):
                await page.goto(f"{address}/{name}.html", wait_until="networkidle")
                assert await page.evaluate(OVERFLOW) <= 0, name
            await page.keyboard.press("Control+k")
            await page.get_by_role("combobox", name="Search").fill("calf budget")
            await page.get_by_text("Each stride and hop costs a leg").wait_for()
            await chromium.close()
    assert faults == []
    assert any(url.endswith("search.json") for url in asked)
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_every_page_builds_and_leads_somewhere(builder: Any, staged: Path) -> None:
    assert builder.build(staged) == []
    built = {page.stem for page in (staged / "site").glob("*.html")}
    assert built == {page.stem for page in (CHECKOUT / "docs").glob("*.md")} | {"404"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("[nowhere](nowhere.md)", "page does not exist"),
        ("[nowhere](pods.md#nowhere)", "anchor does not exist"),
    ],
    ids=["page", "anchor"],
)
def test_a_broken_link_fails_the_build(builder: Any, staged: Path, words: str, told: str) -> None:
    with (staged / "pages" / "faq.md").open("a", encoding="utf-8") as page:
        page.write(f"\n\n{words}\n")
    [fault] = builder.build(staged)
    assert told in fault
    assert "faq.md" in fault


def test_a_page_outside_the_navigation_is_told(builder: Any, staged: Path) -> None:
    (staged / "pages" / "lost.md").write_text("# Lost\n", encoding="utf-8")
    (staged / "pages" / "integrations" / "deep.md").write_text("# Deep\n", encoding="utf-8")
    (staged / "pages" / "pods.md").unlink()
    assert list(builder.navigation_faults(staged)) == [
        "the navigation names pods.md, which is not there",
        "integrations/deep.md is not in the navigation",
        "lost.md is not in the navigation",
    ]


@pytest.mark.parametrize(
    ("element", "told"),
    [
        ('<img src="images/none.svg">', "page.html leads to images/none.svg, which is not there"),
        ('<a href="files/none.toml">file</a>', "page.html leads to files/none.toml, which is not there"),
        ('<script src="https://host.example/a.js"></script>', "page.html loads https://host.example/a.js"),
        ('<link rel="preconnect" href="//host.example">', "page.html loads //host.example"),
        ('<a href="https://host.example/">elsewhere</a>', None),
    ],
)
def test_what_a_page_leads_to_must_be_there_and_what_it_loads_must_be_ours(
    builder: Any, tmp_path: Path, element: str, told: str | None
) -> None:
    (tmp_path / "page.html").write_text(element, encoding="utf-8")
    assert list(builder.site_faults(tmp_path)) == ([told] if told else [])


def test_a_style_sheet_loads_nothing_from_another_host(builder: Any, tmp_path: Path) -> None:
    for name, style in {
        "own": "p { background: url('images/a.svg'), url(data:image/png;base64,AAAA) }",
        "font": "@font-face { src: url(https://host.example/a.woff2) }",
        "sheet": "@import '//host.example/a.css';",
    }.items():
        (tmp_path / f"{name}.css").write_text(style, encoding="utf-8")
    assert list(builder.site_faults(tmp_path)) == [
        "font.css loads https://host.example/a.woff2",
        "sheet.css loads //host.example/a.css",
    ]


def test_no_folder_is_replaced_that_is_no_site(builder: Any, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(SystemExit, match="is no site"):
        builder.main(tmp_path / "mine")
    assert (tmp_path / "mine" / "notes.txt").read_text(encoding="utf-8") == "keep"
