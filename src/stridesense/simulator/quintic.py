"""Piecewise quintic curves: smooth to the second derivative through knots that state all three."""

from typing import Self

import numpy as np

from stridesense.model.samples import FloatArray


class Quintic:
    """A C2 curve through knots (t, value, slope, curvature), with the end values held outside.

    Times must rise strictly. Between two knots it is the one quintic that meets all six conditions.
    """

    def __init__(self, t: FloatArray, value: FloatArray, slope: FloatArray, curvature: FloatArray) -> None:
        h = np.diff(t)
        if not np.all(h > 0.0):
            msg = f"knots must rise in time, the smallest step is {h.min():.4f}"
            raise ValueError(msg)
        rise, v0, v1 = np.diff(value), slope[:-1], slope[1:]
        a0, a1 = curvature[:-1], curvature[1:]
        self._t = t
        self._coefficients = np.stack(
            (
                (12 * rise - 6 * (v0 + v1) * h + (a1 - a0) * h**2) / (2 * h**5),
                (-30 * rise + (16 * v0 + 14 * v1) * h + (3 * a0 - 2 * a1) * h**2) / (2 * h**4),
                (20 * rise - (12 * v0 + 8 * v1) * h - (3 * a0 - a1) * h**2) / (2 * h**3),
                a0 / 2,
                v0,
                value[:-1],
            )
        )

    @classmethod
    def through(cls, knots: list[tuple[float, float, float, float]]) -> Self:
        """The curve through a list of (t, value, slope, curvature)."""
        return cls(*np.array(knots, dtype=np.float64).T)

    def __call__(self, t: FloatArray) -> FloatArray:
        """Value at `t`, (n,)."""
        c, u = self._piece(t)
        value: FloatArray = ((((c[0] * u + c[1]) * u + c[2]) * u + c[3]) * u + c[4]) * u + c[5]
        return value

    def slope(self, t: FloatArray) -> FloatArray:
        """First derivative at `t`, (n,)."""
        c, u = self._piece(t)
        slope: FloatArray = (((5 * c[0] * u + 4 * c[1]) * u + 3 * c[2]) * u + 2 * c[3]) * u + c[4]
        return slope

    def curvature(self, t: FloatArray) -> FloatArray:
        """Second derivative at `t`, (n,)."""
        c, u = self._piece(t)
        curvature: FloatArray = ((20 * c[0] * u + 12 * c[1]) * u + 6 * c[2]) * u + 2 * c[3]
        return curvature

    def _piece(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        inside = np.clip(t, self._t[0], self._t[-1])
        index = np.clip(np.searchsorted(self._t, inside, side="right") - 1, 0, len(self._t) - 2)
        return self._coefficients[:, index], inside - self._t[index]
