"""The link to the broker: hears all topics, sends commands, comes back whenever it breaks."""

import asyncio
import logging
from typing import Final

from stridesense.contract.topics import DELIVERY, ROOT, Kind, topic
from stridesense.dashboard.hub import Hub
from stridesense.errors import LinkError, RefusedError
from stridesense.sinks.mqtt_link import Dialer, Link, keep_linked
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
        self._told = ""

    async def run(self) -> None:
        """Listen until cancelled; a broker that is down is tried again, one that refuses each 2 s at most."""
        await keep_linked(self._dialer, self._listen, self._note_down)

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

    async def _listen(self, link: Link) -> None:
        await link.hear(f"{ROOT}/#")
        self._link = link
        self._told = ""
        log.info("connected to %s", self._broker)
        self._hub.broker_is(up=True)
        try:
            count = 0
            async for heard in link.heard():
                self._hub.hear(heard)
                count += 1
                if count % PAUSE_AFTER == 0:
                    await asyncio.sleep(0)
        finally:
            self._link = None

    def _note_down(self, fault: LinkError) -> None:
        if str(fault) != self._told:
            self._told = str(fault)
            log.warning("%s; trying again", fault)
        self._hub.broker_is(up=False, why=str(fault))
