"""Many runners and many pages at once; `benchmarks/viewers.py` does it for longer, and tells how late."""

import asyncio

from brokers import Broker
from dashboard.crowd import look_on, publish
from dashboard.pages import Page
from stridesense.contract.topics import Kind

RUNNERS, PAGES, LASTS_S = 20, 50, 2.0


async def test_fifty_pages_miss_no_cue_of_twenty_runners(mosquitto: Broker, address: str) -> None:
    async with Page(address) as page:
        await page.until_up()
        there = asyncio.Event()
        looking = asyncio.create_task(look_on(address, PAGES, RUNNERS, there))
        await there.wait()
        said = await publish(mosquitto, RUNNERS, LASTS_S)
        viewed = await asyncio.wait_for(looking, 20.0)
    assert said[Kind.CUE] == RUNNERS
    for seen in viewed:
        assert set(seen.cues.values()) == {1}
        assert len(seen.cues) == said[Kind.CUE]
        assert all(seen.kinds[kind] == count for kind, count in said.items())
