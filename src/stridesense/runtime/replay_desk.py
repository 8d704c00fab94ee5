"""The desk of a session of the past: it can be silenced and stopped, and stays what it was."""

from types import TracebackType
from typing import Final, Self

from stridesense.contract.commands import Command, CommandError, Mute, RefusalReason, Stop, Unmute
from stridesense.model import Cue, Obeyed, Order, RawPacket, SessionZero
from stridesense.runtime.desk import SessionDesk
from stridesense.sinks.base import Item, Sink

SPEAKING: Final = {Order.MUTE: False, Order.UNMUTE: True}


class ReplayDesk(SessionDesk):
    """Obeys `mute`, `unmute` and `stop` for a playback.

    The coach says what it said then, whatever is told now; muted, its cues are kept from whoever would show,
    speak or publish them. A recording that is made of the playback holds them all the same.

    Args:
        muted: whether the coach began in silence.
    """

    def __init__(self, *, muted: bool = False) -> None:
        super().__init__()
        self._began_muted = muted
        self._sinks: list[Hushable] = []

    def facing(self, sink: Sink) -> Sink:
        """The sink as it is to be used in the session: without cues while it is muted."""
        hushable = Hushable(sink, spoke_then=not self._began_muted)
        self._sinks.append(hushable)
        return hushable

    async def obey(self, command: Command) -> str:
        """Do it; what was done, in one sentence.

        Raises:
            CommandError: it was not done.
        """
        match command:
            case Stop():
                return await super().obey(command)
            case Mute() | Unmute():
                return await self._hush(hushed=isinstance(command, Mute))
            case _:
                msg = f"a replay stays what it was: it obeys mute, unmute and stop, not {command.command}"
                raise CommandError(RefusalReason.NOT_NOW, msg)

    async def _hush(self, *, hushed: bool) -> str:
        for sink in self._sinks:
            await sink.hush(hushed=hushed)
        if hushed:
            return "no cue is told until it is unmuted"
        if all(sink.spoke_then for sink in self._sinks):
            return "cues are told again"
        return "the coach was muted at this place of the session: cues are told once it spoke again"


class Hushable(Sink):
    """A sink that can be spared the cues; it is told of it as of any other mute.

    Attributes:
        spoke_then: whether the coach was not muted at this place of the session.
    """

    def __init__(self, sink: Sink, *, spoke_then: bool = True) -> None:
        self.spoke_then = spoke_then
        self._sink = sink
        self._hushed = False
        self._zero = SessionZero(0.0)
        self._arrival_ns = 0

    async def __aenter__(self) -> Self:
        await self._sink.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._sink.__aexit__(kind, error, trace)

    async def handle(self, item: Item) -> None:
        """Hand over anything but what is hushed."""
        told = isinstance(item, Obeyed) and item.order in SPEAKING
        match item:
            case RawPacket():
                self._arrival_ns = item.arrival_ns
            case SessionZero():
                self._zero = item
            case Obeyed():
                self.spoke_then = SPEAKING.get(item.order, self.spoke_then)
        if not (self._hushed and (told or isinstance(item, Cue))):
            await self._sink.handle(item)

    async def hush(self, *, hushed: bool) -> None:
        """Begin or end the silence."""
        self._hushed = hushed
        order = Order.UNMUTE if self.spoke_then and not hushed else Order.MUTE
        await self._sink.handle(Obeyed(order=order, t_s=self._zero.session_s(self._arrival_ns)))
