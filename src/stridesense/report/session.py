"""A session as its report needs it: what was gathered, and which strides its figures are about."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import Final

from stridesense.model import Foot, Gait, Obeyed, Order, Stride, StrideShape
from stridesense.recording.distance import distance_m
from stridesense.runtime.gathering import Gathered

GAIT_WORDS: Final = {Gait.RUN: "running strides", Gait.WALK: "walking strides", Gait.HOP: "hops"}

PAUSE_S: Final = 5.0
"""So long without a stride of that gait is a pause in the plots, s (our own choice)."""

FEW: Final = 25
"""Fewer strides of a foot say little: stable means need as many (Oliveira and Pirscoveanu 2021)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is known of a session besides its data, as plain text.

    Attributes:
        began: date and time as people write it; None where nobody knows.
        file: name of the file.
        source: where the packets came from.
        session_id: of the recording.
        shoe: whose profile it started from.
        made_by: the version that recorded it.
        damage: what of the file is missing or was left out, a sentence each.
        opening: what the coach knew at the start, a sentence each.
        to_practise: exercises that the cues point to.
        withheld: why cues were due and not said, a line each.
        unjudged: what could not be judged, and why.
    """

    began: str | None = None
    file: str
    source: str | None = None
    session_id: str | None = None
    shoe: str | None = None
    made_by: str | None = None
    damage: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()
    to_practise: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    unjudged: str | None = None


@dataclass(frozen=True)
class ReportedSession:
    """A whole session.

    Attributes:
        about: what is known besides its data.
        gathered: its data.
    """

    about: About
    gathered: Gathered

    @property
    def duration_s(self) -> float:
        """How long was recorded, from the first sample on."""
        return self.gathered.end_s

    @cached_property
    def gait(self) -> Gait:
        """What the figures are about: running where there is any, else what there is most of."""
        found = Counter(stride.gait for stride in self.gathered.strides)
        if found[Gait.RUN] or not found:
            return Gait.RUN
        return found.most_common(1)[0][0]

    @cached_property
    def kind(self) -> str:
        """What strides of that gait are called."""
        return GAIT_WORDS[self.gait]

    @cached_property
    def strides(self) -> dict[Foot, list[Stride]]:
        """The strides that the figures are about, by foot, in the order of time."""
        found = sorted(self.gathered.strides, key=lambda stride: stride.initial_contact_s)
        chosen = {foot: [one for one in found if (one.foot, one.gait) == (foot, self.gait)] for foot in Foot}
        return {foot: strides for foot, strides in chosen.items() if strides}

    @cached_property
    def shapes(self) -> dict[Foot, list[tuple[Stride, StrideShape]]]:
        """Those of these strides whose turning was seen from contact to contact, with it."""
        drawn = {(shape.foot, shape.initial_contact_s): shape for shape in self.gathered.shapes}
        pairs = {
            foot: [
                (stride, shape)
                for stride in strides
                if (shape := drawn.get((foot, stride.initial_contact_s))) is not None
            ]
            for foot, strides in self.strides.items()
        }
        return {foot: found for foot, found in pairs.items() if found}

    @cached_property
    def pauses(self) -> list[tuple[float, float]]:
        """Stretches in seconds without strides of that gait on either foot, those of the edges too."""
        moments = sorted(one.initial_contact_s for strides in self.strides.values() for one in strides)
        ends = [0.0, *moments, self.duration_s]
        return [(a, b) for a, b in pairwise(ends) if b - a > PAUSE_S] if moments else []

    @cached_property
    def marks(self) -> dict[str, Obeyed]:
        """The runner's marks in the order of time, by the names that they go by on the page."""
        marks = [order for order in self.gathered.orders if order.order is Order.MARK]
        return {f"M{number}": mark for number, mark in enumerate(marks, start=1)}

    @cached_property
    def distance_m(self) -> float | None:
        """Way of all strides, of any gait, or as pods without samples told; None where nobody did."""
        return distance_m(self.gathered.strides, self.gathered.readings)


def typical(strides: Sequence[Stride], name: str) -> float | None:
    """Median of a field of the record where it was measured; None where it never was."""
    known = [value for stride in strides if (value := getattr(stride, name)) is not None]
    return median(known) if known else None
