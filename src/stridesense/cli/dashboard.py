"""`stridesense dashboard`."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from stridesense.cli.browsers import NoBrowserOption, show
from stridesense.cli.mqtt import ConfigOption, mqtt_section
from stridesense.cli.running import run
from stridesense.cli.terminal import note
from stridesense.dashboard.guard import is_loopback
from stridesense.dashboard.server import LOOPBACK, serve
from stridesense.errors import UsageError
from stridesense.runtime.playback import Companion
from stridesense.sinks.mqtt_settings import MqttSettings


def command(
    *,
    mqtt: Annotated[
        str | None,
        typer.Option(
            "--mqtt",
            metavar="URL",
            help="Look on at mqtt[s]://[user@]host[:port]; otherwise at the broker of the settings file.",
        ),
    ] = None,
    config: ConfigOption = None,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Listen there; 0.0.0.0 for the whole network.")
    ] = LOOPBACK,
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="On this port (default: the first free from 8765 on)."),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", metavar="NAME", help="Be reached under this name, too; repeatable."),
    ] = None,
    no_browser: NoBrowserOption = False,
) -> None:
    """Show the runners of an MQTT broker on a page: now, the last ten minutes, and each cue with its reason.

    It goes on until Ctrl-C. The broker may be on any machine, and may be down: the page then says so.
    """
    settings = _broker(mqtt, config)
    run(_stay(settings, host, port, allow_host or (), opens_browser=not no_browser))


def _broker(mqtt: str | None, config: Path | None) -> MqttSettings:
    """Whom to look on at.

    Raises:
        UsageError: no broker is named, or a private one of another program.
    """
    section = mqtt_section(mqtt, config)
    if section.broker == "embedded":
        msg = (
            "the embedded broker is private to the session that starts it, and that one shows its dashboard "
            "itself: name another broker, as in --mqtt mqtt://localhost:1883"
        )
        raise UsageError(msg)
    if section.broker == "none":
        msg = "the dashboard needs a broker to look on at: name one, as in --mqtt mqtt://localhost:1883"
        raise UsageError(msg)
    return section.settings().for_viewers


def beside(*, opens_browser: bool) -> Companion:
    """A dashboard that lives as long as a session; looks on with no more rights than that needs."""

    @asynccontextmanager
    async def served(broker: MqttSettings) -> AsyncIterator[None]:
        async with serve(broker.for_viewers) as address:
            note(f"dashboard: {address}")
            if opens_browser:
                await show(address)
            yield

    return served


async def _stay(
    settings: MqttSettings, host: str, port: int | None, allowed: Sequence[str], *, opens_browser: bool
) -> None:
    async with serve(settings, host, port, allowed) as address:
        note(f"dashboard of {settings.broker}; Ctrl-C ends it:\n  {address}")
        if not is_loopback(host):
            note(
                "BEWARE: it listens beyond this machine. Whoever reaches it can look on, mute the coach and "
                "set marks, and nothing is encrypted on the way."
            )
        if opens_browser:
            await show(address)
        await asyncio.Event().wait()
