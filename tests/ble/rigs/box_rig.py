"""Rig C: bleak as it is, on the real bluetoothd and kernel of the box."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from bumble.device import Device
from dbus_fast.aio import MessageBus

from ble.rigs.air import Air
from ble.rigs.box import ROOT, Box
from ble.rigs.bumble_rig import Peripherals
from ble.rigs.bus import bleak_on


class BoxRig:
    """`async with BoxRig(box) as rig`: a new air for the box's adapter, a clean box afterwards."""

    name = "btbox"
    scanner_backend = None
    client_backend = None
    connections: list[MessageBus]
    """The D-Bus connections that bleak's clients opened, one for each connect()."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.bluez = box.bluez
        self.air = Air()
        self._peripherals = Peripherals(self.air)
        self._stack = AsyncExitStack()

    async def peripheral(self, name: str, address: str) -> Device:
        return await self._peripherals.add(name, address)

    async def kill_bluetoothd(self) -> None:
        await self.box.kill_bluetoothd()

    async def start_bluetoothd(self) -> None:
        await self.box.start_bluetoothd()

    async def __aenter__(self) -> Self:
        self.box.controller.link = self.air
        self.air.add_controller(self.box.controller)
        self.connections = await self._stack.enter_async_context(bleak_on(self.box.bus_address, ROOT))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.air.back()
        await self._peripherals.remove_all()
        await self._stack.aclose()
        await self.box.heal()
        self.air.remove_controller(self.box.controller)
