"""Hopping drills: each hop at once, and the bouts that they make, named by which feet land.

Two feet are two streams of strides that come as they become certain, so hops are put in the order of their
contacts before bouts are cut.
"""

from bisect import insort
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from stridesense.coaching.bouts import (
    DRILL_WITHIN,
    FEWEST,
    BoutSoFar,
    Landed,
    Landing,
    drill_of,
    heel_touched,
    landed,
    likeliest,
    symmetry_percent,
)
from stridesense.model import Bout, Drill, Foot, Gait, Hop, Stride

PAUSE_S: Final = 2.0
"""Without a hop for so long the bout is over (our own choice)."""

SETTLED_S: Final = 5.0
"""A stride comes so much later than one of the other foot at most: it waits for its end and for a second one
like it, 2.5 s each (see `stridesense.gait.segmentation`)."""

WORN_S: Final = 600.0
"""A foot that was not heard of for so long wears no pod (our own choice)."""

_COMPARED_S: Final = 1.0
"""A hop is compared with the other foot's latest one for so long, s (our own choice)."""

_OTHER: Final = {Foot.LEFT: Foot.RIGHT, Foot.RIGHT: Foot.LEFT}


@dataclass(slots=True)
class OneFoot:
    """What is known of one foot in this session.

    Attributes:
        heard_s: when it was last heard of.
        hops: hops in a row without a pause.
        hop_s: contact of the latest one,
        hop_end_s: and its end.
        contact_s: how long that was.
        measured: strides and hops whose load was measured,
        load: and the sum of their loads.
    """

    heard_s: float = 0.0
    hops: int = 0
    hop_s: float = 0.0
    hop_end_s: float = 0.0
    contact_s: float = 0.0
    measured: int = 0
    load: float = 0.0

    def billed(self, load: float | None) -> float:
        """The load of a stride; one that could not be measured costs the leg's mean, as in the budget."""
        if load is None:
            return self.load / self.measured if self.measured else 1.0
        self.measured += 1
        self.load += load
        return load


@dataclass(slots=True)
class Drills:
    """Tells each hop at once and each bout when it is certain, `SETTLED_S` after its last hop.

    A lone pod cannot tell whether the other foot hops too: its bouts are one-leg hops of no named leg, until
    the other foot is heard of.
    """

    feet: dict[Foot, OneFoot] = field(default_factory=dict)
    waiting: list[Landed] = field(default_factory=list)
    recent: deque[Landing] = field(default_factory=lambda: deque(maxlen=DRILL_WITHIN))
    held: deque[Landing] = field(default_factory=deque)
    bout: BoutSoFar | None = None
    ended_s: float = 0.0

    def add(self, stride: Stride) -> list[Hop | Bout]:
        """Take any stride; return the hop that it is, and bouts that have become certain."""
        foot = self.feet.setdefault(stride.foot, OneFoot())
        foot.heard_s = stride.terminal_contact_s
        out: list[Hop | Bout] = []
        if stride.gait is not Gait.WALK:
            load = foot.billed(stride.calf_load)
            if stride.gait is Gait.HOP:
                insort(self.waiting, landed(stride, load))
                out.append(self._hop(stride, foot))
        return [*out, *self.close(stride.terminal_contact_s)]

    def close(self, now_s: float) -> list[Bout]:
        """Return the bouts that are certain by now, session seconds."""
        bouts: list[Bout] = []
        while self.waiting and self.waiting[0].t_s < now_s - SETTLED_S:
            bouts += self._land(self._next_landing())
        if not self.waiting and now_s - self.ended_s > SETTLED_S:
            bouts += self._end()
        return bouts

    def flush(self) -> list[Bout]:
        """The session has ended: return the bouts that are still open."""
        return self.close(float("inf"))

    def _hop(self, stride: Stride, foot: OneFoot) -> Hop:
        if stride.initial_contact_s - foot.hop_end_s > PAUSE_S:
            foot.hops = 0
        foot.hops += 1
        foot.hop_s, foot.hop_end_s = stride.initial_contact_s, stride.terminal_contact_s
        foot.contact_s = stride.contact_time_s
        return Hop(
            foot=stride.foot,
            t_s=stride.initial_contact_s,
            number=foot.hops,
            contact_time_s=stride.contact_time_s,
            flight_time_s=stride.flight_time_s,
            heel_touched=heel_touched(stride),
            symmetry_percent=self._symmetry_percent(stride),
        )

    def _symmetry_percent(self, stride: Stride) -> float | None:
        """This contact against the other foot's latest hop, while that is fresh."""
        other = self.feet.get(_OTHER[stride.foot]) if stride.foot in _OTHER else None
        if other is None or not other.hops or abs(stride.initial_contact_s - other.hop_s) > _COMPARED_S:
            return None
        contacts_s = stride.contact_time_s, other.contact_s
        return symmetry_percent(*(contacts_s if stride.foot is Foot.LEFT else reversed(contacts_s)))

    def _next_landing(self) -> Landing:
        first = self.waiting.pop(0)
        for i, hop in enumerate(self.waiting):
            if first.lands_with(hop):
                return first, self.waiting.pop(i)
        return (first,)

    def _land(self, landing: Landing) -> list[Bout]:
        """Count a landing to its bout: the last few are held back, for they may begin another one."""
        bouts = self._end() if landing[0].t_s - self.ended_s > PAUSE_S else []
        self.ended_s = max(self.ended_s, *(hop.end_s for hop in landing))
        self.recent.append(landing)
        self.held.append(landing)
        drill = drill_of(self.recent)
        if self.bout is None:
            if drill is not None or len(self.recent) == DRILL_WITHIN:
                self._begin(drill or likeliest(self.recent))
        elif drill is not None and drill is not self.bout.drill:
            bouts.append(self.bout.ended(self._name(self.bout)))
            self._begin(drill)
        while self.bout is not None and len(self.held) >= FEWEST:
            self.bout.count(self.held.popleft())
        return bouts

    def _begin(self, drill: Drill) -> None:
        self.bout = BoutSoFar.begin(drill, self.held[0])

    def _end(self) -> list[Bout]:
        """The hops have ended: what is held back belongs to them."""
        bout = self.bout
        if bout is None and len(self.held) >= FEWEST:
            bout = BoutSoFar.begin(likeliest(self.held), self.held[0])
        held, self.bout, self.held = self.held, None, deque()
        self.recent.clear()
        if bout is None:
            return []
        for landing in held:
            bout.count(landing)
        return [bout.ended(self._name(bout))]

    def _name(self, bout: BoutSoFar) -> Drill:
        """A leg hops alone only beside a foot that would have been heard of."""
        if len(bout.legs) > 1:
            return bout.drill
        (foot,) = bout.legs
        other = self.feet.get(_OTHER[foot]) if foot in _OTHER else None
        worn = other is not None and bout.start_s - other.heard_s < WORN_S
        return bout.drill if worn else Drill.ONE_LEG
