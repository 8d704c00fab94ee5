"""Keeps one foot's pod: finds it, starts it, notices when it is gone or silent, begins again, for ever."""

import asyncio
import json
import logging
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from stridesense.errors import DeviceError, LinkError, StrideSenseError
from stridesense.model import Foot
from stridesense.model.pods import BATTERY, LINK, LinkState
from stridesense.protocol.gatt import BASE_UUID
from stridesense.protocol.spec import ProtocolSpec
from stridesense.sources.dialogue import Dialogue
from stridesense.sources.inbox import Inbox
from stridesense.sources.radio import (
    Advertisement,
    Connection,
    MismatchError,
    Radio,
    SilentError,
    UnforeseenError,
    plain,
)
from stridesense.sources.sides import told_side

log = logging.getLogger(__name__)

BATTERY_LEVEL: Final = BASE_UUID.format("2a19")
FIRMWARE_REVISION: Final = BASE_UUID.format("2a26")
SWAP: Final = "swap the pods, or tell which is which with `stridesense run --swap`"
STOP_TIMEOUT_S: Final = 2.0
HANG_UP_S: Final = 0.5
"""A lost connection may show first as a refused request; the word that it is lost comes within this time."""


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod to connect to, and what it speaks."""

    address: str
    spec: ProtocolSpec
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for what, in seconds.

    Attributes:
        samples_s: silence after which a pod that sends samples is given up.
        metrics_s: the same for a pod that sends figures, about once a second.
        searching_s: a search that takes longer is told again, and again after as long.
        first_delay_s: wait before the first new try; each that fails doubles it.
        longest_delay_s: it never becomes longer than this.
        good_s: a connection that sent for so long ends the doubling.
    """

    samples_s: float = 3.0
    metrics_s: float = 10.0
    searching_s: float = 10.0
    first_delay_s: float = 0.25
    longest_delay_s: float = 8.0
    good_s: float = 2.0


class Backoff:
    """How long to wait after each failure; see `Patience`."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._next_s = patience.first_delay_s

    def delay_s(self, after_good_s: float) -> float:
        """The wait after a connection that sent for `after_good_s`, in seconds."""
        if after_good_s >= self._patience.good_s:
            self._next_s = self._patience.first_delay_s
        delay_s = self._next_s
        self._next_s = min(2.0 * delay_s, self._patience.longest_delay_s)
        return delay_s


class Supervisor:
    """One foot's pod, in a task of its own, so that no other foot waits for it.

    Each state is told as a packet of the role `link`. The one that says `streaming` stands before the first
    packet of its connection.
    """

    def __init__(self, foot: Foot, pod: Pod, radio: Radio, inbox: Inbox, patience: Patience) -> None:
        self._foot = foot
        self._pod = pod
        self._spec = pod.spec
        self._radio = radio
        self._inbox = inbox
        self._patience = patience
        self._name = pod.name
        self._rssi_dbm: int | None = None
        self._firmware: str | None = None
        self._connections = 0
        self._has_forgotten = self._is_released = False
        self._warned: set[str] = set()
        self._began_s = self._heard_s = 0.0
        self._lost = asyncio.Event()

    async def run(self) -> NoReturn:
        """Keep the pod until cancelled; then it is stopped and the connection closed."""
        backoff = Backoff(self._patience)
        while True:
            self._began_s = self._heard_s = 0.0
            try:
                await self._once()
            except DeviceError as fault:
                self._tell(LinkState.UNUSABLE, str(fault))
            except LinkError as fault:
                self._warn_once(fault)
                self._tell(LinkState.LOST, str(fault))
            await asyncio.sleep(backoff.delay_s(self._heard_s - self._began_s))

    def _warn_once(self, fault: LinkError) -> None:
        if isinstance(fault, UnforeseenError) and fault.kind not in self._warned:
            self._warned.add(fault.kind)
            log.warning("%s; trying again", fault)

    async def _once(self) -> NoReturn:
        """Find the pod and listen to it until that fails."""
        self._tell(LinkState.SEARCHING)
        heard = await self._find()
        self._name, self._rssi_dbm = heard.name or self._name, heard.rssi_dbm
        self._tell(LinkState.CONNECTING)
        self._lost = lost = asyncio.Event()  # a closing connection must not be taken for the next one
        connection = await self._radio.connect(heard, lost.set)
        try:
            await self._talk(connection)
        except MismatchError:
            raise
        except DeviceError as fault:
            await self._check_connected(fault)
            raise
        finally:
            await connection.close()

    async def _find(self) -> Advertisement:
        telling = asyncio.create_task(self._tell_searching(), name="searching")
        try:
            if not self._is_released:  # later it could only be another program's connection
                await self._radio.release(self._pod.address)
                self._is_released = True
            async with self._radio.listen() as advertisements:
                async for heard in advertisements:
                    if heard.address.upper() == self._pod.address.upper():
                        return heard
        finally:
            telling.cancel()
        msg = "the scan has ended"
        raise LinkError(msg)

    async def _tell_searching(self) -> NoReturn:
        """Who runs with one pod hears nothing else while it is away."""
        while True:
            await asyncio.sleep(self._patience.searching_s)
            self._tell(LinkState.SEARCHING)

    async def _talk(self, connection: Connection) -> NoReturn:
        dialogue = Dialogue(connection, self._spec, self._take)
        try:
            await self._while_connected(self._begin(connection, dialogue))
            await self._watch()
        except asyncio.CancelledError:
            with suppress(StrideSenseError, TimeoutError):
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await dialogue.stop()
            raise

    async def _while_connected(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this, but no longer than the connection lasts: what was asked on it may stay unanswered."""
        doing, losing = asyncio.create_task(work), asyncio.create_task(self._lost.wait())
        try:
            await asyncio.wait([doing, losing], return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                raise LinkError(self._broke)
            await doing
        finally:
            doing.cancel()
            losing.cancel()
            await asyncio.gather(doing, losing, return_exceptions=True)

    async def _begin(self, connection: Connection, dialogue: Dialogue) -> None:
        try:
            dialogue.check()
        except MismatchError:
            await self._forget(connection)
            raise
        self._firmware = await self._read_firmware(connection)
        contradiction = await self._contradiction(connection)
        self._connections += 1
        self._tell(LinkState.STREAMING, contradiction)
        await dialogue.start()
        self._has_forgotten = False
        await self._follow_battery(connection)

    async def _watch(self) -> NoReturn:
        """Return by raising, when the connection is lost or nothing comes over it.

        Whether the system calls the connection alive is not asked: it does so for good when its Bluetooth
        service has been killed.
        """
        loop = asyncio.get_running_loop()
        silence_s = self._patience.samples_s if self._spec.samples else self._patience.metrics_s
        self._began_s = self._heard_s = loop.time()
        while (due_s := self._heard_s + silence_s) > loop.time():
            with suppress(TimeoutError):
                async with asyncio.timeout_at(due_s):
                    await self._lost.wait()
                raise LinkError(self._broke)
        msg = f"{self._called} has sent nothing for {silence_s:g} s: connecting to it anew"
        self._tell(LinkState.SILENT, msg)
        raise SilentError(msg)

    async def _check_connected(self, fault: DeviceError) -> None:
        """Say that the connection broke, if that is why a request failed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HANG_UP_S):
                await self._lost.wait()
            raise LinkError(self._broke) from fault

    async def _forget(self, connection: Connection) -> None:
        """Systems remember a pod's characteristics and its MTU, also those that it had before."""
        await connection.forget()
        if not self._has_forgotten:
            self._has_forgotten = True
            msg = f"{self._called} is not what it should be: looking at it afresh"
            raise LinkError(msg)

    async def _read_firmware(self, connection: Connection) -> str | None:
        with suppress(DeviceError):
            if connection.find([FIRMWARE_REVISION]):
                return plain((await connection.read(FIRMWARE_REVISION)).decode("utf-8", errors="replace"))
        return None

    async def _contradiction(self, connection: Connection) -> str | None:
        side = await told_side(connection, self._spec)
        if Foot.UNKNOWN in (side, self._foot) or side is self._foot:
            return None
        return f"{self._called} says that it is worn {side}: {SWAP}"

    async def _follow_battery(self, connection: Connection) -> None:
        """Read and follow the standard battery level, where the description does not do so itself."""
        described = {uuid for one in self._spec.characteristics.values() for uuid in one.uuid}
        if BATTERY_LEVEL in described or not connection.find([BATTERY_LEVEL]):
            return
        told = b""

        def take(level: bytes) -> None:
            nonlocal told
            if level != told:  # BlueZ may tell a value that was read a second time, as if it were news
                told = level
                self._take(BATTERY, level)

        with suppress(DeviceError):
            take(await connection.read(BATTERY_LEVEL))
            await connection.subscribe(BATTERY_LEVEL, take)

    def _take(self, role: str, payload: bytes) -> None:
        if role == "data" or not self._spec.samples:
            self._heard_s = asyncio.get_running_loop().time()
        self._inbox.put(self._foot, self._spec.name, role, payload)

    @property
    def _called(self) -> str:
        side = "" if self._foot is Foot.UNKNOWN else f"{self._foot} "
        return f"the {side}pod {self._name or self._pod.address}"

    @property
    def _broke(self) -> str:
        return f"the connection to {self._called} broke: searching for it again"

    def _tell(self, state: LinkState, reason: str | None = None) -> None:
        facts = {
            "state": state,
            "address": self._pod.address,
            "name": self._name,
            "rssi_dbm": self._rssi_dbm,
            "firmware": self._firmware,
            "reason": reason,
            "reconnects": max(0, self._connections - 1),
        }
        known = {name: value for name, value in facts.items() if value is not None}
        self._inbox.tell(self._foot, self._spec.name, LINK, json.dumps(known, ensure_ascii=False).encode())
