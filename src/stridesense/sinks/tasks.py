"""Ending what runs beside us."""

import asyncio
from typing import Any, Final

ASK_AGAIN_S: Final = 0.1


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until they have ended: before Python 3.12, `wait_for` may swallow a first time.

    Raises:
        Exception: what a task died of, other than of this.
    """
    while running := {task for task in tasks if not task.done()}:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=ASK_AGAIN_S)
    for task in tasks:
        if not task.cancelled():
            task.result()
