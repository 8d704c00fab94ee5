"""Keeps a session in the history that is named until it is killed; tells on stdout when each fact came."""

import asyncio
import os
import sys
import time
from dataclasses import replace

from history.making import budget, change, start
from stridesense.sinks.history import HistorySink


async def keep(path: str, session_id: str) -> None:
    async with HistorySink(path, start(session_id)) as sink:
        began_s = time.monotonic()
        while True:
            await asyncio.sleep(0.01)
            now_s = time.monotonic() - began_s
            await sink.handle(replace(change(), t_s=now_s))
            await sink.handle(budget(t_s=now_s))
            os.write(sys.stdout.fileno(), int(now_s * 1e9).to_bytes(8, "little"))


if __name__ == "__main__":
    asyncio.run(keep(*sys.argv[1:]))
