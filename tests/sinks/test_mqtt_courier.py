"""The link to a broker, shared by all who have something to say or to hear."""

import asyncio
import itertools
import time
from dataclasses import replace

import pytest

from brokers import Broker, Listener, Proxy
from stridesense.contract.topics import Delivery
from stridesense.errors import RefusedError
from stridesense.sinks import mqtt_courier
from stridesense.sinks.mqtt_courier import Courier
from stridesense.sinks.mqtt_link import Heard

BIRTH, CONFIG = "stridesense/1/home/status", "stridesense/1/home/config"
KEPT = Delivery(qos=1, retain=True)


async def said_by_somebody(broker: Broker, topic: str, payload: bytes) -> None:
    async with Courier(replace(broker.settings, device="somebody")) as somebody:
        await somebody.connected(5.0)
        somebody.set_state(topic, payload, Delivery(qos=1, retain=False))
        await somebody.sent(time.monotonic() + 5.0)


async def test_a_state_of_another_convention_is_kept_and_said_again_when_asked_for(broker: Broker) -> None:
    async with Listener(broker) as listener, Courier(broker.settings) as courier:

        def repeat(heard: Heard) -> None:
            if heard.payload == b"online":
                courier.set_state(CONFIG, b"{}", KEPT)

        courier.subscribe(BIRTH, repeat)
        await courier.connected(5.0)
        courier.set_state(CONFIG, b"{}", KEPT)
        await courier.sent(time.monotonic() + 5.0)
        await said_by_somebody(broker, BIRTH, b"offline")
        await said_by_somebody(broker, BIRTH, b"online")
        await listener.until(lambda: [heard.topic for heard in listener.heard].count(CONFIG) == 2)
        async with Listener(broker) as late:
            await late.until(
                lambda: (
                    (CONFIG, b"{}", True) in [(one.topic, one.payload, one.retained) for one in late.heard]
                )
            )


async def test_what_it_listens_to_is_asked_for_again_on_a_new_link(broker: Broker) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    async with (
        Proxy(broker.port) as proxy,
        Listener(broker) as listener,
        Courier(replace(broker.settings, port=proxy.port)) as courier,
    ):
        courier.subscribe(BIRTH, lambda said: heard.put_nowait(said.payload))
        await courier.connected(5.0)
        await courier.sent(time.monotonic() + 5.0)
        await said_by_somebody(broker, BIRTH, b"one")
        assert await asyncio.wait_for(heard.get(), 5.0) == b"one"
        before = len(listener.on("status"))
        proxy.reset()
        await listener.until(
            lambda: [one.payload for one in listener.on("status")[before:]] == [b"offline", b"online"]
        )
        await courier.sent(time.monotonic() + 5.0)
        await said_by_somebody(broker, BIRTH, b"two")
        assert await asyncio.wait_for(heard.get(), 5.0) == b"two"


async def test_who_is_refused_does_not_ask_again_for_two_seconds(
    mosquitto: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried_s: list[float] = []
    twice = asyncio.Event()

    def refuse(*_: object, **__: object) -> None:
        tried_s.append(time.monotonic())
        if len(tried_s) == 2:
            twice.set()
        msg = "no"
        raise RefusedError(msg)

    monkeypatch.setattr(mqtt_courier.Dialer, "dial", refuse)
    async with Courier(mosquitto.settings):
        await asyncio.wait_for(twice.wait(), 5.0)
    assert [later - earlier for earlier, later in itertools.pairwise(tried_s)] == [
        pytest.approx(2.0, abs=0.3)
    ]
