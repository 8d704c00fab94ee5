"""Spread of errors, and how well a figure tells two groups apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from stridesense.model.samples import FloatArray

FEWEST: Final = 8
"""A spread of fewer strides than this is not taken for one."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Errors in short, in the unit of the errors; `sd` divides by n, `iqr` spans the middle half."""

    count: int
    bias: float
    sd: float
    median: float
    iqr: float


def spread(errors: ArrayLike) -> Spread | None:
    """Bias (mean), SD, median and interquartile range of errors, (n,); None of too few."""
    values = np.asarray(errors, dtype=np.float64)
    if len(values) < FEWEST:
        return None
    lower, middle, upper = np.percentile(values, (25, 50, 75))
    return Spread(len(values), float(values.mean()), float(values.std()), float(middle), float(upper - lower))


def pooled(parts: Iterable[ArrayLike]) -> FloatArray:
    """All errors of several cases in one, (n,)."""
    together = [np.asarray(part, dtype=np.float64) for part in parts]
    return np.concatenate(together) if together else np.empty(0)


def precision(parts: Iterable[ArrayLike]) -> float | None:
    """Median of the SD within each case: the spread that is left when each case's own bias is taken away.

    It is what Falbriard et al. 2018 call precision.
    """
    spreads = [found.sd for part in parts if (found := spread(part)) is not None]
    return float(np.median(spreads)) if spreads else None


def area_under_curve(higher: ArrayLike, lower: ArrayLike) -> float | None:
    """Chance that a value of `higher` exceeds one of `lower`, ties by half (Mann-Whitney); None of too few.

    1 tells the groups apart without fault, 0.5 not at all, 0 the wrong way round.
    """
    above, below = np.asarray(higher, dtype=np.float64), np.sort(np.asarray(lower, dtype=np.float64))
    if len(above) < FEWEST or len(below) < FEWEST:
        return None
    wins = np.searchsorted(below, above, side="left") + np.searchsorted(below, above, side="right")
    return float(wins.mean() / (2 * len(below)))
