"""Faults that the fake BlueZ shows on demand."""

import pytest
from bleak.exc import BleakDBusError, BleakGATTProtocolError, BleakGATTProtocolErrorCode

from ble.rigs.driving import ADDRESS, Session, emitting, found, look, passes, session
from ble.rigs.emitter import SECRET
from ble.rigs.fake_rig import FakeBlueZRig

FAILED = "org.bluez.Error.Failed"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("org.bluez.Error.InProgress", "In Progress"),
        (FAILED, "br-connection-canceled"),
        ("org.bluez.Error.NotReady", "Resource Not Ready"),
    ],
)
async def test_a_connect_that_fails_once_works_the_next_time(
    fake_bluez: FakeBlueZRig, name: str, text: str
) -> None:
    emitter = await emitting(fake_bluez)
    one = Session(fake_bluez, await found(fake_bluez))
    fake_bluez.fake.fail("Connect", name, text)
    with pytest.raises(BleakDBusError, match=text):
        await one.client.connect()
    await one.begin()
    assert await passes(emitter, one.inbox)
    await one.client.disconnect()


async def test_a_subscription_is_refused(fake_bluez: FakeBlueZRig) -> None:
    await emitting(fake_bluez)
    fake_bluez.fake.fail("StartNotify", FAILED, "Operation failed with ATT error: 0x0e")
    one = Session(fake_bluez, await found(fake_bluez))
    with pytest.raises(BleakGATTProtocolError) as refused:
        await one.begin()
    assert refused.value.code == BleakGATTProtocolErrorCode.UNLIKELY_ERROR
    await one.client.disconnect()


async def test_a_secret_is_not_told_to_strangers(fake_bluez: FakeBlueZRig) -> None:
    await emitting(fake_bluez)
    async with session(fake_bluez) as one:
        with pytest.raises(BleakDBusError, match="Not paired"):
            await one.client.read_gatt_char(SECRET)


async def test_a_device_that_vanishes_while_connected_is_not_reported(fake_bluez: FakeBlueZRig) -> None:
    await emitting(fake_bluez)
    async with session(fake_bluez) as one:
        await fake_bluez.fake.forget(ADDRESS)
        assert await look(fake_bluez, timeout_s=0.3) is None  # it is connected, so it does not advertise
        assert one.client.is_connected
        with pytest.raises(BleakDBusError, match="UnknownObject"):
            await one.client.disconnect()
        assert one.gone.is_set()


async def test_the_bus_itself_dies(fake_bluez: FakeBlueZRig) -> None:
    await emitting(fake_bluez)
    one = Session(fake_bluez, await found(fake_bluez))
    await one.begin()
    await fake_bluez.bus.kill()
    await one.is_gone()
    await one.client.disconnect()
    with pytest.raises(ConnectionRefusedError):
        await look(fake_bluez)
