"""A BlueZ of our own for bleak's BlueZ backend: D-Bus above, a Bumble host below, faults on demand.

It runs in a thread with its own event loop, and its host speaks HCI to a controller on the air of the test.
To kill it is to shut its connection to the bus at any moment, which is all that others see of a death.
"""

import asyncio
import threading
from collections import defaultdict, deque
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from bumble.device import Device, DeviceConfiguration
from bumble.hci import Address
from bumble.host import Host
from dbus_fast import Message
from dbus_fast.aio import MessageBus

from ble.rigs.air import Air, RadioController
from ble.rigs.central import Central
from ble.rigs.fake_daemon import Daemon
from ble.rigs.fake_tree import RefusalError

ADDRESS = "F0:F0:F0:F0:F0:FE"
Answer = TypeVar("Answer")


@dataclass
class AcrossThreads:
    """Hands HCI packets to a sink in the event loop of another thread."""

    sink: Any
    loop: asyncio.AbstractEventLoop

    def on_packet(self, packet: bytes) -> None:
        with suppress(RuntimeError):  # the other thread has ended
            self.loop.call_soon_threadsafe(self.sink.on_packet, packet)


class FakeBlueZ:
    """The daemon's thread, as a test holds it: started, told to fail, killed, started again."""

    def __init__(self, bus_address: str, air: Air) -> None:
        self._bus_address = bus_address
        self.air = air
        self._faults: dict[str, deque[RefusalError]] = defaultdict(deque)
        self._thread: threading.Thread | None = None

    def fail(self, member: str, name: str, text: str) -> None:
        """Answer the next call of a method with this error, e.g. `Connect`."""
        self._faults[member].append(RefusalError(name, text))

    async def forget(self, address: str) -> None:
        """Remove the object of a device without a word about its link."""

        async def forget() -> None:
            self._daemon.forget(address)

        await self._in_thread(forget())

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._controller = RadioController("fake", link=self.air)
        ready: asyncio.Future[None] = loop.create_future()

        def run() -> None:
            try:
                asyncio.run(self._live(loop, ready))
            except Exception as error:
                if not ready.done():
                    loop.call_soon_threadsafe(ready.set_exception, error)
                raise

        self._thread = threading.Thread(target=run, name="fake BlueZ")
        self._thread.start()
        await ready

    async def kill(self) -> None:
        """End at once, in the middle of whatever it does; the links of its adapter are lost."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._killed.set)
            await asyncio.to_thread(self._thread.join)
            self._thread = None
            self.air.unplug(self._controller)

    async def _in_thread(self, coroutine: Coroutine[Any, Any, Answer]) -> Answer:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self._loop))

    async def _live(self, tests: asyncio.AbstractEventLoop, ready: asyncio.Future[None]) -> None:
        self._loop, self._killed = asyncio.get_running_loop(), asyncio.Event()
        host = Host(controller_sink=AcrossThreads(self._controller, tests))
        self._controller.host = AcrossThreads(host, self._loop)
        configuration = DeviceConfiguration(name="fake", address=Address(ADDRESS))
        device = Device(config=configuration, host=host)
        await device.power_on()
        bus = MessageBus(bus_address=self._bus_address)
        try:
            await bus.connect()
            self._daemon = Daemon(bus, Central(device), self._faults)
            bus.add_message_handler(self._daemon.on_message)
            await watch_names(bus)
            await bus.request_name("org.bluez")
            tests.call_soon_threadsafe(ready.set_result, None)
            await self._killed.wait()
        finally:
            bus.disconnect()


async def watch_names(bus: MessageBus) -> None:
    """Let the bus tell who leaves it."""
    rule = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"
    await bus.call(
        Message(
            destination="org.freedesktop.DBus",
            path="/org/freedesktop/DBus",
            interface="org.freedesktop.DBus",
            member="AddMatch",
            signature="s",
            body=[rule],
        )
    )
