"""The desk of a session: it obeys commands, whoever brings them."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stridesense.contract.commands import (
    CheckInNow,
    Command,
    CommandError,
    Mark,
    Mute,
    RefusalReason,
    SetTheme,
    Start,
    Stop,
    Unmute,
)
from stridesense.errors import InputError
from stridesense.history.store import Store
from stridesense.history.writing import add_check_in
from stridesense.model import CheckIn, Order, Theme
from stridesense.sinks.base import Sink

log = logging.getLogger(__name__)

ENDED: Final = "the session has ended"


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Something that the coach is to be told; `done` is set once it knows."""

    order: Order
    value: str
    done: asyncio.Future[None]

    def obeyed(self) -> None:
        """The coach knows."""
        if not self.done.done():
            self.done.set_result(None)

    def refused(self) -> None:
        """The coach will not hear of it any more."""
        if not self.done.done():
            self.done.set_exception(CommandError(RefusalReason.NOT_NOW, ENDED))


class SessionDesk:
    """Obeys commands for one session that happens now.

    What the coach is told flows through the session like a packet, so that it is recorded and a replay obeys
    it at the same place; the answer comes once the coach knows.

    Args:
        history: where check-ins are kept; None where none is kept.
        end: ends the source in good order; without it `stop` leaves what the source still has.
    """

    def __init__(self, history: Path | None = None, end: Callable[[], object] | None = None) -> None:
        self._history = history
        self._end = end
        self._told: deque[Told] = deque()
        self._stir: Callable[[], object] | None = None
        self.is_over = False

    def facing(self, sink: Sink) -> Sink:
        """The sink as it is to be used in the session."""
        return sink

    def open(self, stir: Callable[[], object]) -> None:
        """Serve a session, which looks at `take` and `is_over` soon after `stir` is called."""
        self._stir = stir

    def close(self) -> None:
        """The session hears nothing more."""
        self._stir = None
        for told in self.take():
            told.refused()

    def take(self) -> Iterator[Told]:
        """What the coach is to be told by now, in order."""
        while self._told:
            yield self._told.popleft()

    def stop(self) -> None:
        """End the session in good order."""
        if self._end is not None:
            self._end()
            return
        self.is_over = True
        if self._stir is not None:
            self._stir()

    async def obey(self, command: Command) -> str:
        """Do it; what was done, in one sentence.

        Raises:
            CommandError: it was not done.
        """
        match command:
            case Start():
                msg = "a session runs already: stop it first"
                raise CommandError(RefusalReason.NOT_NOW, msg)
            case Stop():
                self.stop()
                return "the session ends"
            case CheckInNow():
                return await self._check_in(command)
            case _:
                return await self._instruct(command)

    async def _instruct(self, command: Mute | Unmute | Mark | SetTheme) -> str:
        match command:
            case Mute():
                await self._tell(Order.MUTE)
                return "the coach is silent until it is unmuted"
            case Unmute():
                await self._tell(Order.UNMUTE)
                return "the coach speaks again"
            case Mark():
                await self._tell(Order.MARK, command.text)
                return "the moment is marked"
            case SetTheme():
                await self._tell(Order.THEME, command.theme)
                if Theme.of_form(command.theme):
                    return f"the theme is {command.theme}"
                return f"the coach chooses the theme, as {command.theme} is none of form"

    async def _check_in(self, command: CheckInNow) -> str:
        said = await keep_check_in(self._history, command)
        if not command.red_flags:
            return said
        await self._tell(Order.MUTE)
        return f"{said}; the coach is silent now"

    async def _tell(self, order: Order, value: str = "") -> None:
        if self._stir is None:
            raise CommandError(RefusalReason.NOT_NOW, ENDED)
        told = Told(order, value, asyncio.get_running_loop().create_future())
        self._told.append(told)
        self._stir()
        await told.done


async def keep_check_in(history: Path | None, command: CheckInNow) -> str:
    """Keep what the runner says of the legs now; what was kept, in one sentence.

    Raises:
        CommandError: it says nothing, or cannot be kept.
    """
    if history is None:
        msg = "no history is kept here: check in where you run, as with `stridesense history check-in`"
        raise CommandError(RefusalReason.NOT_NOW, msg)
    told = CheckIn.told(time.time(), command.left, command.right, command.red_flags, command.note)
    if told.says_nothing:
        msg = "say how sore the calves are: left or right from 0 to 10, or red_flags"
        raise CommandError(RefusalReason.NOT_VALID, msg)
    try:
        await asyncio.to_thread(_keep, history, told)
    except InputError as fault:
        log.warning("a check-in was not kept: %s", fault)
        msg = "it cannot be kept: the computer that runs the session says why"  # not where the file lies
        raise CommandError(RefusalReason.FAILED, msg) from None
    said = ", ".join([*(f"{foot} {value}" for foot, value in told.soreness.items()), *told.red_flags])
    if not told.red_flags:
        return f"kept: {said}"
    return f"kept: {said}; rest the leg and let a doctor or physiotherapist look at it soon"


def _keep(history: Path, told: CheckIn) -> None:
    with Store(history) as store:
        add_check_in(store, told)
