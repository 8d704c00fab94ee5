"""The radio between the controllers of a rig: packets wait for connection events, and links break.

Bumble's own link is ideal, which no radio is. Here a packet waits for the next connection event of its
link, an event can be missed, a device can fall silent, and a link that is silent for too long is lost at both
ends. The link layer repeats what was not heard: while a link lives, nothing on it is lost or reordered.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bumble import hci, ll
from bumble.controller import Connection, Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink

QUICKEST_INTERVAL_S = 0.0075
ATT_CHANNEL = b"\x04\x00"
ATT_NOTIFICATION = 0x1B
EVERYBODY = None


def key(address: hci.Address | str) -> str:
    """An address as the air names it: `F0:F0:F0:F0:F0:01`."""
    return (address if isinstance(address, str) else address.to_string(with_type_qualifier=False)).upper()


def is_notification(l2cap: bytes) -> bool:
    return l2cap[2:4] == ATT_CHANNEL and l2cap[4:5] == bytes([ATT_NOTIFICATION])


@dataclass
class Packet:
    deliver: Callable[[], None]
    acknowledge: Callable[[], None] | None = None


@dataclass(eq=False)
class Link:
    """One connection: what waits for its next event, in the order of sending, both directions together."""

    air: "Air"
    ends: frozenset[str]
    waiting: deque[Packet] = field(default_factory=deque)
    # A stack asks for the quickest interval to look through the services, a pod that streams for a slow one.
    streams: bool = False
    _event: asyncio.TimerHandle | None = None

    @property
    def interval_s(self) -> float:
        return self.air.interval_s if self.streams else min(self.air.interval_s, QUICKEST_INTERVAL_S)

    def carry(self, packet: Packet) -> None:
        self.waiting.append(packet)
        self.schedule()

    def schedule(self) -> None:
        """Await the next event that will be heard."""
        if self._event is not None or not self.waiting or self.air.is_silent(*self.ends):
            return
        loop = asyncio.get_running_loop()
        if self.interval_s == 0.0:
            self._event = loop.call_at(loop.time(), self._happen)
            return
        events = 1
        while self.air.random.random() < self.air.missed_events:
            events += 1
        self._event = loop.call_at((loop.time() // self.interval_s + events) * self.interval_s, self._happen)

    def close(self) -> None:
        self.waiting.clear()
        if self._event is not None:
            self._event.cancel()
            self._event = None

    def _happen(self) -> None:
        self._event = None
        if self.air.is_silent(*self.ends):
            return
        for _ in range(min(len(self.waiting), self.air.packets_per_event)):
            packet = self.waiting.popleft()
            packet.deliver()
            if packet.acknowledge is not None:
                packet.acknowledge()
        self.schedule()


class Air(LocalLink):
    """Everything that the controllers of one rig hear of each other.

    Attributes:
        interval_s: connection interval of a link that streams; 0 delivers at once.
        missed_events: probability (0..1, below 1) that a connection event is not heard.
        packets_per_event: the most that one event carries (a 30 ms event has room for about 12 full packets).
        supervision_timeout_s: silence after which both ends lose a link, with reason 0x08.
    """

    controllers: set["RadioController"]  # type: ignore[assignment]

    def __init__(
        self, *, interval_s: float = 0.030, supervision_timeout_s: float = 0.5, seed: int = 1
    ) -> None:
        super().__init__()
        self.interval_s = interval_s
        self.missed_events = 0.0
        self.packets_per_event = 12
        self.supervision_timeout_s = supervision_timeout_s
        self.random = random.Random(seed)
        self._links: dict[frozenset[str], Link] = {}
        self._silent: dict[str | None, asyncio.TimerHandle] = {}

    def is_silent(self, *addresses: str) -> bool:
        return EVERYBODY in self._silent or any(address in self._silent for address in addresses)

    def is_connected(self, address: str) -> bool:
        return any(True for _ in self._ends(key(address)))

    def silence(self, address: str | None = EVERYBODY) -> None:
        """Put a device (or all) out of range; unless it comes back in time, its links are lost."""
        name = key(address) if address else EVERYBODY
        if name not in self._silent:
            loop = asyncio.get_running_loop()
            self._silent[name] = loop.call_later(self.supervision_timeout_s, self.lose, address)

    def back(self, address: str | None = EVERYBODY) -> None:
        """Let a silent device (or all) be heard again; what waited on links that still live now arrives."""
        for name in [key(address)] if address else list(self._silent):
            if (timeout := self._silent.pop(name, None)) is not None:
                timeout.cancel()
        for link in self._links.values():
            link.schedule()

    def lose(self, address: str | None = EVERYBODY) -> None:
        """Both ends of a device's links lose them now, as after the supervision timeout."""
        name = key(address) if address else EVERYBODY
        for ends in [ends for ends in self._links if name is EVERYBODY or name in ends]:
            self._links.pop(ends).close()
        for controller, connection in list(self._ends(name)):
            controller.on_le_disconnected(connection, hci.HCI_CONNECTION_TIMEOUT_ERROR)

    def drop(self, address: str) -> None:
        """The device with this address ends its links, as when its button is pressed."""
        for controller, connection in list(self._ends(key(address))):
            if key(connection.self_address) == key(address):
                connection.send_ll_control_pdu(
                    ll.TerminateInd(hci.HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR)
                )
                controller.on_le_disconnected(connection, hci.HCI_CONNECTION_TERMINATED_BY_LOCAL_HOST_ERROR)

    def unplug(self, controller: "RadioController") -> None:
        """Take a controller away; its peers lose it."""
        controller.fall_silent()
        if controller in self.controllers:
            self.remove_controller(controller)

    def link(self, one: hci.Address, other: hci.Address) -> Link:
        ends = frozenset({key(one), key(other)})
        return self._links.setdefault(ends, Link(self, ends))

    def _ends(self, name: str | None) -> Iterator[tuple["RadioController", Connection]]:
        for controller in self.controllers:
            for connection in controller.le_connections.values():
                if name is EVERYBODY or name in {key(connection.self_address), key(connection.peer_address)}:
                    yield controller, connection

    # What the controllers call.

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
        acknowledge: Callable[[], None] | None = None,
    ) -> None:
        source = sender_controller.random_address
        link = self.link(source, destination_address)
        link.streams |= is_notification(data)

        def deliver() -> None:
            receiver = self.find_le_controller(destination_address)
            if receiver is not None and source in receiver.le_connections:
                receiver.on_link_acl_data(source, transport, data)

        link.carry(Packet(deliver, acknowledge))

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        def deliver() -> None:
            receiver = self.find_le_controller(receiver_address)
            if receiver is not None and sender_address in receiver.le_connections:
                receiver.on_ll_control_pdu(sender_address, packet)

        self.link(sender_address, receiver_address).carry(Packet(deliver))

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        if isinstance(packet, ll.ConnectInd):
            ends = frozenset({key(packet.initiator_address), key(packet.advertiser_address)})
            if (left_over := self._links.pop(ends, None)) is not None:
                left_over.close()
        elif self.is_silent(key(sender_controller.random_address)):
            return
        super().send_advertising_pdu(sender_controller, packet)


class RadioController(Controller):
    """Bumble's controller with what it lacks: a connect that can be taken back, flow control, a reset."""

    le_acl_data_packet_length = 251
    # Without these the hosts use plain advertising and scanning, and public or static addresses.
    le_features = Controller.le_features & ~(
        hci.LeFeatureMask.LL_PRIVACY | hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
    )
    link: Air

    def on_ll_advertising_pdu(self, packet: ll.AdvertisingPdu) -> None:
        if isinstance(packet, ll.ConnectInd) or not self.link.is_silent(key(self.random_address)):
            super().on_ll_advertising_pdu(packet)

    def on_hci_acl_data_packet(self, packet: hci.HCI_AclDataPacket) -> None:
        """Tell the host that a packet is gone when it is delivered, not when it is taken."""
        connection = self.find_connection_by_handle(packet.connection_handle)
        if connection is None:
            return
        whole: list[bytes] = []
        connection.assembler.callback = whole.append
        connection.assembler.feed_packet(packet)

        def acknowledge() -> None:
            if self.find_connection_by_handle(connection.handle) is connection:
                event = hci.HCI_Number_Of_Completed_Packets_Event([connection.handle], [1])
                self.send_hci_packet(event)

        if whole:
            destination, transport = connection.peer_address, connection.transport
            self.link.send_acl_data(self, destination, transport, whole[0], acknowledge)
        else:
            acknowledge()

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        if self.pending_le_connection is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        peer = self.pending_le_connection.peer_address
        self.pending_le_connection = None
        cancelled = hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            connection_handle=0,
            role=hci.Role.CENTRAL,
            peer_address_type=peer.address_type,
            peer_address=peer,
            connection_interval=0,
            peripheral_latency=0,
            supervision_timeout=0,
            central_clock_accuracy=0,
        )
        asyncio.get_running_loop().call_soon(self.send_hci_packet, cancelled)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def on_hci_reset_command(self, command: hci.HCI_Reset_Command) -> hci.HCI_StatusReturnParameters:
        self.fall_silent()
        return super().on_hci_reset_command(command)

    def fall_silent(self) -> None:
        """Stop advertising, scanning and connecting; the peers of its links lose them."""
        self.pending_le_connection = None
        self.le_scan_enable = False
        self.le_legacy_advertiser.stop()
        for own in {key(connection.self_address) for connection in self.le_connections.values()}:
            self.link.lose(own)
