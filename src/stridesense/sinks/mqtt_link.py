"""A link to an MQTT broker: what is said over it, heard on it, and refused.

MQTT 5 is asked for first; a broker that refuses it is spoken to in 3.1.1 from then on.
"""

import itertools
import logging
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from paho.mqtt import client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from stridesense.contract.topics import Delivery, Kind, schema_name
from stridesense.sinks.mqtt_client import Client
from stridesense.sinks.mqtt_echo import Echo
from stridesense.sinks.mqtt_faults import VersionRefusedError
from stridesense.sinks.mqtt_settings import MqttSettings
from stridesense.sinks.mqtt_tls import tls_context

log = logging.getLogger(__name__)

SEND_TIMEOUT_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of somebody else: `retained` ones were said before we listened."""

    topic: str
    payload: bytes
    retained: bool


class Link(Client):
    """One connection, which notices when the broker does not pass on what we say.

    With MQTT 5 the first message on each topic goes at QoS 1 at least, as QoS 0 knows no refusal. Where a
    refusal cannot be heard at all, as with MQTT 3.1.1, `Echo` shows it.

    Args:
        settings, name, tls, will_topic, v5: see `Client`.
        told: the topics of which something has been remarked; one set for all connections, so that each is
            remarked once.
    """

    def __init__(
        self,
        settings: MqttSettings,
        name: str,
        tls: ssl.SSLContext | None,
        will_topic: str | None,
        told: set[str],
        *,
        v5: bool,
    ) -> None:
        super().__init__(settings, name, tls, will_topic, v5=v5)
        self._taken: set[str] = set()
        self._told = told
        self._echo = Echo(
            self._ask, self._leave, self._loop.call_later, paho.topic_matches_sub, self._remark_silence
        )

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
            self._echo.expect(topic, subscribing=not self._v5)
        refusal = await self.deliver(
            topic,
            payload,
            max(delivery.qos, topic not in self._taken),
            min(SEND_TIMEOUT_S, remaining_s),
            _properties(kind, remaining_s),
            retain=delivery.retain,
        )
        if refusal is None:
            self._taken.add(topic)
        return refusal

    async def hear(self, topic: str) -> None:
        """Ask for the messages on `topic`; where the broker will not let us hear them, that is remarked once.

        Raises:
            CutOffError: the link broke.
        """
        if await self.ask_for(topic):
            self._echo.want(topic)
        else:
            self._remark("%s does not let us hear what is said on %s: check its access rules", topic)

    async def heard(self) -> AsyncIterator[Heard]:
        """The messages that were asked for, until the link breaks.

        Raises:
            CutOffError: the link broke.
        """
        async for message in self.incoming():
            yield Heard(str(message.topic), bytes(message.payload), bool(message.retain))

    def _ask(self, topic: str) -> int | None:
        code, request = self._client.subscribe(topic)
        return request if code == MQTTErrorCode.MQTT_ERR_SUCCESS else None

    def _leave(self, topic: str) -> None:
        self._client.unsubscribe(topic)

    def _remark_silence(self, topic: str) -> None:
        self._remark(
            "%s does not give back what we say on %s: its rules must let us write and read it", topic
        )

    def _remark(self, sentence: str, topic: str) -> None:
        if topic not in self._told:
            self._told.add(topic)
            log.warning(sentence, self._settings.broker, topic)

    def _on_disconnect(
        self,
        client: paho.Client,
        userdata: Any,  # noqa: ANN401
        flags: paho.DisconnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        self._echo.close()
        super()._on_disconnect(client, userdata, flags, reason_code, properties)

    def _on_message(self, client: paho.Client, userdata: Any, message: paho.MQTTMessage) -> None:  # noqa: ANN401
        if not self._echo.hear(message.topic, retained=message.retain):
            super()._on_message(client, userdata, message)

    def _on_subscribe(
        self,
        client: paho.Client,
        userdata: Any,  # noqa: ANN401
        mid: int,
        reason_codes: list[ReasonCode],
        properties: Properties | None = None,
    ) -> None:
        granted = not any(code.is_failure for code in reason_codes)
        if not self._echo.answer(mid, granted=granted):
            super()._on_subscribe(client, userdata, mid, reason_codes, properties)

    def _on_unsubscribe(self, *_answer: object) -> None:
        """Nobody waits for that."""


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
        self._told: set[str] = set()

    @asynccontextmanager
    async def dial(self, will_topic: str | None = None) -> AsyncIterator[Link]:
        """A new connection; if it breaks, the broker says `offline` on `will_topic`.

        Raises:
            RefusedError: the broker says no; to ask again at once is of no use.
            LinkError: the broker cannot be reached.
        """
        link = await self._connect(will_topic)
        try:
            yield link
        finally:
            await link.close()

    async def _connect(self, will_topic: str | None) -> Link:
        link = self._new_link(will_topic)
        try:
            await link.connect()
        except VersionRefusedError:
            if not self._v5:
                raise
            self._v5 = False
            return await self._connect(will_topic)
        return link

    def _new_link(self, will_topic: str | None) -> Link:
        # A name of its own for each connection: some brokers mix up the unfinished messages of two
        # connections with one name, and then say the older one.
        name = f"{self._name}{next(self._count) % 10_000}"
        return Link(self._settings, name, self._tls, will_topic, self._told, v5=self._v5)


async def check(settings: MqttSettings) -> None:
    """Connect once and leave again.

    Raises:
        RefusedError: the broker says no.
        LinkError: the broker cannot be reached.
    """
    async with Dialer(settings).dial():
        pass


def _properties(kind: Kind | None, remaining_s: float) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.PayloadFormatIndicator = 1
    properties.ContentType = "text/plain" if kind is Kind.STATUS else "application/json"
    if kind is not None:
        properties.UserProperty = ("schema", schema_name(kind))
    if isfinite(remaining_s):
        properties.MessageExpiryInterval = max(1, int(remaining_s))
    return properties
