"""What MQTT 5 lets us say beside a message."""

from math import isfinite
from typing import Final

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from stridesense.contract.topics import Kind, schema_name

MAX_PACKET_BYTES: Final = 2 * 1024 * 1024
"""The broker passes nothing larger on to us, so that one message cannot fill our memory; our own choice."""


def of_connect() -> Properties:
    """The properties of a CONNECT."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.MaximumPacketSize = MAX_PACKET_BYTES
    return properties


def of_subscribe(topic: str) -> SubscribeOptions:
    """The options of a SUBSCRIBE: a command that was meant to be retained shows it also when it is new."""
    return SubscribeOptions(qos=1, retainAsPublished=topic.endswith(f"/{Kind.COMMAND}"))


def of_publish(kind: Kind | None, expiry_s: float) -> Properties:
    """The properties of a PUBLISH.

    Args:
        kind: what the message is; None for one of somebody else's convention.
        expiry_s: after that it is worthless.
    """
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.PayloadFormatIndicator = 1
    properties.ContentType = "text/plain" if kind is Kind.STATUS else "application/json"
    if kind is not None:
        properties.UserProperty = ("schema", schema_name(kind))
    if isfinite(expiry_s):
        properties.MessageExpiryInterval = max(1, int(expiry_s))
    return properties
