"""What a figure was over the session: its median and spread in each stretch of time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from statistics import fmean, median, quantiles
from typing import Final, NamedTuple

FEW: Final = 4
"""Fewer values than these make no median (our own choice)."""

WIDTHS_S: Final = ((10.0, 120.0), (20.0, 240.0), (30.0, 480.0), (60.0, 5_400.0), (120.0, 10_800.0))
"""Width of a stretch and the longest session that it is for: a minute, less for short ones, more for long."""

MOST: Final = 90


class Moment(NamedTuple):
    """A value and when it was, in seconds of the session."""

    t_s: float
    value: float


class Bin(NamedTuple):
    """One stretch: its number, when its values were in the middle, and their quartiles."""

    number: int
    t_s: float
    low: float
    middle: float
    high: float


def width_s(duration_s: float) -> float:
    """How wide the stretches of a session are."""
    return next((width for width, longest in WIDTHS_S if duration_s <= longest), duration_s / MOST)


def binned(moments: Iterable[Moment], width: float) -> list[Bin]:
    """The stretches that hold enough values, in the order of time."""
    by_number = groupby(sorted(moments), key=lambda moment: int(moment.t_s // width))
    return [
        Bin(number, fmean(moment.t_s for moment in found), *_quartiles([moment.value for moment in found]))
        for number, group in by_number
        if len(found := list(group)) >= FEW
    ]


def runs(bins: Sequence[Bin]) -> Iterator[list[Bin]]:
    """Stretches that follow each other without a hole: what a line may join."""
    run: list[Bin] = []
    for each in bins:
        if run and each.number != run[-1].number + 1:
            yield run
            run = []
        run.append(each)
    if run:
        yield run


def thirds(moments: Sequence[Moment]) -> tuple[float, float] | None:
    """Medians of the first and of the last third of the values; None of too few."""
    third = len(moments) // 3
    if third < FEW:
        return None
    values = [moment.value for moment in moments]
    return median(values[:third]), median(values[-third:])


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return low, middle, high
