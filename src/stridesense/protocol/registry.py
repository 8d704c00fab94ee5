"""The pods that are described in `firmware_protocols/`, found by the name of their protocol."""

import tomllib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from stridesense.errors import DeviceError
from stridesense.protocol import spec
from stridesense.protocol.spec import ProtocolSpec


def names() -> list[str]:
    """The protocols that are described, in alphabetical order."""
    return sorted(_files())


@cache
def find(name: str) -> ProtocolSpec:
    """The description of a protocol; read once, then kept.

    Raises:
        DeviceError: no description has this name, or the description cannot be followed.
    """
    file = _files().get(name)
    if file is None:
        msg = f"no pod protocol is called {name!r}; described are: {', '.join(names())}"
        raise DeviceError(msg)
    return spec.parse(file.read_text(encoding="utf-8"), str(file))


def folder() -> Traversable:
    """The folder of descriptions: inside the installed package, or on top of a source checkout.

    Raises:
        DeviceError: there is none.
    """
    checkout = Path(__file__).parents[3] / "firmware_protocols"
    for candidate in (resources.files("stridesense") / "firmware_protocols", checkout):
        if candidate.is_dir():
            return candidate
    msg = "the folder firmware_protocols is missing from this installation; install StrideSense again"
    raise DeviceError(msg)


@cache
def _files() -> dict[str, Traversable]:
    files = [pod / "protocol.toml" for pod in folder().iterdir() if (pod / "protocol.toml").is_file()]
    return {_name(file): file for file in files}


def _name(file: Traversable) -> str:
    try:
        return str(tomllib.loads(file.read_text(encoding="utf-8"))["name"])
    except (tomllib.TOMLDecodeError, KeyError) as error:
        msg = f"{file}: no protocol name can be read ({error}); correct the file"
        raise DeviceError(msg) from error
