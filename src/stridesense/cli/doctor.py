"""`stridesense doctor`."""

import platform
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stridesense import __version__
from stridesense.cli.terminal import note
from stridesense.errors import UsageError
from stridesense.runtime.config import user_file
from stridesense.runtime.environment import Part, survey
from stridesense.runtime.settings_file import write_template


def command(
    *,
    write_settings: Annotated[
        bool, typer.Option("--write-settings", help="Write a settings file with a comment on each setting.")
    ] = False,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="The settings file to write (default: your own)."),
    ] = None,
) -> int:
    """Say what is installed and what is missing for which feature.

    Ends with 1 when something is missing that every run needs. With --write-settings, write a settings file
    to start from; one that is there already is never overwritten.
    """
    if write_settings:
        return _write(config or user_file())
    if config is not None:
        msg = "--config names the file that --write-settings writes: give both"
        raise UsageError(msg)
    return _tell()


def _write(file: Path) -> int:
    write_template(file)
    note(f"settings are in {file}")
    return 0


def _tell() -> int:
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
