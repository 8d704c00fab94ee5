"""What is said over MQTT: topics, how each is delivered, and flat JSON.

Every payload is one flat JSON object that begins with `v` (version of this convention), `sid` (session),
`seq` (counts from 0 for each session and topic: a hole shows the subscriber a loss) and `t` (unix seconds of
the event). Whatever MQTT 5 properties say is in the payload too, so MQTT 3.1.1 loses nothing. A value that
was not measured, or is not finite, is left out.
"""

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from stridesense.errors import InputError, UsageError
from stridesense.model import Foot

VERSION: Final = 1
ROOT: Final = f"stridesense/{VERSION}"
MAX_DEVICE_LENGTH: Final = 64

ONLINE: Final = b"online"
OFFLINE: Final = b"offline"


class Kind(StrEnum):
    """The last level of a topic: what its messages are."""

    STRIDE = "stride"
    SHAPE = "shape"
    READING = "reading"
    LINK = "link"
    HOP = "hop"
    SUMMARY = "summary"
    CUE = "cue"
    EFFECT = "effect"
    CHANGE = "change"
    DRILL = "drill"
    MARK = "mark"
    BUDGET = "budget"
    STATUS = "status"
    INFO = "info"
    BATTERY = "battery"
    SESSION = "session"
    COMMAND = "cmd"
    RESULT = "cmd/result"


A_FOOT: Final = frozenset({Kind.STRIDE, Kind.SHAPE, Kind.READING, Kind.LINK, Kind.HOP, Kind.BUDGET})
"""Kinds that have a topic for each foot."""

_OF_NO_FOOT: Final = frozenset(Kind) - A_FOOT
_FEET: Final = frozenset(Foot)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the messages of one kind are sent, and after how many seconds nobody wants them any more."""

    qos: int
    retain: bool
    expiry_s: float = math.inf


DELIVERY: Final[Mapping[Kind, Delivery]] = MappingProxyType(
    {
        Kind.STRIDE: Delivery(qos=0, retain=False, expiry_s=10.0),
        Kind.SHAPE: Delivery(qos=0, retain=False, expiry_s=10.0),
        Kind.READING: Delivery(qos=0, retain=False, expiry_s=10.0),
        Kind.LINK: Delivery(qos=0, retain=False, expiry_s=10.0),
        Kind.HOP: Delivery(qos=0, retain=False, expiry_s=10.0),
        Kind.SUMMARY: Delivery(qos=0, retain=False, expiry_s=10.0),
        # QoS 2, because a broker passes such a message on only after a second exchange: one that hung while
        # the cue was valid then never says it late. With QoS 1 it says it as soon as it wakes.
        Kind.CUE: Delivery(qos=2, retain=False, expiry_s=2.0),
        Kind.EFFECT: Delivery(qos=1, retain=False, expiry_s=60.0),
        Kind.CHANGE: Delivery(qos=1, retain=False, expiry_s=60.0),
        Kind.DRILL: Delivery(qos=1, retain=False, expiry_s=60.0),
        Kind.MARK: Delivery(qos=1, retain=False, expiry_s=60.0),
        Kind.BUDGET: Delivery(qos=1, retain=True, expiry_s=86_400.0),
        Kind.STATUS: Delivery(qos=1, retain=True),
        Kind.INFO: Delivery(qos=1, retain=True),
        Kind.BATTERY: Delivery(qos=1, retain=True, expiry_s=3600.0),
        Kind.SESSION: Delivery(qos=1, retain=True, expiry_s=86_400.0),
        Kind.COMMAND: Delivery(qos=1, retain=False, expiry_s=10.0),
        Kind.RESULT: Delivery(qos=1, retain=False, expiry_s=10.0),
    }
)


def topic(device: str, kind: Kind, foot: Foot | None = None) -> str:
    """The topic of one kind of message of a device, see `device_level`; some kinds have one a foot."""
    levels = [ROOT, device, *([foot] if foot else []), kind]
    return "/".join(levels)


def parse(topic: str) -> tuple[str, Kind, Foot | None]:
    """Device, kind and foot of a topic: the inverse of `topic`.

    The name of a device is any printable text of at most 64 letters, as others may name theirs more freely.

    Raises:
        InputError: no device of ours speaks or is spoken to there.
    """
    device, _, rest = topic.removeprefix(f"{ROOT}/").partition("/")
    foot, _, kind = rest.partition("/")
    is_of_foot = kind in A_FOOT and foot in _FEET
    is_named = 0 < len(device) <= MAX_DEVICE_LENGTH and device.isprintable()
    if not topic.startswith(f"{ROOT}/") or not is_named or not (is_of_foot or rest in _OF_NO_FOOT):
        msg = "this is no topic of the contract"
        raise InputError(msg)
    return (device, Kind(kind), Foot(foot)) if is_of_foot else (device, Kind(rest), None)


def schema_name(kind: Kind) -> str:
    """The name of the schema of the payloads of one kind, for the user property `schema`."""
    return f"stridesense.{kind}/{VERSION}"


def device_level(name: str) -> str:
    """A device name as one topic level: letters, digits, `_` and `-` only, at most 64 characters.

    Stricter than MQTT, which forbids `/ + #` and NUL: some brokers stumble over blanks and dots as well.

    Raises:
        UsageError: nothing is left of the name.
    """
    level = re.sub(r"[^\w-]+", "-", unicodedata.normalize("NFC", name)).strip("-")[:MAX_DEVICE_LENGTH]
    if not level:
        msg = f"the device name {name!r} has no letter or digit to make a topic of: set mqtt.device"
        raise UsageError(msg)
    return level


class Envelope:
    """Wraps the records of one session into payloads."""

    def __init__(self, session_id: str) -> None:
        self._session_id = session_id
        self._sent: Counter[str] = Counter()

    def wrap(self, topic: str, unix_s: float, record: Mapping[str, object]) -> bytes:
        """The payload of the next message on `topic`, about an event at `unix_s`."""
        head = {"v": VERSION, "sid": self._session_id, "seq": self._sent[topic], "t": round(unix_s, 4)}
        self._sent[topic] += 1
        said = {name: value for name, value in record.items() if _sayable(value)}
        return json.dumps(
            {**head, **said}, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        ).encode()


def _sayable(value: object) -> bool:
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))
