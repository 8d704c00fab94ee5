"""A session brings every item to every sink, and closes what it opened however it ends."""

import asyncio
from collections.abc import AsyncIterator
from typing import Self

import pytest

from stridesense.errors import LinkError
from stridesense.model import Cue, RawPacket, Stride
from stridesense.pipeline import Pipeline
from stridesense.runtime.clock import VirtualClock
from stridesense.runtime.config import Settings
from stridesense.runtime.demo import LASTS_S, demo_setup, demo_source
from stridesense.runtime.desk import SessionDesk
from stridesense.runtime.session import SessionReport, outcomes, run_session
from stridesense.simulator import SimulatedRun, load, simulate
from stridesense.sinks.base import Item, Sink
from stridesense.sources.base import Source
from stridesense.sources.simulated import SimulatedSource

SCENARIO = load("easy_run").shortened(14.0)


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    return simulate(SCENARIO)


class Collector(Sink):
    """Keeps what it is handed, and whether it is open."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.items: list[Item] = []
        self.history: list[str] = []
        self._fails_at = fails_at

    async def __aenter__(self) -> Self:
        self.history.append("opened")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.history.append("closed")

    async def handle(self, item: Item) -> None:
        self.items.append(item)
        if len(self.items) == self._fails_at:
            msg = "the disk is gone"
            raise LinkError(msg)


class Endless(Source):
    """A pod that never stops sending the same packet."""

    def __init__(self, packet: RawPacket) -> None:
        self._packet = packet
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[RawPacket]:
        while True:
            self.sent += 1
            yield self._packet


async def test_every_sink_gets_all_that_analysis_gets(run: SimulatedRun) -> None:
    sinks = [Collector(), Collector()]
    report = await run_session(SimulatedSource(SCENARIO), Pipeline(), sinks, SessionDesk())
    packets = list(run.packets())
    expected = list(outcomes(packets, Pipeline(), SessionReport()))
    for sink in sinks:
        assert [item for item in sink.items if isinstance(item, RawPacket)] == packets
        assert [item for item in sink.items if not isinstance(item, RawPacket)] == expected
        assert sink.history == ["opened", "closed"]
    assert report.packets == len(packets)
    assert report.strides.total() == sum(isinstance(item, Stride) for item in expected) > 10


async def test_a_sink_that_fails_ends_the_session_with_its_fault_alone() -> None:
    good, bad = Collector(), Collector(fails_at=5)
    with pytest.raises(LinkError, match="the disk is gone"):
        await run_session(SimulatedSource(SCENARIO), Pipeline(), [good, bad], SessionDesk())
    assert good.history == bad.history == ["opened", "closed"]


async def test_a_cancelled_session_closes_its_sinks(run: SimulatedRun) -> None:
    sink, source = Collector(), Endless(next(run.packets()))
    session = asyncio.create_task(run_session(source, Pipeline(), [sink], SessionDesk()))
    for _ in range(100):
        await asyncio.sleep(0)
    assert sink.items
    session.cancel()
    with pytest.raises(asyncio.CancelledError):
        await session
    assert sink.history == ["opened", "closed"]


async def test_a_source_that_is_too_fast_has_to_wait(run: SimulatedRun) -> None:
    class Stuck(Collector):
        async def handle(self, item: Item) -> None:
            await super().handle(item)
            await asyncio.Event().wait()

    sink, source = Stuck(), Endless(next(run.packets()))
    session = asyncio.create_task(run_session(source, Pipeline(), [sink], SessionDesk()))
    for _ in range(2000):
        await asyncio.sleep(0)
    assert len(sink.items) == 1
    assert source.sent < 300
    session.cancel()
    with pytest.raises(asyncio.CancelledError):
        await session


def test_a_file_with_malformed_rows_has_more_of_them_than_packets() -> None:
    report = SessionReport(packets=2, malformed=9)
    assert next(report.remarks()) == "9 malformed packets or rows were left out"


async def test_the_demo_takes_half_a_minute_and_brings_the_cue() -> None:
    clock, sink = VirtualClock(), Collector()
    report = await run_session(
        demo_source(clock), demo_setup(Settings(), None).pipeline(), [sink], SessionDesk()
    )
    assert clock.now_s() == pytest.approx(LASTS_S, abs=1.0)
    assert report.strides.total() > 150
    assert report.cues == [item for item in sink.items if isinstance(item, Cue)]
    assert [cue.cue_id for cue in report.cues] == ["heel_held"]
