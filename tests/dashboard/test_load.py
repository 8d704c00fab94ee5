"""Many runners and many pages at once; `benchmarks/dashboard.py` does it for longer."""

import asyncio
from statistics import quantiles

from brokers import Broker
from dashboard.crowd import look_on, publish
from dashboard.pages import Page
from stridesense.contract.topics import Kind

RUNNERS, PAGES, LASTS_S = 20, 50, 2.0
LATE_S = 0.25


async def test_fifty_pages_miss_no_cue_of_twenty_runners(mosquitto: Broker, address: str) -> None:
    async with Page(address) as page:
        await page.until_up()
        there = asyncio.Event()
        looking = asyncio.create_task(look_on(address, PAGES, RUNNERS, there))
        await there.wait()
        said = await publish(mosquitto, RUNNERS, LASTS_S)
        viewed = await asyncio.wait_for(looking, 10.0)
    assert said[Kind.CUE] == RUNNERS
    for seen in viewed:
        assert set(seen.cues.values()) == {1}
        assert len(seen.cues) == said[Kind.CUE]
        assert all(seen.kinds[kind] == count for kind, count in said.items())
    late_s = [late_s for seen in viewed for late_s in seen.late_s]
    assert quantiles(late_s, n=100)[94] <= LATE_S
