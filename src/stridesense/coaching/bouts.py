"""What bouts of hops are made of: landings in their order, what they show, and the sums of a bout.

What lands within a quarter of a hop of the other foot lands with it; a foot that lands in between alternates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from stridesense.gait.bilateral import FEET_TOGETHER
from stridesense.model import Bout, Drill, Foot, HeelState, Stride

FEWEST: Final = 4
"""So many landings make a bout, and so many alike within one begin another (our own choice)."""

DRILL_WITHIN: Final = 6
"""So many landings tell what is done: enough to see feet that alternate in pairs (our own choice)."""

_APART: Final = 0.25
_SEEN_TOGETHER_APART: Final = 0.5
"""The same where both feet were seen to land together by clocks that were compared (`feet_together`)."""

_USUAL_HOP_S: Final = 0.5
"""Of a hop that no other followed, s (our own choice)."""

_DRILL: Final = {
    None: Drill.ROPE_JUMP,
    Foot.LEFT: Drill.LEFT_LEG,
    Foot.RIGHT: Drill.RIGHT_LEG,
    Foot.UNKNOWN: Drill.ONE_LEG,
}
_TOUCHED: Final = {
    HeelState.REARFOOT: True,
    HeelState.KISSED: True,
    HeelState.PARTIAL: False,  # it came down, but not to where a heel counts as touching
    HeelState.HELD: False,
}


@dataclass(frozen=True, slots=True, order=True)
class Landed:
    """One hop of one foot, as far as a bout needs it; sorts by its contact."""

    t_s: float
    foot: Foot
    end_s: float = field(compare=False)
    hop_s: float = field(compare=False)
    contact_s: float = field(compare=False)
    load: float = field(compare=False)
    heel_touched: bool | None = field(compare=False)
    together: bool = field(compare=False)

    def lands_with(self, other: "Landed") -> bool:
        """Whether a hop of the other foot is the same landing."""
        apart = _SEEN_TOGETHER_APART if self.together and other.together else _APART
        return self.foot is not other.foot and abs(other.t_s - self.t_s) < apart * min(
            self.hop_s, other.hop_s
        )


Landing = tuple[Landed, ...]
"""One hop of the body: one foot's or both."""


@dataclass(slots=True)
class Leg:
    """One leg of a bout: hops, their load and contact times summed."""

    hops: int = 0
    load: float = 0.0
    contact_s: float = 0.0


@dataclass(slots=True)
class BoutSoFar:
    """A bout that goes on. `end_s` is its latest contact's end, `last_s` that contact's begin."""

    drill: Drill
    start_s: float
    last_s: float
    end_s: float
    landings: int = 0
    legs: dict[Foot, Leg] = field(default_factory=dict)
    heels_seen: int = 0
    heels_touched: int = 0

    @classmethod
    def begin(cls, drill: Drill, landing: Landing) -> "BoutSoFar":
        """A bout that begins with this landing, which is still to be counted."""
        first = landing[0]
        return cls(drill, first.t_s, first.t_s, first.end_s)

    def count(self, landing: Landing) -> None:
        """Add one landing."""
        self.landings += 1
        self.last_s = max(self.last_s, landing[0].t_s)
        for hop in landing:
            self.end_s = max(self.end_s, hop.end_s)
            leg = self.legs.setdefault(hop.foot, Leg())
            leg.hops += 1
            leg.load += hop.load
            leg.contact_s += hop.contact_s
            if hop.heel_touched is not None:
                self.heels_seen += 1
                self.heels_touched += hop.heel_touched

    def ended(self, drill: Drill) -> Bout:
        """The bout as it was, under the name that holds for it."""
        legs = sorted(self.legs.items())
        contact_time_s = {foot: leg.contact_s / leg.hops for foot, leg in legs}
        lasted_s = self.last_s - self.start_s
        return Bout(
            drill=drill,
            start_s=self.start_s,
            end_s=self.end_s,
            hops={foot: leg.hops for foot, leg in legs},
            load={foot: leg.load for foot, leg in legs},
            hops_per_minute=60.0 * (self.landings - 1) / lasted_s if lasted_s > 0.0 else None,
            contact_time_s=contact_time_s,
            heel_touch_share=self.heels_touched / self.heels_seen if self.heels_seen else None,
            symmetry_percent=symmetry_percent(contact_time_s.get(Foot.LEFT), contact_time_s.get(Foot.RIGHT)),
        )


def landed(stride: Stride, load: float) -> Landed:
    """A hop as a bout counts it."""
    return Landed(
        t_s=stride.initial_contact_s,
        foot=stride.foot,
        end_s=stride.terminal_contact_s,
        hop_s=_USUAL_HOP_S if stride.stride_time_s is None else stride.stride_time_s,
        contact_s=stride.contact_time_s,
        load=load,
        heel_touched=heel_touched(stride),
        together=FEET_TOGETHER in stride.flags,
    )


def heel_touched(stride: Stride) -> bool | None:
    """Whether the heel came down to the ground; None where it could not be seen."""
    return None if stride.heel_state is None else _TOUCHED[stride.heel_state]


def symmetry_percent(left: float | None, right: float | None) -> float | None:
    """(left - right) / mean, %; None without both."""
    return None if left is None or right is None else 200.0 * (left - right) / (left + right)


def drill_of(landings: Sequence[Landing]) -> Drill | None:
    """What the latest landings show; None while they agree on nothing."""
    feet = [_foot(landing) for landing in landings]
    last = set(feet[-FEWEST:])
    if len(feet) >= FEWEST and len(last) == 1:
        return _DRILL[feet[-1]]
    alone = len(feet) >= FEWEST and None not in feet
    changes = sum(before is not after for before, after in pairwise(feet))
    each_twice = all(feet.count(foot) >= 2 for foot in set(feet))
    return Drill.ALTERNATING if alone and changes >= 2 and each_twice else None


def likeliest(landings: Sequence[Landing]) -> Drill:
    """The drill of hops that agree on nothing: on both feet if half of them are, else alternating."""
    both = sum(len(landing) > 1 for landing in landings)
    return Drill.ROPE_JUMP if 2 * both >= len(landings) else Drill.ALTERNATING


def _foot(landing: Landing) -> Foot | None:
    return landing[0].foot if len(landing) == 1 else None
