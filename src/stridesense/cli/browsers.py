"""Opening a page in the person's browser, where there is one to see."""

import asyncio
import os
import sys
import webbrowser
from typing import Annotated, Final

import typer

DISPLAYS: Final = ("DISPLAY", "WAYLAND_DISPLAY")

NoBrowserOption = Annotated[
    bool, typer.Option("--no-browser", help="Do not open the dashboard in the browser.")
]


async def show(address: str) -> None:
    """Open the page, if somebody sits before a screen; a browser that takes its time keeps nobody waiting."""
    if sys.stdout.isatty() and _has_screen():
        await asyncio.to_thread(webbrowser.open, address)


def _has_screen() -> bool:
    return sys.platform in {"darwin", "win32"} or any(os.environ.get(name) for name in DISPLAYS)
