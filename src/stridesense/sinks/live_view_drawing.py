"""Small pictures out of letters: a history, a curve, and a foot's phases."""

from collections.abc import Sequence
from typing import Final

from stridesense.model import Stride

BARS: Final = "▁▂▃▄▅▆▇"
"""Without the full one, so that rows do not touch."""

OUTLIERS: Final = 0.05
"""So great a share of the values at either end does not stretch the scale; our own choice."""

LEAST_SPAN: Final = 0.1
"""A history spans at least so much of its mean from bottom to top, lest calm running look wild; our own
choice."""

HEEL_DOWN: Final = "█"
BALL_ONLY: Final = "▄"
IN_THE_AIR: Final = "┄"

_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bits of a braille sign, by row and column of its dots, as Unicode orders them."""


def sparkline(values: Sequence[float]) -> str:
    """One bar for each value, from the least to the greatest of them but for outliers."""
    if not values:
        return ""
    aside, ordered = int(OUTLIERS * len(values)), sorted(values)
    low, high = ordered[aside], ordered[-1 - aside]
    middle = (low + high) / 2.0
    span = max(high - low, LEAST_SPAN * abs(middle)) or 1.0
    steps = len(BARS) - 1
    shares = (min(1.0, max(0.0, 0.5 + (value - middle) / span)) for value in values)
    return "".join(BARS[round(steps * share)] for share in shares)


def curve(values: Sequence[float], low: float, high: float, width: int, height: int) -> list[str]:
    """Draw `values`, evenly spaced, between `low` (bottom) and `high` (top): `height` lines of `width` signs.

    A sign has two dots side by side and four one above the other; where nothing is drawn stands a blank.
    """
    columns, rows = 2 * width, 4 * height
    signs = [[0] * width for _ in range(height)]
    before: int | None = None
    for column in range(columns):
        value = _between(values, column / (columns - 1))
        row = min(rows - 1, max(0, round((rows - 1) * (high - value) / (high - low))))
        for dot in _bridge(before, row):
            signs[dot // 4][column // 2] |= _DOTS[dot % 4][column % 2]
        before = row
    return ["".join(chr(0x2800 + sign) if sign else " " for sign in line) for line in signs]


def phases(stride: Stride, width: int) -> str:
    """The stride from one initial contact to the next: heel down, on the ball alone, in the air."""
    if stride.stride_time_s is None:
        return ""
    step_s = stride.stride_time_s / width
    moments_s = (stride.initial_contact_s + (sign + 0.5) * step_s for sign in range(width))
    return "".join(_phase(stride, t_s) for t_s in moments_s)


def _phase(stride: Stride, t_s: float) -> str:
    if t_s >= stride.terminal_contact_s:
        return IN_THE_AIR
    if stride.heel_down_s is None or t_s < stride.heel_down_s:
        return BALL_ONLY
    return HEEL_DOWN if stride.heel_off_s is None or t_s < stride.heel_off_s else BALL_ONLY


def _between(values: Sequence[float], share: float) -> float:
    """The value at a share of the way through them, linear between two."""
    place = share * (len(values) - 1)
    first = min(int(place), len(values) - 2)
    return values[first] + (place - first) * (values[first + 1] - values[first])


def _bridge(before: int | None, row: int) -> range:
    """The dots that lead from the row before to this one, so that a steep curve has no holes."""
    if before is None or before == row:
        return range(row, row + 1)
    return range(before + 1, row + 1) if before < row else range(row, before)
