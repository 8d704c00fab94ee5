"""What comes from the Bluetooth library is made harmless where it comes in."""

import asyncio
from collections.abc import Callable

import pytest
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner

from stridesense.errors import LinkError
from stridesense.sources.bluetooth import BluetoothRadio

ADDRESS = "F0:F0:F0:F0:F0:01"


def scanner(act: Callable[[BaseBleakScanner], None]) -> type[BaseBleakScanner]:
    """A backend that does this when it is started."""

    class Scanner(BaseBleakScanner):
        def __init__(self, hear: AdvertisementDataCallback, services: None, _mode: str, **_: object) -> None:
            super().__init__(hear, services)

        async def start(self) -> None:
            act(self)

        async def stop(self) -> None:
            """It holds nothing."""

    return Scanner


def called(name: str) -> type[BaseBleakScanner]:
    data = AdvertisementData(name, {}, {}, [], None, -50, ())
    return scanner(lambda one: one.call_detection_callbacks(BLEDevice(ADDRESS, name, None), data))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Pod [/x]", "Pod [/x]"),
        ("\x1b[2JPod\r\n\x7f\x9b1m\ud800", "[2JPod1m"),
        ("\0\0", None),
        ("Läufer \U0001f45f", "Läufer \U0001f45f"),
    ],
)
async def test_a_name_has_nothing_that_steers_a_terminal(name: str, shown: str | None) -> None:
    radio = BluetoothRadio(scanner_backend=called(name))
    async with asyncio.timeout(5.0), radio.listen() as heard:
        assert (await anext(heard)).name == shown


@pytest.mark.parametrize("kind", [RuntimeError, asyncio.CancelledError])
async def test_what_the_library_raises_unforeseen_is_told(kind: type[BaseException]) -> None:
    def fail(_: BaseBleakScanner) -> None:
        raise kind

    radio = BluetoothRadio(scanner_backend=scanner(fail))
    with pytest.raises(LinkError, match=rf"Bluetooth failed with the Bluetooth adapter \({kind.__name__}\)$"):
        async with asyncio.timeout(5.0), radio.listen() as heard:
            await anext(heard)
