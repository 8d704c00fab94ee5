"""Scanning and connecting on any rig, as the rigs' own tests do it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice

from ble.rigs.base import Rig
from ble.rigs.emitter import SERVICE, STREAM, Emitter, Inbox

ADDRESS = "F0:F0:F0:F0:F0:01"
OTHER_ADDRESS = "F0:F0:F0:F0:F0:02"


async def emitting(rig: Rig, address: str = ADDRESS, name: str = "Strider") -> Emitter:
    """An emitter on a rig that advertises."""
    emitter = Emitter(await rig.peripheral(name, address))
    await emitter.advertise()
    return emitter


async def look(rig: Rig, address: str = ADDRESS, *, timeout_s: float = 10.0) -> BLEDevice | None:
    return await BleakScanner.find_device_by_filter(
        lambda device, _: device.address == address,
        timeout=timeout_s,
        service_uuids=[SERVICE],
        backend=rig.scanner_backend,
    )


async def found(rig: Rig, address: str = ADDRESS) -> BLEDevice:
    device = await look(rig, address)
    assert device is not None
    return device


class Session:
    """A client with its inbox, and an event that is set when the link is gone."""

    def __init__(self, rig: Rig, device: BLEDevice | str, timeout_s: float = 10.0) -> None:
        self.inbox = Inbox()
        self.gone = asyncio.Event()
        self.client = BleakClient(
            device, lambda _: self.gone.set(), timeout=timeout_s, backend=rig.client_backend
        )

    async def begin(self) -> None:
        self.gone.clear()
        await self.client.connect()
        await self.client.start_notify(STREAM, self.inbox)

    async def is_gone(self, timeout_s: float = 5.0) -> None:
        await asyncio.wait_for(self.gone.wait(), timeout_s)


@asynccontextmanager
async def session(rig: Rig, address: str = ADDRESS) -> AsyncIterator[Session]:
    """Find, connect, subscribe; and disconnect() whatever happened meanwhile.

    The peripheral ends the link first: BlueZ keeps one for 2 s that only its own side has left.
    """
    one = Session(rig, await found(rig, address))
    try:
        await one.begin()
        yield one
        if one.client.is_connected:
            rig.air.drop(address)
            await one.is_gone()
    finally:
        await one.client.disconnect()


async def passes(emitter: Emitter, inbox: Inbox, count: int = 20) -> bool:
    """Whether packets come in as they were sent, once each."""
    numbers = await emitter.emit(count, rate_hz=200.0, size=24)
    return await inbox.holds(count) == list(numbers)
