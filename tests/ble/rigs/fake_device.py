"""One `org.bluez.Device1` of the fake BlueZ, with the services of the peripheral behind it."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, TypeVar

from bleak.assigned_numbers import gatt_char_props_to_strs
from bumble import att
from bumble.core import BaseBumbleError
from bumble.device import Advertisement, Connection, Peer
from bumble.gatt_client import CharacteristicProxy, DescriptorProxy, ServiceProxy
from dbus_fast import Variant

from ble.rigs.air import key
from ble.rigs.bumble_bleak import LARGEST_MTU, heard, long_form
from ble.rigs.bus import ADAPTER_PATH, DEVICE
from ble.rigs.central import Central
from ble.rigs.fake_tree import (
    Interfaces,
    RefusalError,
    Tree,
    failed,
    in_progress,
    not_authenticated,
    not_permitted,
    not_supported,
)

SERVICE = "org.bluez.GattService1"
CHARACTERISTIC = "org.bluez.GattCharacteristic1"
DESCRIPTOR = "org.bluez.GattDescriptor1"
TRUE, FALSE = Variant("b", True), Variant("b", False)  # noqa: FBT003 - D-Bus has no names for them

CANCELLED = "br-connection-canceled"
ABORTED = "le-connection-abort-by-local"
NO_SESSION = "No notify session started"
NOT_CONNECTED = "Not connected"

Answer = TypeVar("Answer")

# What BlueZ makes of errors of the attribute protocol; all others keep their number.
NAMED_ERRORS = {
    att.ErrorCode.READ_NOT_PERMITTED: not_permitted("Read not permitted"),
    att.ErrorCode.WRITE_NOT_PERMITTED: not_permitted("Write not permitted"),
    att.ErrorCode.INSUFFICIENT_AUTHENTICATION: not_permitted("Not paired"),
    att.ErrorCode.INSUFFICIENT_ENCRYPTION: not_permitted("Not paired"),
    att.ErrorCode.REQUEST_NOT_SUPPORTED: not_supported(),
}


def path_of(address: str) -> str:
    return f"{ADAPTER_PATH}/dev_{address.replace(':', '_')}"


class FakeDevice:
    """A peripheral that was heard, whether it is connected or not.

    As in BlueZ, whoever asks for notifications stays registered over the loss of the link, until it says
    StopNotify or leaves the bus; and a value is told once for each that is registered.
    """

    def __init__(self, tree: Tree, central: Central, advertisement: Advertisement) -> None:
        self._tree = tree
        self._central = central
        self.address = key(advertisement.address)
        self.path = path_of(self.address)
        self.connection: Connection | None = None
        self._connecting: asyncio.Task[Connection] | None = None
        self._discovering: asyncio.Task[None] | None = None
        self._attributes: dict[str, CharacteristicProxy[Any] | DescriptorProxy] = {}
        self._registered: defaultdict[str, list[str]] = defaultdict(list)
        tree.add(self.path, {DEVICE: self._properties(advertisement)})

    def _properties(self, advertisement: Advertisement) -> dict[str, Variant]:
        data = heard(advertisement)
        alias = data.local_name or self.address.replace(":", "-")
        return {
            "Address": Variant("s", self.address),
            "AddressType": Variant("s", "random"),
            "Adapter": Variant("o", ADAPTER_PATH),
            "Alias": Variant("s", alias),
            **({"Name": Variant("s", alias)} if data.local_name else {}),
            "UUIDs": Variant("as", data.service_uuids),
            "RSSI": Variant("n", data.rssi),
            **dict.fromkeys(
                ("Paired", "Bonded", "Trusted", "Blocked", "LegacyPairing", "Connected", "ServicesResolved"),
                FALSE,
            ),
        }

    def advertised(self, advertisement: Advertisement) -> None:
        self._tree.set(self.path, DEVICE, {"RSSI": Variant("n", advertisement.rssi)})

    def scan_ended(self) -> None:
        self._tree.set(self.path, DEVICE, {}, gone=("RSSI",))

    async def connect(self) -> None:
        """Answer when the link is there; the services are resolved later."""
        if self._connecting is not None:
            raise in_progress()
        if self.connection is not None:
            return
        self._connecting = asyncio.create_task(self._central.reach(self.address))
        try:
            connection = await self._connecting
        except asyncio.CancelledError:
            raise failed(CANCELLED) from None
        except BaseBumbleError:
            raise failed(ABORTED) from None
        finally:
            self._connecting = None
        self.connection = connection
        connection.once("disconnection", self._on_disconnection)
        self._tree.set(self.path, DEVICE, {"Connected": TRUE})
        self._discovering = asyncio.create_task(self._discover(Peer(connection)))

    async def disconnect(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        elif self.connection is not None:
            with suppress(BaseBumbleError):
                await self.connection.disconnect()

    async def pair(self) -> None:
        """Pair without asking anybody; the peripheral decides."""
        try:
            if self.connection is None:
                await self.connect()
            assert self.connection is not None
            await self.connection.pair()
        except BaseBumbleError:
            raise not_authenticated() from None
        self._tree.set(self.path, DEVICE, {"Paired": TRUE, "Bonded": TRUE})

    def _on_disconnection(self, _reason: int) -> None:
        self.connection = None
        if self._discovering is not None:
            self._discovering.cancel()
        if self.path in self._tree:
            self._tree.set(self.path, DEVICE, {"ServicesResolved": FALSE})
            self._tree.set(self.path, DEVICE, {"Connected": FALSE})

    async def _discover(self, peer: Peer) -> None:
        """Put the services on the bus, and take away those that are no more."""
        await peer.request_mtu(LARGEST_MTU)
        before, present = set(self._tree.below(self.path)), set[str]()
        self._attributes.clear()
        for service in await peer.discover_services():
            present |= await self._discover_service(service, peer.connection.att_mtu)
        for path in sorted(before - present, reverse=True):
            self._tree.remove(path)
            self._registered.pop(path, None)
        for path in [path for path, senders in self._registered.items() if senders]:
            await self._subscribe(path)
        self._tree.set(self.path, DEVICE, {"ServicesResolved": TRUE})

    async def _discover_service(self, service: ServiceProxy, mtu: int) -> set[str]:
        path = f"{self.path}/service{service.handle:04x}"
        self._add(
            path,
            SERVICE,
            UUID=Variant("s", long_form(service.uuid)),
            Device=Variant("o", self.path),
            Primary=TRUE,
            Includes=Variant("ao", []),
        )
        present = {path}
        for characteristic in await service.discover_characteristics():
            flags = list(gatt_char_props_to_strs(characteristic.properties))
            listens = {"Notifying": FALSE} if {"notify", "indicate"} & set(flags) else {}
            own = f"{path}/char{characteristic.handle - 1:04x}"
            self._add(
                own,
                CHARACTERISTIC,
                UUID=Variant("s", long_form(characteristic.uuid)),
                Service=Variant("o", path),
                Value=Variant("ay", b""),
                Flags=Variant("as", flags),
                MTU=Variant("q", mtu),
                **listens,
            )
            self._attributes[own] = characteristic
            present |= {own, *await self._discover_descriptors(own, characteristic)}
        return present

    async def _discover_descriptors(self, owner: str, characteristic: CharacteristicProxy[Any]) -> set[str]:
        present = set()
        for descriptor in await characteristic.discover_descriptors():
            path = f"{owner}/desc{descriptor.handle:04x}"
            uuid, flags = Variant("s", long_form(descriptor.type)), Variant("as", [])
            self._add(path, DESCRIPTOR, UUID=uuid, Characteristic=Variant("o", owner), Flags=flags)
            self._attributes[path] = descriptor
            present.add(path)
        return present

    def _add(self, path: str, interface: str, **properties: Variant) -> None:
        interfaces: Interfaces = {interface: properties}
        known = self._tree.objects.get(path)
        if known is not None and known[interface]["UUID"] == properties["UUID"]:
            return
        if known is not None:
            self._tree.remove(path)
        self._tree.add(path, interfaces)

    async def read(self, path: str) -> bytes:
        return bytes(await self._asked(self._attribute(path).read_value()))

    async def write(self, path: str, value: bytes, *, response: bool) -> None:
        await self._asked(self._attribute(path).write_value(value, with_response=response))

    async def start_notify(self, path: str, sender: str) -> None:
        if "Notifying" not in self._tree.objects[path][CHARACTERISTIC]:
            raise not_supported()
        if not self._registered[path]:
            await self._subscribe(path)
        if sender not in self._registered[path]:
            self._registered[path].append(sender)
        self._tree.set(path, CHARACTERISTIC, {"Notifying": TRUE})

    async def stop_notify(self, path: str, sender: str) -> None:
        if sender not in self._registered[path]:
            raise failed(NO_SESSION)
        self._registered[path].remove(sender)
        await self._silence_if_unheard(path)

    async def forget_sender(self, sender: str) -> None:
        for path, senders in self._registered.items():
            if sender in senders:
                senders.remove(sender)
                await self._silence_if_unheard(path)

    async def _silence_if_unheard(self, path: str) -> None:
        if self._registered[path] or path not in self._tree:
            return
        self._tree.set(path, CHARACTERISTIC, {"Notifying": FALSE})
        if self.connection is not None and isinstance(
            characteristic := self._attributes.get(path), CharacteristicProxy
        ):
            with suppress(RefusalError):
                await self._asked(characteristic.unsubscribe(force=True))

    async def _subscribe(self, path: str) -> None:
        characteristic = self._attribute(path)
        assert isinstance(characteristic, CharacteristicProxy)

        def tell(value: bytes) -> None:
            for _ in self._registered[path]:
                self._tree.set(path, CHARACTERISTIC, {"Value": Variant("ay", bytes(value))})

        await self._asked(characteristic.subscribe(tell))

    def _attribute(self, path: str) -> CharacteristicProxy[Any] | DescriptorProxy:
        if self.connection is None or path not in self._attributes:
            raise failed(NOT_CONNECTED)
        return self._attributes[path]

    async def _asked(self, request: Awaitable[Answer]) -> Answer:
        try:
            return await request
        except att.ATT_Error as error:
            code = error.error_code
            raise NAMED_ERRORS.get(code, failed(f"Operation failed with ATT error: 0x{code:02x}")) from None
        except asyncio.CancelledError:
            if self.connection is None:
                raise failed(NOT_CONNECTED) from None
            raise
