"""The methods of the fake BlueZ: the adapter, its devices, and what is called on them."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from bumble.device import Advertisement
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from ble.rigs.air import key
from ble.rigs.bus import ADAPTER, ADAPTER_PATH
from ble.rigs.central import Central
from ble.rigs.fake_device import CHARACTERISTIC, FALSE, TRUE, FakeDevice, path_of
from ble.rigs.fake_tree import (
    RefusalError,
    Tree,
    does_not_exist,
    no_method,
    no_object,
    not_authenticated,
    not_ready,
)

Method = Callable[[Message], Coroutine[Any, Any, tuple[str, list[Any]] | None]]


class Daemon:
    """What answers on the bus: the adapter, its devices, and the methods that are called on them."""

    def __init__(self, bus: MessageBus, central: Central, faults: dict[str, deque[RefusalError]]) -> None:
        self._bus = bus
        self._central = central
        self._faults = faults
        self._scanners: set[str] = set()
        self._agents: set[str] = set()
        self._devices: dict[str, FakeDevice] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._methods: dict[str, Method] = {
            "GetManagedObjects": self._get_managed_objects,
            "GetAll": self._get_all,
            "Set": self._set,
            "SetDiscoveryFilter": self._set_discovery_filter,
            "StartDiscovery": self._start_discovery,
            "StopDiscovery": self._stop_discovery,
            "RemoveDevice": self._remove_device,
            "Connect": self._connect,
            "Disconnect": self._disconnect,
            "Pair": self._pair,
            "ReadValue": self._read_value,
            "WriteValue": self._write_value,
            "StartNotify": self._start_notify,
            "StopNotify": self._stop_notify,
            "RegisterAgent": self._register_agent,
            "RequestDefaultAgent": self._request_default_agent,
            "UnregisterAgent": self._unregister_agent,
        }
        self.tree = Tree(bus)
        self.tree.add("/org/bluez", {"org.bluez.AgentManager1": {}})
        self.tree.add(
            ADAPTER_PATH,
            {
                ADAPTER: {
                    "Address": Variant("s", key(self._central.device.static_address)),
                    "AddressType": Variant("s", "random"),
                    "Name": Variant("s", "fake"),
                    "Alias": Variant("s", "fake"),
                    "Roles": Variant("as", ["central"]),
                    "UUIDs": Variant("as", []),
                    "Powered": TRUE,
                    "Discovering": FALSE,
                }
            },
        )

    def on_message(self, message: Message) -> bool | None:
        if message.message_type is MessageType.SIGNAL and message.member == "NameOwnerChanged":
            name, _, new_owner = message.body
            if not new_owner:
                self._answer(self._forget_sender(name))
            return None
        is_ours = message.message_type is MessageType.METHOD_CALL and message.interface != (
            "org.freedesktop.DBus.Peer"
        )
        if is_ours and (message.path == "/" or (message.path or "").startswith("/org/bluez")):
            self._answer(self._reply(message))
            return True
        return None

    def _answer(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _reply(self, message: Message) -> None:
        try:
            signature, body = await self._method(message)(message) or ("", [])
            answer = Message.new_method_return(message, signature, body)
        except RefusalError as refusal:
            answer = Message.new_error(message, refusal.name, refusal.text)
        if self._bus.connected:
            self._bus.send(answer)

    def _method(self, message: Message) -> Method:
        if faults := self._faults[message.member or ""]:
            raise faults.popleft()
        if message.path != "/" and message.path not in self.tree:
            raise no_object(str(message.path))
        if message.member not in self._methods:
            raise no_method(str(message.member))
        return self._methods[message.member]

    def device(self, path: str) -> FakeDevice:
        return next(device for device in self._devices.values() if f"{path}/".startswith(f"{device.path}/"))

    async def _forget_sender(self, sender: str) -> None:
        self._agents.discard(sender)
        await self._stop_scanning(sender)
        for device in self._devices.values():
            await device.forget_sender(sender)

    def forget(self, address: str) -> None:
        """Drop the object of a device, as bluetoothd does some time after a scan."""
        self.tree.remove(path_of(address))
        self._devices.pop(address, None)

    # org.freedesktop.DBus.ObjectManager and .Properties

    async def _get_managed_objects(self, _message: Message) -> tuple[str, list[Any]]:
        return "a{oa{sa{sv}}}", [self.tree.objects]

    async def _get_all(self, message: Message) -> tuple[str, list[Any]]:
        return "a{sv}", [self.tree.objects[str(message.path)][message.body[0]]]

    async def _set(self, message: Message) -> None:
        interface, name, value = message.body
        self.tree.set(str(message.path), interface, {name: value})
        if name == "Powered" and not value.value:
            self._scanners.clear()
            await self._central.stop_listening(self._on_advertisement)
            self.tree.set(ADAPTER_PATH, ADAPTER, {"Discovering": FALSE})
            for device in list(self._devices.values()):
                await device.disconnect()

    # org.bluez.Adapter1

    async def _set_discovery_filter(self, _message: Message) -> None:
        self._needs_power()

    async def _start_discovery(self, message: Message) -> None:
        self._needs_power()
        if not self._scanners:
            await self._central.listen(self._on_advertisement)
            self.tree.set(ADAPTER_PATH, ADAPTER, {"Discovering": TRUE})
        self._scanners.add(str(message.sender))

    async def _stop_discovery(self, message: Message) -> None:
        await self._stop_scanning(str(message.sender))

    async def _stop_scanning(self, sender: str) -> None:
        if sender in self._scanners:
            self._scanners.remove(sender)
            if not self._scanners:
                await self._central.stop_listening(self._on_advertisement)
                self.tree.set(ADAPTER_PATH, ADAPTER, {"Discovering": FALSE})
                for device in self._devices.values():
                    device.scan_ended()

    async def _remove_device(self, message: Message) -> None:
        device = self.device(message.body[0])
        await device.disconnect()
        self.forget(device.address)

    def _needs_power(self) -> None:
        if not self.tree.get(ADAPTER_PATH, ADAPTER, "Powered"):
            raise not_ready()

    def _on_advertisement(self, advertisement: Advertisement) -> None:
        address = key(advertisement.address)
        if (device := self._devices.get(address)) is None:
            self._devices[address] = FakeDevice(self.tree, self._central, advertisement)
        else:
            device.advertised(advertisement)

    # org.bluez.AgentManager1

    async def _register_agent(self, message: Message) -> None:
        self._agents.add(str(message.sender))

    async def _request_default_agent(self, message: Message) -> None:
        if message.sender not in self._agents:
            raise does_not_exist()

    async def _unregister_agent(self, message: Message) -> None:
        if message.sender not in self._agents:
            raise does_not_exist()
        self._agents.remove(message.sender)

    # org.bluez.Device1

    async def _connect(self, message: Message) -> None:
        self._needs_power()
        await self.device(str(message.path)).connect()

    async def _disconnect(self, message: Message) -> None:
        await self.device(str(message.path)).disconnect()

    async def _pair(self, message: Message) -> None:
        if not self._agents:
            raise not_authenticated()
        await self.device(str(message.path)).pair()

    # org.bluez.GattCharacteristic1 and GattDescriptor1

    async def _read_value(self, message: Message) -> tuple[str, list[Any]]:
        path = str(message.path)
        return "ay", [await self.device(path).read(path)]

    async def _write_value(self, message: Message) -> None:
        path, (value, options) = str(message.path), message.body
        response = CHARACTERISTIC not in self.tree.objects[path] or options["type"].value == "request"
        await self.device(path).write(path, bytes(value), response=response)

    async def _start_notify(self, message: Message) -> None:
        path = str(message.path)
        await self.device(path).start_notify(path, str(message.sender))

    async def _stop_notify(self, message: Message) -> None:
        path = str(message.path)
        await self.device(path).stop_notify(path, str(message.sender))
