"""`stridesense scan`."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from stridesense.cli.running import ending_gently, run
from stridesense.cli.terminal import note
from stridesense.errors import DeviceError, InputError
from stridesense.model import Foot
from stridesense.protocol import registry
from stridesense.runtime import pods
from stridesense.runtime.choosing import Sighting, Sightings, look
from stridesense.sources.bluetooth import BluetoothRadio
from stridesense.sources.radio import Radio
from stridesense.sources.scanning import advertised_battery

Rows = Iterator[tuple[str, ...]]

COLUMNS = ("name", "address", "signal", "battery", "protocol", "")


def command(
    *,
    seconds: Annotated[float, typer.Option("--seconds", min=0.5, help="How long to look.")] = 15.0,
    everything: Annotated[bool, typer.Option("--all", help="Show devices that are no pods, too.")] = False,
) -> int:
    """Show the pods that are in sight: how well they are heard, what they speak, whether they can be used.

    A live table on a terminal, plain lines at the end otherwise. Ctrl-C ends it sooner.
    """
    console = Console(highlight=False, markup=False)
    sightings = Sightings()
    rows = partial(_rows, sightings, _remembered(), everything=everything)
    run(_scan(BluetoothRadio(), sightings, seconds, console, rows))
    if not console.is_terminal:
        for row in rows():
            typer.echo(", ".join(cell for cell in row if cell))
    for fault in registry.broken().values():
        note(f"a description cannot be followed: {fault}")
    shown = sum(one.spec is not None for one in sightings.by_address.values())
    others = len(sightings.by_address) - shown
    if not shown:
        note("no pod is in sight: wake it by moving it, bring it nearer, end other programs on it")
    if others and not everything:
        note(f"{others} other devices are in sight; --all shows them")
    return 0


def _remembered() -> dict[str, Foot]:
    """The foot of each pod of the last run, by address."""
    try:
        return {pod.address: foot for foot, pod in pods.load().items()}
    except (InputError, DeviceError) as fault:
        note(str(fault))
        return {}


async def _scan(
    radio: Radio, sightings: Sightings, seconds: float, console: Console, rows: Callable[[], Rows]
) -> None:
    live = Live(console=console, get_renderable=lambda: _table(rows()), refresh_per_second=4)
    looking = asyncio.create_task(look(radio, sightings, seconds))
    with live if console.is_terminal else nullcontext(), ending_gently(looking.cancel):
        await asyncio.wait([looking])
    if not looking.cancelled():
        looking.result()


def _table(rows: Rows) -> Table:
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    return table


def _rows(sightings: Sightings, remembered: Mapping[str, Foot], *, everything: bool) -> Rows:
    for one in sightings.sorted():
        if one.spec is not None or everything:
            foot = remembered.get(one.heard.address.upper())
            yield _row(one, f"your {foot} pod" if foot else "")


def _row(one: Sighting, remark: str) -> tuple[str, ...]:
    heard, spec = one.heard, one.spec
    battery = advertised_battery(heard, spec)
    return (
        heard.name or "(no name)",
        heard.address,
        "" if heard.rssi_dbm is None else f"{heard.rssi_dbm} dBm",
        "" if battery is None else f"{battery} %",
        "no pod that is described" if spec is None else spec.title,
        remark if spec is None or spec.unusable is None else f"cannot be used: {spec.unusable}",
    )
