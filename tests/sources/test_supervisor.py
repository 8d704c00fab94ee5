"""The supervisor's judgement: what it tells, how long it waits, what it asks of the system."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from sources.memory_radio import MemoryConnection, MemoryPod, MemoryRadio
from stridesense.errors import LinkError
from stridesense.model import Foot, RawPacket
from stridesense.protocol import registry
from stridesense.protocol.gatt import BASE_UUID
from stridesense.sources.ble import BleSource
from stridesense.sources.inbox import Inbox
from stridesense.sources.radio import Advertisement, RefusedError
from stridesense.sources.supervisor import BATTERY_LEVEL, Backoff, Patience, Pod

ADDRESS = "F0:F0:F0:F0:F0:01"
MEASUREMENT = BASE_UUID.format("2a53")
QUICK = Patience(metrics_s=0.2, first_delay_s=0.01, longest_delay_s=0.02, good_s=10.0)


def watch_pod() -> MemoryPod:
    return MemoryPod(Advertisement(ADDRESS, "Stryd", -60), {MEASUREMENT: b""})


class FaultyRadio(MemoryRadio):
    """Raises, when one of its calls or of its connections' is made, what `faults` has for it, one by one."""

    def __init__(self, *pods: MemoryPod) -> None:
        super().__init__(*pods)
        self.faults: dict[str, list[BaseException]] = {}
        self.released: list[str] = []

    def check(self, call: str) -> None:
        if self.faults.get(call):
            raise self.faults[call].pop()

    async def release(self, address: str) -> None:
        self.released.append(address)
        self.check("release")

    async def connect(self, advertisement: Advertisement, on_lost: Callable[[], None]) -> "FaultyConnection":
        self.check("connect")
        await super().connect(advertisement, on_lost)
        return FaultyConnection(self.pods[advertisement.address], self)


class FaultyConnection(MemoryConnection):
    def __init__(self, pod: MemoryPod, radio: FaultyRadio) -> None:
        super().__init__(pod)
        self._radio = radio

    async def read(self, uuid: str) -> bytes:
        self._radio.check("read")
        return await super().read(uuid)

    async def subscribe(self, uuid: str, on_value: Callable[[bytes], None]) -> None:
        self._radio.check("subscribe")
        await super().subscribe(uuid, on_value)

    async def close(self) -> None:
        await super().close()
        self._radio.check("close")


class Link(list[dict[str, object]]):
    """What was told of the link so far."""

    def states(self) -> list[object]:
        return [one["state"] for one in self]


@asynccontextmanager
async def kept(
    radio: MemoryRadio, patience: Patience = QUICK
) -> AsyncIterator[tuple[Link, asyncio.Queue[RawPacket]]]:
    """A source on the radio's pod; what is told of the link, and a queue that tells of each packet."""
    link, news = Link(), asyncio.Queue[RawPacket]()
    source = BleSource(radio, {Foot.LEFT: Pod(ADDRESS, registry.find("rsc"))}, patience)

    async def take() -> None:
        async for packet in source:
            if packet.characteristic == "link":
                link.append(json.loads(packet.payload))
            news.put_nowait(packet)

    async with source:
        task = asyncio.create_task(take())
        yield link, news
        source.end()
        await task


async def until(link: Link, news: asyncio.Queue[RawPacket], state: str, count: int = 1) -> None:
    async with asyncio.timeout(5.0):
        while link.states().count(state) < count:
            await news.get()


def test_the_wait_doubles_up_to_its_bound_and_a_connection_that_was_good_ends_it() -> None:
    backoff = Backoff(Patience())
    assert [backoff.delay_s(1.0) for _ in range(7)] == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    assert backoff.delay_s(1.9) == 8.0
    assert [backoff.delay_s(2.0), backoff.delay_s(0.0)] == [0.25, 0.5]


async def test_every_connection_is_closed_before_the_next_is_made() -> None:
    pod = watch_pod()
    async with kept(MemoryRadio(pod)) as (link, news):
        for number in range(1, 5):
            await until(link, news, "streaming", number)
            pod.on_lost()
        await until(link, news, "streaming", 5)
    talk = [word for word in pod.asked if word in ("connect", "close")]
    assert talk == ["connect", "close"] * 5
    assert link[-1]["reconnects"] == 4


async def test_a_connection_left_behind_is_ended_before_the_first_one_only() -> None:
    pod = watch_pod()
    radio = FaultyRadio(pod)
    radio.faults["release"] = [LinkError("Bluetooth is switched off")]
    async with kept(radio) as (link, news):
        for number in range(1, 4):
            await until(link, news, "streaming", number)
            pod.on_lost()
        await until(link, news, "streaming", 4)
    assert radio.released == 2 * [ADDRESS]


async def test_a_pod_that_is_not_as_described_is_looked_at_afresh_before_it_is_called_unusable() -> None:
    pod = watch_pod()
    pod.values.clear()
    async with kept(MemoryRadio(pod)) as (link, news):
        await until(link, news, "unusable", 3)
        pod.values[MEASUREMENT] = b""
        await until(link, news, "streaming")
    assert [state for state in link.states() if state in ("lost", "unusable")][:4] == [
        "lost",
        *3 * ["unusable"],
    ]
    assert pod.asked.count("forget") >= 4


async def test_a_request_refused_because_the_link_is_down_is_a_lost_link() -> None:
    pod = watch_pod()
    pod.refusals[MEASUREMENT] = RefusedError("unlikely error")
    async with kept(MemoryRadio(pod)) as (link, news):
        await until(link, news, "streaming")
        pod.on_lost()
        await until(link, news, "lost")
    assert "unusable" not in link.states()


async def test_a_search_that_takes_long_is_told_again_and_ends_with_the_pod() -> None:
    radio = MemoryRadio()
    async with kept(radio, replace(QUICK, searching_s=0.02)) as (link, news):
        await until(link, news, "searching", 4)
        radio.pods[ADDRESS] = watch_pod()
        await until(link, news, "streaming")
        told = len(link)
    assert link.states()[told:] == []


async def test_a_radio_that_fails_is_told_and_asked_again() -> None:
    radio = MemoryRadio(watch_pod())
    radio.fault = LinkError("Bluetooth is switched off")
    async with kept(radio) as (link, news):
        await until(link, news, "lost", 2)
        radio.fault = None
        await until(link, news, "streaming")
    assert [one["reason"] for one in link if one["state"] == "lost"][:2] == ["Bluetooth is switched off"] * 2


async def test_the_battery_is_followed() -> None:
    pod = watch_pod()
    pod.values[BATTERY_LEVEL] = b"\x57"
    told: list[bytes] = []

    async def is_told() -> None:
        while (packet := await news.get()).characteristic != "battery":
            pass
        told.append(packet.payload)

    async with asyncio.timeout(5.0), kept(MemoryRadio(pod)) as (_, news):
        await is_told()
        while BATTERY_LEVEL not in pod.listeners:  # noqa: ASYNC110 - a dictionary has no events
            await asyncio.sleep(0)
        pod.listeners[BATTERY_LEVEL](b"\x56")
        await is_told()
    assert told == [b"\x57", b"\x56"]


async def test_a_source_that_is_ended_before_it_begins_ends() -> None:
    source = BleSource(MemoryRadio(watch_pod()), {Foot.LEFT: Pod(ADDRESS, registry.find("rsc"))})
    source.end()
    async with asyncio.timeout(5.0), source:
        states = [json.loads(packet.payload)["state"] async for packet in source]
    assert "streaming" not in states


@pytest.mark.parametrize("kind", [RuntimeError, TimeoutError, asyncio.CancelledError])
@pytest.mark.parametrize("call", ["release", "connect", "read", "subscribe", "close"])
async def test_what_the_library_raises_unforeseen_ends_no_foot(
    call: str, kind: type[BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    pod = watch_pod()
    pod.values[BATTERY_LEVEL] = b"\x57"
    radio = FaultyRadio(pod)
    radio.faults[call] = 2 * [kind("it")]
    reason = f"Bluetooth failed with {ADDRESS} ({kind.__name__}: it)"
    async with asyncio.timeout(5.0), kept(radio) as (link, news):
        while [one.get("reason") for one in link].count(reason) < 2:
            await news.get()
            if link[-1]["state"] == "streaming":
                pod.on_lost()
        await until(link, news, "streaming", link.states().count("streaming") + 1)
    assert caplog.messages == [f"{reason}; trying again"]


async def test_nothing_of_a_closed_connection_is_taken() -> None:
    pod = watch_pod()
    async with asyncio.timeout(5.0), kept(MemoryRadio(pod)) as (link, news):
        await until(link, news, "streaming")
        old = pod.listeners[MEASUREMENT]
        old(b"old")
        pod.on_lost()
        await until(link, news, "streaming", 2)
        old(b"late")
        pod.listeners[MEASUREMENT](b"new")
        taken = [news.get_nowait() for _ in range(news.qsize())]
        while (packet := await news.get()).payload != b"new":
            taken.append(packet)
    assert b"late" not in [one.payload for one in taken]


async def test_a_fault_of_ours_ends_the_source_instead_of_one_foot_in_silence() -> None:
    spec = registry.find("rsc").model_copy(update={"start": None})
    source = BleSource(MemoryRadio(watch_pod()), {Foot.LEFT: Pod(ADDRESS, spec)})
    async with asyncio.timeout(5.0), source:
        with pytest.raises(TypeError):
            [packet async for packet in source]


def test_half_a_second_of_two_quick_pods_fits_into_the_inbox() -> None:
    times = iter(range(10_000))
    inbox = Inbox(now_ns=lambda: next(times))
    for number in range(2 * 100):
        inbox.put(Foot.LEFT, "sofp", "data", bytes([number]))
    assert inbox.dropped == 0


async def test_what_does_not_fit_is_counted_and_word_of_the_link_always_fits() -> None:
    inbox = Inbox(limit=2)
    for number in range(5):
        inbox.put(Foot.LEFT, "sofp", "data", bytes([number]))
    inbox.tell(Foot.LEFT, "sofp", "link", b"{}")
    inbox.close()
    taken = []
    while (packet := await inbox.get()) is not None:
        taken.append(packet.payload)
    assert taken == [b"\x00", b"\x01", b"{}"]
    assert inbox.dropped == 3
