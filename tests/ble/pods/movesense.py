"""A Movesense on the air: the central subscribes to paths, and the end of the link ends all."""

from bumble import data_types
from bumble.core import DataType
from bumble.gatt import Service

from ble.pods.base import Peripheral, Playing, uuid16
from ble.pods.table import NOTIFY, WRITE
from stridesense.simulator.movesense import (
    SENSORS,
    Command,
    MovesenseStream,
    Status,
    command_result,
    hello_result,
)

SERVICE = "34802252-7185-4d5d-b431-630e7050e8f0"
COMMAND = "34800001-7185-4d5d-b431-630e7050e8f0"
DATA = "34800002-7185-4d5d-b431-630e7050e8f0"
MOST_SUBSCRIPTIONS = 4


class MovesensePod(Peripheral[MovesenseStream]):
    """A Movesense with the firmware that speaks the SensorData Protocol."""

    maker, model = "Movesense", "Movesense"

    @property
    def name(self) -> str:
        return f"Movesense {int(self.serial, 16) % 10**12:012d}"

    def _power_on(self) -> None:
        super()._power_on()
        self._subscribed: dict[int, Playing] = {}

    def _advertised(self) -> list[DataType]:
        return [data_types.CompleteLocalName(self.name), uuid16(0xFDF3)]

    def _services(self) -> list[Service]:
        make = self._table.characteristic
        command = make("command", COMMAND, WRITE, write=self._command)
        return [Service(SERVICE, [command, make("data", DATA, NOTIFY)])]

    def _command(self, value: bytes) -> None:
        command, reference = (value + b"\x00\x00")[:2]
        if command == Command.HELLO and reference:
            texts = (self.name.split()[1], self.model, self.firmware, "stridesense", self.firmware)
            self._reply("data", hello_result(reference, texts))
            return
        known = {Command.SUBSCRIBE: self._subscribe, Command.UNSUBSCRIBE: self._unsubscribe}
        good = command in known and reference
        status = known[Command(command)](reference, value[2:]) if good else Status.BAD_REQUEST
        self._reply("data", command_result(reference, status))

    def _subscribe(self, reference: int, path: bytes) -> Status:
        if self.faults.refuse_start is not None:
            return Status(self.faults.refuse_start)
        root, _, rest = path.rstrip(b"\x00").decode("ascii", "replace").partition("/Meas/")
        resource, _, rate = rest.partition("/")
        if root or resource not in SENSORS or rate != str(self.run.scenario.pod.rate_hz):
            return Status.BAD_REQUEST
        if reference in self._subscribed:
            return Status.BAD_REQUEST
        if len(self._subscribed) == MOST_SUBSCRIPTIONS:
            return Status.NO_FREE_SLOT
        packets = self._stream.packets(resource, reference, self._begin(), self._max_payload)
        self._subscribed[reference] = self._play(packets)
        return Status.OK

    def _unsubscribe(self, reference: int, _nothing: bytes) -> Status:
        if reference not in self._subscribed:
            return Status.BAD_REQUEST
        self._end(self._subscribed.pop(reference))
        return Status.OK

    def _on_disconnection(self) -> None:
        while self._subscribed:
            self._end(self._subscribed.popitem()[1])
