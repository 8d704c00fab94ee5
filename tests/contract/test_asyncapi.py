"""AsyncAPI's own parser takes the document, and refuses broken ones."""

import copy
import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import missing
from stridesense.contract.topics import DELIVERY, Kind

CHECK = Path(__file__).with_name("asyncapi")
INSTALLED = "installed"


@pytest.fixture(scope="module")
def parser(pytestconfig: pytest.Config, require_program: Callable[[str], str]) -> Path:
    """A folder with the parser, installed once for each lock."""
    npm = require_program("npm")
    locked = hashlib.sha256((CHECK / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = pytestconfig.cache.mkdir(f"asyncapi-{locked}")
    if not (folder / INSTALLED).exists():
        shutil.copytree(CHECK, folder, dirs_exist_ok=True)
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        if subprocess.run(command, cwd=folder, check=False).returncode:
            missing("what `npm ci` fetches for the parser of AsyncAPI")
        (folder / INSTALLED).touch()
    shutil.copy(CHECK / "check.mjs", folder)
    return folder


def break_action(document: Any) -> None:
    document["operations"]["sendCue"]["action"] = "publish"


def break_reference(document: Any) -> None:
    document["channels"]["cue"]["messages"]["cue"]["$ref"] = "#/components/messages/nobody"


def break_parameters(document: Any) -> None:
    del document["channels"]["stride"]["parameters"]["foot"]


def break_delivery(document: Any) -> None:
    document["operations"]["sendCue"]["bindings"]["mqtt"]["qos"] = 7


def break_payload(document: Any) -> None:
    document["components"]["messages"]["cue"]["payload"]["properties"]["value"]["type"] = "figure"


BREAKS = {
    break_action: "operations/sendCue/action",
    break_reference: "operations/sendCue/messages/0",
    break_parameters: "channels/stride/parameters",
    break_delivery: "operations/sendCue/bindings/mqtt/qos",
    break_payload: "components/messages/cue/payload/properties/value/type",
}


@pytest.fixture(scope="module")
def written(checkout: Path) -> Any:
    return json.loads((checkout / "docs" / "contract" / "asyncapi.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def verdicts(parser: Path, written: Any, require_program: Callable[[str], str]) -> Any:
    documents = {"as it is": written}
    for breaking in BREAKS:
        documents[breaking.__name__] = copy.deepcopy(written)
        breaking(documents[breaking.__name__])
    parsed = subprocess.run(
        [require_program("node"), "check.mjs"],
        cwd=parser,
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(parsed.stdout)


def test_the_parser_takes_the_document_with_an_operation_for_each_kind(verdicts: Any) -> None:
    assert verdicts["as it is"]["faults"] == []
    operations = verdicts["as it is"]["operations"]
    assert len(operations) == len(Kind)
    assert {"sendStride", "receiveCmd", "sendCmdResult"} <= set(operations)


@pytest.mark.parametrize(("breaking", "place"), BREAKS.items())
def test_the_parser_refuses_a_broken_one(verdicts: Any, breaking: Callable[[Any], None], place: str) -> None:
    assert [fault for fault in verdicts[breaking.__name__]["faults"] if fault.startswith(place)]


@pytest.mark.parametrize("kind", Kind)
def test_the_document_delivers_as_the_program_does(kind: Kind, written: Any) -> None:
    binding = next(
        operation["bindings"]["mqtt"]
        for operation in written["operations"].values()
        if written["channels"][operation["channel"]["$ref"].split("/")[-1]]["address"].endswith(f"}}/{kind}")
    )
    assert (binding["qos"], binding["retain"]) == (DELIVERY[kind].qos, DELIVERY[kind].retain)
    assert binding.get("messageExpiryInterval", float("inf")) == DELIVERY[kind].expiry_s
