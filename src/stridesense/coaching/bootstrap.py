"""How sure the difference of two means is, from the values themselves."""

from collections.abc import Sequence
from math import sqrt
from random import Random
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

RESAMPLES: Final = 1999
"""One less than a round number, so that the quantiles of 95 % are values themselves."""

FEWEST: Final = 5
"""So many values each are needed; of fewer, too many resamples have no spread (our own choice)."""

_TAIL: Final = 0.025

Values = NDArray[np.float64]


def difference_interval(treated: Sequence[float], control: Sequence[float]) -> tuple[float, float] | None:
    """Interval of 95 % for the mean of `treated` less that of `control`; None where the values cannot tell.

    The studentised bootstrap (Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 12.5; two
    samples with a variance each): with a few dozen skewed values it covers better than percentiles do. The
    resamples are drawn by the values themselves, so equal values always give the same interval.
    """
    if min(len(treated), len(control)) < FEWEST:
        return None
    one, other = np.asarray(treated, dtype="<f8"), np.asarray(control, dtype="<f8")
    spread = sqrt(one.var(ddof=1) / one.size + other.var(ddof=1) / other.size)
    if spread == 0.0:
        return None
    difference = float(one.mean() - other.mean())
    chance = Random(crc32(one.tobytes() + other.tobytes()))  # noqa: S311 - no secret
    ratios = _studentised(one, other, difference, chance)
    edge = round(_TAIL * (ratios.size + 1)) - 1
    return difference - float(ratios[-1 - edge]) * spread, difference - float(ratios[edge]) * spread


def _studentised(treated: Values, control: Values, difference: float, chance: Random) -> Values:
    """Error of each resampled difference in its own standard errors, sorted; without spread there is none."""
    means, variances = zip(*(_resampled(sample, chance) for sample in (treated, control)), strict=True)
    squared = variances[0] + variances[1]
    sound = squared > 0.0
    errors: Values = (means[0] - means[1] - difference)[sound] / np.sqrt(squared[sound])
    return np.sort(errors)


def _resampled(sample: Values, chance: Random) -> tuple[Values, Values]:
    """Mean and squared standard error of each resample."""
    n = sample.size
    # bytes of Random are the same in every release, which numpy does not promise of its integers
    drawn = np.frombuffer(chance.randbytes(4 * RESAMPLES * n), dtype="<u4") % n
    resamples = sample[drawn.reshape(RESAMPLES, n)]
    return resamples.mean(axis=1), resamples.var(axis=1, ddof=1) / n
