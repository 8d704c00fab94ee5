"""A report as somebody finds it who reads HTML: what it loads, what it says, what is in its tables."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

LOADING = {"src", "srcset", "data", "poster", "action", "background", "cite", "formaction", "xlink:href"}
EMPTY = {"meta", "link", "img", "br", "hr", "input", "base"}


@dataclass
class Table:
    caption: str = ""
    rows: list[list[str]] = field(default_factory=list)


class Page(HTMLParser):
    """Elements, texts and tables of a page.

    `words` is the text of the body by section, "" before the first; `references` is all that points anywhere.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.references: list[str] = []
        self.words: dict[str, str] = {"": ""}
        self.tables: dict[str, Table] = {}
        self.plots: list[str] = []
        self.open: list[str] = []
        self.style = ""
        self._section = ""
        self._table = Table()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = {name: value or "" for name, value in attrs}
        self.attributes += [(tag, name, value) for name, value in named.items()]
        self.references += [value for name, value in named.items() if name in LOADING | {"href"}]
        if tag not in EMPTY:
            self.open.append(tag)
        if tag == "section":
            self._section = named["id"]
            self.words[self._section] = ""
        elif tag == "table":
            self._table = Table()
        elif tag == "tr":
            self._table.rows.append([])
        elif tag in {"td", "th"}:
            self._table.rows[-1].append("")
        elif tag == "svg":
            self.plots.append(named["aria-label"])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "table":
            self.tables[self._table.caption] = self._table

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            self.style += data
        elif "body" in self.open:
            self.words[self._section] += data
        if "caption" in self.open:
            self._table.caption += data
        elif "td" in self.open or "th" in self.open:
            self._table.rows[-1][-1] += data

    @property
    def text(self) -> str:
        return "\n".join(self.words.values())

    def row(self, caption: str, name: str) -> list[str]:
        """The cells of a row behind its name."""
        return next(cells for first, *cells in self.tables[caption].rows if first == name)
