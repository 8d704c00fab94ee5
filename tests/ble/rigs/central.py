"""A central on Bumble that several clients and scanners share, as programs share a computer's adapter."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from bumble.core import BaseBumbleError
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration
from bumble.hci import Address
from bumble.transport.common import AsyncPipeSink

from ble.rigs.air import Air, RadioController, key

Listener = Callable[[Advertisement], None]


def device_on(air: Air, name: str, address: str) -> tuple[Device, RadioController]:
    """A device with a controller of its own on the air, not powered yet."""
    controller = RadioController(name, link=air)
    configuration = DeviceConfiguration(
        name=name,
        address=Address(address),
        advertising_interval_min=20,
        advertising_interval_max=20,
        irk=bytes(Address(address)) * 2 + bytes(4),
    )
    return Device.from_config_with_hci(configuration, controller, AsyncPipeSink(controller)), controller


class Central:
    """Scanning with any number of listeners, connecting to one advertiser after the other."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._listeners: list[Listener] = []
        self._scanning = asyncio.Lock()
        self._connecting = asyncio.Lock()
        device.on("advertisement", self._on_advertisement)

    async def listen(self, listener: Listener) -> None:
        async with self._scanning:
            self._listeners.append(listener)
            if len(self._listeners) == 1:
                await self.device.start_scanning(filter_duplicates=False)

    async def stop_listening(self, listener: Listener) -> None:
        async with self._scanning:
            if listener in self._listeners:
                self._listeners.remove(listener)
                if not self._listeners and self.device.powered_on:
                    await self.device.stop_scanning()

    async def reach(self, address: str) -> Connection:
        """Wait until a peripheral advertises, then connect to it; cancelling takes both back."""
        async with self._heard(address) as peer:
            connecting_to = await peer
        async with self._connecting:
            attempt = asyncio.ensure_future(self.device.connect(connecting_to, timeout=None))
            try:
                return await asyncio.shield(attempt)
            except asyncio.CancelledError:
                await self._take_back(attempt)
                raise

    async def _take_back(self, attempt: asyncio.Future[Connection]) -> None:
        with suppress(BaseBumbleError):
            await self.device.cancel_connection()
        with suppress(BaseBumbleError):
            await (await attempt).disconnect()

    @asynccontextmanager
    async def _heard(self, address: str) -> AsyncIterator[asyncio.Future[Address]]:
        heard: asyncio.Future[Address] = asyncio.get_running_loop().create_future()

        def listener(advertisement: Advertisement) -> None:
            if key(advertisement.address) == key(address) and not heard.done():
                heard.set_result(advertisement.address)

        await self.listen(listener)
        try:
            yield heard
        finally:
            await self.stop_listening(listener)

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        for listener in list(self._listeners):
            listener(advertisement)
