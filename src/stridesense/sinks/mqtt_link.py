"""A link to an MQTT broker: what is said over it, heard on it, and refused.

MQTT 5 is asked for first; a broker that refuses it is spoken to in 3.1.1 from then on.
"""

import asyncio
import itertools
import logging
import random
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from stridesense.contract.topics import Delivery, Kind
from stridesense.errors import LinkError, RefusedError
from stridesense.sinks.backoff import CAP_S, delays_s
from stridesense.sinks.mqtt_client import Client
from stridesense.sinks.mqtt_faults import VersionRefusedError
from stridesense.sinks.mqtt_settings import MqttSettings
from stridesense.sinks.mqtt_tls import tls_context

log = logging.getLogger(__name__)

REFUSED_PAUSE_S: Final = 2.0
"""Whom a broker refuses asks it again no sooner."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of somebody else: `retained` ones were said before we listened."""

    topic: str
    payload: bytes
    retained: bool


class Remarks:
    """Says in the log what is wrong with a topic, once, however often the link is renewed.

    Args:
        broker: whom the links lead to, for people.
    """

    def __init__(self, broker: str) -> None:
        self._broker = broker
        self._told: set[str] = set()

    def not_let_hear(self, topic: str) -> None:
        """The broker refuses a subscription."""
        self._remark("%s does not let us hear what is said on %s: check its access rules", topic)

    def not_given_back(self, topic: str) -> None:
        """What we said did not come back, so perhaps nobody heard it."""
        self._remark(
            "%s does not give back what we say on %s: its rules must let us write and read it", topic
        )

    def _remark(self, sentence: str, topic: str) -> None:
        if topic not in self._told:
            self._told.add(topic)
            log.warning(sentence, self._broker, topic)


class Link:
    """One connection, which notices when the broker does not pass on what we say.

    With MQTT 5 the first message on each topic goes at QoS 1 at least, as QoS 0 knows no refusal. Where a
    refusal cannot be heard at all, as with MQTT 3.1.1, `Echo` shows it.

    Args:
        client: the connection, open and fresh.
        remarks: takes what is to be said about a topic.
    """

    def __init__(self, client: Client, remarks: Remarks) -> None:
        self._client = client
        self._remarks = remarks
        self._taken: set[str] = set()

    async def send(
        self, topic: str, payload: bytes, delivery: Delivery, remaining_s: float, kind: Kind | None = None
    ) -> str | None:
        """Send a message and wait until the broker has it; one call at a time.

        Args:
            topic: where to.
            payload: the message.
            delivery: how it is delivered.
            remaining_s: after that it is worthless.
            kind: what the message is; None for one of somebody else's convention.

        Returns:
            The broker's reason when it refuses the message. With MQTT 3.1.1 a refusal cannot be heard; some
            seconds later a warning in the log says that nothing came back.

        Raises:
            NeverSentError: the message has not left.
            CutOffError: nobody can say whether it arrived.
        """
        if kind is not None:
            self._client.echo.expect(topic, subscribing=not self._client.v5)
        if topic not in self._taken:
            delivery = replace(delivery, qos=max(1, delivery.qos))
        refusal = await self._client.deliver(topic, payload, delivery, remaining_s, kind)
        if refusal is None:
            self._taken.add(topic)
        return refusal

    async def hear(self, topic: str) -> None:
        """Ask for the messages on `topic`; where the broker will not let us hear them, that is remarked once.

        Raises:
            CutOffError: the link broke.
        """
        if await self._client.ask_for(topic):
            self._client.echo.want(topic)
        else:
            self._remarks.not_let_hear(topic)

    async def heard(self) -> AsyncIterator[Heard]:
        """The messages that were asked for, until the link breaks.

        Raises:
            CutOffError: the link broke.
        """
        async for message in self._client.incoming():
            yield Heard(str(message.topic), bytes(message.payload), bool(message.retain))


class Dialer:
    """Opens connections to one broker, one after the other.

    Raises:
        InputError: a certificate or a key cannot be used.
    """

    def __init__(self, settings: MqttSettings) -> None:
        self._settings = settings
        self._v5 = True
        self._tls = tls_context(settings) if settings.tls else None
        self._name = f"stridesense{secrets.token_hex(4)}"
        self._count = itertools.count()
        self._remarks = Remarks(settings.broker)

    @asynccontextmanager
    async def dial(self, will_topic: str | None = None) -> AsyncIterator[Link]:
        """A new connection; if it breaks, the broker says `offline` on `will_topic`.

        Raises:
            RefusedError: the broker says no; to ask again at once is of no use.
            LinkError: the broker cannot be reached.
        """
        client = await self._connect(will_topic)
        try:
            yield Link(client, self._remarks)
        finally:
            await client.close()

    async def _connect(self, will_topic: str | None) -> Client:
        # A name of its own for each connection: some brokers mix up the unfinished messages of two
        # connections with one name, and then say the older one.
        name = f"{self._name}{next(self._count) % 10_000}"
        client = Client(
            self._settings, name, self._tls, will_topic, self._remarks.not_given_back, v5=self._v5
        )
        try:
            await client.connect()
        except VersionRefusedError:
            if not self._v5:
                raise
            self._v5 = False
            return await self._connect(will_topic)
        return client


async def keep_linked(
    dialer: Dialer,
    serve: Callable[[Link], Awaitable[None]],
    note_down: Callable[[LinkError], None],
    will_topic: str | None = None,
) -> None:
    """Have a link until `serve` is done with one: a new one whenever it breaks, after a growing pause.

    Args:
        dialer: opens the connections.
        serve: uses a link for as long as it wants.
        note_down: takes why there is no link, after each try.
        will_topic: as of `Dialer.dial`.
    """
    rng = random.Random()  # noqa: S311 - it spreads clients in time, it guards nothing
    delays = delays_s(rng)
    while True:
        up_since_s = None
        try:
            async with dialer.dial(will_topic) as link:
                up_since_s = time.monotonic()
                return await serve(link)
        except LinkError as fault:
            note_down(fault)
            if up_since_s is not None and time.monotonic() - up_since_s > CAP_S:
                delays = delays_s(rng)
            at_least_s = REFUSED_PAUSE_S if isinstance(fault, RefusedError) else 0.0
            await asyncio.sleep(max(next(delays), at_least_s))


async def check(settings: MqttSettings) -> None:
    """Connect once and leave again.

    Raises:
        RefusedError: the broker says no.
        LinkError: the broker cannot be reached.
    """
    async with Dialer(settings).dial():
        pass
