"""One message of the broker, held to what a page may be told."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from stridesense.contract import topics
from stridesense.contract.messages import MESSAGES, read
from stridesense.contract.topics import Kind
from stridesense.errors import InputError
from stridesense.model import Foot
from stridesense.sinks.mqtt_link import Heard


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a device said, and when we heard it (unix seconds)."""

    device: str
    kind: Kind
    foot: Foot | None
    heard_unix_s: float
    payload: Mapping[str, object]

    @cached_property
    def json(self) -> str:
        """The message as the page gets it."""
        return to_json(
            {
                "device": self.device,
                "kind": self.kind,
                "foot": self.foot,
                "heard": round(self.heard_unix_s, 3),
                "payload": self.payload,
            }
        )


def understand(heard: Heard, heard_unix_s: float) -> Said:
    """What a message says.

    Raises:
        InputError: it has no place in our topics, or is not what they promise.
    """
    device, kind, foot = topics.parse(heard.topic)
    if kind not in MESSAGES:
        msg = f"{kind} is said to a device, not by one"
        raise InputError(msg)
    return Said(
        device=device,
        kind=kind,
        foot=foot,
        heard_unix_s=heard_unix_s,
        payload=read(kind, heard.payload).model_dump(mode="json", exclude_none=True),
    )


def to_json(value: object) -> str:
    """Compact JSON in ASCII, so that no half of a character breaks a frame.

    Raises:
        ValueError: a number is not finite.
    """
    return json.dumps(value, allow_nan=False, separators=(",", ":"))
