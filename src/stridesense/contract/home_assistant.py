"""What Home Assistant is told, so that it finds a runner's device by itself: MQTT device discovery.

One retained message holds the device and all its entities. They read what is said at most once a second and
never the strides, as Home Assistant keeps each change of a state. Source: Home Assistant's documentation of
MQTT discovery (2024.12 and later).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Final

from stridesense.contract.commands import Mark, Mute, Unmute
from stridesense.contract.messages import SessionState
from stridesense.contract.topics import DELIVERY, Delivery, Kind, topic
from stridesense.model import CueKind, Foot

ENTITIES_DELIVERY: Final = Delivery(qos=1, retain=True)
"""How the message is sent: whoever starts later finds it too."""

LIVE_FOR_S: Final = int(DELIVERY[Kind.SUMMARY].expiry_s)
"""After so many seconds without a summary its figures are no longer those of now."""

COMMAND_ID: Final = "home-assistant"
"""`id` of the commands of the buttons."""

Fields = dict[str, object]

_LIVE: Final[Mapping[str, tuple[str, int, Fields]]] = {
    "cadence": (
        "cadence_spm",
        0,
        {"name": "Cadence", "unit_of_measurement": "spm", "icon": "mdi:metronome"},
    ),
    "contact_time": (
        "contact_time_s * 1000",
        0,
        {"name": "Contact time", "unit_of_measurement": "ms", "device_class": "duration"},
    ),
    "ball_time": (
        "ball_time_s * 1000",
        0,
        {"name": "Ball-of-foot time", "unit_of_measurement": "ms", "device_class": "duration"},
    ),
    "heel_height": (
        "heel_height_mm",
        1,
        {"name": "Heel height", "unit_of_measurement": "mm", "device_class": "distance"},
    ),
    "heel_held": (
        "heel_held_ratio * 100",
        0,
        {"name": "Heel held up", "unit_of_measurement": "%", "icon": "mdi:shoe-heel"},
    ),
    "push_off": (
        "push_off_rate_dps",
        0,
        {"name": "Push-off", "unit_of_measurement": "°/s", "icon": "mdi:arrow-down-bold"},
    ),
    "pull": (
        "pull_rate_dps",
        0,
        {"name": "Pull", "unit_of_measurement": "°/s", "icon": "mdi:arrow-up-bold"},
    ),
    "speed": (
        "speed_mps",
        2,
        {"name": "Speed", "unit_of_measurement": "m/s", "device_class": "speed"},
    ),
}
"""Sensors of the summary: what each shows of it, its decimals, and its looks. Who has a unit of its own (spm)
has no device class. More decimals would only fill Home Assistant's database."""

_SIDES: Final[Mapping[Foot, str]] = {Foot.LEFT: "left ", Foot.RIGHT: "right ", Foot.UNKNOWN: ""}


def discovery_topic(prefix: str, device: str) -> str:
    """Where Home Assistant looks for the message when it listens under `prefix`."""
    return f"{prefix}/device/{object_id(device)}/config"


def birth_topic(prefix: str) -> str:
    """Where Home Assistant says `online` when it has started."""
    return f"{prefix}/status"


def object_id(device: str) -> str:
    """The device's name in letters that Home Assistant takes in a topic, different for different names."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "", device)
    # Our own choice: enough of a digest that two names in other letters are not taken for one.
    told_apart = "" if plain == device else f"_{hashlib.sha256(device.encode()).hexdigest()[:8]}"
    return f"stridesense_{plain}{told_apart}"


def discovery(device: str, software_version: str) -> bytes:
    """The message that describes a device: JSON.

    Args:
        device: its level of the topics, see `topics.device_level`.
        software_version: of StrideSense.
    """
    name = object_id(device)
    components = {**_live(device), **_pods(device), **_session(device), **_buttons(device)}
    described = {
        "device": {
            "identifiers": [name],
            "name": f"StrideSense {device}",
            "manufacturer": "StrideSense",
            "model": "Foot pods",
            "sw_version": software_version,
        },
        "origin": {"name": "StrideSense", "sw_version": software_version},
        "availability": [{"topic": topic(device, Kind.STATUS)}],
        "components": {
            key: {"unique_id": f"{name}_{key}", **fields} for key, fields in sorted(components.items())
        },
    }
    return json.dumps(described, ensure_ascii=False, separators=(",", ":")).encode()


def _live(device: str) -> dict[str, Fields]:
    """What the summary says; a figure that was not measured is unknown, not the last one."""
    return {
        key: {
            **_measured(topic(device, Kind.SUMMARY), figure, decimals),
            "expire_after": LIVE_FOR_S,
            **looks,
        }
        for key, (figure, decimals, looks) in _LIVE.items()
    }


def _pods(device: str) -> dict[str, Fields]:
    """Battery of each pod and calf budget of each leg; one without a side waits until it is wanted."""
    components: dict[str, Fields] = {}
    for foot, side in _SIDES.items():
        at_first = {"enabled_by_default": foot is not Foot.UNKNOWN}
        components[f"battery_{foot}"] = {
            **_measured(topic(device, Kind.BATTERY), f"{foot}_percent", 0),
            "name": f"{side}battery".capitalize(),
            "unit_of_measurement": "%",
            "device_class": "battery",
            "entity_category": "diagnostic",
            **at_first,
        }
        components[f"budget_{foot}"] = {
            **_measured(topic(device, Kind.BUDGET, foot), "ratio * 100", 0),
            "name": f"{side}calf budget used".capitalize(),
            "unit_of_measurement": "%",
            "icon": "mdi:gauge",
            **at_first,
        }
    return components


def _session(device: str) -> dict[str, Fields]:
    said = ("text", "reason", "cue_id", "theme", "foot", "valid_until")
    attributes = ", ".join(["'event_type': value_json.kind", *(f"'{one}': value_json.{one}" for one in said)])
    return {
        "running": {
            "platform": "binary_sensor",
            "name": "Running",
            "device_class": "running",
            "state_topic": topic(device, Kind.SESSION),
            "value_template": f"{{{{ 'ON' if value_json.state == '{SessionState.RUNNING}' else 'OFF' }}}}",
        },
        "cue": {
            "platform": "event",
            "name": "Cue",
            "icon": "mdi:bullhorn",
            "event_types": list(CueKind),
            "state_topic": topic(device, Kind.CUE),
            "qos": 1,
            "value_template": f"{{{{ {{{attributes}}} | tojson }}}}",
        },
    }


def _buttons(device: str) -> dict[str, Fields]:
    commands = {
        "mute": ("Mute", "mdi:volume-off", Mute(command="mute", id=COMMAND_ID)),
        "unmute": ("Unmute", "mdi:volume-high", Unmute(command="unmute", id=COMMAND_ID)),
        "mark": ("Mark", "mdi:flag", Mark(command="mark", id=COMMAND_ID)),
    }
    return {
        key: {
            "platform": "button",
            "name": name,
            "icon": icon,
            "command_topic": topic(device, Kind.COMMAND),
            "payload_press": command.model_dump_json(),
            "qos": DELIVERY[Kind.COMMAND].qos,
        }
        for key, (name, icon, command) in commands.items()
    }


def _measured(state_topic: str, figure: str, decimals: int) -> Fields:
    """A sensor of one figure, which may be absent; Home Assistant's word for unknown is None."""
    field = figure.partition(" ")[0]
    shown = f"(value_json.{figure}) | round({decimals})"
    return {
        "platform": "sensor",
        "state_class": "measurement",
        "state_topic": state_topic,
        "value_template": f"{{{{ {shown} if value_json.{field} is defined else None }}}}",
        "suggested_display_precision": decimals,
    }
