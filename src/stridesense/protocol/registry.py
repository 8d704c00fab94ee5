"""The pods that are described, found by the name of their protocol: those of the package, and the user's own.

The user's folder `firmware_protocols` in the configuration folder holds one folder a pod, as the package's
does; a protocol that both describe is the user's.
"""

import tomllib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import platformdirs

from stridesense.errors import DeviceError
from stridesense.protocol import spec
from stridesense.protocol.spec import ProtocolSpec


def names() -> list[str]:
    """The protocols that are described, in alphabetical order."""
    return sorted(files())


@cache
def find(name: str) -> ProtocolSpec:
    """The description of a protocol; read once, then kept.

    Raises:
        DeviceError: no description has this name, or the description cannot be followed.
    """
    file = files().get(name)
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


def user_folder() -> Path:
    """Where a runner keeps the descriptions of their own pods; it need not exist."""
    return platformdirs.user_config_path("stridesense") / "firmware_protocols"


@cache
def files() -> dict[str, Traversable]:
    """The file of each protocol by name.

    Raises:
        DeviceError: a file has no name to go by.
    """
    own = user_folder()
    folders = [folder(), *([own] if own.is_dir() else [])]
    pods = [pod / "protocol.toml" for place in folders for pod in place.iterdir()]
    return {_name(file): file for file in pods if file.is_file()}


def _name(file: Traversable) -> str:
    try:
        return str(tomllib.loads(file.read_text(encoding="utf-8"))["name"])
    except (tomllib.TOMLDecodeError, KeyError, UnicodeDecodeError) as error:
        msg = f"{file}: no protocol name can be read ({error}); correct the file"
        raise DeviceError(msg) from error
