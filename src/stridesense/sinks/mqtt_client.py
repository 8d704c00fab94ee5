"""One connection to an MQTT broker; the one file that knows aiomqtt, and with `mqtt_packets` paho.

A client is used once: one that is used again would send what it had given up long ago.
"""

import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any, Final, Self

import aiomqtt
from aiomqtt.exceptions import MqttConnectError
from aiomqtt.types import PahoSocket
from paho.mqtt import client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from stridesense.contract.topics import DELIVERY, OFFLINE, Delivery, Kind
from stridesense.errors import LinkError
from stridesense.sinks.mqtt_echo import Echo
from stridesense.sinks.mqtt_faults import (
    CutOffError,
    NeverSentError,
    hung_up,
    no_connection,
    refused,
)
from stridesense.sinks.mqtt_packets import of_connect, of_publish, of_subscribe
from stridesense.sinks.mqtt_settings import MqttSettings

library_log = logging.getLogger("stridesense.aiomqtt")
library_log.setLevel(logging.CRITICAL)  # what goes wrong comes to us as an exception, and is told once

KEEPALIVE_S: Final = 5
"""A link that died without a word is noticed after two of these; a message in flight notices it sooner."""

INBOX_MESSAGES: Final = 4096
"""So many may wait to be read, some twenty seconds of twenty runners; in a flood the newest go."""

ANSWER_TIMEOUT_S: Final = 2.0
SEND_TIMEOUT_S: Final = 1.0

NO_DELAY: Final = (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
Userdata = Any
"""What paho hands to its callbacks and nobody looks at."""

FAILURE: Final = 128
"""Reason codes of MQTT 5 from here on say no."""


class _HungUpError(aiomqtt.MqttError):
    """The broker closed the connection before it answered."""


class Client(aiomqtt.Client):
    """An aiomqtt client that tidies up behind a failed connect and hears when a message is refused.

    Args:
        settings: where the broker is and who we are.
        v5: whether to speak MQTT 5, and not 3.1.1.
        name: what the broker knows this connection by.
        tls: how the link is encrypted, if it is.
        will_topic: where the broker says `offline` if the link breaks, if anywhere.
        tell_silence: takes a topic on which we do not hear ourselves.

    Attributes:
        v5: whether MQTT 5 is spoken.
        echo: hears all that comes before anybody else does.
    """

    def __init__(
        self,
        settings: MqttSettings,
        name: str,
        tls: ssl.SSLContext | None,
        will_topic: str | None,
        tell_silence: Callable[[str], None],
        *,
        v5: bool,
    ) -> None:
        will = (
            aiomqtt.Will(will_topic, OFFLINE, DELIVERY[Kind.STATUS].qos, retain=True) if will_topic else None
        )
        super().__init__(
            settings.host,
            settings.port,
            username=settings.username,
            password=settings.password.get_secret_value() if settings.password else None,
            protocol=aiomqtt.ProtocolVersion.V5 if v5 else aiomqtt.ProtocolVersion.V311,
            identifier=name,
            tls_context=tls,
            will=will,
            properties=of_connect() if v5 else None,
            timeout=ANSWER_TIMEOUT_S,
            keepalive=KEEPALIVE_S,
            socket_options=(NO_DELAY,),
            max_queued_incoming_messages=INBOX_MESSAGES,
            logger=library_log,
        )
        self._client.connect_timeout = ANSWER_TIMEOUT_S
        self._client._handle_pubrec = self._handle_pubrec  # type: ignore[method-assign] # noqa: SLF001
        self._client.on_log = self._note_trouble
        self._settings, self.v5 = settings, v5
        self.echo = Echo(
            self._request, self._leave, self._loop.call_later, paho.topic_matches_sub, tell_silence
        )
        self._max_qos = 2
        self._given_up = False
        self._trouble = ""
        self._refusal: ReasonCode | None = None

    async def connect(self) -> None:
        """Connect, once.

        Raises:
            VersionRefusedError: the broker does not speak this version of MQTT.
            RefusedError: the broker refuses for another reason.
            LinkError: the broker cannot be reached.
        """
        try:
            await self.__aenter__()
        except aiomqtt.MqttError as error:
            raise self._fault(error) from None

    async def close(self) -> None:
        """Say goodbye, where there is still somebody to say it to."""
        try:
            await self.__aexit__(None, None, None)
        except aiomqtt.MqttError:
            return

    async def __aenter__(self) -> Self:
        try:
            return await super().__aenter__()
        except UnicodeError as error:
            msg = f"not a valid host name: {error}"
            raise aiomqtt.MqttError(msg) from None
        except BaseException:
            self._given_up = True
            if self._connected.done() and not self._connected.cancelled():
                self._connected.exception()  # nobody else asks for it any more
            # The old one may be cancelled, which aiomqtt trips over.
            self._connected = self._loop.create_future()
            self._client.disconnect()
            raise

    async def deliver(
        self, topic: str, payload: bytes, delivery: Delivery, remaining_s: float, kind: Kind | None
    ) -> str | None:
        """Publish, and wait until the broker has it; one call at a time.

        Returns:
            The broker's reason when it refuses the message, where it can say so.

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
                properties=of_publish(kind, remaining_s) if self.v5 else None,
                timeout=min(SEND_TIMEOUT_S, remaining_s),
            )
        except aiomqtt.MqttError as error:
            never_sent = isinstance(error, aiomqtt.MqttCodeError) and error.rc == paho.MQTT_ERR_NO_CONN
            raise (NeverSentError if never_sent else CutOffError)(self._lost(error)) from None
        return None if self._refusal is None else str(self._refusal)

    async def ask_for(self, topic: str) -> bool:
        """Subscribe; whether the broker grants it.

        Raises:
            CutOffError: the link broke.
        """
        try:
            answers = await (
                self.subscribe(topic, options=of_subscribe(topic))
                if self.v5
                else self.subscribe(topic, qos=1)
            )
        except aiomqtt.MqttError as error:
            raise CutOffError(self._lost(error)) from None
        return not any(answer.is_failure for answer in answers if isinstance(answer, ReasonCode))

    async def incoming(self) -> AsyncIterator[aiomqtt.Message]:
        """What comes on the topics that were asked for.

        Raises:
            CutOffError: the link broke.
        """
        try:
            async for message in self.messages:
                yield message
        except aiomqtt.MqttError as error:
            raise CutOffError(self._lost(error.__cause__ or error)) from None

    def _request(self, topic: str) -> int | None:
        code, number = self._client.subscribe(topic)
        return number if code == MQTTErrorCode.MQTT_ERR_SUCCESS else None

    def _leave(self, topic: str) -> None:
        self._client.unsubscribe(topic)

    def _lost(self, error: BaseException) -> str:
        code = error.rc if isinstance(error, aiomqtt.MqttCodeError) else None
        reason = f" ({code})" if isinstance(code, ReasonCode) and code.value > FAILURE else ""
        return f"the connection to {self._settings.broker} was lost{reason}"

    def _fault(self, error: aiomqtt.MqttError) -> LinkError:
        if isinstance(error, MqttConnectError):
            code = error.rc.value if isinstance(error.rc, ReasonCode) else None
            return refused(self._settings, code, error.rc)
        if isinstance(error, _HungUpError):
            return hung_up(self._settings, self._trouble)
        # aiomqtt keeps only the words of what it caught.
        caught = error.__context__
        return no_connection(self._settings, caught if isinstance(caught, OSError) else error)

    def _note_trouble(self, client: paho.Client, userdata: Userdata, level: int, text: str) -> None:  # noqa: ARG002
        if level == paho.MQTT_LOG_ERR:
            self._trouble = text

    def _client_connect(self) -> None:
        # Runs in a thread, which nobody can stop when the task that waits for it is cancelled.
        super()._client_connect()
        if self._given_up:
            self._client.disconnect()

    def _on_connect(
        self,
        client: paho.Client,
        userdata: Userdata,
        flags: paho.ConnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        self._max_qos = getattr(properties, "MaximumQoS", 2)
        self._client.on_log = None
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_disconnect(self, *told: Userdata) -> None:
        self.echo.close()
        # aiomqtt would wait for an answer all the same, until it times out.
        if not self._connected.done() and not self._given_up:
            self._connected.set_exception(_HungUpError("closed"))
        super()._on_disconnect(*told)

    def _on_message(self, client: paho.Client, userdata: Userdata, message: paho.MQTTMessage) -> None:
        if not self.echo.hear(message.topic, retained=message.retain):
            super()._on_message(client, userdata, message)

    def _on_subscribe(
        self, client: paho.Client, userdata: Userdata, mid: int, codes: list[ReasonCode], *rest: Userdata
    ) -> None:
        granted = not any(code.is_failure for code in codes)
        if not self.echo.answer(mid, granted=granted):
            super()._on_subscribe(client, userdata, mid, codes, *rest)

    def _on_unsubscribe(self, *_answer: object) -> None:
        """Nobody waits for that."""

    def _on_publish(
        self, client: paho.Client, userdata: Userdata, mid: int, reason_code: ReasonCode, *rest: Userdata
    ) -> None:
        if reason_code.is_failure:
            self._refusal = reason_code
        super()._on_publish(client, userdata, mid, reason_code, *rest)

    def _handle_pubrec(self) -> MQTTErrorCode:
        # A broker that will not take a message of QoS 2 says so here, where paho does not listen.
        packet = self._client._in_packet["packet"]  # noqa: SLF001
        if packet[2:] and packet[2] >= FAILURE:
            self._refusal = ReasonCode(PacketTypes.PUBREC, identifier=packet[2])
        return paho.Client._handle_pubrec(self._client)  # noqa: SLF001

    def _on_socket_register_write(self, client: paho.Client, userdata: Userdata, sock: PahoSocket) -> None:  # noqa: ARG002
        # Unlike aiomqtt's own, this looks first whether the socket is still there on that later turn of the
        # loop: its number may by then be closed, or belong to somebody else.
        number = sock.fileno()

        def register() -> None:
            if client.socket() is sock:
                self._loop.add_writer(number, client.loop_write)

        self._loop.call_soon_threadsafe(register)
