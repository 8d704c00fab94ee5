"""How far the runner came: one rule for the report, the tables and the exports.

At each moment the speed is the mean of the strides that are under way, which are those of one foot or of
both; so a foot that was not heard for a while costs no way as long as the other was. Where no stride's speed
is known, what pods told themselves takes its place: the differences of their own count, or their speed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from stridesense.model import Foot, PodReading, Stride

LONGEST_TOLD_S: Final = 5.0
"""A pod's speed holds for so long without its next word; our own choice."""


@dataclass(frozen=True, slots=True)
class Way:
    """A stretch at one speed, session seconds; `measured` when it is of strides, not of a pod's own word."""

    start_s: float
    end_s: float
    speed_mps: float
    measured: bool = True

    @property
    def length_m(self) -> float:
        """How far the runner came on it."""
        return (self.end_s - self.start_s) * self.speed_mps


@dataclass(slots=True)
class _Under:
    """What is under way at a moment: how many, and the sum of their speeds."""

    count: int = 0
    sum_mps: float = 0.0


def distance_m(strides: Iterable[Stride], readings: Sequence[PodReading] = ()) -> float | None:
    """How far the runner came; None where neither strides nor pods tell."""
    lengths_m = [way.length_m for way in ways(strides, readings)]
    return sum(lengths_m) if lengths_m else None


def ways(strides: Iterable[Stride], readings: Sequence[PodReading] = ()) -> Iterator[Way]:
    """The stretches of which the way is known, in the order of time; none overlap."""
    of_pods = [told for foot in Foot for told in _told([one for one in readings if one.foot is foot])]
    edges = sorted(_edges([*_measured(strides), *of_pods]), key=lambda edge: edge[0])
    under = {True: _Under(), False: _Under()}
    for (now_s, way, sign), (next_s, _, _) in pairwise(edges):
        here = under[way.measured]
        here.count += sign
        here.sum_mps = here.sum_mps + sign * way.speed_mps if here.count else 0.0
        leading = under[under[True].count > 0]
        if leading.count and next_s > now_s:
            yield Way(now_s, next_s, leading.sum_mps / leading.count, measured=leading is under[True])


def lasts_s(stride: Stride) -> float:
    """How long a stride was under way, as far as it was seen, s."""
    if stride.stride_time_s is not None:
        return stride.stride_time_s
    return stride.terminal_contact_s - stride.initial_contact_s


def _edges(stretches: Iterable[Way]) -> Iterator[tuple[float, Way, int]]:
    for way in stretches:
        yield way.start_s, way, 1
        yield way.end_s, way, -1


def _measured(strides: Iterable[Stride]) -> Iterator[Way]:
    for stride in strides:
        if stride.speed_mps is not None:
            start_s = stride.initial_contact_s
            yield Way(start_s, start_s + lasts_s(stride), stride.speed_mps)


def _told(readings: Sequence[PodReading]) -> Iterator[Way]:
    """What one pod says; a count that is less than before began anew, which takes no way back."""
    counts = [(one.t_s, one.distance_m) for one in readings if one.distance_m is not None]
    for (before_s, before_m), (now_s, now_m) in pairwise(counts):
        if now_m >= before_m and now_s > before_s:
            yield Way(before_s, now_s, (now_m - before_m) / (now_s - before_s), measured=False)
    if counts:
        return
    speeds = [(one.t_s, one.speed_mps) for one in readings if one.speed_mps is not None]
    for (before_s, speed_mps), (now_s, _) in pairwise(speeds):
        yield Way(before_s, min(now_s, before_s + LONGEST_TOLD_S), speed_mps, measured=False)
