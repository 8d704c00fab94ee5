"""A link that is renewed whenever it breaks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from brokers import Broker, Proxy
from stridesense.errors import LinkError, RefusedError
from stridesense.sinks import mqtt_link
from stridesense.sinks.mqtt_link import Dialer, Link, keep_linked
from stridesense.sinks.tasks import end

DIAL_S = 5.0


class Times:
    """A clock that goes on by waiting alone, and a broker that breaks each link after so many seconds.

    None stands for one that cannot be reached, which takes `DIAL_S` to find out.
    """

    def __init__(self, *held_s: float | None, fault: LinkError) -> None:
        self._held_s = iter(held_s)
        self._fault = fault
        self._now_s = 0.0
        self.paused_s: list[float] = []

    def monotonic(self) -> float:
        return self._now_s

    async def sleep(self, pause_s: float) -> None:
        self.paused_s.append(pause_s)
        self._now_s += pause_s

    @asynccontextmanager
    async def dial(self, will_topic: str | None) -> AsyncIterator[float | None]:
        assert will_topic is None
        held_s = next(self._held_s)
        if held_s is None:
            self._now_s += DIAL_S
            raise self._fault
        yield held_s

    async def serve(self, link: Link) -> None:
        if held_s := cast("float", link):
            self._now_s += held_s
            raise self._fault


async def pauses_s(monkeypatch: pytest.MonkeyPatch, *held_s: float | None, fault: LinkError) -> list[float]:
    times, faults = Times(*held_s, 0.0, fault=fault), list[LinkError]()
    monkeypatch.setattr(mqtt_link, "time", times)
    monkeypatch.setattr(mqtt_link, "asyncio", SimpleNamespace(sleep=times.sleep))
    monkeypatch.setattr("stridesense.sinks.backoff.SPREAD", 0.0)
    await keep_linked(cast("Dialer", times), times.serve, faults.append)
    assert faults == [fault] * len(held_s)
    return times.paused_s


@pytest.mark.parametrize(
    ("held_s", "paused_s"),
    [
        ([None] * 7, [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]),
        ([None, None, 60.0, None], [0.1, 0.2, 0.1, 0.2]),
        ([1.0, 1.0, 1.0], [0.1, 0.2, 0.4]),
    ],
    ids=["a try that takes long is no link", "a link that held", "links that hardly held"],
)
async def test_pauses_grow_until_a_link_has_held(
    held_s: list[float | None], paused_s: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await pauses_s(monkeypatch, *held_s, fault=LinkError("no")) == pytest.approx(paused_s)


async def test_who_is_refused_waits_two_seconds_from_the_first_time_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert await pauses_s(monkeypatch, None, None, fault=RefusedError("no")) == [2.0, 2.0]


async def test_a_connection_that_is_lost_is_said_in_words(broker: Broker) -> None:
    async with Proxy(broker.port) as proxy:
        settings = replace(broker.settings, port=proxy.port)
        async with Dialer(settings).dial() as link:
            await link.hear("stridesense/1/pod/cmd")
            proxy.reset()
            with pytest.raises(LinkError) as lost:
                await anext(aiter(link.heard()))
    assert str(lost.value) == f"the connection to {settings.broker} was lost"


async def test_a_task_that_swallows_being_cancelled_once_is_ended_all_the_same() -> None:
    began, swallowed = asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            swallowed.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(stubborn())
    await began.wait()
    await asyncio.wait_for(end(task), 5.0)
    assert swallowed.is_set()
    assert task.cancelled()


async def test_what_a_task_died_of_is_not_lost() -> None:
    async def dies() -> None:
        raise ZeroDivisionError

    task = asyncio.create_task(dies())
    await asyncio.wait({task})
    with pytest.raises(ZeroDivisionError):
        await end(task)
