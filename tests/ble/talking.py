"""A pod on the air of a rig and a bleak client that talks to it, for the tests of the pods."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from ble.peripherals import Peripheral, RunClock, pod_of
from ble.pods import movesense, polar, rsc
from ble.rigs.bumble_rig import BumbleRig
from stridesense.model import Foot
from stridesense.simulator import SimulatedRun, load, simulate

ADDRESS = "F0:F0:F0:F0:F0:01"
OTHER_ADDRESS = "F0:F0:F0:F0:F0:02"
SPEED = 4.0
SOFP_INFO, SOFP_CONFIG, SOFP_CONTROL, SOFP_DATA, SOFP_STATUS, SOFP_SYNC = (
    f"34ad{number:04x}-40ff-4d49-9c9b-8cde69625a7e" for number in range(1, 7)
)
BATTERY, FIRMWARE = "2a19", "2a26"
START_ACC = bytes.fromhex("02 02 00 01 D0 00 01 01 10 00 02 01 10 00 04 01 03")
START_GYRO = bytes.fromhex("02 05 00 01 D0 00 01 01 10 00 02 01 D0 07 04 01 03")
STREAMS = {
    "sofp": {"data": SOFP_DATA},
    "polar_pmd": {"data": polar.DATA},
    "movesense_gsp": {"data": movesense.DATA},
    "rsc": {"measurement": rsc.MEASUREMENT, "power": rsc.POWER},
}
SCENARIOS = {
    "sofp": "easy_run",
    "polar_pmd": "polar_sense",
    "movesense_gsp": "movesense",
    "rsc": "watch_pod",
}


@cache
def run_of(protocol: str) -> SimulatedRun:
    return simulate(load(SCENARIOS[protocol]))


@asynccontextmanager
async def on_air(rig: BumbleRig, protocol: str, speed: float = SPEED) -> AsyncIterator[Peripheral[Any]]:
    pod = pod_of(await rig.peripheral("pod", ADDRESS), run_of(protocol), Foot.RIGHT, RunClock(speed))
    async with pod:
        yield pod


class Central:
    """A bleak client and what it heard, by characteristic."""

    def __init__(self, rig: BumbleRig, device: BLEDevice) -> None:
        self.client = BleakClient(device, backend=rig.client_backend)
        self.heard: dict[str, list[bytes]] = {}
        self._news = asyncio.Event()

    async def listen(self, *uuids: str) -> None:
        for uuid in uuids:
            values = self.heard.setdefault(uuid, [])

            def take(_characteristic: object, value: bytearray, values: list[bytes] = values) -> None:
                values.append(bytes(value))
                self._news.set()

            await self.client.start_notify(uuid, take)

    async def hears(self, uuid: str, count: int, beginning: int | None = None) -> list[bytes]:
        """Wait for so many values of a characteristic, or for so many whose first byte is this."""
        async with asyncio.timeout(10.0):
            while len(values := [v for v in self.heard[uuid] if beginning in {None, v[0]}]) < count:
                self._news.clear()
                await self._news.wait()
        return values

    async def ask(self, uuid: str, command: str | bytes, *, on: str) -> bytes:
        """Write a command and take the answer."""
        answered = len(self.heard[on])
        value = command if isinstance(command, bytes) else bytes.fromhex(command)
        await self.client.write_gatt_char(uuid, value, response=True)
        return (await self.hears(on, answered + 1))[answered]


async def seen(rig: BumbleRig, address: str = ADDRESS) -> tuple[BLEDevice, AdvertisementData]:
    """The pod and what it advertises; the emulated air carries no answers to a scan."""
    async with asyncio.timeout(5.0), BleakScanner(backend=rig.scanner_backend) as scanner:
        async for device, data in scanner.advertisement_data():
            if device.address == address:
                return device, data
    raise AssertionError


@asynccontextmanager
async def connected(rig: BumbleRig, address: str = ADDRESS) -> AsyncIterator[Central]:
    central = Central(rig, (await seen(rig, address))[0])
    await central.client.connect()
    try:
        yield central
    finally:
        await central.client.disconnect()


async def begin(central: Central, protocol: str) -> None:
    """The talk that makes a pod stream."""
    if protocol == "sofp":
        await central.listen(SOFP_CONTROL, SOFP_DATA)
        assert await central.ask(SOFP_CONTROL, "01 03", on=SOFP_CONTROL) == b"\x81\x00"
    elif protocol == "polar_pmd":
        await central.listen(polar.CONTROL, polar.DATA)
        assert await central.ask(polar.CONTROL, "02 09", on=polar.CONTROL) == bytes.fromhex("F0 02 09 00 00")
        for command in (START_ACC, START_GYRO):
            assert (await central.ask(polar.CONTROL, command, on=polar.CONTROL))[3] == 0
    elif protocol == "movesense_gsp":
        await central.listen(movesense.DATA)
        answer = await central.ask(movesense.COMMAND, b"\x01\x63/Meas/IMU6/208", on=movesense.DATA)
        assert answer == bytes.fromhex("01 63 C8 00")
    else:
        await central.listen(rsc.MEASUREMENT, rsc.POWER)
