"""What a source wants of Bluetooth, in words that no library owns: who is heard, and a talk with one."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from stridesense.errors import DeviceError, LinkError


class SilentError(LinkError):
    """The connection stands, and nothing comes over it."""


class UnforeseenError(LinkError):
    """The Bluetooth library raised what it does not promise, while it had to do with `whom`."""

    def __init__(self, whom: str, fault: BaseException) -> None:
        self.kind = type(fault).__name__
        super().__init__(f"Bluetooth failed with {whom} ({': '.join(filter(None, (self.kind, str(fault))))})")


class RefusedError(DeviceError):
    """The pod said no to a request; the connection stands."""


class PairingError(DeviceError):
    """The pod talks only to computers that it is paired with."""


class MismatchError(DeviceError):
    """The pod, or what the system remembers of it, is not what its description says."""


def plain(text: str | None) -> str | None:
    """What a pod tells as text, without what would steer a terminal or fit into no file; None when empty."""
    return "".join(letter for letter in text or "" if letter.isprintable()).strip() or None


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a device calls out: `services` as full UUIDs, `manufacturer_data` by company.

    `device` is the library's own handle of it, which connecting needs.
    """

    address: str
    name: str | None = None
    rssi_dbm: int | None = None
    services: frozenset[str] = frozenset()
    manufacturer_data: Mapping[int, bytes] = field(default_factory=dict)
    service_data: Mapping[str, bytes] = field(default_factory=dict)
    device: Any = field(default=None, repr=False, compare=False)


class Heard(Protocol):
    """The advertisements that are heard, one by one, without end.

    Iterating raises a LinkError when the radio cannot listen (any more).
    """

    def __aiter__(self) -> Self: ...

    async def __anext__(self) -> Advertisement: ...


class Connection(Protocol):
    """A talk with one pod. Every request may raise a LinkError: the connection is over, or hangs."""

    address: str

    @property
    def payload_bytes(self) -> int:
        """The most that one notification carries."""

    def find(self, uuids: Sequence[str]) -> str | None:
        """The first of these characteristics that the pod has."""

    async def read(self, uuid: str) -> bytes:
        """Read a characteristic.

        Raises:
            RefusedError, PairingError: the pod does not tell.
        """

    async def write(self, uuid: str, payload: bytes, *, response: bool) -> None:
        """Write to a characteristic, and with `response` wait until the pod has it.

        Raises:
            RefusedError, PairingError: the pod does not take it.
        """

    async def subscribe(self, uuid: str, on_value: Callable[[bytes], None]) -> None:
        """Have `on_value`, a plain function, called with each notification and indication.

        Raises:
            RefusedError, PairingError: the pod does not want to.
        """

    async def forget(self) -> None:
        """Throw away what the system remembers of the pod, such as characteristics of an older firmware."""

    async def close(self) -> None:
        """End the connection and give back all that it took, whatever state it is in; never raises."""


class Radio(Protocol):
    """The computer's Bluetooth."""

    def listen(self) -> AbstractAsyncContextManager[Heard]:
        """Listen to whoever advertises; several may, at the same time."""

    async def release(self, address: str) -> None:
        """End a connection to this pod that a crashed program left behind, in which it would stay unheard."""

    async def connect(self, advertisement: Advertisement, on_lost: Callable[[], None]) -> Connection:
        """Connect to who sent this; `on_lost`, a plain function, is called when the connection is over.

        Raises:
            LinkError: it cannot be reached.
        """
