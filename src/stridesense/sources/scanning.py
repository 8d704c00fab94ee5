"""Hearing pods: one scan that several listen to, and telling from an advertisement what kind of pod it is."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Self

from stridesense.protocol import registry
from stridesense.protocol.gatt import BASE_UUID, MarkSpec
from stridesense.protocol.spec import ProtocolSpec
from stridesense.sources.radio import Advertisement, Heard

PASS_S: Final = 6.0
"""Length of one scan in seconds. Nobody tells when a scan has died with the system's Bluetooth service, so it
is begun anew from time to time."""

BATTERY_SERVICE: Final = BASE_UUID.format("180f")
FULL_PERCENT: Final = 100

Listener = Callable[[Advertisement], None]
Scan = Callable[[Listener], AbstractAsyncContextManager[object]]


class Listening(Heard):
    """What one listener hears; an exception in the queue ends it."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Advertisement | BaseException] = asyncio.Queue()

    def put(self, heard: Advertisement | BaseException) -> None:
        """Hand on an advertisement, or why there are no more."""
        self._queue.put_nowait(heard)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Advertisement:
        heard = await self._queue.get()
        if isinstance(heard, BaseException):
            raise heard
        return heard


class SharedScan:
    """A scan that runs while somebody listens. Systems allow a program only one at a time.

    Args:
        scan: a context in which the function it is given hears advertisements.
        pass_s: after this time the scan is begun anew.
    """

    def __init__(self, scan: Scan, pass_s: float = PASS_S) -> None:
        self._scan = scan
        self._pass_s = pass_s
        self._listeners: list[Listening] = []
        self._task: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Listening]:
        """Hear what is advertised; the scan has ended when the last listener's context is left.

        Raises:
            LinkError: while iterating: the radio cannot listen.
        """
        listening = Listening()
        self._listeners.append(listening)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._scan_on(), name="scan")
            self._task.add_done_callback(self._ended)
        try:
            yield listening
        finally:
            self._listeners.remove(listening)
            if not self._listeners:
                await self._stop()

    async def _stop(self) -> None:
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
            await asyncio.wait([task])

    async def _scan_on(self) -> None:
        async with self._one_at_a_time:
            while True:
                async with self._scan(self._tell):
                    await asyncio.sleep(self._pass_s)

    def _tell(self, heard: Advertisement) -> None:
        for listening in self._listeners:
            listening.put(heard)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (fault := task.exception()) is not None:
            for listening in self._listeners:
                listening.put(fault)


def descriptions() -> list[ProtocolSpec]:
    """Every kind of pod that is described.

    Raises:
        DeviceError: a description cannot be followed.
    """
    return [registry.find(name) for name in registry.names()]


def recognise(heard: Advertisement, specs: Iterable[ProtocolSpec]) -> ProtocolSpec | None:
    """The kind of pod that sent an advertisement.

    A pod may show the marks of several kinds, as one that also speaks the standard running profile: more
    marks count more, then that a run can be made with it, then that it sends samples.
    """
    fitting = [
        (max(marks), spec.unusable is None, bool(spec.samples), spec)
        for spec in specs
        if (marks := [_marks(mark) for mark in spec.recognise if _fits(mark, heard)])
    ]
    return max(fitting, key=lambda found: found[:3], default=(0, False, False, None))[3]


def advertised_battery(heard: Advertisement, spec: ProtocolSpec | None = None) -> int | None:
    """The battery in per cent, where the pod advertises it in the standard way or as its description says."""
    told = spec.facts.advertised_battery_percent if spec else None
    if told is not None:
        level = heard.manufacturer_data.get(told.company, b"")[told.at : told.at + 1]
    else:
        level = heard.service_data.get(BATTERY_SERVICE, b"")
    return level[0] if len(level) == 1 and level[0] <= FULL_PERCENT else None


def _fits(mark: MarkSpec, heard: Advertisement) -> bool:
    return (
        (mark.service is None or mark.service in heard.services)
        and (mark.name is None or (heard.name or "").startswith(mark.name))
        and (mark.company is None or mark.company in heard.manufacturer_data)
    )


def _marks(mark: MarkSpec) -> int:
    return sum(value is not None for value in (mark.service, mark.name, mark.company))
