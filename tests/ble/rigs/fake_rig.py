"""Rig B: bleak's BlueZ backend on a private bus, with the fake BlueZ and its faults."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from bumble.device import Device
from dbus_fast.aio import MessageBus

from ble.rigs.air import Air
from ble.rigs.bumble_rig import Peripherals
from ble.rigs.bus import BlueZ, bleak_on
from ble.rigs.fake_bluez import FakeBlueZ

CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
  </policy>
</busconfig>
"""


class PrivateBus:
    """A dbus-daemon on a socket in a folder of the test, ended by its own process id."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._configuration = folder / "bus.conf"
        self.address = f"unix:path={folder / 'bus'}"
        self._configuration.write_text(CONFIGURATION.format(socket=folder / "bus"))

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", "--", self._program, "--nofork", "--print-address"),
            f"--config-file={self._configuration}",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # it complains of limits that only root may raise
        )
        assert self._process.stdout is not None
        assert await self._process.stdout.readline(), "dbus-daemon did not start"

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


class FakeBlueZRig:
    """`async with FakeBlueZRig(program, folder) as rig`: a bus, a fake BlueZ and an air of its own."""

    name = "fake_bluez"
    scanner_backend = None
    client_backend = None
    bluez: BlueZ
    connections: list[MessageBus]
    """The D-Bus connections that bleak's clients opened, one for each connect()."""

    def __init__(self, dbus_daemon: str, folder: Path) -> None:
        self.air = Air()
        self.bus = PrivateBus(dbus_daemon, folder)
        self.fake = FakeBlueZ(self.bus.address, self.air)
        self._peripherals = Peripherals(self.air)
        self._stack = AsyncExitStack()

    async def peripheral(self, name: str, address: str) -> Device:
        return await self._peripherals.add(name, address)

    async def kill_bluetoothd(self) -> None:
        await self.fake.kill()

    async def start_bluetoothd(self) -> None:
        await self.fake.start()

    async def __aenter__(self) -> Self:
        await self.bus.start()
        self._stack.push_async_callback(self.bus.kill)
        await self.fake.start()
        self._stack.push_async_callback(self.fake.kill)
        self.bluez = await BlueZ.on(self.bus.address)
        self._stack.callback(self.bluez.close)
        self.connections = await self._stack.enter_async_context(bleak_on(self.bus.address))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.air.back()
        await self._peripherals.remove_all()
        await self._stack.aclose()
