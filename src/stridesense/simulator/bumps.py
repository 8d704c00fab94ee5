"""Short knocks, as excursions in place: they return to where they began, so no speed and no way is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from stridesense.model.samples import FloatArray
from stridesense.units import STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class Knock:
    """One knock: when it begins, how long it lasts and its greatest acceleration along three axes, g."""

    begin_s: float
    duration_s: float
    peak_g: tuple[float, float, float]


class Bumps:
    """Knocks over time; where two overlap, they add up."""

    def __init__(self, knocks: Sequence[Knock]) -> None:
        self._begin_s = np.array([knock.begin_s for knock in knocks])
        self._duration_s = np.array([knock.duration_s for knock in knocks])
        peak_mps2 = STANDARD_GRAVITY_MPS2 * np.array([knock.peak_g for knock in knocks]).reshape(-1, 3)
        self._size_m = peak_mps2 * self._duration_s[:, np.newaxis] ** 2 / 24.0

    @classmethod
    def none(cls) -> Self:
        """Nothing knocks."""
        return cls(())

    def __len__(self) -> int:
        return len(self._begin_s)

    def at(self, t_s: FloatArray) -> FloatArray:
        """Excursion at these rising times, (n, 3) in m.

        Each is 64 u^3 (1 - u)^3 of its size, whose second derivative peaks at -24 in the middle.
        """
        away = np.zeros((len(t_s), 3))
        for i in np.flatnonzero((self._begin_s < t_s[-1]) & (self._begin_s + self._duration_s > t_s[0])):
            begin_s, duration_s = self._begin_s[i], self._duration_s[i]
            within = slice(*np.searchsorted(t_s, (begin_s, begin_s + duration_s)))
            u = (t_s[within] - begin_s) / duration_s
            away[within] -= (64.0 * (u * (1.0 - u)) ** 3)[:, np.newaxis] * self._size_m[i]
        return away
