"""One connection to an MQTT broker; the one file that knows aiomqtt.

Each connection is a new client: one that is used again would send what it had given up long ago. MQTT 5 is
asked for first; a broker that refuses it is spoken to in 3.1.1 from then on.
"""

import itertools
import logging
import secrets
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Final, Self

import aiomqtt
from aiomqtt.exceptions import MqttConnectError
from aiomqtt.types import PahoSocket
from paho.mqtt import client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from stridesense.contract.topics import DELIVERY, OFFLINE, Delivery, Kind, schema
from stridesense.errors import InputError, LinkError
from stridesense.sinks.mqtt_settings import MqttSettings

library_log = logging.getLogger("stridesense.aiomqtt")
library_log.setLevel(logging.CRITICAL)  # what goes wrong comes to us as an exception, and is told once

KEEPALIVE_S: Final = 5
"""A link that died without a word is noticed after two of these; a message in flight notices it sooner."""

ANSWER_TIMEOUT_S: Final = 2.0
SEND_TIMEOUT_S: Final = 1.0

NO_DELAY: Final = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
FAILURE: Final = 128
"""Reason codes of MQTT 5 from here on say no."""
VERSION_REFUSED: Final = 132
CREDENTIALS_REFUSED: Final = (134, 135)


class NeverSentError(LinkError):
    """There was no link any more: the message has not left."""


class CutOffError(LinkError):
    """The link broke, or the answer stayed out: the message may have arrived or not."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of somebody else: `retained` ones were said before we listened."""

    topic: str
    payload: bytes
    retained: bool


class Link(aiomqtt.Client):
    """An aiomqtt client that tidies up behind a failed connect and hears when a message is refused."""

    def __init__(self, settings: MqttSettings, version: aiomqtt.ProtocolVersion, **options: Any) -> None:  # noqa: ANN401
        super().__init__(
            settings.host,
            settings.port,
            username=settings.username,
            password=settings.password.get_secret_value() if settings.password else None,
            protocol=version,
            timeout=ANSWER_TIMEOUT_S,
            keepalive=KEEPALIVE_S,
            socket_options=(NO_DELAY,),
            logger=library_log,
            **options,
        )
        self._client.connect_timeout = ANSWER_TIMEOUT_S
        self._client._handle_pubrec = self._handle_pubrec  # type: ignore[method-assign] # noqa: SLF001
        self._broker = settings.broker
        self._speaks_v5 = version is aiomqtt.ProtocolVersion.V5
        self._max_qos = 2
        self._given_up = False
        self._refusal: ReasonCode | None = None

    async def __aenter__(self) -> Self:
        try:
            return await super().__aenter__()
        except UnicodeError as error:
            msg = f"not a valid host name: {error}"
            raise aiomqtt.MqttError(msg) from None
        except BaseException:
            self._given_up = True
            # The old one may be cancelled, which aiomqtt trips over.
            self._connected = self._loop.create_future()
            self._client.disconnect()
            raise

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
            The broker's reason when it refuses the message. With MQTT 3.1.1 a refusal cannot be heard.

        Raises:
            NeverSentError: the message has not left.
            CutOffError: nobody can say whether it arrived.
        """
        self._refusal = None
        try:
            await self.publish(
                topic,
                payload,
                qos=min(delivery.qos, self._max_qos),
                retain=delivery.retain,
                properties=_properties(kind, remaining_s) if self._speaks_v5 else None,
                timeout=min(SEND_TIMEOUT_S, remaining_s),
            )
        except aiomqtt.MqttError as error:
            never_sent = isinstance(error, aiomqtt.MqttCodeError) and error.rc == paho.MQTT_ERR_NO_CONN
            raise (NeverSentError if never_sent else CutOffError)(self._lost(error)) from None
        return None if self._refusal is None else str(self._refusal)

    async def hear(self, topic: str) -> None:
        """Ask for the messages on `topic`.

        Raises:
            CutOffError: the link broke.
        """
        try:
            await self.subscribe(topic, qos=1)
        except aiomqtt.MqttError as error:
            raise CutOffError(self._lost(error)) from None

    async def heard(self) -> AsyncIterator[Heard]:
        """The messages that were asked for, until the link breaks.

        Raises:
            CutOffError: the link broke.
        """
        try:
            async for message in self.messages:
                yield Heard(str(message.topic), bytes(message.payload), bool(message.retain))
        except aiomqtt.MqttError as error:
            raise CutOffError(self._lost(error.__cause__ or error)) from None

    def _lost(self, error: BaseException) -> str:
        return f"the link to {self._broker} broke ({error})"

    def _client_connect(self) -> None:
        # Runs in a thread, which nobody can stop when the task that waits for it is cancelled.
        super()._client_connect()
        if self._given_up:
            self._client.disconnect()

    def _on_connect(
        self,
        client: paho.Client,
        userdata: Any,  # noqa: ANN401
        flags: paho.ConnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        self._max_qos = getattr(properties, "MaximumQoS", 2)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_publish(
        self,
        client: paho.Client,
        userdata: Any,  # noqa: ANN401
        mid: int,
        reason_code: ReasonCode,
        properties: Properties,
    ) -> None:
        if reason_code.is_failure:
            self._refusal = reason_code
        super()._on_publish(client, userdata, mid, reason_code, properties)

    def _handle_pubrec(self) -> MQTTErrorCode:
        # A broker that will not take a message of QoS 2 says so here, where paho does not listen.
        packet = self._client._in_packet["packet"]  # noqa: SLF001
        if packet[2:] and packet[2] >= FAILURE:
            self._refusal = ReasonCode(PacketTypes.PUBREC, identifier=packet[2])
        return paho.Client._handle_pubrec(self._client)  # noqa: SLF001

    def _on_socket_register_write(self, client: paho.Client, userdata: Any, sock: PahoSocket) -> None:  # noqa: ANN401, ARG002
        # Unlike aiomqtt's own, this looks first whether the socket is still there on that later turn of the
        # loop: its number may by then be closed, or belong to somebody else.
        number = sock.fileno()

        def register() -> None:
            if client.socket() is sock:
                self._loop.add_writer(number, client.loop_write)

        self._loop.call_soon_threadsafe(register)


class Dialer:
    """Opens connections to one broker, one after the other.

    Raises:
        InputError: the certificate authority's file holds none.
    """

    def __init__(self, settings: MqttSettings) -> None:
        self._settings = settings
        self._version = aiomqtt.ProtocolVersion.V5
        self._tls = _tls_context(settings.ca_file) if settings.tls else None
        self._name = f"stridesense{secrets.token_hex(4)}"
        self._count = itertools.count()

    @asynccontextmanager
    async def dial(self, will_topic: str | None = None) -> AsyncIterator[Link]:
        """A new connection; if it breaks, the broker says `offline` on `will_topic`.

        Raises:
            LinkError: the broker refuses, or cannot be reached.
        """
        link = await self._connect(will_topic)
        try:
            yield link
        finally:
            with suppress(aiomqtt.MqttError):
                await link.__aexit__(None, None, None)

    async def _connect(self, will_topic: str | None) -> Link:
        try:
            try:
                return await self._new_link(will_topic).__aenter__()
            except MqttConnectError as refusal:
                if self._version is not aiomqtt.ProtocolVersion.V5 or _code(refusal) != VERSION_REFUSED:
                    raise
            self._version = aiomqtt.ProtocolVersion.V311
            return await self._new_link(will_topic).__aenter__()
        except aiomqtt.MqttError as error:
            raise LinkError(self._sentence(error)) from None

    def _new_link(self, will_topic: str | None) -> Link:
        # A name of its own for each connection: some brokers mix up the unfinished messages of two
        # connections with one name, and then say the older one.
        return Link(
            self._settings,
            self._version,
            identifier=f"{self._name}{next(self._count) % 10_000}",
            tls_context=self._tls,
            will=aiomqtt.Will(will_topic, OFFLINE, qos=DELIVERY[Kind.STATUS].qos, retain=True)
            if will_topic
            else None,
        )

    def _sentence(self, error: aiomqtt.MqttError) -> str:
        broker = self._settings.broker
        if _code(error) in CREDENTIALS_REFUSED:
            return f"{broker} refuses the user name or the password: check mqtt.username and mqtt.password"
        if isinstance(error, MqttConnectError):
            return f"{broker} refuses the connection ({error.rc}): look into its log"
        return f"{broker} cannot be reached ({error}): check mqtt.host and mqtt.port"


async def check(settings: MqttSettings) -> None:
    """Connect once and leave again.

    Raises:
        LinkError: the broker refuses, or cannot be reached.
    """
    async with Dialer(settings).dial():
        pass


def _tls_context(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        msg = f"no certificate can be read from mqtt.ca_file {ca_file}: {error}"
        raise InputError(msg) from None


def _code(error: aiomqtt.MqttError) -> int | None:
    return (
        error.rc.value
        if isinstance(error, aiomqtt.MqttCodeError) and isinstance(error.rc, ReasonCode)
        else None
    )


def _properties(kind: Kind | None, remaining_s: float) -> Properties:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.PayloadFormatIndicator = 1
    properties.ContentType = "text/plain" if kind is Kind.STATUS else "application/json"
    if kind is not None:
        properties.UserProperty = ("schema", schema(kind))
    if isfinite(remaining_s):
        properties.MessageExpiryInterval = max(1, int(remaining_s))
    return properties
