"""A session that never was: a virtual runner, whose truth is known."""

import asyncio
from collections.abc import AsyncIterator
from typing import Self

from stridesense.model import RawPacket
from stridesense.simulator import SimulatedRun, simulate
from stridesense.simulator.scenario import Scenario
from stridesense.sources.base import Source


class SimulatedSource(Source):
    """The packets of a scenario as fast as they are taken; `Paced` gives them their rhythm."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._run: SimulatedRun

    async def __aenter__(self) -> Self:
        self._run = await asyncio.to_thread(simulate, self._scenario)
        return self

    async def __aiter__(self) -> AsyncIterator[RawPacket]:
        for packet in self._run.packets():
            yield packet
