"""The computer's Bluetooth; the one file that knows bleak.

What bleak and the systems below it do wrong ends here: every exception becomes one sentence for the runner,
every request has its time, and every connection is closed. A lost one is not closed by itself: BlueZ would
then deliver each notification once for every connection that there ever was.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from typing import Final

from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)
from bleak_retry_connector import close_stale_connections_by_address, establish_connection

from stridesense.errors import LinkError, StrideSenseError
from stridesense.sources.bluetooth_faults import (
    DBUS,
    DBUS_PAIRING,
    DBUS_REFUSED,
    NO_ANSWER,
    NO_PERMISSION,
    NO_SERVICE,
    NOT_PAIRED,
    SWITCHED_OFF,
)
from stridesense.sources.guard import guarded
from stridesense.sources.radio import (
    Advertisement,
    Connection,
    Heard,
    PairingError,
    Radio,
    RefusedError,
    UnforeseenError,
    plain,
)
from stridesense.sources.scanning import Listener, SharedScan

for name in ("bleak", "bleak_retry_connector"):  # what goes wrong is told once, by us
    logging.getLogger(name).setLevel(logging.CRITICAL)

CONNECT_TIMEOUT_S: Final = 10.0
REQUEST_TIMEOUT_S: Final = 5.0
CLOSE_TIMEOUT_S: Final = 5.0
ATTEMPTS: Final = 2
"""More are the supervisor's business, which looks first whether the pod is there."""

NO_SIGNAL_DBM: Final = -127

UNAVAILABLE: Final = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: "this computer has no Bluetooth adapter: plug one in",
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: (
        "the Bluetooth adapter does not speak Bluetooth Low Energy: use another one"
    ),
    BleakBluetoothNotAvailableReason.POWERED_OFF: SWITCHED_OFF,
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: NO_PERMISSION,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: NO_PERMISSION,
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: NO_PERMISSION,
}
SENTENCES: Final[tuple[tuple[tuple[type[BaseException], ...], str], ...]] = (
    ((TimeoutError,), "{whom} does not answer: bring it nearer, or start it again"),
    ((BleakDeviceNotFoundError,), "{whom} has gone: bring it nearer, or start it again"),
    ((PermissionError,), NO_PERMISSION),
    ((FileNotFoundError, ConnectionError, EOFError), NO_SERVICE),
    ((BleakError,), "the connection to {whom} failed ({fault})"),
)
ATT_PAIRING: Final = {
    BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHENTICATION,
    BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHORIZATION,
    BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION,
    BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION_KEY_SIZE,
}


class BluetoothRadio(Radio):
    """The adapter of this computer.

    Args:
        scanner_backend: what scans, in place of the system's own.
        client_backend: what connects, likewise.
    """

    def __init__(
        self,
        scanner_backend: type[BaseBleakScanner] | None = None,
        client_backend: type[BaseBleakClient] | None = None,
    ) -> None:
        self._scanner_backend = scanner_backend
        self._client_backend = client_backend
        self._scan = SharedScan(self._scanning)
        self._connecting = asyncio.Lock()  # adapters fail when they are to connect to two at once

    def listen(self) -> AbstractAsyncContextManager[Heard]:
        """Listen to whoever advertises; iterating raises a LinkError where that cannot be done."""
        return self._scan.listen()

    async def release(self, address: str) -> None:
        """End a connection to this pod that a crashed program left behind."""
        if self._client_backend is None:
            with _faults(address):
                async with asyncio.timeout(REQUEST_TIMEOUT_S):
                    await close_stale_connections_by_address(address)

    async def connect(self, advertisement: Advertisement, on_lost: Callable[[], None]) -> Connection:
        """Connect to who sent this.

        Raises:
            LinkError: it cannot be reached.
            PairingError: it wants to be paired first.
        """
        with _faults(advertisement.address):
            async with self._connecting, asyncio.timeout(CONNECT_TIMEOUT_S):
                client = await establish_connection(
                    BleakClient,
                    advertisement.device,
                    advertisement.name or advertisement.address,
                    disconnected_callback=lambda _client: on_lost(),
                    max_attempts=ATTEMPTS,
                    use_services_cache=False,
                    backend=self._client_backend,
                )
            try:
                return BluetoothConnection(client, advertisement.address)
            except BleakError:  # the link broke before anybody looked
                await _disconnect(client)
                raise

    @asynccontextmanager
    async def _scanning(self, tell: Listener) -> AsyncIterator[None]:
        def hear(device: BLEDevice, data: AdvertisementData) -> None:
            tell(_advertisement(device, data))

        with _faults("the Bluetooth adapter"):
            scanner = BleakScanner(hear, backend=self._scanner_backend)
        try:
            with _faults("the Bluetooth adapter"):
                async with asyncio.timeout(REQUEST_TIMEOUT_S):
                    await scanner.start()
            yield
        finally:
            with (
                suppress(Exception),
                guarded("the Bluetooth adapter"),
            ):  # it may have died with the service, and then cannot be stopped
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await scanner.stop()


class BluetoothConnection(Connection):
    """A connected client of bleak; made by `BluetoothRadio.connect`."""

    def __init__(self, client: BleakClient, address: str) -> None:
        self.address = address
        self._client = client
        found = client.services.characteristics.values()
        self._characteristics = {one.uuid.lower(): one for one in reversed(list(found))}

    @property
    def payload_bytes(self) -> int:
        """The most that one notification carries: the MTU less its header of 3 bytes."""
        # The client's own `mtu_size` is always the least one on BlueZ.
        sizes = (one.max_write_without_response_size for one in self._characteristics.values())
        return max(sizes, default=0)

    def find(self, uuids: Sequence[str]) -> str | None:
        """The first of these characteristics that the pod has."""
        return next((uuid for uuid in uuids if uuid in self._characteristics), None)

    async def read(self, uuid: str) -> bytes:
        """Read a characteristic.

        Raises:
            RefusedError, PairingError: the pod does not tell.
            LinkError: the connection is over, or hangs.
        """
        async with self._request():
            return bytes(await self._client.read_gatt_char(self._characteristics[uuid]))

    async def write(self, uuid: str, payload: bytes, *, response: bool) -> None:
        """Write to a characteristic; raises as `read` does."""
        async with self._request():
            await self._client.write_gatt_char(self._characteristics[uuid], payload, response=response)

    async def subscribe(self, uuid: str, on_value: Callable[[bytes], None]) -> None:
        """Have `on_value` called with each notification and indication; raises as `read` does."""

        def take(_characteristic: BleakGATTCharacteristic, value: bytearray) -> None:
            on_value(bytes(value))

        async with self._request():
            await self._client.start_notify(self._characteristics[uuid], take)

    async def forget(self) -> None:
        """Throw away what the system remembers of the pod."""
        with suppress(Exception), guarded(self.address):  # not every system can
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._client.unpair()

    async def close(self) -> None:
        """Disconnect, also from what is lost already, and give back all that the connection took."""
        await _disconnect(self._client)

    @asynccontextmanager
    async def _request(self) -> AsyncIterator[None]:
        # BlueZ never answers a request for which it would have to pair and nobody is there to agree.
        with _faults(self.address):
            try:
                async with asyncio.timeout(REQUEST_TIMEOUT_S):
                    yield
            except TimeoutError:
                raise LinkError(NO_ANSWER.format(address=self.address)) from None


async def _disconnect(client: BleakClient) -> None:
    with (
        suppress(Exception),
        guarded(client.address),
    ):  # a service that has died cannot be told, bleak tidies up all the same
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await client.disconnect()


def _advertisement(device: BLEDevice, data: AdvertisementData) -> Advertisement:
    return Advertisement(
        address=device.address,
        name=plain(data.local_name or device.name),
        rssi_dbm=None if data.rssi == NO_SIGNAL_DBM else data.rssi,
        services=frozenset(uuid.lower() for uuid in data.service_uuids),
        manufacturer_data=data.manufacturer_data,
        service_data=data.service_data,
        device=device,
    )


@contextmanager
def _faults(whom: str) -> Iterator[None]:
    """Turn whatever a call of the library raises into a sentence about `whom`.

    Not all of it is a BleakError: a dying D-Bus shows as an OSError, EOFError or AttributeError.
    """
    with guarded(whom):
        try:
            yield
        except StrideSenseError:
            raise
        except Exception as fault:
            raise _told(_root(fault), whom) from fault


def _root(fault: BaseException) -> BaseException:
    """What the connector wraps into an exception of its own."""
    wrapped = type(fault).__module__.startswith("bleak_retry_connector") and fault.__cause__
    return _root(wrapped) if wrapped else fault


def _told(fault: BaseException, whom: str) -> StrideSenseError:
    match fault:
        case BleakBluetoothNotAvailableError():
            return LinkError(UNAVAILABLE.get(fault.reason, f"Bluetooth is not available ({fault.args[0]})"))
        case BleakGATTProtocolError():
            return _refused(fault, whom)
        case BleakDBusError():
            return _told_by_dbus(fault, whom)
    for kinds, sentence in SENTENCES:
        if isinstance(fault, kinds):
            return LinkError(sentence.format(whom=whom, fault=fault))
    return UnforeseenError(whom, fault)


def _refused(fault: BleakGATTProtocolError, whom: str) -> StrideSenseError:
    if fault.code in ATT_PAIRING:
        return PairingError(NOT_PAIRED.format(address=whom))
    return RefusedError(f"{whom} refuses a request ({fault.args[1].removeprefix('GATT Protocol Error: ')})")


def _told_by_dbus(fault: BleakDBusError, whom: str) -> StrideSenseError:
    details = fault.dbus_error_details or ""
    if fault.dbus_error in DBUS_PAIRING or details == "Not paired":
        return PairingError(NOT_PAIRED.format(address=whom))
    if fault.dbus_error in DBUS:
        return LinkError(DBUS[fault.dbus_error])
    if fault.dbus_error in DBUS_REFUSED or "ATT" in details:
        return RefusedError(f"{whom} refuses a request ({details})")
    return LinkError(f"the connection to {whom} failed ({details or fault.dbus_error})")
