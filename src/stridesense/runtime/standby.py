"""Waits for the word to begin a session, holds it, and waits again."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, Protocol
from uuid import uuid4

from stridesense.contract.commands import CheckInNow, Command, CommandError, RefusalReason, Start
from stridesense.contract.messages import SessionState
from stridesense.contract.topics import DELIVERY, Envelope, Kind
from stridesense.errors import InputError, StrideSenseError
from stridesense.runtime.desk import SessionDesk, keep_check_in
from stridesense.sinks.mqtt_commands import CommandReceiver
from stridesense.sinks.mqtt_courier import FAREWELL_S, Courier

BROKE_OFF: Final = 1
"""The result of a session that failed, as of a command that does."""


class Session(Protocol):
    """A session that is ready to begin."""

    @property
    def desk(self) -> SessionDesk:
        """Who obeys commands while it runs."""
        ...

    async def hold(self, courier: Courier) -> int:
        """Let it run to its end, and publish it over a link that stays open; 0 when nothing was lost.

        Raises:
            StrideSenseError: it broke off.
        """
        ...


Prepare = Callable[[], Awaitable[Session]]
"""Makes a session ready, which may take a search for the pods; raises StrideSenseError when it cannot."""


class Standby:
    """Obeys `start` while it waits, and has everything else obeyed by the session that runs.

    The link to the broker is one for all sessions. A session that cannot begin, or breaks off, is told; then
    the next one is waited for.

    Args:
        courier: the open link.
        prepare: makes a session ready.
        history: where check-ins are kept; None where none is kept.
        tell: says something to the person at the screen.
    """

    def __init__(
        self, courier: Courier, prepare: Prepare, history: Path | None, tell: Callable[[str], None]
    ) -> None:
        self._courier = courier
        self._prepare = prepare
        self._history = history
        self._tell = tell
        self._envelope = Envelope(uuid4().hex)
        self._receiver = CommandReceiver(courier, self, self._envelope)
        self._starts: asyncio.Queue[asyncio.Future[str] | None] = asyncio.Queue()
        self._is_starting = False
        self._is_over = False
        self._preparing: asyncio.Future[Session] | None = None
        self._desk: SessionDesk | None = None
        self._worst = 0

    @property
    def refused(self) -> Mapping[RefusalReason, int]:
        """How many commands were not obeyed, by reason."""
        return self._receiver.refused

    async def serve(self) -> int:
        """Wait for `start`, hold the session and wait again, until `end` is called; the worst result."""
        self._say(SessionState.WAITING)
        async with self._receiver:
            while (started := await self._starts.get()) is not None:
                await self._answer_start(started)
                await self._courier.sent(time.monotonic() + FAREWELL_S)
                if not self._is_over:
                    self._say(SessionState.WAITING)
        self._say(SessionState.ENDED)
        return self._worst

    def end(self) -> None:
        """End the session that runs, in good order, and wait for no other."""
        self._is_over = True
        self._starts.put_nowait(None)
        if self._preparing is not None:
            self._preparing.cancel()
        if self._desk is not None:
            self._desk.stop()

    async def obey(self, command: Command) -> str:
        """Do it; what was done, in one sentence.

        Raises:
            CommandError: it was not done.
        """
        if isinstance(command, Start) and not self._is_starting and not self._is_over:
            self._is_starting = True
            started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            self._starts.put_nowait(started)
            return await started
        if self._desk is not None:
            return await self._desk.obey(command)
        if isinstance(command, CheckInNow):
            return await keep_check_in(self._history, command)
        msg = "no session runs: send start first"
        raise CommandError(RefusalReason.NOT_NOW, msg)

    async def _answer_start(self, started: asyncio.Future[str]) -> None:
        try:
            session = await self._ready()
        except StrideSenseError as fault:
            self._tell(f"no session: {fault}")
            self._refuse(started, RefusalReason.FAILED, _for_strangers(fault))
        except asyncio.CancelledError:
            if not self._is_over:
                raise
            self._refuse(started, RefusalReason.NOT_NOW, "the program was ended meanwhile")
        else:
            if not started.done():
                started.set_result("the session begins")
            await self._hold(session)
        finally:
            self._is_starting = False

    async def _ready(self) -> Session:
        self._preparing = asyncio.ensure_future(self._prepare())
        try:
            return await self._preparing
        finally:
            self._preparing.cancel()
            self._preparing = None

    async def _hold(self, session: Session) -> None:
        self._desk = session.desk
        try:
            self._worst = max(self._worst, await session.hold(self._courier))
        except StrideSenseError as fault:
            self._worst = max(self._worst, BROKE_OFF)
            self._tell(f"the session broke off: {fault}")
        finally:
            self._desk = None

    def _refuse(self, started: asyncio.Future[str], reason: RefusalReason, sentence: str) -> None:
        if not started.done():
            started.set_exception(CommandError(reason, sentence))

    def _say(self, state: SessionState) -> None:
        topic = self._courier.topic(Kind.SESSION)
        payload = self._envelope.wrap(topic, time.time(), {"type": "session", "state": state, "muted": False})
        self._courier.set_state(topic, payload, DELIVERY[Kind.SESSION], Kind.SESSION)


def _for_strangers(fault: StrideSenseError) -> str:
    """A file's fault names the place of the file, which is nobody's business elsewhere."""
    if isinstance(fault, InputError):
        return "a file stands in the way: the computer that runs the session says which"
    return str(fault)
