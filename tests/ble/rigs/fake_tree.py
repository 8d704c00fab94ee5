"""The objects of the fake BlueZ on the bus, and the signals that tell of their changes."""

from collections.abc import Iterator
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from ble.rigs.bus import OBJECT_MANAGER, PROPERTIES

Interfaces = dict[str, dict[str, Variant]]


class RefusalError(Exception):
    """A method call is answered with this D-Bus error."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name
        self.text = text


def failed(text: str) -> RefusalError:
    return RefusalError("org.bluez.Error.Failed", text)


def no_object(path: str) -> RefusalError:
    return RefusalError("org.freedesktop.DBus.Error.UnknownObject", f"no object at {path}")


def no_method(name: str) -> RefusalError:
    return RefusalError("org.freedesktop.DBus.Error.UnknownMethod", f"no method {name}")


def does_not_exist() -> RefusalError:
    return RefusalError("org.bluez.Error.DoesNotExist", "Does Not Exist")


def in_progress() -> RefusalError:
    return RefusalError("org.bluez.Error.InProgress", "In Progress")


def not_ready() -> RefusalError:
    return RefusalError("org.bluez.Error.NotReady", "Resource Not Ready")


def not_supported() -> RefusalError:
    return RefusalError("org.bluez.Error.NotSupported", "Operation is not supported")


def not_permitted(text: str) -> RefusalError:
    return RefusalError("org.bluez.Error.NotPermitted", text)


def not_authenticated() -> RefusalError:
    return RefusalError("org.bluez.Error.AuthenticationFailed", "Authentication Failed")


class Tree:
    """Objects by path: their interfaces, and the properties of each."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self.objects: dict[str, Interfaces] = {}

    def __contains__(self, path: str) -> bool:
        return path in self.objects

    def below(self, path: str) -> Iterator[str]:
        return (other for other in list(self.objects) if other.startswith(f"{path}/"))

    def add(self, path: str, interfaces: Interfaces) -> None:
        self.objects[path] = interfaces
        self._tell("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, interfaces])

    def remove(self, path: str) -> None:
        """Remove an object and all below it, the deepest first."""
        for gone in sorted([path, *self.below(path)], reverse=True):
            if (interfaces := self.objects.pop(gone, None)) is not None:
                self._tell("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", [gone, list(interfaces)])

    def get(self, path: str, interface: str, name: str) -> Any:
        return self.objects[path][interface][name].value

    def set(self, path: str, interface: str, changed: dict[str, Variant], gone: tuple[str, ...] = ()) -> None:
        properties = self.objects[path][interface]
        properties.update(changed)
        for name in gone:
            properties.pop(name, None)
        self._tell(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, changed, list(gone)])

    def _tell(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        if self._bus.connected:
            self._bus.send(
                Message(
                    message_type=MessageType.SIGNAL,
                    path=path,
                    interface=interface,
                    member=member,
                    signature=signature,
                    body=body,
                )
            )
