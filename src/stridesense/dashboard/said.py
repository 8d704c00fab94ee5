"""One message of the broker, held to what a page may be told."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from stridesense.contract.messages import read
from stridesense.contract.topics import A_FOOT, MAX_DEVICE_LENGTH, ROOT, Kind
from stridesense.errors import InputError
from stridesense.model import Foot
from stridesense.sinks.mqtt_link import Heard

FEET: Final = frozenset(Foot)
OF_NO_FOOT: Final = frozenset(Kind) - A_FOOT - {Kind.COMMAND}
"""What devices say about no foot of its own; commands are said to them."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a device said, and when we heard it (unix seconds); `retained` ones were said before."""

    device: str
    kind: Kind
    foot: Foot | None
    retained: bool
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
                "retained": self.retained,
                "heard": round(self.heard_unix_s, 3),
                "payload": self.payload,
            }
        )


def understand(heard: Heard, heard_unix_s: float) -> Said:
    """What a message says.

    Raises:
        InputError: it has no place in our topics, or is not what they promise.
    """
    device, kind, foot = _address(heard.topic)
    return Said(
        device=device,
        kind=kind,
        foot=foot,
        retained=heard.retained,
        heard_unix_s=heard_unix_s,
        payload=read(kind, heard.payload).model_dump(mode="json", exclude_none=True),
    )


def to_json(value: object) -> str:
    """Compact JSON in ASCII, so that no half of a character breaks a frame.

    Raises:
        ValueError: a number is not finite.
    """
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def _address(topic: str) -> tuple[str, Kind, Foot | None]:
    """Device, kind and foot; the name of a device is any text that is printable, and never more than text."""
    device, _, rest = topic.removeprefix(f"{ROOT}/").partition("/")
    foot, _, kind = rest.partition("/")
    is_of_foot = kind in A_FOOT and foot in FEET
    is_named = 0 < len(device) <= MAX_DEVICE_LENGTH and device.isprintable()
    if not topic.startswith(f"{ROOT}/") or not is_named or not (is_of_foot or rest in OF_NO_FOOT):
        msg = "a message came on a topic that no device of ours speaks on"
        raise InputError(msg)
    return (device, Kind(kind), Foot(foot)) if is_of_foot else (device, Kind(rest), None)
