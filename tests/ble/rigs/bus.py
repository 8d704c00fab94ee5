"""bleak's own BlueZ backend, pointed at a bus of ours for a while."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from unittest.mock import patch

from bleak.backends.bluezdbus import manager as bleak_manager
from bleak_retry_connector import bleak_manager as retry_manager
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.auth import AuthExternal

ADAPTER_PATH = "/org/bluez/hci0"
ADAPTER = "org.bluez.Adapter1"
DEVICE = "org.bluez.Device1"
PROPERTIES = "org.freedesktop.DBus.Properties"
OBJECT_MANAGER = "org.freedesktop.DBus.ObjectManager"
AGENT = "org.bluez.Agent1"
AGENT_PATH = "/org/stridesense/agent"
AGENT_MANAGER = {"path": "/org/bluez", "interface": "org.bluez.AgentManager1"}


class BusError(Exception):
    """The answer to a call was an error: its name, and what it says."""


@asynccontextmanager
async def bleak_on(address: str, uid: int | None = None) -> AsyncIterator[list[MessageBus]]:
    """Let bleak take `address` for the system bus, and leave nothing of it behind.

    A client that a test let go without disconnect() keeps its connection, for which BlueZ would enable
    notifications in every later test. So the connections are noted, and closed at the end. Yields that list.
    """
    environment = {"DBUS_SYSTEM_BUS_ADDRESS": address}
    if uid is not None:
        environment["BLEAK_DBUS_AUTH_UID"] = str(uid)
    opened: list[MessageBus] = []

    def noted(*arguments: Any, **options: Any) -> MessageBus:
        opened.append(MessageBus(*arguments, **options))
        return opened[-1]

    with patch.dict(os.environ, environment), patch("bleak.backends.bluezdbus.client.MessageBus", noted):
        retry_manager._reset_dbus_socket_cache()
        try:
            yield opened
        finally:
            for bus in opened:
                bus.disconnect()
            await forget_manager()


async def forget_manager() -> None:
    """Make bleak look at BlueZ anew: it keeps one view of it for each event loop."""
    manager = bleak_manager._global_instances.pop(asyncio.get_running_loop(), None)
    if manager is not None and manager._bus is not None:
        manager._bus.disconnect()
        if manager._bus_watcher_task is not None:
            await manager._bus_watcher_task


class BlueZ:
    """Our own look at an `org.bluez`, beside bleak's."""

    def __init__(self, bus: MessageBus) -> None:
        self.bus = bus
        self._changed = asyncio.Event()
        bus.add_message_handler(self._on_message)

    @classmethod
    async def on(cls, address: str, uid: int | None = None) -> "BlueZ":
        """Connect to the bus at this address."""
        auth = None if uid is None else AuthExternal(uid=uid)
        bus = MessageBus(bus_address=address, auth=auth)
        try:
            await bus.connect()
        except BaseException:
            bus.disconnect()
            raise
        one = cls(bus)
        for rule in ("type='signal',sender='org.bluez'", "type='signal',member='NameOwnerChanged'"):
            await one.call("AddMatch", "s", rule, to="org.freedesktop.DBus", path="/org/freedesktop/DBus")
        return one

    def close(self) -> None:
        self.bus.disconnect()

    async def call(
        self,
        member: str,
        signature: str = "",
        *body: Any,
        path: str = ADAPTER_PATH,
        interface: str | None = None,
        to: str = "org.bluez",
    ) -> list[Any]:
        message = Message(
            destination=to,
            path=path,
            interface=interface or to,
            member=member,
            signature=signature,
            body=list(body),
        )
        reply = await self.bus.call(message)
        if reply is None or reply.message_type is MessageType.ERROR:
            msg = f"{member}: {reply and reply.error_name} {reply and reply.body}"
            raise BusError(msg)
        return list(reply.body)

    async def objects(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Interfaces and their properties by object path; empty when nobody owns org.bluez."""
        try:
            (objects,) = await self.call("GetManagedObjects", path="/", interface=OBJECT_MANAGER)
        except BusError:
            return {}
        return dict(objects)

    async def is_powered(self) -> bool:
        adapter = (await self.objects()).get(ADAPTER_PATH, {}).get(ADAPTER, {})
        return bool(adapter and adapter["Powered"].value)

    async def power(self, *, on: bool) -> None:
        await self.call("Set", "ssv", ADAPTER, "Powered", Variant("b", on), interface=PROPERTIES)
        await self.until_powered(on=on)

    async def until_powered(self, *, on: bool = True, timeout_s: float = 60.0) -> None:
        async with asyncio.timeout(timeout_s):
            while await self.is_powered() is not on:
                await self.something_changed()

    async def something_changed(self) -> None:
        self._changed.clear()
        with suppress(TimeoutError):  # BlueZ may have changed between the look and the wait
            await asyncio.wait_for(self._changed.wait(), 0.5)

    async def forget_devices(self) -> None:
        """Remove every device, and with it the services that BlueZ remembers of it."""
        for path, interfaces in (await self.objects()).items():
            if DEVICE in interfaces:
                with suppress(BusError):
                    await self.call("RemoveDevice", "o", path, interface=ADAPTER)

    async def accept_pairing(self) -> None:
        """Answer BlueZ's questions about pairing with yes, as an agent without screen and keys."""
        await self.call("RegisterAgent", "os", AGENT_PATH, "NoInputNoOutput", **AGENT_MANAGER)
        await self.call("RequestDefaultAgent", "o", AGENT_PATH, **AGENT_MANAGER)

    async def refuse_pairing(self) -> None:
        with suppress(BusError):  # there was no agent
            await self.call("UnregisterAgent", "o", AGENT_PATH, **AGENT_MANAGER)

    def _on_message(self, message: Message) -> Message | None:
        if message.message_type is MessageType.SIGNAL:
            self._changed.set()
        elif message.message_type is MessageType.METHOD_CALL and message.interface == AGENT:
            return Message.new_method_return(message)
        return None
