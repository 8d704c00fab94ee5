"""The pods that are described, found by the name of their protocol: those of the package, and the user's own.

The user's folder `firmware_protocols` in the configuration folder holds one folder a pod, as the package's
does; a protocol that both describe is the user's. A description that cannot be followed takes no other with
it: `names` leaves it out, `broken` says what is wrong, and so does `find` when it is asked for.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import platformdirs

from stridesense.errors import DeviceError
from stridesense.protocol import spec
from stridesense.protocol.spec import ProtocolSpec


def names() -> list[str]:
    """The protocols that are described and can be followed, in alphabetical order."""
    return sorted(name for name in files() if _fault(name) is None)


@cache
def find(name: str) -> ProtocolSpec:
    """The description of a protocol; read once, then kept.

    Raises:
        DeviceError: no description has this name, or the description cannot be followed.
    """
    file = files().get(name)
    if file is None:
        msg = f"no pod protocol is called {name!r}; described are: {', '.join(sorted(files()))}"
        raise DeviceError(msg)
    return spec.parse(_text(file), str(file))


def broken() -> dict[str, str]:
    """The descriptions that cannot be followed: what is wrong and what to do, by the file."""
    nameless = {str(file): str(name) for file, name in _all() if isinstance(name, DeviceError)}
    faults = {str(file): fault for name, file in files().items() if (fault := _fault(name))}
    return nameless | faults


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
    """The file of each protocol by name, also of those that cannot be followed; read once, then kept."""
    return {name: file for file, name in _all() if isinstance(name, str)}


def _all() -> Iterator[tuple[Traversable, str | DeviceError]]:
    """Every description, ours before the user's, with its name or why it has none to go by."""
    own = user_folder()
    for place in (folder(), *([own] if own.is_dir() else [])):
        taken: dict[str, Traversable] = {}
        for file in _pods(place):
            name = _name(file)
            if isinstance(name, str) and name in taken:
                name = DeviceError(f"{file}: {taken[name]} has the same `name`; give each its own")
            elif isinstance(name, str):
                taken[name] = file
            yield file, name


def _pods(place: Traversable) -> list[Traversable]:
    """The description in each folder; the folder itself where it cannot be looked into."""
    try:
        pods = sorted(place.iterdir(), key=lambda pod: pod.name)
    except OSError:
        return [place]
    return [file for pod in pods for file in _in_folder(pod)]


def _in_folder(pod: Traversable) -> list[Traversable]:
    file = pod / "protocol.toml"
    try:
        list(pod.iterdir())  # a newer Python says of a file in a closed folder that there is none
    except NotADirectoryError:
        return []
    except OSError:
        return [pod]
    return [file] if file.is_file() else []


def _name(file: Traversable) -> str | DeviceError:
    try:
        return str(tomllib.loads(_text(file))["name"])
    except DeviceError as fault:
        return fault
    except (ValueError, RecursionError, KeyError) as error:
        return DeviceError(f"{file}: no protocol name can be read ({error}); correct the file")


def _text(file: Traversable) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{file}: cannot be read ({error}); make it a text file in UTF-8 that you may read"
        raise DeviceError(msg) from error


def _fault(name: str) -> str | None:
    try:
        find(name)
    except DeviceError as error:
        return str(error)
    return None
