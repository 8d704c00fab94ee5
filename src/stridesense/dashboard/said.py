"""One message of the broker, held to what a page may be told."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

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


MAX_TEXT: Final = 300
"""Letters of a text that a page is told: more than the longest sentence of ours, less than harms a page."""

MAX_LIST: Final = 64

MAX_NUMBER: Final = 1e11
"""Beyond all that can be measured, and beyond any time of this millennium."""


def understand(heard: Heard, heard_unix_s: float) -> Said:
    """What a message says.

    Raises:
        InputError: it has no place in our topics, is not what they promise, or holds what cannot be drawn.
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
        payload={
            name: _drawable(value)
            for name, value in read(kind, heard.payload).model_dump(mode="json", exclude_none=True).items()
        },
    )


def _drawable(value: object) -> object:
    match value:
        case str():
            return value[:MAX_TEXT]
        case list():
            return [_drawable(each) for each in value[:MAX_LIST]]
        case int() | float() if abs(value) > MAX_NUMBER:
            msg = f"{value:g} is no figure of a runner"
            raise InputError(msg)
    return value


def to_json(value: object) -> str:
    """Compact JSON in ASCII, so that no half of a character breaks a frame.

    Raises:
        ValueError: a number is not finite.
    """
    return json.dumps(value, allow_nan=False, separators=(",", ":"))
