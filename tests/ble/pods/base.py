"""A pod on the air, whichever protocol it speaks: it advertises, shows its services and plays its run."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable, Iterator
from types import TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

from bumble import data_types
from bumble.att import Attribute
from bumble.core import UUID, AdvertisingData, DataType
from bumble.device import Connection, Device
from bumble.gatt import (
    GATT_BATTERY_LEVEL_CHARACTERISTIC,
    GATT_BATTERY_SERVICE,
    GATT_DEVICE_INFORMATION_SERVICE,
    GATT_FIRMWARE_REVISION_STRING_CHARACTERISTIC,
    GATT_MANUFACTURER_NAME_STRING_CHARACTERISTIC,
    GATT_MODEL_NUMBER_STRING_CHARACTERISTIC,
    GATT_SERIAL_NUMBER_STRING_CHARACTERISTIC,
    Characteristic,
    Service,
)

from ble.pods.knobs import Faults, RunClock
from ble.pods.table import INDICATES, NOTIFY, READ, GattTable
from stridesense.model import Foot
from stridesense.simulator import SimulatedRun
from stridesense.simulator.stream import PodStream, Sent

ADVERTISEMENT_BYTES = 31
MOST_WAITING = 8
"""Packets that the pod's radio takes before one of them has been heard; the next finds no room."""

Playing = asyncio.Task[Any]
"""A stream that is on the way; to cancel it is to stop it."""

StreamT = TypeVar("StreamT", bound=PodStream)


class Peripheral(ABC, Generic[StreamT]):
    """A pod of a simulated run as a GATT peripheral; `async with pod:` keeps it on the air.

    It has one central at a time. Its run goes on whether anybody listens or not.

    Attributes:
        faults: what is wrong with it.
        sent: monotonic ns, role and bytes of each notification and indication that went to the radio.
        lost: how many values were ready and could not be sent.
        firmware: its revision, as Device Information tells it.
    """

    maker: ClassVar[str]
    model: ClassVar[str]

    def __init__(
        self, device: Device, run: SimulatedRun, foot: Foot, *, clock: RunClock | None = None
    ) -> None:
        self.device, self.run, self.foot = device, run, foot
        self.clock = clock or RunClock()
        self.faults = Faults()
        self.firmware = "1.0.0"
        self.battery_percent = 87
        self.sent: list[tuple[int, str, bytes]] = []
        self.lost = 0
        self._table = GattTable(device, self.faults, self._on_subscription)
        self._left_out: frozenset[str] = frozenset()
        self._playing: set[Playing] = set()
        self._on_link: set[Playing] = set()
        self._news = asyncio.Event()
        self._power_on()

    async def start(self) -> None:
        """Show the services and advertise."""
        self.device.on(self.device.EVENT_CONNECTION, self._on_connection)
        await self._show()

    async def stop(self) -> None:
        """End the streams and the advertising; the link, if any, stays."""
        self.device.remove_listener(self.device.EVENT_CONNECTION, self._on_connection)
        await _cancelled(self._playing | self._on_link)
        await self.device.stop_advertising()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def update_firmware(self, revision: str, *, without: Iterable[str] = ()) -> None:
        """Start again with another firmware, which may lack some roles: links end, handles are others."""
        await _cancelled(self._playing | self._on_link)
        for connection in list(self.device.connections.values()):
            await connection.disconnect()
        self.firmware, self._left_out = revision, frozenset(without)
        self._power_on()
        await self._show()

    async def say(self, role: str, payload: bytes) -> bool:
        """Notify or indicate these very bytes; whether somebody wanted them."""
        connection = self.connection
        wanted = 0 if connection is None else self._table.subscription(role, connection)
        if connection is None or not wanted:
            return False
        self.sent.append((time.monotonic_ns(), role, payload))
        self._news.set()
        if wanted & INDICATES:
            self._soon(self.device.indicate_subscriber(connection, self._table[role], payload))
        else:
            await self.device.notify_subscriber(connection, self._table[role], payload)
        return True

    async def has_sent(self, role: str, count: int, timeout_s: float = 10.0) -> list[bytes]:
        """Wait until so many values of a role went out; all of them."""
        async with asyncio.timeout(timeout_s):
            while len(values := self.values(role)) < count:
                self._news.clear()
                await self._news.wait()
        return values

    async def is_alone(self, timeout_s: float = 10.0) -> None:
        """Wait until the pod knows that its central is gone."""
        async with asyncio.timeout(timeout_s):
            while self.connection is not None:
                self._news.clear()
                await self._news.wait()

    def values(self, role: str) -> list[bytes]:
        """What went out of a role, in order."""
        return [payload for _, told, payload in self.sent if told == role]

    @property
    def commands(self) -> list[tuple[str, bytes]]:
        """The role and bytes of each write, also of those refused."""
        return self._table.commands

    @property
    def connection(self) -> Connection | None:
        """The link to the central."""
        return next(iter(self.device.connections.values()), None)

    @property
    def is_playing(self) -> bool:
        """Whether anything streams, heard or not."""
        return bool(self._playing)

    @property
    def serial(self) -> str:
        """Twelve hexadecimal digits of its own."""
        return self.device.random_address.to_string(with_type_qualifier=False).replace(":", "")

    @property
    @abstractmethod
    def name(self) -> str:
        """The name that it advertises."""

    @abstractmethod
    def _services(self) -> list[Service]:
        """The services of its protocol, made of `_table.characteristic`."""

    @abstractmethod
    def _advertised(self) -> list[DataType]:
        """What it advertises besides the flags, 28 bytes at most."""

    def _power_on(self) -> None:
        """Begin anew: all that a pod forgets when it is switched off."""
        self._stream = cast("StreamT", self.run.stream(self.foot))
        self._stream.lead_s = self.clock.lead_s or 0.0

    async def _offer(self, sent: Sent) -> None:
        """Send a value that is ready, if it can be."""
        if not await self._try(sent.characteristic, sent.payload):
            self.lost += 1

    def _on_subscription(self, role: str) -> None:
        """Somebody changed a subscription."""

    def _on_disconnection(self) -> None:
        """The central is gone."""

    @property
    def _max_payload(self) -> int:
        return 20 if self.connection is None else self.connection.att_mtu - 3

    def _begin(self) -> float:
        """The second of the run in which a stream begins."""
        now_s = self.clock.begin()
        self._stream.lead_s = self.clock.lead_s or 0.0
        return now_s

    def _play(self, values: Iterator[Sent]) -> Playing:
        """Offer each value when it is ready."""

        async def play() -> None:
            for sent in values:
                await self.clock.until(sent.ready_s)
                await self._offer(sent)

        return _kept(play(), self._playing)

    def _end(self, stream: Playing) -> None:
        stream.cancel()
        self._playing.discard(stream)

    def _soon(self, work: Coroutine[Any, Any, object]) -> None:
        """Do this after what is under way, if the link lives so long."""
        _kept(work, self._on_link)

    def _reply(self, role: str, payload: bytes) -> None:
        """Say this once the command is confirmed."""
        self._soon(self.say(role, payload))

    async def _try(self, role: str, payload: bytes) -> bool:
        """Send a value of the stream if somebody listens and the radio has room."""
        queue = self.device.host.le_acl_packet_queue
        if role not in self._table or self.faults.silent or (queue and queue.pending >= MOST_WAITING):
            return False
        payload = self.faults.garble(payload) if self.faults.garble else payload
        return len(payload) <= self._max_payload and await self.say(role, payload)

    async def _show(self) -> None:
        self.device.name = self.name
        self._table.replace(lambda: [*self._services(), *self._common_services()], self._left_out)
        kind = AdvertisingData.Flags
        flags = data_types.Flags(kind.LE_GENERAL_DISCOVERABLE_MODE | kind.BR_EDR_NOT_SUPPORTED)
        self.device.advertising_data = bytes(AdvertisingData([flags, *self._advertised()]))
        self.device.scan_response_data = bytes(AdvertisingData([data_types.CompleteLocalName(self.name)]))
        assert len(self.device.advertising_data) <= ADVERTISEMENT_BYTES
        await self.device.start_advertising(auto_restart=True)

    def _common_services(self) -> list[Service]:
        texts = {
            GATT_MANUFACTURER_NAME_STRING_CHARACTERISTIC: self.maker,
            GATT_MODEL_NUMBER_STRING_CHARACTERISTIC: self.model,
            GATT_SERIAL_NUMBER_STRING_CHARACTERISTIC: self.serial,
            GATT_FIRMWARE_REVISION_STRING_CHARACTERISTIC: self.firmware,
        }
        said = [
            Characteristic(uuid, READ, Attribute.Permissions.READABLE, text.encode())
            for uuid, text in texts.items()
        ]
        level = self._table.characteristic(
            "battery",
            GATT_BATTERY_LEVEL_CHARACTERISTIC,
            READ | NOTIFY,
            read=lambda: bytes((self.battery_percent,)),
        )
        return [Service(GATT_DEVICE_INFORMATION_SERVICE, said), Service(GATT_BATTERY_SERVICE, [level])]

    def _on_connection(self, connection: Connection) -> None:
        connection.on(connection.EVENT_DISCONNECTION, self._on_end_of_link)

    def _on_end_of_link(self, _reason: int) -> None:
        for task in self._on_link:
            task.cancel()
        self._on_disconnection()
        self._news.set()


def _kept(work: Coroutine[Any, Any, object], among: set[Playing]) -> Playing:
    task = asyncio.create_task(work)
    among.add(task)
    task.add_done_callback(among.discard)
    return task


async def _cancelled(tasks: set[Playing]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def uuid16(*numbers: int) -> DataType:
    """The services of the Bluetooth SIG that an advertisement names."""
    return data_types.CompleteListOf16BitServiceUUIDs([UUID.from_16_bits(number) for number in numbers])
