"""Says what Home Assistant makes of discovery messages and automations; runs in a Python that has its code.

On stdin a JSON object: documents (discovery messages) and automations by name, payloads by topic.
On stdout: faults (a list) by name, and of each document what each entity shows (rendered).
"""

import asyncio
import copy
import importlib
import json
import sys
import tempfile
from typing import Any

import voluptuous as vol
from homeassistant.components.mqtt import discovery
from homeassistant.components.mqtt.models import MqttValueTemplate
from homeassistant.components.mqtt.schemas import DEVICE_DISCOVERY_SCHEMA
from homeassistant.const import __version__
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import frame

Document = dict[str, Any]


def configured(document: Document) -> dict[str, Any]:
    """Each entity as its integration takes it; raises what is wrong."""
    document = copy.deepcopy(document)
    discovery._replace_all_abbreviations(document)
    DEVICE_DISCOVERY_SCHEMA(document)
    entities = {}
    for key, entity in document["components"].items():
        platform = importlib.import_module(f"homeassistant.components.mqtt.{entity.pop('platform')}")
        discovery._merge_common_device_options(entity, document)
        try:
            entities[key] = platform.DISCOVERY_SCHEMA({**entity, "device": document["device"]})
        except vol.Invalid as fault:
            fault.prepend(["components", key])
            raise
    return entities


def shown(entity: dict[str, Any], payloads: dict[str, str]) -> object:
    payload = payloads[entity["state_topic"]]
    return MqttValueTemplate(entity["value_template"]).async_render_with_possible_json_value(payload)


def check_automation(automation: Document) -> None:
    cv.TRIGGER_SCHEMA(copy.deepcopy(automation["triggers"]))
    cv.CONDITIONS_SCHEMA(copy.deepcopy(automation["conditions"]))
    cv.SCRIPT_SCHEMA(copy.deepcopy(automation["actions"]))


async def main() -> None:
    told = json.load(sys.stdin)
    faults: dict[str, list[str]] = {}
    rendered: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder:
        hass = HomeAssistant(folder)
        frame.async_setup(hass)
        for name, document in told["documents"].items():
            try:
                entities = configured(document)
            except vol.Invalid as fault:
                faults[name] = [str(fault)]
                continue
            faults[name] = []
            rendered[name] = {
                key: shown(entity, told["payloads"])
                for key, entity in entities.items()
                if entity.get("state_topic") in told["payloads"]
            }
        for name, automation in told["automations"].items():
            try:
                check_automation(automation)
            except vol.Invalid as fault:
                faults[name] = [str(fault)]
            else:
                faults[name] = []
        await hass.async_stop(force=True)
    json.dump({"version": __version__, "faults": faults, "rendered": rendered}, sys.stdout)


asyncio.run(main())
