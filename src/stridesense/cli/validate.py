"""`stridesense validate`."""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from stridesense.cli.terminal import SHOW_AFTER_S, note, working
from stridesense.errors import InputError
from stridesense.validation.bars import verdicts
from stridesense.validation.page import page
from stridesense.validation.peers import Peer, peers_in
from stridesense.validation.plot import plot
from stridesense.validation.real import RealTask
from stridesense.validation.study import study
from stridesense.validation.verdicts import Status, Verdict

_WIDE = 240

BAR_MISSED = 1
"""Exit code with `--strict` when a bar is not held."""


def command(
    *,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", envvar="STRIDESENSE_DATA", help="Folder of the real recordings."),
    ] = None,
    peers: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of other methods to run on the same samples."),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="About a tenth of the cases.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE.md", help="Write the page here.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE.svg", help="Draw the errors here.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with 1 when a bar is missed.")] = False,
) -> int:
    """Measure how good the detection is, against exact truth, real recordings and other methods.

    Prints each bar with what was measured. Takes some minutes on every core; a bar that is missed is said,
    and is an error only with --strict.
    """
    _check(data, output, picture)
    others: list[Peer] = [] if peers is None else peers_in(peers)
    found = study(data=data, peers=others, quick=quick, watched=_tracked, waiting=working)
    judged = verdicts(found)
    if picture is not None:
        picture.write_text(plot(found.methods), encoding="utf-8")
    if output is not None:
        output.write_text(page(found, _link(output, picture)), encoding="utf-8")
    _print(judged)
    for peer in found.not_run:
        note(f"{peer.name} was not run, as {peer.reason}")
    held = all(verdict.status is Status.PASS for verdict in judged)
    return BAR_MISSED if strict and not held else 0


def _check(data: Path | None, *written: Path | None) -> None:
    """Say now what would be found wrong only after minutes.

    Raises:
        InputError: the folder of recordings is not one, or a file cannot be written where it should be.
    """
    if data is not None:
        RealTask(data).check()
    for path in written:
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            why = "it is a folder" if path.is_dir() else f"there is no folder {path.parent}"
            msg = f"{path} cannot be written: {why}"
            raise InputError(msg)


def _link(page_path: Path, picture: Path | None) -> str | None:
    """The picture as the page calls it."""
    return None if picture is None else Path(os.path.relpath(picture, page_path.parent)).as_posix()


def _tracked(results: Iterable[object], total: int) -> Iterator[object]:
    """Hand results on, with a progress bar when it takes long and stderr is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("validating"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task("", total=total)
    began_s = time.monotonic()
    try:
        for result in results:
            yield result
            if not bar.live.is_started and time.monotonic() - began_s > SHOW_AFTER_S:
                bar.start()
            bar.advance(task)
    finally:
        bar.stop()


def _print(judged: Iterable[Verdict]) -> None:
    """The table on stdout, as wide as it likes when that is no terminal."""
    width = None if sys.stdout.isatty() else _WIDE
    Console(highlight=False, width=width).print(_table(judged))


def _table(judged: Iterable[Verdict]) -> Table:
    table = Table(
        "bar", "wanted", "worst pool", "worst case", "cases out", "verdict", box=None, pad_edge=False
    )
    for verdict in judged:
        colour = {Status.PASS: "green", Status.BEHIND: "red"}.get(verdict.status, "yellow")
        words = (verdict.bar, verdict.wanted, verdict.pooled, verdict.worst, verdict.out)
        table.add_row(*map(escape, words), f"[{colour}]{verdict.status}[/]")
    return table
