"""What the heel does between landing and toe-off.

While the ball of the foot is down, the height of the heel follows from the pitch alone: h = L sin(-pitch),
L from heel to ball. So the pitch is never assumed flat here; a held heel stays visible.
"""

from math import sin
from typing import NamedTuple

import numpy as np

from stridesense.gait.history import Stretch
from stridesense.model import HeelState, StrikeType
from stridesense.units import RAD_PER_DEG


class HeelMomentParams(NamedTuple):
    """Where in a stance the heel is looked for.

    Attributes:
        after_contact_s: the heel's lowest point is looked for from here on, s.
        until_share: and up to this share of contact.
        near_lowest_deg: the heel counts as down within this of its lowest point, deg.
        off_deg: the heel is off once it has risen by this, deg.
    """

    after_contact_s: float = 0.02
    until_share: float = 0.6
    near_lowest_deg: float = 1.0
    off_deg: float = 3.0


class HeelVerdictParams(NamedTuple):
    """Borders of the verdicts.

    Attributes:
        heel_to_ball_mm: distance of heel and ball, mm (0.72 of a foot of 264 mm).
        rearfoot_deg: a landing above this pitch is on the heel, deg (Mo et al. 2021: 7.4).
        forefoot_deg: below this on the ball, deg (Mo et al. 2021: -0.8).
        kissed_mm: a heel lower than this has touched, mm.
        held_mm: a heel higher than this is held, mm.
    """

    heel_to_ball_mm: float = 190.0
    rearfoot_deg: float = 7.4
    forefoot_deg: float = -0.8
    kissed_mm: float = 5.0
    held_mm: float = 12.0


class HeelMoments(NamedTuple):
    """Indices into the stretch of a stance."""

    down: int
    lowest: int
    off: int | None


def heel_moments(stance: Stretch, params: HeelMomentParams) -> HeelMoments:
    """Where the heel comes down, is lowest and leaves again; None when it does not leave before the toe.

    Args:
        stance: signals from initial to terminal contact, at least three samples.
        params: constants.
    """
    contact_s = stance.t_s[-1] - stance.t_s[0]
    t_s = stance.t_s - stance.t_s[0]
    first = min(int(np.searchsorted(t_s, params.after_contact_s)), len(stance) - 2)
    last = max(int(np.searchsorted(t_s, params.until_share * contact_s)), first + 1)
    lowest = first + int(stance.pitch_deg[first:last].argmax())
    top = stance.pitch_deg[lowest]
    down = first + int((stance.pitch_deg[first : lowest + 1] >= top - params.near_lowest_deg).argmax())
    risen = stance.pitch_deg[lowest:] < top - params.off_deg
    off = lowest + int(risen.argmax()) if risen.any() else None
    return HeelMoments(down, lowest, off)


def strike_type(strike_angle_deg: float, params: HeelVerdictParams) -> StrikeType:
    """Landing by the pitch at initial contact (Mo et al. 2021, 43 runners, against the strike index)."""
    if strike_angle_deg > params.rearfoot_deg:
        return StrikeType.REARFOOT
    return StrikeType.FOREFOOT if strike_angle_deg < params.forefoot_deg else StrikeType.MIDFOOT


def heel_height_mm(pitch_deg: float, params: HeelVerdictParams) -> float:
    """Height of the heel above flat in mm while the ball is down; a toes-up foot has it at zero."""
    return params.heel_to_ball_mm * sin(max(0.0, -pitch_deg) * RAD_PER_DEG)


def heel_state(strike: StrikeType, lowest_mm: float, params: HeelVerdictParams) -> HeelState:
    """The verdict: a rearfoot landing has its own name, else the lowest height of the heel decides."""
    if strike is StrikeType.REARFOOT:
        return HeelState.REARFOOT
    if lowest_mm < params.kissed_mm:
        return HeelState.KISSED
    return HeelState.HELD if lowest_mm > params.held_mm else HeelState.PARTIAL
