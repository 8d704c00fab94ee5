"""One scan for all who listen, and what an advertisement tells."""

import asyncio

import pytest

from sources.memory_radio import MemoryPod, MemoryRadio
from stridesense.errors import LinkError
from stridesense.protocol import registry
from stridesense.protocol.gatt import BASE_UUID
from stridesense.sources.radio import Advertisement
from stridesense.sources.scanning import advertised_battery, descriptions, recognise

RSC = BASE_UUID.format("1814")
SOFP = "34adca35-40ff-4d49-9c9b-8cde69625a7e"


def radio() -> MemoryRadio:
    return MemoryRadio(MemoryPod(Advertisement("A")), MemoryPod(Advertisement("B")))


async def first(radio: MemoryRadio, address: str) -> Advertisement:
    async with radio.listen() as heard:
        async for one in heard:
            if one.address == address:
                return one
    raise AssertionError


async def test_several_listen_to_one_scan_which_ends_with_the_last() -> None:
    air = radio()
    async with asyncio.TaskGroup() as tasks:
        found = [tasks.create_task(first(air, address)) for address in "AB"]
    assert [one.result().address for one in found] == ["A", "B"]
    assert air.scans == ["begin", "end"]


async def test_a_new_scan_waits_for_the_end_of_the_old_one() -> None:
    air = radio()
    for _ in range(3):
        await asyncio.gather(first(air, "A"), first(air, "B"))
    assert air.scans == ["begin", "end"] * 3


async def test_a_scan_is_begun_anew_as_it_may_have_died() -> None:
    air = radio()
    async with air.listen() as heard:
        count = 0
        async for _ in heard:
            count += 1
            if count == 5:
                break
    assert air.scans == ["begin", "end"] * 3


async def test_a_radio_that_cannot_scan_says_so_to_everybody_and_may_be_mended() -> None:
    air = radio()
    air.fault = LinkError("Bluetooth is switched off")
    told = await asyncio.gather(first(air, "A"), first(air, "B"), return_exceptions=True)
    assert [str(one) for one in told] == ["Bluetooth is switched off"] * 2
    air.fault = None
    assert (await first(air, "A")).address == "A"


@pytest.mark.parametrize(
    ("heard", "protocol"),
    [
        (Advertisement("A", services=frozenset({SOFP})), "sofp"),
        (Advertisement("A", services=frozenset({RSC})), "rsc"),
        (Advertisement("A", services=frozenset({RSC, SOFP})), "sofp"),
        (Advertisement("A", name="a lamp", services=frozenset({BASE_UUID.format("180f")})), None),
        (Advertisement("A"), None),
    ],
)
def test_a_pod_is_recognised_by_its_marks(heard: Advertisement, protocol: str | None) -> None:
    found = recognise(heard, descriptions())
    assert (found and found.name) == protocol


def test_every_description_can_be_recognised_by_what_it_says_of_itself() -> None:
    for name in registry.names():
        for mark in registry.find(name).recognise:
            heard = Advertisement(
                "A",
                name=mark.name,
                services=frozenset({mark.service} - {None}),
                manufacturer_data={} if mark.company is None else {mark.company: b""},
            )
            found = recognise(heard, descriptions())
            assert found is not None, name


def test_the_battery_is_read_where_it_is_advertised_in_the_standard_way() -> None:
    service = BASE_UUID.format("180f")
    assert advertised_battery(Advertisement("A", service_data={service: b"\x57"})) == 87
    assert advertised_battery(Advertisement("A", service_data={service: b""})) is None
    assert advertised_battery(Advertisement("A")) is None


def test_the_battery_is_read_where_a_description_says_it_is_advertised() -> None:
    pod = Advertisement("A", manufacturer_data={0xFFFF: b"\x01\x02\x57"})
    assert advertised_battery(pod, registry.find("sofp")) == 87
    assert (
        advertised_battery(Advertisement("A", manufacturer_data={0xFFFF: b"\x01"}), registry.find("sofp"))
        is None
    )
    unknown = Advertisement("A", manufacturer_data={0xFFFF: b"\x01\x02\xff"})
    assert advertised_battery(unknown, registry.find("sofp")) is None
