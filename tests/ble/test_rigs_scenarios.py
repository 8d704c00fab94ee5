"""The same scenarios on every rig."""

import asyncio

import pytest
from bleak import BleakScanner
from bleak.exc import BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode

from ble.rigs.base import Rig
from ble.rigs.bumble_rig import ending
from ble.rigs.driving import ADDRESS, OTHER_ADDRESS, Session, emitting, found, look, passes, session
from ble.rigs.emitter import REFUSING, VERSION


@pytest.mark.parametrize(("rate_hz", "size"), [(11.0, 244), (200.0, 24)], ids=["11 Hz", "200 Hz"])
async def test_a_stream_is_lossless_and_in_order(every_rig: Rig, rate_hz: float, size: int) -> None:
    emitter = await emitting(every_rig)
    async with session(every_rig) as one:
        count = round(rate_hz)
        numbers = await emitter.emit(count, rate_hz=rate_hz, size=size)
        assert await one.inbox.holds(count) == list(numbers)
        assert one.inbox.sizes == {size}


async def test_out_of_range_and_back(every_rig: Rig) -> None:
    emitter = await emitting(every_rig)
    async with session(every_rig) as one:
        every_rig.air.silence(ADDRESS)
        await one.is_gone()
        assert not one.client.is_connected
        assert not emitter.device.connections
    assert await look(every_rig, timeout_s=0.3) is None
    every_rig.air.back(ADDRESS)
    async with session(every_rig) as one:
        assert await passes(emitter, one.inbox)


async def test_a_short_silence_only_delays(every_rig: Rig) -> None:
    every_rig.air.supervision_timeout_s = 5.0
    emitter = await emitting(every_rig)
    async with session(every_rig) as one:
        every_rig.air.silence(ADDRESS)
        numbers = await emitter.emit(20, rate_hz=200.0, size=24)
        assert one.inbox.numbers == []
        every_rig.air.back(ADDRESS)
        assert await one.inbox.holds(20) == list(numbers)
        assert not one.gone.is_set()


async def test_the_peripheral_ends_the_link(every_rig: Rig) -> None:
    emitter = await emitting(every_rig)
    for _ in range(2):
        async with session(every_rig) as one:
            assert await passes(emitter, one.inbox)
            every_rig.air.drop(ADDRESS)
            await one.is_gone()


async def test_the_central_ends_the_link(every_rig: Rig) -> None:
    emitter = await emitting(every_rig)
    async with session(every_rig) as one:
        (connection,) = emitter.device.connections.values()
        leaving = ending(connection)
        await one.client.disconnect()
        assert one.gone.is_set()
        assert await asyncio.wait_for(leaving, 5.0) == 0x13


async def test_a_connect_that_times_out_spoils_no_later_one(every_rig: Rig) -> None:
    emitter = await emitting(every_rig)
    device = await found(every_rig)
    every_rig.air.silence(ADDRESS)
    with pytest.raises((TimeoutError, BleakError)):
        await Session(every_rig, device, timeout_s=1.0).client.connect()
    every_rig.air.back(ADDRESS)
    async with session(every_rig) as one:
        assert await passes(emitter, one.inbox)


async def test_two_pods_have_each_their_own_link(every_rig: Rig) -> None:
    left = await emitting(every_rig, ADDRESS, "Left")
    right = await emitting(every_rig, OTHER_ADDRESS, "Right")
    async with session(every_rig, ADDRESS) as one, session(every_rig, OTHER_ADDRESS) as other:
        assert await asyncio.gather(passes(left, one.inbox), passes(right, other.inbox)) == [True, True]
        every_rig.air.lose(ADDRESS)
        await one.is_gone()
        assert await passes(right, other.inbox)
        assert not other.gone.is_set()


async def test_a_refused_write_names_its_error(every_rig: Rig) -> None:
    await emitting(every_rig)
    async with session(every_rig) as one:
        assert await one.client.read_gatt_char(VERSION) == b"1.0"
        with pytest.raises(BleakGATTProtocolError) as refused:
            await one.client.write_gatt_char(REFUSING, b"\x01", response=True)
    assert refused.value.code == BleakGATTProtocolErrorCode(0x13)


async def test_nothing_of_another_test_is_on_the_air(every_rig: Rig) -> None:
    scanner = BleakScanner(backend=every_rig.scanner_backend)
    async with scanner:
        await asyncio.sleep(0.3)  # ten advertising intervals of a peripheral of these rigs
    assert scanner.discovered_devices == []
