"""Home Assistant's own schemas take what it is told, and its own templates show the right figures."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import missing
from stridesense.contract.examples import DEVICE, SESSION, STARTED_UNIX_S, examples
from stridesense.contract.home_assistant import discovery
from stridesense.contract.topics import A_FOOT, Envelope, Kind, topic
from stridesense.model import CueKind, Foot

Document = dict[str, Any]

OTHER = "Ömer"

SHOWN = {
    "cadence": 170,
    "contact_time": 261,
    "ball_time": None,
    "heel_height": None,
    "heel_held": 75,
    "push_off": None,
    "pull": None,
    "speed": None,
    "battery_left": 81,
    "battery_right": 78,
    "battery_unknown": None,
    "budget_left": 76,
    "running": "ON",
}
FULL = {
    "type": "summary",
    "gait": "run",
    "strides": 28,
    "ball_time_s": 0.11834,
    "heel_height_mm": 13.64,
    "push_off_rate_dps": 611.6,
    "pull_rate_dps": 507.2,
    "speed_mps": 2.938,
}
SHOWN_OF_FULL = {
    "ball_time": 118,
    "heel_height": 13.6,
    "push_off": 612,
    "pull": 507,
    "speed": 2.94,
    "cadence": None,
}


def without_origin(document: Document) -> None:
    del document["origin"]


def without_identifiers(document: Document) -> None:
    del document["device"]["identifiers"]


def with_another_unit(document: Document) -> None:
    document["components"]["contact_time"]["unit_of_measurement"] = "spm"


def without_kinds_of_cue(document: Document) -> None:
    del document["components"]["cue"]["event_types"]


def without_a_command(document: Document) -> None:
    del document["components"]["mute"]["command_topic"]


BREAKS = {
    without_origin: "origin",
    without_identifiers: "identifying",
    with_another_unit: "spm",
    without_kinds_of_cue: "event_types",
    without_a_command: "command_topic",
}


@pytest.fixture(scope="module")
def home_assistant(checkout: Path, require_program: Callable[[str], str]) -> Path:
    """A Python with Home Assistant's code, made once."""
    folder = checkout / ".home-assistant"
    script = checkout / "tests" / "integrations_env" / "home_assistant.sh"
    made = subprocess.run(
        [require_program("bash"), script, folder], capture_output=True, text=True, check=False, timeout=300
    )
    if made.returncode:
        missing(f"Home Assistant's code ({made.stderr.strip()[-300:]})")
    return folder / "python"


def asked(
    python: Path, documents: dict[str, Document], payloads: dict[str, bytes], automations: dict[str, Document]
) -> Any:
    said = {where: payload.decode() for where, payload in payloads.items()}
    told = {"documents": documents, "payloads": said, "automations": automations}
    script = Path(__file__).parents[1] / "integrations_env" / "home_assistant_says.py"
    ran = subprocess.run(
        [python, script], input=json.dumps(told), capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def described(device: str = DEVICE) -> Document:
    document = json.loads(discovery(device, "0.1.0"))
    assert isinstance(document, dict)
    return document


@pytest.fixture(scope="module")
def verdict(home_assistant: Path, checkout: Path) -> Any:
    documents = {
        "as it is": json.loads(discovery(DEVICE, "0.1.0")),
        "Ömer": json.loads(discovery("Ömer", "0.1.0")),
    }
    for breaking in BREAKS:
        documents[breaking.__name__] = described()
        breaking(documents[breaking.__name__])
    payloads = {
        topic(DEVICE, kind, Foot.LEFT if kind in A_FOOT else None): payload
        for kind, payload in examples().items()
    }
    other = topic(OTHER, Kind.SUMMARY)
    payloads[other] = Envelope(SESSION).wrap(other, STARTED_UNIX_S, FULL)
    example = checkout / "docs" / "integrations" / "home-assistant" / "automation.yaml"
    [automation] = yaml.safe_load(example.read_text(encoding="utf-8"))
    automations = {"example": automation, "without a trigger": {**automation, "triggers": [{}]}}
    return asked(home_assistant, documents, payloads, automations)


@pytest.mark.parametrize("name", ["as it is", OTHER])
def test_home_assistant_takes_the_device_and_all_its_entities(verdict: Any, name: str) -> None:
    assert verdict["faults"][name] == []


@pytest.mark.parametrize(("breaking", "named"), BREAKS.items())
def test_home_assistant_refuses_a_broken_one(
    verdict: Any, breaking: Callable[[Document], None], named: str
) -> None:
    assert named in "".join(verdict["faults"][breaking.__name__])


@pytest.mark.parametrize(("entity", "figure"), SHOWN.items())
def test_home_assistant_shows_the_figure_or_that_it_is_unknown(
    verdict: Any, entity: str, figure: int | str | None
) -> None:
    shown = verdict["rendered"]["as it is"][entity]
    assert shown == ("None" if figure is None else str(figure))


def test_home_assistant_takes_the_example_of_an_automation(verdict: Any) -> None:
    assert verdict["faults"]["example"] == []
    assert verdict["faults"]["without a trigger"] != []


def test_home_assistant_reads_the_cue(verdict: Any) -> None:
    event = json.loads(verdict["rendered"]["as it is"]["cue"])
    assert (event["event_type"], event["text"]) == (CueKind.CORRECTION, "let the heel kiss down")


def test_home_assistant_shows_figures_without_needless_decimals(verdict: Any) -> None:
    figures = {key: verdict["rendered"][OTHER][key] for key in SHOWN_OF_FULL}
    assert {key: None if one == "None" else float(one) for key, one in figures.items()} == SHOWN_OF_FULL
