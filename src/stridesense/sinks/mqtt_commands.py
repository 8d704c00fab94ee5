"""Commands from the broker to the desk that obeys them, and the answers back."""

import asyncio
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

from stridesense.contract.commands import Command, CommandError, Desk, RefusalReason
from stridesense.contract.gate import Gate
from stridesense.contract.topics import Envelope, Kind
from stridesense.sinks.mqtt_courier import Courier
from stridesense.sinks.mqtt_link import Heard
from stridesense.sinks.tasks import end

WAITING: Final = 16
"""Commands that may wait while the desk is busy with one (our own choice)."""


class CommandReceiver:
    """Listens on `cmd` from entering the context until leaving it; one command is obeyed after the other.

    Answers go to `cmd/result` and nowhere else, whatever response topic the sender asks for.

    Args:
        courier: the link.
        desk: who obeys.
        envelope: of the session that answers.
    """

    def __init__(self, courier: Courier, desk: Desk, envelope: Envelope) -> None:
        self._courier = courier
        self._desk = desk
        self._envelope = envelope
        self._gate = Gate()
        self._waiting: asyncio.Queue[Command] = asyncio.Queue(WAITING)
        self._current: Command | None = None

    async def __aenter__(self) -> Self:
        self._courier.subscribe(self._courier.topic(Kind.COMMAND), self._take)
        self._task = asyncio.create_task(self._obey_all(), name="mqtt commands")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await end(self._task)
        unanswered = [] if self._current is None else [self._current]
        while not self._waiting.empty():
            unanswered.append(self._waiting.get_nowait())
        for command in unanswered:
            self._count(CommandError(RefusalReason.NOT_NOW, "the session has ended"), command)

    @property
    def refused(self) -> Mapping[RefusalReason, int]:
        """How many commands were not obeyed, by reason."""
        return dict(self._gate.refused)

    def _take(self, heard: Heard) -> None:
        now_s = time.monotonic()
        try:
            command = self._gate.admit(heard.payload, now_s, retained=heard.retained)
        except CommandError as refusal:
            if self._gate.answers(refusal, now_s):
                self._refuse(refusal, refusal.id)
            return
        try:
            self._waiting.put_nowait(command)
        except asyncio.QueueFull:
            msg = "too many commands are waiting: send it again later"
            self._count(CommandError(RefusalReason.TOO_MANY, msg), command)

    async def _obey_all(self) -> None:
        while True:
            command = self._current = await self._waiting.get()
            try:
                text = await self._desk.obey(command)
            except CommandError as refusal:
                self._count(refusal, command)
            else:
                self._answer(id=command.id, command=command.command, ok=True, text=text)
            self._current = None

    def _count(self, refusal: CommandError, command: Command) -> None:
        self._gate.count(refusal)
        self._refuse(refusal, command.id, command.command)

    def _refuse(self, refusal: CommandError, command_id: str, command: str | None = None) -> None:
        self._answer(id=command_id, command=command, ok=False, text=str(refusal), reason=refusal.reason)

    def _answer(self, **answer: object) -> None:
        topic = self._courier.topic(Kind.RESULT)
        record = {"type": "result", **answer, "refused": self._gate.refused.total()}
        self._courier.publish(Kind.RESULT, topic, self._envelope.wrap(topic, time.time(), record))
