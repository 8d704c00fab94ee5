"""`stridesense doctor`."""

import platform

from rich.console import Console
from rich.table import Table
from rich.text import Text

from stridesense import __version__
from stridesense.runtime.environment import Part, survey


def command() -> int:
    """Say what is installed and what is missing for which feature.

    Ends with 1 when something is missing that every run needs.
    """
    parts = tuple(survey())
    table = Table("", "part", "found", "for", box=None, pad_edge=False)
    for part in parts:
        table.add_row(*_row(part))
    console = Console(highlight=False, markup=False)
    console.print(f"StrideSense {__version__} on {platform.platform()}")
    console.print(table)
    return int(any(part.is_required and part.found is None for part in parts))


def _row(part: Part) -> tuple[Text, str, str, str]:
    if part.found:
        return Text("ok", "green"), part.name, part.found, part.feature
    mark = Text("missing", "red") if part.is_required else Text("not installed", "yellow")
    return mark, part.name, "", f"{part.feature}; to get it: {part.remedy}"
