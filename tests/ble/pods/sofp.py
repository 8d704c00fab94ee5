"""Our open pod on the air: it keeps a second of packets that nobody hears, and owns up to what it dropped."""

from collections import deque

from bumble import data_types
from bumble.att import ATT_Error
from bumble.core import UUID, DataType
from bumble.gatt import Service

from ble.pods.base import Peripheral, Playing
from ble.pods.table import INDICATE, NOTIFY, READ, WRITE, WRITE_COMMAND
from stridesense.simulator.pod import (
    QUEUE_DROPPED,
    ControlStatus,
    SofpStream,
    TimeSync,
    control_reply,
    samples_per_packet,
)
from stridesense.simulator.stream import Sent

SERVICE = "34adca35-40ff-4d49-9c9b-8cde69625a7e"
RING_S = 1.0
SMALLEST_BATTERY_PERCENT = 3

_FOR_TESTS = 0xFFFF
"""The company number that belongs to nobody."""

_START, _STOP, _IDENTIFY, _SET_SIDE = 1, 2, 3, 4
_BOTH_SENSORS = 0x03
_REFUSED = 0x80
"""Where the ATT errors begin that a service defines for itself; its control statuses follow."""


class SofpPod(Peripheral[SofpStream]):
    """A StrideSense pod; its stream goes on through a lost link."""

    maker, model = "StrideSense", "Open Foot Pod"

    @property
    def name(self) -> str:
        return f"StrideSense {self.foot}"

    def device_us(self) -> int:
        """The pod's clock now."""
        return self._stream.device_us(self.clock.powered_s() - self._stream.lead_s)

    def _power_on(self) -> None:
        super()._power_on()
        self._info, self._config = (value for _, value in self._stream.greeting())
        self._ring: deque[Sent] = deque()
        self._owes_flag = False
        self._last_status = bytes(28)
        self._play_task: Playing | None = None

    def _advertised(self) -> list[DataType]:
        state = bytes((1, self._info[2], self.battery_percent))
        return [
            data_types.CompleteListOf128BitServiceUUIDs([UUID(SERVICE)]),
            data_types.ManufacturerSpecificData(_FOR_TESTS, state),
        ]

    def _services(self) -> list[Service]:
        make, uuid = self._table.characteristic, "34ad{:04x}-40ff-4d49-9c9b-8cde69625a7e".format
        return [
            Service(
                SERVICE,
                [
                    make("info", uuid(1), READ, read=lambda: self._info),
                    make("config", uuid(2), READ | WRITE, read=lambda: self._config, write=self._configure),
                    make("control", uuid(3), WRITE | INDICATE, write=self._command),
                    make("data", uuid(4), NOTIFY),
                    make("status", uuid(5), READ | NOTIFY, read=lambda: self._last_status),
                    make("time_sync", uuid(6), WRITE_COMMAND | NOTIFY, write=self._sync),
                ],
            )
        ]

    def _configure(self, value: bytes) -> None:
        """Take the very settings that it has, for it has no others."""
        if self.is_playing:
            raise ATT_Error(_REFUSED | ControlStatus.BUSY)
        if value[1:] != self._config[1:]:
            raise ATT_Error(_REFUSED | ControlStatus.BAD_PARAMETER)

    def _command(self, value: bytes) -> None:
        command, parameters = (value[0], value[1:]) if value else (0, b"")
        known = {_START: self._start, _STOP: self._stop, _IDENTIFY: self._identify, _SET_SIDE: self._set_side}
        status = known[command](parameters) if command in known else ControlStatus.UNKNOWN_COMMAND
        self._reply("control", control_reply(command, status))

    def _start(self, parameters: bytes) -> ControlStatus:
        if self.faults.refuse_start is not None:
            return ControlStatus(self.faults.refuse_start)
        if parameters != bytes((_BOTH_SENSORS,)):
            return ControlStatus.BAD_PARAMETER
        if self.is_playing:
            return ControlStatus.BUSY
        if self.battery_percent < SMALLEST_BATTERY_PERCENT:
            return ControlStatus.LOW_BATTERY
        if not samples_per_packet(self._max_payload):
            return ControlStatus.MTU_TOO_SMALL
        self._play_task = self._play(self._stream.sent(self._begin(), self._max_payload))
        return ControlStatus.DONE

    def _stop(self, _parameters: bytes) -> ControlStatus:
        if self._play_task is not None:
            self._end(self._play_task)
        self._ring.clear()
        self._owes_flag = False
        return ControlStatus.DONE

    def _identify(self, parameters: bytes) -> ControlStatus:
        return ControlStatus.DONE if len(parameters) == 1 else ControlStatus.BAD_PARAMETER

    def _set_side(self, parameters: bytes) -> ControlStatus:
        if parameters not in (b"\x01", b"\x02"):
            return ControlStatus.BAD_PARAMETER
        self._info = self._info[:2] + parameters + self._info[3:]
        return ControlStatus.DONE

    def _sync(self, value: bytes) -> None:
        received_us = self.device_us()
        sequence, host_us = int.from_bytes(value[2:4], "little"), int.from_bytes(value[4:12], "little")
        answer = TimeSync(1, sequence, host_us, received_us, self.device_us())
        self._reply("time_sync", answer.serialize())

    async def _offer(self, sent: Sent) -> None:
        if sent.characteristic == "status":
            self._last_status = sent.payload
            await self._try(sent.characteristic, sent.payload)
            return
        self._ring.append(sent)
        while self._ring[0].ready_s < sent.ready_s - RING_S:
            self._ring.popleft()
            self.lost += 1
            self._owes_flag = True
        await self._empty_ring()

    async def _empty_ring(self) -> None:
        while self._ring:
            sent = self._ring.popleft()
            payload = bytearray(sent.payload)
            payload[1] |= QUEUE_DROPPED if self._owes_flag else 0
            if not await self._try("data", bytes(payload)):
                self._ring.appendleft(sent)
                return
            self._owes_flag = False

    def _on_subscription(self, role: str) -> None:
        if role == "data":
            self._soon(self._empty_ring())
