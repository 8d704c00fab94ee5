"""What bleak does on BlueZ when things go wrong: the fake and the real one agree."""

import pytest
from bleak.exc import BleakBluetoothNotAvailableError, BleakDBusError, BleakError

from ble.rigs.box_rig import BoxRig
from ble.rigs.driving import ADDRESS, Session, emitting, found, look, passes, session
from ble.rigs.emitter import SECRET, VERSION
from ble.rigs.fake_rig import FakeBlueZRig

BlueZRig = FakeBlueZRig | BoxRig
PACKETS = 20


async def test_a_client_that_is_let_go_doubles_what_the_next_one_hears(bluez_rig: BlueZRig) -> None:
    emitter = await emitting(bluez_rig)
    device = await found(bluez_rig)
    let_go = Session(bluez_rig, device)
    await let_go.begin()
    bluez_rig.air.drop(ADDRESS)
    await let_go.is_gone()

    following = Session(bluez_rig, await found(bluez_rig))
    await following.begin()
    numbers = await emitter.emit(PACKETS, rate_hz=200.0, size=24)
    heard = await following.inbox.holds(2 * PACKETS)
    assert sorted(heard) == sorted([*numbers, *numbers])
    assert sum(bus.connected for bus in bluez_rig.connections) == 2


async def test_nothing_is_left_of_a_client_that_was_let_go(bluez_rig: BlueZRig) -> None:
    emitter = await emitting(bluez_rig)
    async with session(bluez_rig) as one:
        assert await passes(emitter, one.inbox)
        assert one.inbox.numbers == []


async def test_after_disconnect_the_next_client_hears_everything_once(bluez_rig: BlueZRig) -> None:
    emitter = await emitting(bluez_rig)
    for _ in range(2):
        async with session(bluez_rig) as one:
            assert await passes(emitter, one.inbox)
            bluez_rig.air.lose(ADDRESS)
            await one.is_gone()
    assert not any(bus.connected for bus in bluez_rig.connections)


async def test_nobody_tells_that_bluetoothd_was_killed(bluez_rig: BlueZRig) -> None:
    emitter = await emitting(bluez_rig)
    async with session(bluez_rig) as one:
        await bluez_rig.kill_bluetoothd()
        with pytest.raises(BleakDBusError, match="ServiceUnknown"):
            await one.client.read_gatt_char(VERSION)
        assert one.client.is_connected
        assert not one.gone.is_set()
        with pytest.raises(BleakDBusError, match="ServiceUnknown"):
            await one.client.disconnect()
        assert one.gone.is_set()
    await bluez_rig.start_bluetoothd()
    async with session(bluez_rig) as one:
        assert await passes(emitter, one.inbox)


async def test_the_adapter_is_switched_off_and_on(bluez_rig: BlueZRig) -> None:
    emitter = await emitting(bluez_rig)
    async with session(bluez_rig) as one:
        await bluez_rig.bluez.power(on=False)
        await one.is_gone()
    with pytest.raises(BleakBluetoothNotAvailableError):
        await look(bluez_rig)
    await bluez_rig.bluez.power(on=True)
    async with session(bluez_rig) as one:
        assert await passes(emitter, one.inbox)


async def test_a_device_that_bluez_forgot_is_not_found(bluez_rig: BlueZRig) -> None:
    await emitting(bluez_rig)
    device = await found(bluez_rig)
    await bluez_rig.bluez.forget_devices()
    with pytest.raises(BleakError, match="not found"):
        await Session(bluez_rig, device).client.connect()


async def test_pairing_needs_an_agent(bluez_rig: BlueZRig) -> None:
    emitter = await emitting(bluez_rig)
    async with session(bluez_rig) as one:
        with pytest.raises(BleakDBusError, match="AuthenticationFailed"):
            await one.client.pair()
    await bluez_rig.bluez.accept_pairing()
    async with session(bluez_rig) as one:
        await one.client.pair()
        (connection,) = emitter.device.connections.values()
        assert connection.is_encrypted
        assert await one.client.read_gatt_char(SECRET) == b"told"
