"""Whether a message is what the contract says it is: by its model, by the schema, by the schema released."""

import json
import re
from functools import cache, lru_cache
from pathlib import Path

from jsonschema import Draft202012Validator

from stridesense.contract import topics
from stridesense.contract.messages import MESSAGES, read
from stridesense.contract.schemas import file_name, schema
from stridesense.contract.topics import Kind
from stridesense.errors import InputError

RELEASED = Path(__file__).resolve().parents[2] / "docs" / "contract" / "released"
FRACTION = re.compile(rb"\d+(?:\.\d+)?e[+-]?\d+|\d+\.\d+")
COUNT = re.compile(rb"\d\d+")


def faults(topic: str, payload: bytes) -> list[str]:
    """What is wrong with a message that we say, each in a sentence."""
    try:
        _, kind, _ = topics.parse(topic)
        read(kind, payload)
    except InputError as error:
        return [f"{topic}: {error}"]
    unknown = json.loads(payload).keys() - MESSAGES[kind].model_fields.keys()
    # The model has looked at each number. What the schema says beyond that hangs on names and types, so one
    # message stands for all that differ in figures alone: validating is thirty times slower than reading.
    alike = COUNT.sub(b"10", FRACTION.sub(b"0.5", payload))
    return [*(f"{kind} has no field {name}" for name in sorted(unknown)), *_schema_faults(kind, alike)]


@lru_cache(maxsize=4096)
def _schema_faults(kind: Kind, payload: bytes) -> tuple[str, ...]:
    said = json.loads(payload)
    return tuple(
        f"{kind} {error.json_path}: {error.message}"
        for validator in _validators(kind)
        for error in validator.iter_errors(said)
    )


@cache
def _validators(kind: Kind) -> tuple[Draft202012Validator, ...]:
    """Of the schema as it is, and as it was released where that differs."""
    path = RELEASED / file_name(kind)
    released = json.loads(path.read_text(encoding="utf-8")) if path.exists() else schema(kind)
    schemas = [schema(kind), *([released] if released != schema(kind) else [])]
    return tuple(Draft202012Validator(one) for one in schemas)
