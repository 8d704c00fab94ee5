"""The box: a real kernel and a real bluetoothd in QEMU, its radio and its bus led out to this process."""

import asyncio
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bumble.transport.common import StreamPacketSink, StreamPacketSource

from ble.rigs.air import Air, RadioController
from ble.rigs.bus import BlueZ

ROOT = 0  # who runs everything in the box, whoever runs the tests
BUS_PORT, SHELL_PORT = 1001, 1002
BOOT_TIMEOUT_S = 120.0
END_OF_OUTPUT = "end of output"


class BoxError(Exception):
    """The box does not do what it should; the message holds the end of its console."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def hci_pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a pipe; ours stays open, QEMU's is closed here once QEMU has its own copy."""
    ours, theirs = socket.socketpair()
    try:
        yield ours, theirs
    finally:
        theirs.close()


class Box:
    """`async with Box(image)`: boots, waits for a powered adapter, and ends QEMU by its own process id."""

    def __init__(self, image: Path) -> None:
        self._image = image
        self._bus_port, self._shell_port = free_port(), free_port()
        self.bus_address = f"tcp:host=127.0.0.1,port={self._bus_port}"
        self.console: list[str] = []
        self._up = asyncio.Event()

    async def __aenter__(self) -> Self:
        with hci_pair() as (ours, theirs):
            self._qemu = await asyncio.create_subprocess_exec(
                *self._command(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
            )
        self._listening = asyncio.create_task(self._listen())
        try:
            await self._attach(ours)
            async with asyncio.timeout(BOOT_TIMEOUT_S):
                await self._up.wait()
                self.bluez = await BlueZ.on(self.bus_address, ROOT)
                await self.bluez.until_powered(timeout_s=BOOT_TIMEOUT_S)
        except BaseException as error:
            await self._end()
            if isinstance(error, asyncio.CancelledError):
                raise
            msg = f"the Bluetooth box does not boot; the end of its console:\n{self._last_words()}"
            raise BoxError(msg) from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bluez.close()
        await self._end()

    def _command(self, hci: int) -> list[str]:
        """QEMU without acceleration: nested virtualisation hangs where this must run too."""
        ways_in = "".join(
            f",hostfwd=tcp:127.0.0.1:{ours}-10.0.2.15:{theirs}"
            for ours, theirs in ((self._bus_port, BUS_PORT), (self._shell_port, SHELL_PORT))
        )
        options = {
            "-M": "q35",
            "-accel": "tcg,thread=multi",
            "-cpu": "max",
            "-smp": "2",
            "-m": "256",
            "-kernel": str(self._image / "vmlinuz"),
            "-initrd": str(self._image / "initramfs"),
            "-append": "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on",
            "-display": "none",
            "-serial": "stdio",
            "-netdev": f"user,id=net,restrict=on{ways_in}",
        }
        devices = (
            "virtio-net-pci,netdev=net,romfile=",
            "virtio-rng-pci",
            "virtio-serial-pci",
            "virtconsole,chardev=hci",
        )
        return [
            *("setpriv", "--pdeathsig", "KILL", "--", "qemu-system-x86_64"),
            *("-nodefaults", "-no-user-config", "-no-reboot"),
            *(word for option in options.items() for word in option),
            *("-chardev", f"socket,id=hci,fd={hci}"),
            *(word for device in devices for word in ("-device", device)),
        ]

    async def _attach(self, hci: socket.socket) -> None:
        """Put a controller on the other end of the kernel's serial line.

        It has no public address: the kernel would then scan from a private one, which Bumble does not answer.
        """
        source = StreamPacketSource()
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_unix_connection(lambda: source, sock=hci)
        sink = StreamPacketSink(self._transport)
        self.controller = RadioController("box", host_source=source, host_sink=sink, link=Air())

    async def _listen(self) -> None:
        assert self._qemu.stdout is not None
        async for line in self._qemu.stdout:
            self.console.append(line.decode(errors="replace").rstrip())
            if self.console[-1].startswith("the box is up"):
                self._up.set()

    def _last_words(self) -> str:
        return "\n".join(self.console[-15:])

    async def _end(self) -> None:
        with suppress(ProcessLookupError):
            self._qemu.kill()
        await self._qemu.wait()
        await self._listening
        if hasattr(self, "_transport"):
            self._transport.close()

    @property
    def pid(self) -> int:
        return self._qemu.pid

    async def shell(self, command: str, timeout_s: float = 20.0) -> str:
        """Run a command in the box, and return what it prints.

        Raises:
            BoxError: it failed.
        """
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection("127.0.0.1", self._shell_port)
            writer.write(f"( {command} ) 2>&1; echo {END_OF_OUTPUT} $?; exit\n".encode())
            output = (await reader.read()).decode(errors="replace")
            writer.close()
        ended = re.search(rf"^(.*){END_OF_OUTPUT} (\d+)\s*$", output, re.DOTALL)
        if ended is None or ended[2] != "0":
            msg = f"{command!r} failed in the box: {output}\n{self._last_words()}"
            raise BoxError(msg)
        return ended[1]

    async def kill_bluetoothd(self) -> None:
        await self.shell("kill -9 $(cat /run/bluetoothd.pid)")
        async with asyncio.timeout(10.0):
            while await self.bluez.objects():
                await self.bluez.something_changed()

    async def start_bluetoothd(self) -> None:
        """Start bluetoothd, and wait until its adapter is powered."""
        await self.shell("start-bluetoothd")
        await self.bluez.until_powered()

    async def heal(self) -> None:
        """Bring the box back to how it was after the boot, whatever a test did to it."""
        if not await self.bluez.objects():
            await self.start_bluetoothd()
        if not await self.bluez.is_powered():
            await self.bluez.power(on=True)
        await self.bluez.refuse_pairing()
        await self.bluez.forget_devices()
        await self.shell("rm -rf /var/lib/bluetooth/*/cache")  # names by address, also of who was removed
