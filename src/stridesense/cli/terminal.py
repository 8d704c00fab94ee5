"""Talking to the person: notes and progress on stderr, so that stdout is data alone."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Final, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from stridesense.model import Instruction, RawPacket
from stridesense.units import NS_PER_S

Flowing = TypeVar("Flowing", RawPacket, RawPacket | Instruction)

DATA_LOST: Final = 3
"""Exit code: done, but not everything that was once recorded is there."""

SHOW_AFTER_S: Final = 2.0
"""Work that is done sooner shows no progress."""


def note(message: str) -> None:
    """Say something that is not data."""
    sys.stderr.write(f"{message}\n")


def working(doing: str) -> AbstractContextManager[object]:
    """Show that something is being done that has no steps, when stderr is a terminal."""
    return Console(stderr=True).status(doing) if sys.stderr.isatty() else nullcontext()


def tracked(packets: Iterable[Flowing], doing: str, lasts_s: float) -> Iterator[Flowing]:
    """Hand the packets on, with a progress bar when it takes long and stderr is a terminal.

    Args:
        packets: in arrival order.
        doing: what is being done, for the bar.
        lasts_s: length of the session, s.
    """
    if not sys.stderr.isatty():
        yield from packets
        return
    columns = (TextColumn(doing), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(doing, total=lasts_s)
    began_s = time.monotonic()
    with ExitStack() as shown:
        for packet in packets:
            yield packet
            if not bar.live.is_started and time.monotonic() - began_s > SHOW_AFTER_S:
                shown.enter_context(bar)
            bar.update(task, completed=packet.arrival_ns / NS_PER_S)
