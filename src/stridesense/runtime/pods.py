"""Which pod is worn on which foot, kept between runs in `pods.toml` of the user's config folder."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final, Self

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from stridesense.errors import DeviceError, InputError, UsageError
from stridesense.model import Foot
from stridesense.protocol import registry
from stridesense.sources.supervisor import Pod

FILE_NAME: Final = "pods.toml"
HEADING: Final = "# The pods of this runner, written by `stridesense run`; delete the file to choose anew.\n"
OTHER_FOOT: Final = {Foot.LEFT: Foot.RIGHT, Foot.RIGHT: Foot.LEFT, Foot.UNKNOWN: Foot.UNKNOWN}

_ADDRESS: Final = re.compile(r"([0-9A-F]{2}:){5}[0-9A-F]{2}|[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")


def address(text: str) -> str:
    """A Bluetooth address in its usual form; macOS knows pods by a UUID instead.

    Raises:
        UsageError: it is neither.
    """
    if _ADDRESS.fullmatch(text.upper()) is None:
        msg = (
            f"{text!r} is no Bluetooth address: write it as `stridesense scan` shows it, as F0:12:34:56:78:9A"
        )
        raise UsageError(msg)
    return text.upper()


def _valid_address(text: str) -> str:
    try:
        return address(text)
    except UsageError as error:
        raise ValueError(str(error)) from None


class KnownPod(BaseModel):
    """A pod as it is remembered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: Annotated[str, AfterValidator(_valid_address)]
    protocol: str
    name: str | None = None

    @classmethod
    def of(cls, pod: Pod) -> Self:
        """What is worth remembering of a pod."""
        return cls(address=pod.address, protocol=pod.spec.name, name=pod.name)

    def pod(self) -> Pod:
        """The pod to connect to.

        Raises:
            DeviceError: its protocol is not described any more.
        """
        return Pod(self.address, registry.find(self.protocol), self.name)


class _Book(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    feet: Annotated[Mapping[Foot, KnownPod], Field(max_length=2)] = {}


def path() -> Path:
    """Where they are remembered."""
    return platformdirs.user_config_path("stridesense") / FILE_NAME


def load() -> dict[Foot, Pod]:
    """The pods of the last run; none before the first.

    Raises:
        InputError: the file cannot be read, or is damaged.
        DeviceError: a pod's protocol is not described any more.
    """
    file = path()
    try:
        book = _Book.model_validate({"feet": tomllib.loads(file.read_text(encoding="utf-8"))})
    except FileNotFoundError:
        return {}
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror or error}"
        raise InputError(msg) from None
    except (ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{file} is damaged ({_first_line(error)}): delete it, the next run chooses the pods anew"
        raise InputError(msg) from None
    try:
        return {foot: known.pod() for foot, known in book.feet.items()}
    except DeviceError as error:
        msg = (
            f"{file} names a pod of an unknown kind ({error}): delete it, the next run chooses the pods anew"
        )
        raise DeviceError(msg) from None


def save(pods: Mapping[Foot, Pod]) -> Path:
    """Remember these pods and no others, so that a crash leaves the old file or the new one.

    Raises:
        InputError: the file cannot be written.
    """
    file = path()
    new = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with new.open("w", encoding="utf-8", errors="replace") as text:
            text.write(HEADING + "".join(_table(foot, KnownPod.of(pod)) for foot, pod in pods.items()))
            text.flush()
            os.fsync(text.fileno())
        new.replace(file)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        msg = f"{file} cannot be written: {error.strerror or error}"
        raise InputError(msg) from None
    return file


def swapped(pods: Mapping[Foot, Pod]) -> dict[Foot, Pod]:
    """The same pods, each on the other foot."""
    return {OTHER_FOOT[foot]: pod for foot, pod in pods.items()}


def _table(foot: Foot, known: KnownPod) -> str:
    values = known.model_dump(exclude_none=True)
    lines = [f"{key} = {_quoted(value)}" for key, value in values.items()]
    return "\n".join([f"\n[{foot}]", *lines, ""])


def _quoted(text: str) -> str:
    """A TOML string; its escapes are those of JSON, except that DEL needs one, too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", r"\u007f")


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False)[0]
        where = ".".join(str(level) for level in first["loc"][1:])
        return f"{where or 'as a whole'}: {first['msg'].removeprefix('Value error, ')}"
    return str(error)
