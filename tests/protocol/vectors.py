"""The golden vectors of all pods, and what a vector says must have been heard before it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

POD_FOLDERS = sorted(
    file.parent for file in (Path(__file__).parents[2] / "firmware_protocols").glob("*/vectors.json")
)

Vector = dict[str, Any]


@cache
def vectors(folder: str) -> tuple[Vector, ...]:
    """All vectors of one folder; each also has its `protocol`."""
    file = next(path for path in POD_FOLDERS if path.name == folder) / "vectors.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    place = {"protocol": content["protocol"], "folder": folder}
    return tuple(vector | place for vector in content["vectors"])


def all_with(*keys: str, without: tuple[str, ...] = ()) -> pytest.MarkDecorator:
    """The vectors of all pods that state all of these keys, as the parameter `vector`."""
    chosen = [
        pytest.param(vector, id=f"{folder.name}: {vector['name']}")
        for folder in POD_FOLDERS
        for vector in vectors(folder.name)
        if all(key in vector for key in keys) and not any(key in vector for key in without)
    ]
    return pytest.mark.parametrize("vector", chosen)


def payload_of(vector: Vector) -> bytes:
    return bytes.fromhex(vector["hex"])


def heard_before(vector: Vector) -> list[Vector]:
    """The vectors that must come before this one, in their order."""
    by_name = {other["name"]: other for other in vectors(vector["folder"])}
    return [by_name[name] for name in vector.get("before", [])]
