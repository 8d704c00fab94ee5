"""bleak on top of a Bumble central: bleak's own front end, real ATT, L2CAP and HCI, no operating system."""

import asyncio
from collections.abc import Awaitable
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from bleak.args import SizedBuffer
from bleak.assigned_numbers import gatt_char_props_to_strs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import (
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)
from bumble import att, core
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Connection, Peer

from ble.rigs.air import key
from ble.rigs.central import Central

LARGEST_MTU = 517
SMALLEST_MTU = 23

SERVICE_LISTS = (
    AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)


Answer = TypeVar("Answer")


def long_form(uuid: core.UUID) -> str:
    """A UUID of 16, 32 or 128 bits as bleak writes it."""
    return str(UUID(bytes=uuid.to_bytes(force_128=True)[::-1]))


def heard(advertisement: Advertisement) -> AdvertisementData:
    data, kind = advertisement.data, AdvertisingData.Type
    return AdvertisementData(
        local_name=data.get(kind.COMPLETE_LOCAL_NAME) or data.get(kind.SHORTENED_LOCAL_NAME),
        manufacturer_data={
            company: bytes(rest) for company, rest in data.get_all(kind.MANUFACTURER_SPECIFIC_DATA)
        },
        service_data={
            long_form(uuid): bytes(rest)
            for size in (kind.SERVICE_DATA_16_BIT_UUID, kind.SERVICE_DATA_128_BIT_UUID)
            for uuid, rest in data.get_all(size)
        },
        service_uuids=[
            long_form(uuid) for one in SERVICE_LISTS for uuids in data.get_all(one) for uuid in uuids
        ],
        tx_power=data.get(kind.TX_POWER_LEVEL),
        rssi=advertisement.rssi,
        platform_data=(advertisement,),
    )


class BumbleScanner(BaseBleakScanner):
    central: ClassVar[Central]

    def __init__(
        self, detection_callback: Any, service_uuids: Any, _scanning_mode: str, **_options: Any
    ) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        self.seen_devices = {}
        await self.central.listen(self._on_advertisement)

    async def stop(self) -> None:
        await self.central.stop_listening(self._on_advertisement)

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        data = heard(advertisement)
        if self.is_allowed_uuid(data.service_uuids):
            address = key(advertisement.address)
            device = self.create_or_update_device(address, address, data.local_name, address, data)
            self.call_detection_callbacks(device, data)


class BumbleClient(BaseBleakClient):
    central: ClassVar[Central]

    def __init__(self, address_or_ble_device: BLEDevice | str, **options: Any) -> None:
        self._found = isinstance(address_or_ble_device, BLEDevice)
        self._name = address_or_ble_device.name if isinstance(address_or_ble_device, BLEDevice) else None
        super().__init__(
            address_or_ble_device,
            disconnected_callback=options["disconnected_callback"],
            timeout=options["timeout"],
        )
        self._connection: Connection | None = None
        self._peer: Peer | None = None
        self._gone = asyncio.Event()

    @property
    def name(self) -> str:
        return self._name or self.address.replace(":", "-")

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    @property
    def mtu_size(self) -> int:
        return self._connection.att_mtu if self._connection else SMALLEST_MTU

    async def connect(self, pair: bool, **options: Any) -> None:  # noqa: FBT001 - the signature is bleak's
        if self._connection is not None:
            msg = "Client is already connected"
            raise BleakError(msg)
        try:
            async with asyncio.timeout(options.get("timeout", self._timeout)):
                self._begin(await self.central.reach(self.address))
                try:
                    await self._introduce(pair=pair)
                except BaseException:
                    await self.disconnect()
                    raise
        except TimeoutError:
            if self._found:
                raise
            msg = f"Device with address {self.address} was not found."
            raise BleakDeviceNotFoundError(self.address, msg) from None

    def _begin(self, connection: Connection) -> None:
        self._connection, self._peer, self._gone = connection, Peer(connection), asyncio.Event()
        connection.once("disconnection", self._on_disconnection)

    async def _introduce(self, *, pair: bool) -> None:
        if pair:
            await self.pair()
        await self._asked(self._live().request_mtu(LARGEST_MTU))
        self.services = await self._asked(self._discover(self._live()))

    def _on_disconnection(self, _reason: int) -> None:
        introduced = self.services is not None
        self._connection = self._peer = self.services = None
        self._gone.set()
        if introduced and self._disconnected_callback is not None:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        if self._connection is not None:
            gone = self._gone
            await self._connection.disconnect()
            await gone.wait()

    async def pair(self, *_arguments: Any, **_options: Any) -> None:
        await self._live().connection.pair()

    async def unpair(self) -> None:
        await self.disconnect()

    def _live(self) -> Peer:
        if self._peer is None:
            msg = "Not connected"
            raise BleakError(msg)
        return self._peer

    async def _discover(self, peer: Peer) -> BleakGATTServiceCollection:
        found = BleakGATTServiceCollection()
        for theirs in await peer.discover_services():
            service = BleakGATTService(theirs, theirs.handle, long_form(theirs.uuid))
            found.add_service(service)
            for each in await theirs.discover_characteristics():
                characteristic = BleakGATTCharacteristic(
                    each,
                    each.handle,
                    long_form(each.uuid),
                    list(gatt_char_props_to_strs(each.properties)),
                    lambda: self.mtu_size - 3,
                    service,
                )
                found.add_characteristic(characteristic)
                for descriptor in await each.discover_descriptors():
                    uuid = long_form(descriptor.type)
                    found.add_descriptor(
                        BleakGATTDescriptor(descriptor, descriptor.handle, uuid, characteristic)
                    )
        return found

    async def _asked(self, request: Awaitable[Answer]) -> Answer:
        try:
            return await request
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(BleakGATTProtocolErrorCode(error.error_code)) from error
        except asyncio.CancelledError:
            # Bumble cancels the pending request when the link is lost; nobody cancelled this task.
            task = asyncio.current_task()
            if self._connection is None and task is not None and not task.cancelling():
                msg = "disconnected"
                raise BleakError(msg) from None
            raise

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **_options: Any
    ) -> bytearray:
        del use_cached
        self._live()
        return bytearray(await self._asked(characteristic.obj.read_value()))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **_options: Any
    ) -> bytearray:
        del use_cached
        self._live()
        return bytearray(await self._asked(descriptor.obj.read_value()))

    async def write_gatt_char(
        self,
        characteristic: BleakGATTCharacteristic,
        data: SizedBuffer,
        response: bool,  # noqa: FBT001 - the signature is bleak's
    ) -> None:
        self._live()
        await self._asked(characteristic.obj.write_value(bytes(data), with_response=response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        self._live()
        await self._asked(descriptor.obj.write_value(bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_options: Any
    ) -> None:
        self._live()
        await self._asked(characteristic.obj.subscribe(lambda value: callback(bytearray(value))))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        self._live()
        await self._asked(characteristic.obj.unsubscribe(force=True))


def backends(central: Central) -> tuple[type[BumbleScanner], type[BumbleClient]]:
    """The two classes that bleak takes as `backend`, on this central."""
    scanner = type("BumbleScanner", (BumbleScanner,), {"central": central})
    client = type("BumbleClient", (BumbleClient,), {"central": central})
    return scanner, client
