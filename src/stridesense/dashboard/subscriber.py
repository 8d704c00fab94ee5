"""The link to the broker: hears all topics, sends commands, comes back whenever it breaks."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Never

from stridesense.contract.topics import DELIVERY, ROOT, Kind, topic
from stridesense.dashboard.hub import Hub
from stridesense.errors import LinkError, RefusedError
from stridesense.sinks.backoff import CAP_S, delays_s
from stridesense.sinks.mqtt_link import Dialer, Link
from stridesense.sinks.mqtt_settings import MqttSettings

log = logging.getLogger(__name__)

TURN_S: Final = 2.0
"""How long a command may wait for those of others; a mute that comes later is none."""

PAUSE_AFTER: Final = 64
"""Messages after which the pages have their turn, however fast the broker speaks."""


class Subscriber:
    """Feeds a hub from one broker.

    Raises:
        InputError: a certificate of the settings cannot be read.
    """

    def __init__(self, settings: MqttSettings, hub: Hub) -> None:
        self._hub = hub
        self._broker = settings.broker
        self._dialer = Dialer(settings)
        self._link: Link | None = None
        self._turn = asyncio.Lock()

    async def run(self) -> Never:
        """Listen until cancelled; a broker that is down is tried again, one that refuses each 2 s at most."""
        rng = random.Random()  # noqa: S311 - it spreads clients in time, it guards nothing
        delays = delays_s(rng)
        while True:
            began_s = time.monotonic()
            try:
                async with self._linked() as link:
                    await self._listen(link)
            except LinkError as fault:
                self._note_down(fault)
                if time.monotonic() - began_s > CAP_S:
                    delays = delays_s(rng)
                await asyncio.sleep(max(next(delays), CAP_S if isinstance(fault, RefusedError) else 0.0))

    async def tell(self, device: str, command: bytes) -> None:
        """Pass a command on to a device.

        Args:
            device: one that the hub knows; its name stood in a topic, so it makes one.
            command: the payload, checked.

        Raises:
            LinkError: the broker does not take it, or nobody can say whether it did.
        """
        try:
            async with asyncio.timeout(TURN_S):
                await self._turn.acquire()
        except TimeoutError:
            msg = f"{self._broker} does not take commands fast enough: try again"
            raise LinkError(msg) from None
        try:
            await self._send(topic(device, Kind.COMMAND), command)
        finally:
            self._turn.release()

    async def _send(self, to: str, command: bytes) -> None:
        if self._link is None:
            msg = f"there is no link to {self._broker} now"
            raise LinkError(msg)
        delivery = DELIVERY[Kind.COMMAND]
        if refusal := await self._link.send(to, command, delivery, delivery.expiry_s, Kind.COMMAND):
            msg = f"{self._broker} lets this dashboard send no commands ({refusal}): check its access rules"
            raise RefusedError(msg)

    @asynccontextmanager
    async def _linked(self) -> AsyncIterator[Link]:
        async with self._dialer.dial() as link:
            await link.hear(f"{ROOT}/#")
            self._link = link
            log.info("connected to %s", self._broker)
            self._hub.broker_is(up=True)
            try:
                yield link
            finally:
                self._link = None

    async def _listen(self, link: Link) -> None:
        count = 0
        async for heard in link.heard():
            self._hub.hear(heard)
            count += 1
            if count % PAUSE_AFTER == 0:
                await asyncio.sleep(0)

    def _note_down(self, fault: LinkError) -> None:
        log.info("%s", fault)
        self._hub.broker_is(up=False, why=str(fault))
