"""A page is built of elements, never of pasted text: whatever came from outside stays text.

`xml.etree` writes the page and does the escaping. Signs that are not for reading, such as those that turn the
direction of writing, are shown as escapes.
"""

from collections.abc import Iterable
from typing import TypeAlias
from xml.etree.ElementTree import Element, tostring

from stridesense.sinks.coach_words import safe

Child: TypeAlias = Element | str | None
Value: TypeAlias = str | float | None


def element(tag: str, *children: Child, **attributes: Value) -> Element:
    """One element with its text and elements in their order.

    Args:
        tag: its name.
        children: texts and elements; None leaves nothing.
        attributes: by name, `class_` for class and `_` for `-`; numbers are written to 0.1, None is left out.
    """
    made = Element(
        tag, {_name(name): _written(value) for name, value in attributes.items() if value is not None}
    )
    for child in children:
        _append(made, child)
    return made


def table(
    caption: str, head: Iterable[Child], rows: Iterable[Iterable[Child]], **attributes: Value
) -> Element:
    """A table with a caption; the first cell of a row names it. It can be scrolled where it is too wide."""
    body = [
        element("tr", element("th", first, scope="row"), *(element("td", cell) for cell in rest))
        for first, *rest in rows
    ]
    made = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *(element("th", name, scope="col") for name in head))),
        element("tbody", *body),
        **attributes,
    )
    return element("div", made, class_="wide", tabindex="0", role="region", aria_label=caption)


def bullets(lines: Iterable[Child]) -> Element | None:
    """A list; None of nothing."""
    items = [element("li", line) for line in lines]
    return element("ul", *items) if items else None


def sentence(words: str) -> str:
    """The words with a capital and a full stop."""
    return f"{words[:1].upper()}{words[1:]}{'' if words.endswith('.') else '.'}"


def written(page: Element) -> str:
    """The page as HTML."""
    return "<!DOCTYPE html>\n" + tostring(page, encoding="unicode", method="html") + "\n"


def _append(parent: Element, child: Child) -> None:
    if child is None:
        return
    if isinstance(child, Element):
        parent.append(child)
        return
    text = child if parent.tag == "style" else safe(child)
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _name(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _written(value: str | float) -> str:
    return safe(value) if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")
