"""A Polar Verity Sense on the air: measurements are started one by one, and go on when the link is lost."""

import struct
from collections.abc import Iterable

from bumble import data_types
from bumble.core import DataType
from bumble.gatt import Service

from ble.pods.base import Peripheral, Playing
from ble.pods.table import INDICATE, NOTIFY, READ, WRITE
from stridesense.simulator.polar import (
    Command,
    Measurement,
    PolarStream,
    Status,
    factor,
    reply,
    settings,
)

SERVICE = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"

_COMPANY = 0x006B
_FEATURES = bytes.fromhex("0F 24 02").ljust(17, b"\x00")
"""Acceleration, angular velocity and SDK mode."""

_SMALLEST_FRAME_BYTES = 64
_NORMAL_RATE_HZ = 52
_NORMAL_ACC_RANGE_G = 8
_SENSORS = (Measurement.ACC, Measurement.GYRO)
_RATE, _RESOLUTION, _RANGE, _CHANNELS = 0, 1, 2, 4
_SETTING_CODES = {_RATE: "<H", _RESOLUTION: "<H", _RANGE: "<H", _CHANNELS: "<B"}
_STOPPED_ON_ITS_OWN = 0x01


class PolarPod(Peripheral[PolarStream]):
    """A Verity Sense; it offers the rate and the ranges of its run, which are those of SDK mode."""

    maker, model = "Polar Electro Oy", "INW4A"

    @property
    def name(self) -> str:
        return f"Polar Sense {self.serial[-8:]}"

    async def stop_on_its_own(self, *measurements: Measurement) -> None:
        """End measurements that nobody asked to end, and say so."""
        for measurement in measurements:
            self._end(self._started.pop(measurement))
        await self.say("control", bytes((_STOPPED_ON_ITS_OWN, *measurements)))

    def _power_on(self) -> None:
        super()._power_on()
        self._has_sdk_mode = False
        self._started: dict[Measurement, Playing] = {}

    def _advertised(self) -> list[DataType]:
        return [
            data_types.CompleteLocalName(self.name),
            data_types.ManufacturerSpecificData(_COMPANY, bytes((self.battery_percent, 0))),
        ]

    def _services(self) -> list[Service]:
        make = self._table.characteristic
        control = make(
            "control", CONTROL, READ | WRITE | INDICATE, read=lambda: _FEATURES, write=self._command
        )
        return [Service(SERVICE, [control, make("data", DATA, NOTIFY)])]

    def _command(self, value: bytes) -> None:
        command, kind = (value + b"\x00\x00")[:2]
        answer = self._answer(command, kind & 0x3F, value[2:]) if len(value) > 1 else Status.INVALID_LENGTH
        status, parameters = answer if isinstance(answer, tuple) else (answer, b"")
        self._reply("control", reply(command, kind, status, parameters))

    def _answer(self, command: int, kind: int, parameters: bytes) -> Status | tuple[Status, bytes]:
        if command not in set(Command):
            return Status.INVALID_COMMAND
        if kind not in set(Measurement):
            return Status.INVALID_MEASUREMENT
        measurement = Measurement(kind)
        if measurement is Measurement.SDK_MODE:
            return self._switch_sdk_mode(command)
        if command == Command.START:
            status = self._start(measurement, parameters)
            return status, factor(self._stream.factor(measurement)) if status is Status.DONE else b""
        if command == Command.STOP:
            return self._stop(measurement)
        return Status.DONE, self._settings(measurement)

    def _switch_sdk_mode(self, command: int) -> Status:
        if command not in (Command.START, Command.STOP):
            return Status.NOT_SUPPORTED
        if self._started:
            return Status.INVALID_STATE
        if self._has_sdk_mode is (command == Command.START):
            return Status.ALREADY_IN_STATE
        self._has_sdk_mode = command == Command.START
        return Status.DONE

    def _start(self, measurement: Measurement, parameters: bytes) -> Status:
        if self.faults.refuse_start is not None:
            return Status(self.faults.refuse_start)
        if measurement in self._started:
            return Status.ALREADY_IN_STATE
        if (fault := self._fault_of(measurement, parameters)) is not None:
            return fault
        if self._max_payload < _SMALLEST_FRAME_BYTES:
            return Status.INVALID_MTU
        frames = self._stream.frames(measurement, self._begin(), self._max_payload)
        self._started[measurement] = self._play(frames)
        return Status.DONE

    def _stop(self, measurement: Measurement) -> Status:
        if measurement not in self._started:
            return Status.ALREADY_IN_STATE
        self._end(self._started.pop(measurement))
        return Status.DONE

    def _fault_of(self, measurement: Measurement, parameters: bytes) -> Status | None:
        """What is wrong with the settings that a start asks for."""
        try:
            asked = dict(_settings_in(parameters))
        except (KeyError, struct.error):
            return Status.INVALID_PARAMETER
        rate_hz, range_ = self._rate_and_range(measurement)
        offered = {
            _RATE: (rate_hz, Status.INVALID_SAMPLE_RATE),
            _RESOLUTION: (16, Status.INVALID_RESOLUTION),
            _RANGE: (range_, Status.INVALID_RANGE),
            _CHANNELS: (3, Status.INVALID_CHANNELS),
        }
        faults = (status for kind, (value, status) in offered.items() if asked.get(kind, value) != value)
        return next(faults, None)

    def _rate_and_range(self, measurement: Measurement) -> tuple[int, int]:
        pod = self.run.scenario.pod
        if measurement is Measurement.GYRO:
            return (pod.rate_hz if self._has_sdk_mode else _NORMAL_RATE_HZ), pod.gyr_range_dps
        return (
            (pod.rate_hz, pod.acc_range_g) if self._has_sdk_mode else (_NORMAL_RATE_HZ, _NORMAL_ACC_RANGE_G)
        )

    def _settings(self, measurement: Measurement) -> bytes:
        rate_hz, range_ = self._rate_and_range(measurement)
        return settings([rate_hz], 16, [range_], 3)


def _settings_in(parameters: bytes) -> Iterable[tuple[int, int]]:
    """The one value of each setting in a start command."""
    at = 0
    while at < len(parameters):
        kind, count = struct.unpack_from("<2B", parameters, at)
        code = _SETTING_CODES[kind]
        yield kind, struct.unpack_from(code, parameters, at + 2)[0]
        at += 2 + count * struct.calcsize(code)
