"""How the foot is lifted once it has left the ground.

Two troughs of toes-down rotation follow each other. The first belongs to the late stance, the push-off; the
second comes after toe-off, when the hamstring pulls the foot up towards the hip.
"""

from collections.abc import Sequence
from typing import NamedTuple

from stridesense.dsp.kernels import Lookup
from stridesense.dsp.projection import Rows


class PullParams(NamedTuple):
    """Where the pull is looked for, from `after_s` to `within_s` after toe-off, s."""

    after_s: float = 0.02
    within_s: float = 0.25


def _pull(
    params: Sequence[PullParams], table: Rows, start: int, stop: int, toe_off_s: float, delay_s: float
) -> tuple[float, float]:
    p, t, rate = params[0], table[0], table[3]
    at, deepest = -1.0, 0.0
    for i in range(start + 1, stop - 1):
        since_s = t[i] - delay_s - toe_off_s
        dips = rate[i] < rate[i - 1] and rate[i] <= rate[i + 1]
        if dips and rate[i] < deepest and p.after_s <= since_s <= p.within_s:
            at, deepest = t[i] - delay_s, rate[i]
    return at, deepest


pull = Lookup[PullParams](_pull)
"""When the foot is lifted fastest (s, -1 if no trough is seen) and how fast (deg/s, toes down negative).

The table holds the swing; `delay_s` is the delay of the smoothed pitch rate.
"""
