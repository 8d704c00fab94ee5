"""The GATT table of a pod: each characteristic has a role; writes and subscriptions can be refused."""

from collections.abc import Callable, Iterable

from bumble.att import ATT_Error, Attribute, AttributeValueV2, ErrorCode
from bumble.device import Connection, Device
from bumble.gatt import (
    GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR,
    Characteristic,
    Descriptor,
    Service,
)

from ble.pods.knobs import Faults

READ = Characteristic.Properties.READ
WRITE = Characteristic.Properties.WRITE
WRITE_COMMAND = Characteristic.Properties.WRITE_WITHOUT_RESPONSE
NOTIFY = Characteristic.Properties.NOTIFY
INDICATE = Characteristic.Properties.INDICATE

NOTIFIES, INDICATES = 0x01, 0x02


class GattTable:
    """What a central finds on a pod.

    Attributes:
        commands: the role and bytes of each write, also of those refused.
        on_subscription: called with the role after a subscription has changed.
    """

    def __init__(self, device: Device, faults: Faults, on_subscription: Callable[[str], None]) -> None:
        self._device, self._faults = device, faults
        self.commands: list[tuple[str, bytes]] = []
        self.on_subscription = on_subscription
        self._by_role: dict[str, Characteristic[bytes]] = {}

    def __contains__(self, role: str) -> bool:
        return role in self._by_role

    def __getitem__(self, role: str) -> Characteristic[bytes]:
        return self._by_role[role]

    def characteristic(
        self,
        role: str,
        uuid: str,
        properties: Characteristic.Properties,
        *,
        read: Callable[[], bytes] = bytes,
        write: Callable[[bytes], None] | None = None,
    ) -> Characteristic[bytes]:
        """A characteristic for a service to be published."""

        def written(connection: Connection, value: bytes) -> None:
            self.commands.append((role, bytes(value)))
            self._guard(connection, self._faults.refuse_writes)
            if properties & INDICATE and not self.subscription(role, connection) & INDICATES:
                raise ATT_Error(ErrorCode.CCCD_IMPROPERLY_CONFIGURED)
            if write is not None:
                write(bytes(value))

        permissions = Attribute.Permissions.READABLE if properties & READ else Attribute.Permissions(0)
        if properties & (WRITE | WRITE_COMMAND):
            permissions |= Attribute.Permissions.WRITEABLE
        value = AttributeValueV2(read=lambda _: read(), write=written)
        made: Characteristic[bytes] = Characteristic(uuid, properties, permissions, value)
        made.descriptors = [self._switch(role, made)] if properties & (NOTIFY | INDICATE) else []
        self._by_role[role] = made
        return made

    def subscription(self, role: str, connection: Connection | None) -> int:
        """Whether the central wants notifications, indications or neither."""
        subscribed = self._device.gatt_server.subscribers.get(connection, {})
        return int.from_bytes(subscribed.get(self._by_role[role].handle, b""), "little")

    def replace(self, services: Callable[[], Iterable[Service]], without: frozenset[str]) -> None:
        """Show these services and nothing else, apart from the characteristics of some roles."""
        server = self._device.gatt_server
        for held in (server.services, server.attributes, server.attributes_by_handle, server.subscribers):
            held.clear()
        self._by_role.clear()
        self._device.add_default_services()
        for service in services():
            missing = [self._by_role[role] for role in without if role in self._by_role]
            service.characteristics = [c for c in service.characteristics if c not in missing]
            self._device.add_service(service)
        for role in without:
            self._by_role.pop(role, None)

    def _switch(self, role: str, of: Characteristic[bytes]) -> Descriptor:
        """The descriptor with which a central subscribes."""
        server = self._device.gatt_server

        def write(connection: Connection, value: bytes) -> None:
            self._guard(connection, self._faults.refuse_subscriptions)
            server.write_cccd(connection, of, value)
            self.on_subscription(role)

        return Descriptor(
            GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR,
            Attribute.Permissions.READABLE | Attribute.Permissions.WRITEABLE,
            AttributeValueV2(read=lambda connection: server.read_cccd(connection, of), write=write),
        )

    def _guard(self, connection: Connection, refusal: ErrorCode | None) -> None:
        if self._faults.needs_pairing and not connection.is_encrypted:
            raise ATT_Error(ErrorCode.INSUFFICIENT_AUTHENTICATION)
        if refusal is not None:
            raise ATT_Error(refusal)
