"""How the foot leaves the ground: turned by the calf, or lifted by the hamstring.

Two troughs of toes-down rotation follow each other. The first belongs to the late stance, the push-off; the
second comes after toe-off, when the foot is pulled up towards the hip.
"""

from typing import NamedTuple

import numpy as np

from stridesense.gait.history import Stretch


class Pull(NamedTuple):
    """The fastest lifting of the foot: when, and how fast (deg/s, toes down negative)."""

    t_s: float
    rate_dps: float


def push_off_trough(stretch: Stretch, contact_s: float) -> int:
    """Index of the lowest smoothed pitch rate of the late stance.

    Args:
        stretch: signals up to the decision that the toe is off.
        contact_s: initial contact, session seconds.
    """
    stance = int(np.searchsorted(stretch.t_s, contact_s + 0.4 * (stretch.t_s[-1] - contact_s)))
    return stance + int(stretch.pitch_rate_smooth_dps[stance:].argmin())


def pull_trough(swing: Stretch) -> Pull | None:
    """The lowest local minimum of smoothed pitch rate in a swing, None when it only ever rises.

    Args:
        swing: signals from toe-off to the end of the swing.
    """
    rate = swing.pitch_rate_smooth_dps
    dips = np.flatnonzero((rate[1:-1] < rate[:-2]) & (rate[1:-1] <= rate[2:]) & (rate[1:-1] < 0.0)) + 1
    if len(dips) == 0:
        return None
    deepest = int(dips[rate[dips].argmin()])
    return Pull(float(swing.t_s[deepest]), float(rate[deepest]))
