"""What every Bluetooth rig offers, so that one scenario runs on all of them."""

from typing import Protocol

from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner
from bumble.device import Device

from ble.rigs.air import Air


class Rig(Protocol):
    """A central that is driven through bleak, and the air that it shares with peripherals.

    `scanner_backend` and `client_backend` go to `BleakScanner(backend=...)` and `BleakClient(backend=...)`;
    None stands for the platform's own.
    """

    name: str
    scanner_backend: type[BaseBleakScanner] | None
    client_backend: type[BaseBleakClient] | None
    air: Air

    async def peripheral(self, name: str, address: str) -> Device:
        """A powered peripheral at a random static `address`, not advertising yet; gone after the test."""
        ...
