"""Rig A: bleak's front end on a Bumble central, everything in one process."""

import asyncio
from types import TracebackType
from typing import Self

from bumble.device import Connection, Device

from ble.rigs.air import Air, RadioController
from ble.rigs.bumble_bleak import backends
from ble.rigs.central import Central, device_on

CENTRAL_ADDRESS = "F0:F0:F0:F0:F0:FF"


def ending(connection: Connection) -> asyncio.Future[int]:
    """The reason for which a connection ends, once its host has noted it."""
    reason: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    connection.once("disconnection", reason.set_result)
    return reason


class Peripherals:
    """The peripherals of one test on an air, which are gone after it."""

    def __init__(self, air: Air) -> None:
        self._air = air
        self._members: list[tuple[Device, RadioController]] = []

    async def add(self, name: str, address: str) -> Device:
        device, controller = device_on(self._air, name, address)
        self._members.append((device, controller))
        await device.power_on()
        return device

    async def remove_all(self) -> None:
        for device, controller in self._members:
            endings = [ending(connection) for connection in device.connections.values()]
            self._air.unplug(controller)
            await asyncio.wait_for(asyncio.gather(*endings), 1.0)
            await device.power_off()
        self._members.clear()


class BumbleRig:
    """`async with BumbleRig() as rig`: a central and an air of its own."""

    name = "bumble"

    def __init__(self) -> None:
        self.air = Air()
        self._device, self._controller = device_on(self.air, "central", CENTRAL_ADDRESS)
        self._peripherals = Peripherals(self.air)
        self.scanner_backend, self.client_backend = backends(Central(self._device))

    async def peripheral(self, name: str, address: str) -> Device:
        return await self._peripherals.add(name, address)

    async def __aenter__(self) -> Self:
        await self._device.power_on()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.air.back()
        await self._peripherals.remove_all()
        self.air.unplug(self._controller)
        await self._device.power_off()
