"""The run on a whole terminal, while it goes on."""

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from stridesense.contract.commands import Desk
from stridesense.sinks.base import Item, Sink
from stridesense.sinks.live_view_app import LiveApp
from stridesense.sinks.live_view_facts import Facts

CLOSES_WITHIN_S: Final = 2.0

TAKEN_SIGNALS: Final = ("SIGTSTP", "SIGCONT", "SIGWINCH")
"""Whose handlers textual sets and does not give back."""


class LiveView(Sink):
    """Takes the terminal from when it is entered until it is left; what is said meanwhile is shown in it.

    `handle` keeps the item alone; the view paints it a moment later, at most 8 times a second. Should the
    view break, the run goes on without it. When it closes, what was said is said again.
    """

    def __init__(self, facts: Facts, desk: Desk | None = None) -> None:
        self._facts = facts
        self._desk = desk
        self._app: LiveApp | None = None
        self._task: asyncio.Task[None] | None = None
        self._give_back: Callable[[], None] | None = None

    async def __aenter__(self) -> Self:
        self._give_back = _taken()
        app = self._app = LiveApp(self._facts, self._desk)
        loop = asyncio.get_running_loop()
        factory = loop.get_task_factory()
        task = self._task = asyncio.create_task(app.run_async(mouse=False), name="live view")
        task.add_done_callback(self._closed)
        shown = asyncio.create_task(app.shown.wait())
        try:
            await asyncio.wait({task, shown}, return_when=asyncio.FIRST_COMPLETED)
        except BaseException:
            await self._close()
            raise
        finally:
            shown.cancel()
            loop.set_task_factory(
                factory
            )  # textual's own, on newer Pythons, would hold for all that runs beside
        if not task.done():
            sys.stdout = sys.stderr = self._facts.messages
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def handle(self, item: Item) -> None:
        """Keep what is shown of it."""
        self._facts.take(item)

    async def _close(self) -> None:
        if self._app is None or self._task is None:
            return
        self._app.exit()
        _, stuck = await asyncio.wait({self._task}, timeout=CLOSES_WITHIN_S)
        for task in stuck:
            task.cancel()
            await asyncio.wait({task})

    def _closed(self, task: asyncio.Task[None]) -> None:
        """Leave the terminal as it was, whatever ended the view."""
        if self._give_back is not None:
            self._give_back()
        fault = None if task.cancelled() else task.exception()
        if self._app is not None and self._app.fault is not None:
            fault = self._app.fault
        with suppress(OSError):  # a terminal that was closed
            self._facts.messages.say_again(sys.stderr)
            if isinstance(fault, Exception):
                sys.stderr.write(f"the live view broke ({fault!r}): the run goes on, Ctrl-C ends it\n")


def _taken() -> Callable[[], None]:
    """Remember what textual takes of the process; call the result to give it back."""
    streams = sys.stdout, sys.stderr
    numbers = [number for name in TAKEN_SIGNALS if (number := getattr(signal, name, None)) is not None]
    handlers = {number: signal.getsignal(number) for number in numbers}

    def give_back() -> None:
        sys.stdout, sys.stderr = streams
        for number, handler in handlers.items():
            signal.signal(number, handler)

    return give_back
