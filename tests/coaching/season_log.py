"""A session's log as the checks read it: what could be known at the moment of each cue.

A log is what a coach returned, in order: each item, and behind it what the item made due. The guard's load is
added up here from the strides; what could not be measured is left out, so the true load is not below it.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from stridesense.model import Cue, Foot, Gait, Gap, Instruction, Order, PodReport, Stride

KEPT_STRIDES = 30
KEPT_HOLES_S = 30.0


@dataclass(slots=True)
class Moment:
    """What could be known when a cue was given; `pauses_s` lie between the ends of the last three strides."""

    cue: Cue
    now_s: float
    muted: bool
    themes_chosen: int
    load: dict[Foot, float]
    recent: dict[Foot, list[Stride]]
    pauses_s: tuple[float, ...]
    holes: list[Gap]
    first_run_s: float | None

    def feet(self) -> tuple[Foot, ...]:
        return tuple(foot for foot in self.recent if self.cue.foot in (foot, Foot.UNKNOWN))

    def strides(self) -> list[Stride]:
        """Of all feet, in the order of their landings."""
        every = [stride for strides in self.recent.values() for stride in strides]
        return sorted(every, key=lambda stride: stride.initial_contact_s)


@dataclass(slots=True)
class Reader:
    """Follows a log and takes down the moment of each cue."""

    muted: bool
    now_s: float = 0.0
    themes_chosen: int = 0
    load: dict[Foot, float] = field(default_factory=dict)
    recent: dict[Foot, deque[Stride]] = field(default_factory=dict)
    ends_s: deque[float] = field(default_factory=lambda: deque(maxlen=3))
    holes: list[Gap] = field(default_factory=list)
    first_run_s: float | None = None

    def read(self, item: object) -> None:
        match item:
            case Stride():
                self._step(item)
            case Gap():
                self.holes.append(item)
                self.now_s = max(self.now_s, item.end_s)
            case PodReport():
                self.now_s = max(self.now_s, item.t_s)
            case Instruction():
                self.muted = {Order.MUTE: True, Order.UNMUTE: False}.get(item.order, self.muted)
                self.themes_chosen += item.order is Order.THEME

    def moment(self, cue: Cue) -> Moment:
        pauses_s = tuple(later - earlier for earlier, later in pairwise(self.ends_s))
        recent = {foot: list(strides) for foot, strides in self.recent.items()}
        holes = [hole for hole in self.holes if hole.end_s > self.now_s - KEPT_HOLES_S]
        return Moment(
            cue, self.now_s, self.muted, self.themes_chosen, dict(self.load), recent, pauses_s, holes,
            self.first_run_s,
        )  # fmt: skip

    def _step(self, stride: Stride) -> None:
        end_s = stride.initial_contact_s + (stride.stride_time_s or stride.contact_time_s)
        self.now_s = max(self.now_s, end_s)
        self.ends_s.append(end_s)
        self.recent.setdefault(stride.foot, deque(maxlen=KEPT_STRIDES)).append(stride)
        if stride.gait is not Gait.WALK:
            self.load[stride.foot] = self.load.get(stride.foot, 0.0) + (stride.calf_load or 0.0)
        if stride.gait is Gait.RUN and self.first_run_s is None:
            self.first_run_s = stride.initial_contact_s


def moments(log: Iterable[object], *, muted: bool) -> list[Moment]:
    """The moment of each cue of a log; `muted` is whether the runner wanted silence from the start."""
    reader, found = Reader(muted), list[Moment]()
    for item in log:
        if isinstance(item, Cue):
            found.append(reader.moment(item))
        else:
            reader.read(item)
    return found
