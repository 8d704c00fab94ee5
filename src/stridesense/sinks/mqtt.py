"""What a session brings, as messages for the subscribers of a broker."""

import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Final, Self

from stridesense import __version__
from stridesense.contract.commands import Desk, RefusalReason
from stridesense.contract.records import record
from stridesense.contract.topics import DELIVERY, Envelope, Kind
from stridesense.model import (
    Bout,
    CalfBudget,
    Change,
    Cue,
    CueEffect,
    Foot,
    Hop,
    Obeyed,
    Order,
    PodReading,
    PodReport,
    RawPacket,
    SessionZero,
    Stride,
    StrideShape,
    Theme,
    theme_after,
)
from stridesense.sinks.base import Item, Sink
from stridesense.sinks.mqtt_commands import CommandReceiver
from stridesense.sinks.mqtt_courier import FAREWELL_S, Courier
from stridesense.sinks.mqtt_home_assistant import tell_home_assistant
from stridesense.sinks.mqtt_settings import MqttSettings
from stridesense.sinks.outbox import Counters
from stridesense.sinks.summary import Summary
from stridesense.units import NS_PER_S

Told = StrideShape | PodReading | Hop | CueEffect | Change | Bout
"""What is told as it is, an event each."""

KINDS: Final[Mapping[type[Told], Kind]] = {
    StrideShape: Kind.SHAPE,
    PodReading: Kind.READING,
    Hop: Kind.HOP,
    CueEffect: Kind.EFFECT,
    Change: Kind.CHANGE,
    Bout: Kind.DRILL,
}


class MqttSink(Sink):
    """Publishes one session under `stridesense/1/{device}/...`, and takes commands for it where a desk obeys.

    Leaving the context sends what is still worth it and that the session has ended, for at most 2 s.

    Args:
        settings: the broker and the name of the device.
        session_id: `sid` of every payload.
        anchor_unix_s: unix time of the moment from which packets are timed, the opening of the source; the
            session's t = 0 follows from it with the first sample. None for a live one, where that moment is
            what the computer's clock says; until the first sample, all is told of the present moment.
        courier: the link, where it is open already and stays open; otherwise the sink has its own.
        desk: who obeys commands; without one none are listened to.
        muted: whether the coach begins in silence.
        theme: what the session is about when it begins.

    Attributes:
        courier: the link, for others who have something to say or to hear.
    """

    def __init__(
        self,
        settings: MqttSettings,
        session_id: str,
        anchor_unix_s: float | None,
        *,
        courier: Courier | None = None,
        desk: Desk | None = None,
        muted: bool = False,
        theme: Theme | None = None,
    ) -> None:
        self._settings = settings
        self._anchor_unix_s = anchor_unix_s
        self._zero_unix_s = anchor_unix_s
        self._envelope = Envelope(session_id)
        self._own_courier = courier is None
        self.courier = courier or Courier(settings)
        self._receiver = None if desk is None else CommandReceiver(self.courier, desk, self._envelope)
        self._opened = AsyncExitStack()
        self._summary = Summary()
        self._records: dict[Kind, dict[str, object]] = {}
        self._theme = theme
        self._muted = muted
        self._arrival_s = 0.0

    async def __aenter__(self) -> Self:
        self.announce(Kind.INFO, {"software": "stridesense", "software_version": __version__})
        started = {"state": "running", "started": self._unix_s(0.0)}
        self.announce(Kind.SESSION, {**started, "muted": self._muted, "theme": self._theme})
        if self._settings.home_assistant:
            tell_home_assistant(self.courier)
        if self._own_courier:
            await self.courier.__aenter__()
        self._opened.push_async_callback(self._leave)
        if self._receiver is not None:
            await self._opened.enter_async_context(self._receiver)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    @property
    def counters(self) -> Counters:
        """What became of all but the states so far."""
        return self.courier.counters

    @property
    def refused(self) -> Mapping[RefusalReason, int]:
        """How many commands were not obeyed, by reason."""
        return {} if self._receiver is None else self._receiver.refused

    async def connected(self, timeout_s: float) -> None:
        """Return once the link is up.

        Raises:
            LinkError: the broker refused, or could not be reached in time. The sink goes on trying.
        """
        await self.courier.connected(timeout_s)

    async def handle(self, item: Item) -> None:
        """Put what subscribers want to know in the outbox; never waits for the broker."""
        match item:
            case RawPacket():
                self._arrival_s = item.arrival_ns / NS_PER_S
            case SessionZero():
                self._lay_clock(item)
            case Stride():
                self._tell_stride(item)
            case Cue():
                self._tell_cue(item)
            case PodReport():
                self._tell_report(item)
            case CalfBudget():
                topic = self.courier.topic(Kind.BUDGET, item.foot)
                self._set_state(Kind.BUDGET, topic, self._unix_s(item.t_s), record(item))
            case Obeyed():
                self._follow(item)
            case CueEffect(given=False):
                pass
            case StrideShape() | PodReading() | Hop() | CueEffect() | Change() | Bout():
                self._tell(item)

    def announce(self, kind: Kind, fields: Mapping[str, object]) -> None:
        """Change fields of a retained state (`info`, `battery` or `session`) and publish it."""
        state = self._records.setdefault(kind, {"type": kind})
        state.update(fields)
        self._set_state(kind, self.courier.topic(kind), time.time(), state)

    async def _leave(self) -> None:
        deadline_s = time.monotonic() + FAREWELL_S
        try:
            await self.courier.sent(deadline_s)
            self.announce(Kind.SESSION, {"state": "ended"})
        finally:
            if self._own_courier:
                await self.courier.leave(deadline_s)

    def _set_state(self, kind: Kind, topic: str, unix_s: float, state: Mapping[str, object]) -> None:
        self.courier.set_state(topic, self._envelope.wrap(topic, unix_s, state), DELIVERY[kind], kind)

    def _unix_s(self, t_s: float) -> float:
        return time.time() if self._zero_unix_s is None else self._zero_unix_s + t_s

    def _tell(self, item: Told) -> None:
        foot = item.foot if isinstance(item, StrideShape | PodReading | Hop) else None
        self._publish(KINDS[type(item)], _moment_s(item), record(item), foot=foot)

    def _tell_stride(self, stride: Stride) -> None:
        t_s = stride.initial_contact_s
        self._publish(Kind.STRIDE, t_s, record(stride), foot=stride.foot)
        if summary := self._summary.add(stride):
            self._publish(Kind.SUMMARY, t_s, summary)

    def _tell_cue(self, cue: Cue) -> None:
        ttl_s = min(cue.valid_for_s, self._settings.cue_ttl_s)
        valid_until = {"valid_until": time.time() + ttl_s}
        self._publish(Kind.CUE, cue.t_s, {**record(cue), **valid_until}, ttl_s=ttl_s)
        self._follow_theme(cue)

    def _tell_report(self, report: PodReport) -> None:
        self._publish(Kind.LINK, report.t_s, record(report), foot=report.foot)
        name, percent = f"{report.foot}_percent", report.battery_percent
        if percent is not None and self._records.get(Kind.BATTERY, {}).get(name) != percent:
            self.announce(Kind.BATTERY, {name: percent})

    def _lay_clock(self, zero: SessionZero) -> None:
        """Tie the session's clock to unix time."""
        opened = self._anchor_unix_s
        self._zero_unix_s = (time.time() - self._arrival_s if opened is None else opened) + zero.host_s

    def _follow(self, told: Obeyed) -> None:
        """Tell what the runner told the coach."""
        match told.order:
            case Order.MARK:
                self._publish(Kind.MARK, told.t_s, record(told))
            case Order.THEME:
                self._follow_theme(told)
            case Order.MUTE | Order.UNMUTE:
                self.announce(Kind.SESSION, {"muted": told.order is Order.MUTE})

    def _follow_theme(self, item: Cue | Obeyed) -> None:
        theme = theme_after(self._theme, item)
        if theme is not self._theme:
            self._theme = theme
            self.announce(Kind.SESSION, {"theme": theme})

    def _publish(
        self,
        kind: Kind,
        t_s: float,
        fields: Mapping[str, object],
        *,
        foot: Foot | None = None,
        ttl_s: float | None = None,
    ) -> None:
        topic = self.courier.topic(kind, foot)
        self.courier.publish(kind, topic, self._envelope.wrap(topic, self._unix_s(t_s), fields), ttl_s)


def _moment_s(item: Told) -> float:
    match item:
        case StrideShape():
            return item.initial_contact_s
        case Bout():
            return item.end_s
    return item.t_s
