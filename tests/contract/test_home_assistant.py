"""What Home Assistant is told leads it to the right figures."""

import json
import re
from typing import Any

import jinja2
import pytest

from stridesense.contract.examples import DEVICE, examples
from stridesense.contract.gate import parse
from stridesense.contract.home_assistant import discovery, discovery_topic, object_id
from stridesense.contract.topics import ROOT, Kind, device_level
from stridesense.model import CueKind

SHOWN = {
    "cadence": "170.0",
    "contact_time": "261.0",
    "ball_time": "None",
    "heel_held": "75.0",
    "battery_left": "81",
    "battery_right": "78",
    "battery_unknown": "None",
    "budget_left": "76.0",
    "running": "ON",
}
NAMES = ["pod", "annas-pods", "Ömer-1", "Omer-1", "Émer-1", "走る", "a_b", "x" * 64]


def components(device: str = DEVICE) -> dict[str, dict[str, Any]]:
    described = json.loads(discovery(device, "0.1.0"))["components"]
    assert isinstance(described, dict)
    return described


def rendered(key: str) -> str:
    """As Home Assistant does it, with the contract's own example of what comes on the topic."""
    component = components()[key]
    kind = Kind(component["state_topic"].rpartition("/")[2])
    template = jinja2.Environment(autoescape=False).from_string(component["value_template"])  # noqa: S701
    return template.render(value_json=json.loads(examples()[kind]))


@pytest.mark.parametrize(("key", "shown"), SHOWN.items())
def test_each_entity_shows_its_figure_and_none_for_what_was_not_measured(key: str, shown: str) -> None:
    assert rendered(key) == shown


def test_a_cue_is_an_event_of_its_kind_with_the_words() -> None:
    said = json.loads(rendered("cue"))
    assert said["event_type"] in components()["cue"]["event_types"] == list(CueKind)
    assert (said["text"], said["foot"]) == ("let the heel kiss down", "left")
    assert said["valid_until"] == json.loads(examples()[Kind.CUE])["valid_until"]


@pytest.mark.parametrize("button", ["mute", "unmute", "mark"])
def test_a_button_says_a_command_that_is_let_in(button: str) -> None:
    component = components()[button]
    assert component["command_topic"] == f"{ROOT}/{DEVICE}/cmd"
    assert parse(component["payload_press"].encode()).command == button


def test_no_entity_reads_what_is_said_more_often_than_each_second() -> None:
    read = {one["state_topic"].rpartition("/")[2] for one in components().values() if "state_topic" in one}
    assert read == {Kind.SUMMARY, Kind.BATTERY, Kind.BUDGET, Kind.SESSION, Kind.CUE}


def test_live_figures_expire_and_states_do_not() -> None:
    expiring = {key for key, one in components().items() if "expire_after" in one}
    assert expiring == {
        key for key, one in components().items() if one.get("state_topic", "").endswith("summary")
    }


@pytest.mark.parametrize("name", NAMES)
def test_any_name_makes_a_topic_that_home_assistant_takes(name: str) -> None:
    matched = re.fullmatch(
        r"home/device/([a-zA-Z0-9_-]+)/config", discovery_topic("home", device_level(name))
    )
    assert matched
    assert matched[1] == json.loads(discovery(name, "0.1.0"))["device"]["identifiers"][0]


def test_two_names_are_never_one_device() -> None:
    assert len({object_id(name) for name in NAMES}) == len(NAMES)
    ids = [one["unique_id"] for name in NAMES for one in components(name).values()]
    assert len(set(ids)) == len(ids)
