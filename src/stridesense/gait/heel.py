"""What the heel does between landing and toe-off.

While the ball of the foot is down, the height of the heel follows from the pitch alone: h = L sin(-pitch),
L from heel to ball. So the pitch is never assumed flat here; a held heel stays visible.
"""

from collections.abc import Sequence
from math import sin
from typing import NamedTuple

from stridesense.dsp.kernels import Lookup
from stridesense.dsp.projection import Rows
from stridesense.model import HeelState, StrikeType
from stridesense.units import RAD_PER_DEG


class HeelMomentParams(NamedTuple):
    """Where in a stance the heel is looked for.

    Attributes:
        after_contact_s: the heel's lowest point is looked for from here on, s.
        settled_share: but in a foot that slaps down, only from this share of contact on,
        until_share: and up to this share of contact.
        near_lowest_deg: the heel counts as down within this of its lowest point, deg.
        off_deg: the heel is off once it has risen by this, deg.
    """

    after_contact_s: float = 0.02
    settled_share: float = 0.25
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


def _heel(
    params: Sequence[HeelMomentParams], table: Rows, start: int, stop: int, contact_s: float, end_s: float
) -> tuple[float, float, float]:
    p, t, pitch = params[0], table[0], table[11]
    first, last_s = start, contact_s + p.until_share * (end_s - contact_s)
    while first + 1 < stop and t[first] < contact_s + p.after_contact_s:
        first += 1
    settled, settle_s = first, contact_s + p.settled_share * (end_s - contact_s)
    while settled + 1 < stop and t[settled] < settle_s:
        settled += 1
    settled = first if pitch[settled] > pitch[first] else settled  # a heel still on its way down, not a slap
    lowest = settled
    for i in range(settled, stop):
        if t[i] <= last_s and pitch[i] > pitch[lowest]:
            lowest = i
    down = lowest
    while down > first and pitch[down - 1] >= pitch[lowest] - p.near_lowest_deg:
        down -= 1
    off_s = -1.0
    for i in range(lowest, stop):
        if t[i] <= end_s and pitch[i] < pitch[lowest] - p.off_deg:
            off_s = t[i]
            break
    return t[down], pitch[lowest], off_s


heel = Lookup[HeelMomentParams](_heel)
"""When the heel came down (s), the pitch at its lowest point (deg), when it left (s, -1 if not by the end).

The table holds the signals of the stance; `contact_s` is initial contact and `end_s` terminal contact, or as
far as the stance has been seen.
"""


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
