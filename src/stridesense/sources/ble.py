"""Live pods over Bluetooth, one or two, as one stream of packets."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Self

from stridesense.model import Foot, RawPacket
from stridesense.sources.base import Source
from stridesense.sources.guard import GuardedRadio
from stridesense.sources.inbox import Inbox
from stridesense.sources.radio import Radio
from stridesense.sources.supervisor import Patience, Pod, Supervisor


class BleSource(Source):
    """What the pods send, in the order of arrival, until `end` is called.

    A pod that is lost, silent or refuses is tried again and again while the other one goes on; packets of the
    role `link` tell of it. Leaving the context stops the pods and closes every connection.

    Args:
        radio: the computer's Bluetooth.
        pods: the pod of each foot.
        patience: how long to wait for what.
    """

    def __init__(self, radio: Radio, pods: Mapping[Foot, Pod], patience: Patience | None = None) -> None:
        self._radio = radio
        self._pods = dict(pods)
        self._patience = patience or Patience()
        self._inbox = Inbox()
        self._tasks: list[asyncio.Task[None]] = []
        self._is_over = False
        self._ending: asyncio.Task[None] | None = None

    @property
    def dropped(self) -> int:
        """Packets that came faster than they were taken, and are lost."""
        return self._inbox.dropped

    def end(self) -> None:
        """Stop the pods, and let the iteration end after what they have sent."""
        self._is_over = True
        if self._tasks and self._ending is None:
            self._ending = asyncio.create_task(self._stop(), name="stop the pods")

    async def __aenter__(self) -> Self:
        self._inbox = Inbox()
        for foot, pod in self._pods.items():
            supervisor = Supervisor(foot, pod, GuardedRadio(self._radio), self._inbox, self._patience)
            task = asyncio.create_task(supervisor.run(), name=f"{foot} pod")
            task.add_done_callback(self._ended)
            self._tasks.append(task)
        if self._is_over:
            self.end()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
        if self._ending is not None:
            await asyncio.shield(self._ending)

    async def __aiter__(self) -> AsyncIterator[RawPacket]:
        while (packet := await self._inbox.get()) is not None:
            yield packet

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self._inbox.close(task.exception())

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        self._inbox.close()
