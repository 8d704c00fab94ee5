"""A pod for watches on the air: whoever subscribes hears it; commands set its distance and its place."""

import struct

from bumble import data_types
from bumble.core import DataType
from bumble.gatt import Service

from ble.pods.base import Peripheral, uuid16
from ble.pods.table import INDICATE, NOTIFY, READ, WRITE
from stridesense.simulator.rsc import FEATURE, IN_SHOE, TOP_OF_SHOE, RscStream
from stridesense.simulator.stream import Sent

RSC_SERVICE, POWER_SERVICE = "1814", "1818"
MEASUREMENT, FEATURES, LOCATION, CONTROL, POWER = "2A53", "2A54", "2A5D", "2A55", "2A63"

_COMPANY = 0xAAAA
_SET_DISTANCE, _SET_LOCATION, _TELL_LOCATIONS = 1, 3, 4
_DONE, _NOT_SUPPORTED, _INVALID_PARAMETER = 1, 2, 3
_LOCATIONS = bytes((TOP_OF_SHOE, IN_SHOE))


class RscPod(Peripheral[RscStream]):
    """A pod that is advertised as a Stryd is."""

    maker, model = "Stryd", "27"

    @property
    def name(self) -> str:
        return "Stryd"

    def _power_on(self) -> None:
        super()._power_on()
        self._location = TOP_OF_SHOE

    def _advertised(self) -> list[DataType]:
        return [
            data_types.CompleteLocalName(self.name),
            uuid16(0x1814, 0x1818),
            data_types.ManufacturerSpecificData(_COMPANY, bytes((0, self.battery_percent))),
        ]

    def _services(self) -> list[Service]:
        make = self._table.characteristic
        speed = [
            make("measurement", MEASUREMENT, NOTIFY),
            make("feature", FEATURES, READ, read=lambda: FEATURE),
            make("location", LOCATION, READ, read=lambda: bytes((self._location,))),
            make("control", CONTROL, WRITE | INDICATE, write=self._command),
        ]
        return [Service(RSC_SERVICE, speed), Service(POWER_SERVICE, [make("power", POWER, NOTIFY)])]

    def _on_subscription(self, role: str) -> None:
        if role in {"measurement", "power"} and not self.is_playing:
            self._play(self._stream.sent(self._begin()))

    async def _offer(self, sent: Sent) -> None:
        await self._try(sent.characteristic, sent.payload)

    def _command(self, value: bytes) -> None:
        command, parameters = value[:1], value[1:]
        known = {_SET_DISTANCE: self._set_distance, _SET_LOCATION: self._set_location, _TELL_LOCATIONS: _tell}
        run = known.get(value[0]) if value else None
        result, told = run(parameters) if run else (_NOT_SUPPORTED, b"")
        self._reply("control", b"\x10" + command + bytes((result,)) + told)

    def _set_distance(self, parameters: bytes) -> tuple[int, bytes]:
        if len(parameters) != 4:
            return _INVALID_PARAMETER, b""
        run_m = self._stream.measured(self.clock.begin()).total_distance_m or 0.0
        self._stream.set_distance_m += struct.unpack("<I", parameters)[0] / 10.0 - run_m
        return _DONE, b""

    def _set_location(self, parameters: bytes) -> tuple[int, bytes]:
        if len(parameters) != 1 or parameters[0] not in _LOCATIONS:
            return _INVALID_PARAMETER, b""
        self._location = parameters[0]
        return _DONE, b""


def _tell(_parameters: bytes) -> tuple[int, bytes]:
    return _DONE, _LOCATIONS
