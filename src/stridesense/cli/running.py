"""Runs what is asynchronous, so that Ctrl-C, a kill and a closed terminal end it in good order."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from stridesense.cli.signals import ending

T = TypeVar("T")


def run(session: Coroutine[Any, Any, T]) -> T:
    """Run a session; a kill or a closed terminal ends it as cleanly as Ctrl-C does.

    Raises:
        KeyboardInterrupt: it was ended by any of them.
    """

    async def supervised() -> T:
        task = asyncio.current_task()
        if task is not None and sys.platform != "win32":
            for number in ending():
                asyncio.get_running_loop().add_signal_handler(number, _cancel_once, task)
        return await session

    with suppress(asyncio.CancelledError):
        return asyncio.run(supervised())
    raise KeyboardInterrupt


def _cancel_once(task: asyncio.Task[Any]) -> None:
    """A second signal must not cancel the cleaning up that the first began."""
    if not task.cancelling():
        task.cancel()


@contextmanager
def ending_gently(end: Callable[[], object]) -> Iterator[None]:
    """Let Ctrl-C, a kill and a closed terminal call `end`; a second of them cancels the task instead."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    asked = False

    def ask() -> None:
        nonlocal asked
        if asked and task is not None:
            _cancel_once(task)
        asked = True
        end()

    numbers = [] if sys.platform == "win32" else [signal.SIGINT, *ending()]
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        loop.add_signal_handler(number, ask)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
