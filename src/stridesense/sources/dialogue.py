"""The talk that a pod's description prescribes: what to read, write and subscribe, which answers to await."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from stridesense.errors import DeviceError
from stridesense.protocol.gatt import BYTE_WIDTHS, ReplySpec, StepSpec
from stridesense.protocol.spec import ProtocolSpec
from stridesense.sources.radio import Connection, MismatchError

Deliver = Callable[[str, bytes], None]
"""Takes a value and the role of its characteristic; is called for each read, notification and indication."""

UPDATE: Final = "update the pod's firmware, or describe this one in a `protocol.toml` of your own"


class Dialogue:
    """One connection's talk after the description `spec`; every value heard goes to `deliver` at once.

    The one task that starts the pod is also the one that stops it.
    """

    def __init__(self, connection: Connection, spec: ProtocolSpec, deliver: Deliver) -> None:
        self._connection = connection
        self._spec = spec
        self._deliver = deliver
        self._kept: dict[str, bytes] = {}
        self._awaited: tuple[ReplySpec, asyncio.Future[bytes]] | None = None

    def check(self) -> None:
        """Look whether the pod is what its description says.

        Raises:
            MismatchError: it lacks a characteristic, or the connection carries only packets too small.
        """
        for role in _needed(self._spec):
            self._uuid(role)
        if self._connection.payload_bytes < self._spec.least_payload_bytes:
            msg = (
                f"the connection carries packets of {self._connection.payload_bytes} bytes (MTU), "
                f"{self._spec.title} needs {self._spec.least_payload_bytes}: use another Bluetooth adapter"
            )
            raise MismatchError(msg)

    async def start(self) -> None:
        """Do what makes the pod send.

        Raises:
            DeviceError: the pod refuses, or answers with a fault.
            LinkError: the connection broke.
        """
        for step in self._spec.start:
            await self._do(step)

    async def stop(self) -> None:
        """Do what ends it.

        Raises:
            DeviceError, LinkError: as in `start`.
        """
        for step in self._spec.stop:
            await self._do(step)

    async def _do(self, step: StepSpec) -> None:
        if not all(self._answered(name, begins) for name, begins in step.when.items()):
            return
        try:
            await self._act(step)
        except DeviceError:
            if not step.optional:
                raise

    def _answered(self, name: str, begins: bytes) -> bool:
        return name in self._kept and self._kept[name].startswith(begins)

    async def _act(self, step: StepSpec) -> None:
        if step.read is not None:
            self._deliver(step.read, await self._connection.read(self._uuid(step.read)))
        elif step.subscribe is not None:
            await self._connection.subscribe(self._uuid(step.subscribe), partial(self._hear, step.subscribe))
        elif step.write is not None:
            await self._say(step.write, step)
        elif step.wait_s is not None:
            await asyncio.sleep(step.wait_s)

    async def _say(self, role: str, step: StepSpec) -> None:
        response = "write" in self._spec.characteristics[role].access
        if step.reply is None:
            await self._connection.write(self._uuid(role), step.payload, response=response)
            return
        answer = asyncio.get_running_loop().create_future()
        self._awaited = step.reply, answer  # before the write: a quick pod answers before it is confirmed
        try:
            await self._connection.write(self._uuid(role), step.payload, response=response)
            async with asyncio.timeout(step.reply.within_s):
                reply: bytes = await answer
        except TimeoutError:
            msg = f"the pod gave no answer to `{step.payload.hex(' ')}` within {step.reply.within_s:g} s"
            raise DeviceError(msg) from None
        finally:
            self._awaited = None
        _check_status(step.reply, reply)
        if step.keep_as is not None:
            self._kept[step.keep_as] = reply

    def _hear(self, role: str, payload: bytes) -> None:
        self._deliver(role, payload)
        if self._awaited is not None:
            reply, answer = self._awaited
            if role == reply.on and payload.startswith(reply.begins) and not answer.done():
                answer.set_result(payload)

    def _uuid(self, role: str) -> str:
        uuids = self._spec.characteristics[role].uuid
        found = self._connection.find(uuids)
        if found is None:
            msg = f"the pod has no characteristic `{role}` ({uuids[0]}) of {self._spec.title}: {UPDATE}"
            raise MismatchError(msg)
        return found


def _needed(spec: ProtocolSpec) -> Iterable[str]:
    """The characteristics without which the pod cannot be started."""
    for step in spec.start:
        if not step.optional and not step.when:
            yield from (role for role in (step.role, step.reply and step.reply.on) if role)


def _check_status(expected: ReplySpec, reply: bytes) -> None:
    if expected.status_at is None:
        return
    status = reply[expected.status_at : expected.status_at + BYTE_WIDTHS[expected.status_type]]
    if len(status) < BYTE_WIDTHS[expected.status_type]:
        msg = f"the pod's answer `{reply.hex(' ')}` ends before its status"
        raise DeviceError(msg)
    number = int.from_bytes(status, "little")
    if number not in expected.fine:
        msg = expected.faults.get(str(number), f"the pod refuses to start (status {number})")
        raise DeviceError(msg)
