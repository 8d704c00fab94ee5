"""A radio without air: pods that are played by dictionaries, and a record of all that was asked of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from stridesense.sources.radio import Advertisement, Connection, Heard, Radio
from stridesense.sources.scanning import Listener, SharedScan

Answer = tuple[str, bytes]
"""A value that a characteristic notifies."""


@dataclass
class MemoryPod:
    """What a pod has and does.

    Attributes:
        advertisement: what it calls out.
        values: what is read of each characteristic it has; an exception is raised instead.
        answers: what is notified as soon as these bytes are written.
        refusals: what is raised when these bytes are written, or this characteristic is subscribed.
    """

    advertisement: Advertisement
    values: dict[str, bytes | Exception] = field(default_factory=dict)
    answers: dict[bytes, list[Answer]] = field(default_factory=dict)
    refusals: dict[bytes | str, Exception] = field(default_factory=dict)
    payload_bytes: int = 244
    asked: list[str] = field(default_factory=list)
    listeners: dict[str, Callable[[bytes], None]] = field(default_factory=dict)
    on_lost: Callable[[], None] = lambda: None


class MemoryConnection(Connection):
    """A talk with a `MemoryPod`; what was asked is in its `asked`, in plain words."""

    def __init__(self, pod: MemoryPod) -> None:
        self.address = pod.advertisement.address
        self._pod = pod

    @property
    def payload_bytes(self) -> int:
        return self._pod.payload_bytes

    def find(self, uuids: Sequence[str]) -> str | None:
        return next((uuid for uuid in uuids if uuid in self._pod.values), None)

    async def read(self, uuid: str) -> bytes:
        self._pod.asked.append(f"read {uuid[4:8]}")
        value = self._pod.values[uuid]
        if isinstance(value, Exception):
            raise value
        return value

    async def write(self, uuid: str, payload: bytes, *, response: bool) -> None:
        self._pod.asked.append(f"{'write' if response else 'send'} {uuid[4:8]} {payload.hex()}")
        if payload in self._pod.refusals:
            raise self._pod.refusals[payload]
        for source, answer in self._pod.answers.get(payload, ()):
            self._pod.listeners[source](answer)

    async def subscribe(self, uuid: str, on_value: Callable[[bytes], None]) -> None:
        self._pod.asked.append(f"subscribe {uuid[4:8]}")
        if uuid in self._pod.refusals:
            raise self._pod.refusals[uuid]
        self._pod.listeners[uuid] = on_value

    async def forget(self) -> None:
        self._pod.asked.append("forget")

    async def close(self) -> None:
        self._pod.asked.append("close")
        self._pod.listeners.clear()


class MemoryRadio(Radio):
    """Hears its pods all the time; `fault` is raised by what needs the adapter."""

    def __init__(self, *pods: MemoryPod) -> None:
        self.pods = {pod.advertisement.address: pod for pod in pods}
        self.fault: Exception | None = None
        self.scans: list[str] = []
        self._scan = SharedScan(self._scanning, pass_s=0.05)

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Heard]:
        async with self._scan.listen() as listening:
            yield listening

    async def release(self, address: str) -> None:
        """There is nobody to hold a pod."""

    async def connect(self, advertisement: Advertisement, on_lost: Callable[[], None]) -> Connection:
        pod = self.pods[advertisement.address]
        pod.asked.append("connect")
        pod.on_lost = on_lost
        return MemoryConnection(pod)

    @asynccontextmanager
    async def _scanning(self, tell: Listener) -> AsyncIterator[None]:
        if self.fault is not None:
            raise self.fault
        self.scans.append("begin")
        for pod in self.pods.values():
            tell(pod.advertisement)
        try:
            yield
        finally:
            await asyncio.sleep(0)
            self.scans.append("end")
