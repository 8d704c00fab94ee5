"""What the live view knows: the latest of everything that flowed by, and a short history of strides."""

from collections import deque
from statistics import median
from typing import Final

from stridesense.model import (
    Bout,
    CalfBudget,
    Change,
    Cue,
    Foot,
    HeelState,
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
from stridesense.sinks.base import Item
from stridesense.sinks.coach_words import clock, safe
from stridesense.sinks.live_view_messages import Messages
from stridesense.sinks.pod_words import newest

HISTORY_STRIDES: Final = 200
HISTORY_HOPS: Final = 100

SETTLED_STRIDES: Final = 5
"""Figures are the median over so many strides of a foot: one stride's would not stand still long enough to
be read; our own choice."""

HEEL_STRIDES: Final = 20
"""How the heel did is told over so many strides, about a quarter of a minute; our own choice."""

STALE_S: Final = 5.0
"""Without a stride for so long the figures are of the past; our own choice."""


class Facts:
    """Takes items and keeps what is shown of them; as many as there is room to show, never more."""

    def __init__(self, *, drill: bool = False, muted: bool = False, theme: Theme | None = None) -> None:
        self.drill = drill
        self.muted = muted
        self.theme = theme
        self.now_s = 0.0
        self._zero: SessionZero | None = None
        self.strides: dict[Foot, deque[Stride]] = {}
        self.shapes: dict[Foot, StrideShape] = {}
        self.budgets: dict[Foot, CalfBudget] = {}
        self.reports: dict[Foot, PodReport] = {}
        self.readings: dict[Foot, PodReading] = {}
        self.hops: deque[Hop] = deque(maxlen=HISTORY_HOPS)
        self.cue: Cue | None = None
        self.change: Change | None = None
        self.bout: Bout | None = None
        self.messages = Messages()
        self._changed = True

    def take(self, item: Item) -> None:
        """Keep what is new in it."""
        match item:
            case RawPacket():
                self._tick(item.arrival_ns)
                return
            case SessionZero():
                self._zero = item
            case Stride() | StrideShape():
                self._take_stride(item)
            case PodReport() | PodReading():
                self._take_pod(item)
            case Obeyed():
                self._take_order(item)
            case _:
                self._take_found(item)
        self._changed = True

    def news(self) -> bool:
        """Whether anything changed since this was last asked."""
        changed = self._changed or self.messages.changed
        self._changed = self.messages.changed = False
        return changed

    def feet(self) -> tuple[Foot, ...]:
        """The feet there is something of; both before there is."""
        known = {*self.strides, *self.shapes, *self.reports}
        return tuple(foot for foot in Foot if foot in known) or (Foot.LEFT, Foot.RIGHT)

    def latest(self) -> Stride | None:
        """The newest stride of any foot."""
        newest_ones = (strides[-1] for strides in self.strides.values())
        return max(newest_ones, key=lambda stride: stride.initial_contact_s, default=None)

    def stale_s(self) -> float | None:
        """For how long there was no stride, where that is too long; None while they come."""
        latest = self.latest()
        silence_s = 0.0 if latest is None else self.now_s - latest.terminal_contact_s
        return silence_s if silence_s > STALE_S else None

    def settled(self, foot: Foot, name: str) -> float | None:
        """The median of one field of the stride record over the last strides of a foot."""
        return median(values) if (values := self.recent(foot, name, SETTLED_STRIDES)) else None

    def recent(self, foot: Foot, name: str, strides: int) -> list[float]:
        """One field over the last strides of a foot, where it was measured."""
        last = list(self.strides.get(foot, ()))[-strides:]
        return [value for stride in last if (value := getattr(stride, name)) is not None]

    def heels(self, foot: Foot) -> list[HeelState]:
        """What the heel did in the last strides of a foot, where it was seen."""
        last = list(self.strides.get(foot, ()))[-HEEL_STRIDES:]
        return [stride.heel_state for stride in last if stride.heel_state is not None]

    def _tick(self, arrival_ns: int) -> None:
        """The clock shows whole seconds of the session, which begins with its first sample."""
        now_s = 0.0 if self._zero is None else self._zero.session_s(arrival_ns)
        self._changed |= int(now_s) != int(self.now_s)
        self.now_s = now_s

    def _take_stride(self, item: Stride | StrideShape) -> None:
        if isinstance(item, StrideShape):
            self.shapes[item.foot] = item
        else:
            self.strides.setdefault(item.foot, deque(maxlen=HISTORY_STRIDES)).append(item)

    def _take_pod(self, item: PodReport | PodReading) -> None:
        if isinstance(item, PodReport):
            self.reports[item.foot] = item
        else:
            self.readings[item.foot] = newest(self.readings.get(item.foot), item)

    def _take_order(self, item: Obeyed) -> None:
        self.theme = theme_after(self.theme, item)
        match item.order:
            case Order.MUTE | Order.UNMUTE:
                self.muted = item.order is Order.MUTE
            case Order.MARK:
                words = f": {safe(item.value)}" if item.value else ""
                self.messages.show(f"mark at {clock(item.t_s)}{words}")

    def _take_found(self, item: Item) -> None:
        match item:
            case Cue():
                self.cue = item
                self.theme = theme_after(self.theme, item)
            case CalfBudget():
                self.budgets[item.foot] = item
            case Change():
                self.change = item
            case Bout():
                self.bout = item
            case Hop():
                self.hops.append(item)
