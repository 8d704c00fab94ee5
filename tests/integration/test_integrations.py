"""The files for other programs name what StrideSense really says."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from stridesense.contract.commands import COMMAND_NAMES
from stridesense.contract.gate import parse
from stridesense.contract.home_assistant import discovery
from stridesense.contract.messages import MESSAGES, SummaryMessage
from stridesense.contract.topics import A_FOOT, Kind, topic
from stridesense.model import Foot


@pytest.fixture(scope="module")
def files(checkout: Path) -> Path:
    return checkout / "docs" / "integrations"


def matches(pattern: str, said_on: str) -> bool:
    levels, said = pattern.split("/"), said_on.split("/")
    return len(levels) == len(said) and all(one in {"+", two} for one, two in zip(levels, said, strict=True))


def kinds_on(pattern: str) -> set[Kind]:
    said = {kind: topic("pod", kind, Foot.LEFT if kind in A_FOOT else None) for kind in Kind}
    return {kind for kind, said_on in said.items() if matches(pattern, said_on)}


@pytest.fixture(scope="module")
def telegraf(files: Path) -> Any:
    config = tomllib.loads((files / "telegraf" / "telegraf.conf").read_text(encoding="utf-8"))
    [consumer] = config["inputs"]["mqtt_consumer"]
    return consumer


def test_telegraf_hears_topics_that_there_are_and_names_each(telegraf: Any) -> None:
    for pattern in telegraf["topics"]:
        [kind] = kinds_on(pattern)
        [parsing] = [one for one in telegraf["topic_parsing"] if matches(one["topic"], pattern)]
        levels = pattern.split("/")
        assert levels[parsing["measurement"].split("/").index("measurement")] == kind
        tags = parsing["tags"].split("/")
        assert len(tags) == len(levels)
        assert levels[tags.index("device")] == "+"
        assert ("foot" in tags) == (kind in A_FOOT)


def test_telegraf_reads_fields_that_there_are(telegraf: Any) -> None:
    models = [MESSAGES[kind] for pattern in telegraf["topics"] for kind in kinds_on(pattern)]
    fields = {name for model in models for name in model.model_fields}
    assert {*telegraf["tag_keys"], *telegraf["json_string_fields"]} <= fields
    assert all(telegraf["json_time_key"] in model.model_fields for model in models)


def test_no_file_holds_a_password(files: Path, telegraf: Any) -> None:
    assert telegraf["password"] == "${MQTT_PASSWORD}"  # noqa: S105 - that is the point
    flow = json.loads((files / "node-red" / "flow.json").read_text(encoding="utf-8"))
    assert not [node for node in flow if "credentials" in node]


def test_grafana_shows_fields_of_the_summary_of_the_chosen_runner(files: Path) -> None:
    board = json.loads((files / "grafana" / "dashboard.json").read_text(encoding="utf-8"))
    [chosen] = board["templating"]["list"]
    for panel in board["panels"]:
        [target] = panel["targets"]
        said_on = target["topic"].replace(f"${{{chosen['name']}}}", chosen["query"])
        assert said_on == topic("pod", Kind.SUMMARY)
        names = panel["transformations"][0]["options"]["include"]["names"]
        assert set(names) - {"Time"} <= set(SummaryMessage.model_fields)
        assert panel["datasource"]["uid"] == f"${{{board['__inputs'][0]['name']}}}"


def test_node_red_hears_topics_that_there_are_and_says_valid_commands(files: Path) -> None:
    flow = json.loads((files / "node-red" / "flow.json").read_text(encoding="utf-8"))
    heard = [kinds_on(node["topic"]) for node in flow if node["type"] == "mqtt in"]
    assert heard == [{Kind.SUMMARY}, {Kind.CUE}]
    assert [node["topic"] for node in flow if node["type"] == "mqtt out"] == [topic("pod", Kind.COMMAND)]
    told = [parse(node["payload"].encode()).command for node in flow if node["type"] == "inject"]
    assert told == ["mute", "unmute"]
    assert set(told) <= set(COMMAND_NAMES)
    ids = {node["id"] for node in flow}
    assert {wired for node in flow for output in node.get("wires", []) for wired in output} <= ids


def test_the_automation_waits_for_the_event_that_home_assistant_makes_of_us(files: Path) -> None:
    text = (files / "home-assistant" / "automation.yaml").read_text(encoding="utf-8")
    [automation] = yaml.safe_load(text)
    described = json.loads(discovery("pod", "0.1.0"))
    name = f"{described['device']['name']} {described['components']['cue']['name']}"
    [trigger] = automation["triggers"]
    assert trigger["entity_id"] == f"event.{name.lower().replace(' ', '_')}"
