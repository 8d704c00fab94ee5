"""A plain peripheral for the rigs' own tests: it counts packets out and answers a little."""

import asyncio
import struct

from bleak.backends.characteristic import BleakGATTCharacteristic
from bumble import att, data_types
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service

from ble.rigs.flow import room_to_send

SERVICE = "5e5e0001-0000-4000-8000-57121de5e5e5"
STREAM = "5e5e0002-0000-4000-8000-57121de5e5e5"
REFUSING = "5e5e0003-0000-4000-8000-57121de5e5e5"
VERSION = "5e5e0004-0000-4000-8000-57121de5e5e5"
SECRET = "5e5e0005-0000-4000-8000-57121de5e5e5"  # noqa: S105 - it is an address

COUNTER = struct.Struct("<I")


class Emitter:
    """Counts up in notifications of any size, to whoever subscribed."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.sent = 0
        self.stream = Characteristic(
            STREAM, Characteristic.Properties.NOTIFY, Characteristic.Permissions(0), b""
        )
        readable = Characteristic.Properties.READ
        device.add_service(
            Service(
                SERVICE,
                [
                    self.stream,
                    Characteristic(
                        REFUSING,
                        Characteristic.Properties.WRITE,
                        Characteristic.WRITEABLE,
                        CharacteristicValue(write=self._refuse),
                    ),
                    Characteristic(VERSION, readable, Characteristic.READABLE, b"1.0"),
                    Characteristic(
                        SECRET,
                        readable,
                        Characteristic.READABLE | Characteristic.READ_REQUIRES_ENCRYPTION,
                        b"told",
                    ),
                ],
            )
        )

    async def advertise(self) -> None:
        kind = AdvertisingData.Flags
        self.device.advertising_data = bytes(
            AdvertisingData(
                [
                    data_types.Flags(kind.LE_GENERAL_DISCOVERABLE_MODE | kind.BR_EDR_NOT_SUPPORTED),
                    data_types.IncompleteListOf128BitServiceUUIDs([UUID(SERVICE)]),
                    data_types.ShortenedLocalName(self.device.name[:6]),
                ]
            )
        )
        await self.device.start_advertising(auto_restart=True)

    async def emit(self, count: int, *, rate_hz: float, size: int) -> range:
        """Send `count` numbered packets of `size` bytes at a steady rate; returns their numbers."""
        loop = asyncio.get_running_loop()
        first, start_s = self.sent, loop.time()
        for index in range(count):
            await asyncio.sleep(max(0.0, start_s + index / rate_hz - loop.time()))
            await room_to_send(self.device)
            value = COUNTER.pack(self.sent).ljust(size, b"\x00")
            for connection in list(self.device.connections.values()):
                await self.device.notify_subscriber(connection, self.stream, value)
            self.sent += 1
        return range(first, self.sent)

    def _refuse(self, _connection: Connection, _value: bytes) -> None:
        raise att.ATT_Error(att.ErrorCode.VALUE_NOT_ALLOWED)


class Inbox:
    """The numbers that came in, in their order."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.sizes: set[int] = set()
        self.times_s: list[float] = []
        self._changed = asyncio.Event()

    def __call__(self, _characteristic: BleakGATTCharacteristic, value: bytearray) -> None:
        self.numbers.append(COUNTER.unpack_from(value)[0])
        self.sizes.add(len(value))
        self.times_s.append(asyncio.get_running_loop().time())
        self._changed.set()

    async def holds(self, count: int, timeout_s: float = 5.0) -> list[int]:
        """Wait for so many numbers, then take them out."""
        async with asyncio.timeout(timeout_s):
            while len(self.numbers) < count:
                self._changed.clear()
                await self._changed.wait()
        taken, self.numbers = self.numbers, []
        return taken
