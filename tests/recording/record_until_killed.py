"""Records two feet in real time to the file that is named, and says on stdout what it has handed over."""

import asyncio
import os
import random
import sys
import time

from stridesense.model import Foot, RawPacket
from stridesense.recording.format import SessionMeta
from stridesense.sinks.recorder import Recorder


async def record(path: str) -> None:
    chance = random.Random(path)
    async with Recorder(path, SessionMeta.new("test"), free_bytes_wanted=0) as recorder:
        began_ns = time.monotonic_ns()
        while True:
            await asyncio.sleep(0.038)
            for foot in (Foot.LEFT, Foot.RIGHT):
                now_ns = time.monotonic_ns() - began_ns
                await recorder.handle(RawPacket(foot, "sofp", "data", chance.randbytes(120), now_ns))
                os.write(sys.stdout.fileno(), now_ns.to_bytes(8, "little"))


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1]))
