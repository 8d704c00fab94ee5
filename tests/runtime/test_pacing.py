"""Packets of the past keep their rhythm, on a clock that nobody waits for."""

from collections.abc import AsyncIterator
from typing import Self

import pytest

from stridesense.errors import UsageError
from stridesense.model import Foot, RawPacket
from stridesense.runtime.clock import MonotonicClock, VirtualClock
from stridesense.runtime.pacing import Paced
from stridesense.sources.base import Source
from stridesense.units import NS_PER_S

ARRIVALS_S = (2.0, 2.5, 2.5, 7.0)


class Arrivals(Source):
    """Packets that arrived at given moments."""

    def __init__(self, arrivals_s: tuple[float, ...] = ARRIVALS_S) -> None:
        self.arrivals_s = arrivals_s
        self.is_open = False

    async def __aenter__(self) -> Self:
        self.is_open = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self.is_open = False

    async def __aiter__(self) -> AsyncIterator[RawPacket]:
        for arrival_s in self.arrivals_s:
            yield RawPacket(Foot.LEFT, "sofp", "data", b"", round(arrival_s * NS_PER_S))


async def moments_s(speed: float, clock: VirtualClock) -> list[float]:
    async with Paced(Arrivals(), speed=speed, clock=clock) as source:
        return [clock.now_s() async for _ in source]


@pytest.mark.parametrize("speed", [0.5, 1.0, 4.0])
async def test_the_first_packet_comes_at_once_and_the_others_after_their_old_delays(speed: float) -> None:
    expected = [100.0 + (arrival_s - ARRIVALS_S[0]) / speed for arrival_s in ARRIVALS_S]
    assert await moments_s(speed, VirtualClock(100.0)) == expected


async def test_a_listener_that_was_slow_is_caught_up_with() -> None:
    clock = VirtualClock()
    async with Paced(Arrivals(), speed=1.0, clock=clock) as source:
        moments = []
        async for _ in source:
            moments.append(clock.now_s())
            if len(moments) == 1:
                await clock.sleep_until(3.0)
    assert moments == [0.0, 3.0, 3.0, 5.0]


async def test_it_opens_and_closes_what_it_paces() -> None:
    arrivals = Arrivals()
    async with Paced(arrivals, speed=1.0, clock=VirtualClock()):
        assert arrivals.is_open
    assert not arrivals.is_open


@pytest.mark.parametrize("speed", [0.0, -1.0, float("inf"), float("nan")])
def test_a_speed_is_a_number_above_zero(speed: float) -> None:
    with pytest.raises(UsageError, match="above zero"):
        Paced(Arrivals(), speed=speed, clock=VirtualClock())


async def test_the_real_clock_moves_on_and_does_not_wait_for_the_past() -> None:
    clock = MonotonicClock()
    began_s = clock.now_s()
    await clock.sleep_until(began_s - 1000.0)
    await clock.sleep_until(began_s + 0.02)
    assert 0.02 <= clock.now_s() - began_s < 1.0
