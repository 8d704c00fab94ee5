"""The documents say what the models say, and later schemas keep what released ones promised."""

import copy
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contract.documents import generator
from contract.keeping import faults
from stridesense.contract.commands import COMMAND
from stridesense.contract.compatibility import breaks, topic_breaks
from stridesense.contract.examples import examples
from stridesense.contract.messages import MESSAGES, read
from stridesense.contract.messages_base import FLAGS
from stridesense.contract.schemas import deliveries, file_name, schema
from stridesense.contract.topics import Envelope, Kind

BLOCK = re.compile(r"^### (\S+)$.*?^```(?:json|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def released(checkout: Path, kind: Kind) -> Any:
    path = checkout / "docs" / "contract" / "released" / file_name(kind)
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_committed_documents_are_those_that_the_models_make(checkout: Path) -> None:
    docs = checkout / "docs"
    for path, text in generator(checkout).documents(docs).items():
        assert (docs / path).read_text(encoding="utf-8") == text, f"{path} is old: run `make contract`"
    known = {file_name(kind) for kind in Kind}
    assert {path.name for path in (docs / "contract" / "schemas").iterdir()} == known


@pytest.mark.parametrize("kind", Kind)
def test_a_schema_is_one_and_takes_the_example_that_the_model_reads(kind: Kind, checkout: Path) -> None:
    payload = examples()[kind]
    Draft202012Validator.check_schema(schema(kind))
    said = payload.decode() if kind is Kind.STATUS else json.loads(payload)
    for held_to in (schema(kind), released(checkout, kind)):
        assert list(Draft202012Validator(held_to).iter_errors(said)) == []
    assert COMMAND.validate_json(payload) if kind is Kind.COMMAND else read(kind, payload)


@pytest.mark.parametrize("kind", [kind for kind in MESSAGES if kind is not Kind.STATUS])
def test_a_schema_refuses_null_and_what_lacks_a_field(kind: Kind) -> None:
    said = json.loads(examples()[kind])
    validator = Draft202012Validator(schema(kind))
    for name in schema(kind)["properties"]:
        assert not validator.is_valid({**said, name: None}), name
    for name in schema(kind)["required"]:
        assert not validator.is_valid({key: value for key, value in said.items() if key != name}), name
    assert validator.is_valid({**said, "of_a_later_version": {}})


def test_the_page_shows_one_valid_payload_of_each_kind(checkout: Path) -> None:
    page = (checkout / "docs" / "mqtt.md").read_text(encoding="utf-8")
    shown = dict(BLOCK.findall(page))
    assert list(shown) == list(Kind)
    assert shown.pop(Kind.STATUS) == "online\n"
    for kind, text in shown.items():
        assert json.loads(text) == json.loads(examples()[Kind(kind)])
        Draft202012Validator(schema(Kind(kind))).validate(json.loads(text))


def test_the_flags_that_are_named_are_those_that_are_explained(checkout: Path) -> None:
    page = (checkout / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(FLAGS)


@pytest.mark.parametrize("kind", Kind)
def test_nothing_that_was_released_is_broken(kind: Kind, checkout: Path) -> None:
    assert breaks(released(checkout, kind), schema(kind)) == []


def test_every_topic_that_was_released_is_there_and_delivered_as_before(checkout: Path) -> None:
    folder = checkout / "docs" / "contract" / "released"
    topics = json.loads((folder / "topics.json").read_text(encoding="utf-8"))
    assert topic_breaks(topics, deliveries()) == []
    assert {path.name for path in folder.iterdir()} <= {file_name(kind) for kind in Kind} | {"topics.json"}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda new: new.pop("stridesense/1/{device}/cue"), "stridesense/1/{device}/cue is gone"),
        (lambda new: new["stridesense/1/{device}/cue"].update(qos=0), "cue: delivered as {'qos': 0"),
        (lambda new: new["stridesense/1/{device}/info"].update(retain=False), "info: delivered as"),
    ],
)
def test_a_topic_that_is_gone_or_delivered_otherwise_is_a_break(
    change: Callable[[Any], object], fault: str
) -> None:
    changed = deliveries()
    change(changed)
    (found,) = topic_breaks(deliveries(), changed)
    assert fault in found


def budget_with(change: Callable[[Any], object]) -> Mapping[str, Any]:
    changed = copy.deepcopy(schema(Kind.BUDGET))
    change(changed)
    return changed


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda new: new["properties"].pop("ratio"), ".ratio is gone"),
        (lambda new: new["properties"]["load"].update(type="integer"), ".load: type was 'number'"),
        (lambda new: new["properties"]["load"].update(type=["number", "null"]), ".load: type was 'number'"),
        (lambda new: new["properties"]["load"].update(maximum=9), ".load: maximum was None and is 9"),
        (lambda new: new["properties"]["hops"].pop("minimum"), ".hops: minimum was 0 and is None"),
        (lambda new: new["properties"]["band"]["enum"].append("black"), ".band: enum was"),
        (lambda new: new["properties"]["band"]["enum"].remove("red"), ".band: enum was"),
        (lambda new: new["properties"]["v"].update(const=2), ".v: const was 1 and is 2"),
        (lambda new: new["required"].remove("load"), ".load need not be there any more"),
        (lambda new: new["required"].append("ratio"), ".ratio must be there now"),
        (lambda new: new.update(additionalProperties=False), "additionalProperties was None and is False"),
    ],
)
def test_a_break_is_noticed(change: Callable[[Any], object], fault: str) -> None:
    found = breaks(schema(Kind.BUDGET), budget_with(change))
    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(
    ("kind", "change", "fault"),
    [
        (Kind.STRIDE, lambda new: new["properties"]["gait"]["examples"].remove("hop"), "hop is not named"),
        (
            Kind.STRIDE,
            lambda new: new["properties"]["flags"]["items"].update(type="integer"),
            ".flags[]: type",
        ),
        (Kind.SHAPE, lambda new: new["properties"]["pitch_deg"].update(maxItems=51), ".pitch_deg: maxItems"),
        (Kind.SESSION, lambda new: new["properties"]["muted"].update(default=True), ".muted: default was"),
        (Kind.STATUS, lambda new: new["enum"].append("asleep"), "the message: enum"),
        (Kind.COMMAND, lambda new: new["oneOf"].pop(0), "start is gone"),
        (
            Kind.COMMAND,
            lambda new: new["oneOf"][4]["properties"]["text"].update(maxLength=9),
            "mark.text: max",
        ),
        (Kind.COMMAND, lambda new: new["oneOf"][4]["required"].append("text"), "mark.text must be there now"),
        (Kind.COMMAND, lambda new: new["oneOf"][5]["properties"]["theme"]["enum"].pop(), "theme.theme: enum"),
        (Kind.COMMAND, lambda new: new["oneOf"][6]["properties"]["left"].update(minimum=1), "left: minimum"),
        (
            Kind.COMMAND,
            lambda new: new["oneOf"][6]["properties"]["left"].update(multipleOf=2),
            "left: multiple",
        ),
    ],
)
def test_a_break_is_noticed_wherever_it_is(kind: Kind, change: Callable[[Any], object], fault: str) -> None:
    changed = copy.deepcopy(schema(kind))
    change(changed)
    found = breaks(schema(kind), changed)
    assert len(found) == 1
    assert fault in found[0]


def test_what_is_added_breaks_nothing() -> None:
    changed = copy.deepcopy(schema(Kind.SESSION))
    changed["properties"]["shoe"] = {"type": "string"}
    changed["properties"]["theme"]["examples"].append("breathing")
    changed["properties"]["muted"]["description"] = "other words"
    assert breaks(schema(Kind.SESSION), changed) == []
    told = copy.deepcopy(schema(Kind.COMMAND))
    told["oneOf"].append({"properties": {"command": {"const": "pause"}}, "required": ["command"]})
    told["oneOf"][0]["properties"]["why"] = {"type": "string", "default": ""}
    told["oneOf"][4]["properties"]["text"]["maxLength"] = 300
    told["oneOf"][5]["properties"]["theme"]["enum"].append("breathing")
    assert breaks(schema(Kind.COMMAND), told) == []


def test_a_schema_that_breaks_what_was_released_is_not_released(checkout: Path, tmp_path: Path) -> None:
    script = generator(checkout)
    assert script.release(tmp_path) == []
    kept = tmp_path / "contract" / "released" / file_name(Kind.BUDGET)
    earlier = json.loads(kept.read_text(encoding="utf-8"))
    earlier["properties"]["age"] = {"type": "number"}
    kept.write_text(json.dumps(earlier), encoding="utf-8")
    assert script.release(tmp_path) == ["budget.json .age is gone"]
    assert json.loads(kept.read_text(encoding="utf-8")) == earlier


@pytest.mark.parametrize(
    ("level", "change", "fault"),
    [
        ("left/budget", {"shoe": "x"}, "budget has no field shoe"),
        ("left/budget", {"load": "much"}, "load: Input should be a valid number"),
        ("left/budget", {"limit": None}, r"\$.limit: None is not of type 'number'"),
        ("left/budget", {"band": "black"}, "band: Input should be"),
        ("right/nothing", {}, "is no topic of the contract"),
        ("cue", {}, "a cue message is not valid"),
    ],
)
def test_no_test_can_make_a_message_that_breaks_the_contract(
    level: str, change: Mapping[str, object], fault: str
) -> None:
    payload = json.dumps(json.loads(examples()[Kind.BUDGET]) | change).encode()
    assert faults("stridesense/1/pod/left/budget", examples()[Kind.BUDGET]) == []
    assert re.search(fault, "\n".join(faults(f"stridesense/1/pod/{level}", payload)))


WRONG = {"type": "mark", "t_s": 1.0, "text": "", "mood": 1}


def test_what_any_test_wraps_is_looked_at(broken_messages: Callable[[], list[str]]) -> None:
    Envelope("sid").wrap("stridesense/1/pod/mark", 1.0, WRONG)
    assert broken_messages() == ["mark has no field mood"]


def test_so_is_what_a_program_wraps_that_a_test_starts(broken_messages: Callable[[], list[str]]) -> None:
    wrap = f"Envelope('sid').wrap('stridesense/1/pod/mark', 1.0, {WRONG})"
    program = f"from stridesense.contract.topics import Envelope; {wrap}"
    subprocess.run([sys.executable, "-c", program], check=True)
    assert broken_messages() == ["mark has no field mood"]
