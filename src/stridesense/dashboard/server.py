"""Starts and ends the dashboard: the link to the broker, the web server, and the beat."""

import asyncio
import errno
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final, Never

from aiohttp import web

from stridesense.dashboard.guard import Guard
from stridesense.dashboard.hub import Hub
from stridesense.dashboard.subscriber import Subscriber
from stridesense.dashboard.web import FAREWELL_S, Site
from stridesense.errors import UsageError
from stridesense.sinks.mqtt_settings import MqttSettings
from stridesense.sinks.tasks import end

LOOPBACK: Final = "127.0.0.1"
PORT: Final = 8765
PORTS_TRIED: Final = 20
ANY: Final = 0
BEAT_S: Final = 1.0
ANYWHERE: Final = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - names them, listens nowhere


@asynccontextmanager
async def serve(
    settings: MqttSettings,
    host: str = LOOPBACK,
    port: int | None = None,
    allowed_hosts: Sequence[str] = (),
) -> AsyncIterator[str]:
    """Serve the dashboard until the context is left; yields its address on this machine.

    A broker that is down is no fault: the page says so, and it is tried again and again.

    Args:
        settings: the broker, and who we are there.
        host: where to listen.
        port: on which port; None for the first one that is free from 8765 on, 0 for any.
        allowed_hosts: further names under which it is reached.

    Raises:
        UsageError: it cannot listen there.
        InputError: a certificate of the settings cannot be read.
    """
    hub = Hub(settings.url)
    subscriber = Subscriber(settings, hub)
    app = Site(hub, subscriber, Guard(host, allowed_hosts)).app()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=FAREWELL_S)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        tasks = [
            asyncio.create_task(subscriber.run(), name="dashboard's link"),
            asyncio.create_task(_beat(hub), name="dashboard's beat"),
        ]
        try:
            yield _address(host, runner)
        finally:
            await end(*tasks)
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int | None) -> None:
    """Listen on `port`, or on the first that is free."""
    for candidate in [port] if port is not None else [*range(PORT, PORT + PORTS_TRIED), ANY]:
        site = web.TCPSite(runner, host, candidate)
        try:
            return await site.start()
        except OSError as error:
            await site.stop()
            if error.errno != errno.EADDRINUSE:
                msg = f"the dashboard cannot listen at {host}:{candidate}: {error.strerror or error}"
                raise UsageError(msg) from None
    msg = f"port {port} is taken: name another one with --port, or none"
    raise UsageError(msg)


async def _beat(hub: Hub) -> Never:
    while True:
        await asyncio.sleep(BEAT_S)
        hub.beat()


def _address(host: str, runner: web.AppRunner) -> str:
    shown = ANYWHERE.get(host, host)
    port = runner.addresses[0][1]
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"
