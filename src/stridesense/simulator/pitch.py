"""The foot's pitch over time: knots of angle, rate and acceleration, joined by quintics.

Angles are degrees relative to the ground, toes up positive; each gait has its own knots for landing, leaving
and swing. The knots of the late swing belong to the NEXT landing: with this stride's own, each change of
strike angle would kick the foot just before contact and give the impact away.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from stridesense.model import Gait, StrikeType
from stridesense.simulator.contact import Contact
from stridesense.simulator.quintic import Quintic
from stridesense.simulator.stride_plan import StridePlan
from stridesense.simulator.swing import LIFT_S, LONGEST_SWING_S
from stridesense.units import DEG_PER_RAD

Knot = tuple[float, float, float, float]
"""Time s, pitch deg, rate deg/s, acceleration deg/s^2."""

_USUAL_SWING_S: Final = 0.46
_KISS_DEG: Final = 1.0
"""The last degree before the heel is down: the ground stops the foot there."""

_QUICKEST_STOP_S: Final = 0.011
_SETTLING_S: Final = 0.15


def pitch_curve(contacts: Sequence[Contact]) -> Quintic:
    """Pitch in rad over session time, relative to the horizontal, from the first contact to the last."""
    first = contacts[0]
    knots = _placed([(0.0, 0.0, 0.0, 0.0)], first.initial_contact_s, first.slope_rad)
    for contact, following in pairwise(contacts):
        leaving = leaving_knots(contact.plan)
        if contact.stands:
            leaving = [(leaving[0][0] - _SETTLING_S, 0.0, 0.0, 0.0), *leaving]
            knots += _placed([(knots[-1][0] + _SETTLING_S, 0.0, 0.0, 0.0)], 0.0, contact.slope_rad)
        swing_s = following.initial_contact_s - contact.terminal_contact_s
        early, late = swing_knots(leaving[-1], contact.plan, following.plan, swing_s)
        knots += _placed(leaving + early, contact.terminal_contact_s, contact.slope_rad)
        knots += _placed(
            late + landing_knots(following.plan), following.initial_contact_s, following.slope_rad
        )
    knots += _placed([(knots[-1][0] + 2 * _SETTLING_S, 0.0, 0.0, 0.0)], 0.0, contacts[-1].slope_rad)
    t, *angles = np.array(knots).T
    return Quintic(t, *(np.radians(values) for values in angles))


def _placed(knots: list[Knot], origin_s: float, slope_rad: float) -> list[Knot]:
    slope_deg = slope_rad * DEG_PER_RAD
    return [(origin_s + t, pitch + slope_deg, rate, acceleration) for t, pitch, rate, acceleration in knots]


def landing_knots(plan: StridePlan) -> list[Knot]:
    """From initial contact to the plateau of mid-stance; times from initial contact."""
    plateau_s = plan.heel_off_share * plan.contact_time_s
    if plan.gait is Gait.WALK:
        down_s = 0.13 * plan.contact_time_s
        return [
            (0.0, plan.strike_deg, -60.0, -3000.0),
            (down_s, 0.5, -60.0, 2500.0),
            (0.5 * plateau_s, -0.3, -3.0, 0.0),
        ]
    if plan.strike is StrikeType.REARFOOT:
        down_s = min(plan.heel_down_s, 0.45 * plateau_s)
        return [
            (0.0, plan.strike_deg, -120.0, -3000.0),
            (down_s, 1.0, -60.0, 2500.0),
            (max(0.62 * plateau_s, down_s + 0.012), -0.5, -15.0, 0.0),
        ]
    return _forefoot_landing(plan, plateau_s)


def _forefoot_landing(plan: StridePlan, plateau_s: float) -> list[Knot]:
    """The heel sinks and is stopped, by the ground when it kisses, softly when it is held."""
    down_s = min(plan.heel_down_s, 0.6 * plateau_s)
    drop_deg = plan.low_deg - plan.strike_deg
    start = (0.0, plan.strike_deg, -30.0, 6000.0 * float(np.clip(drop_deg / 8.0, -0.5, 1.0)))
    plateau = (0.85 * plateau_s, plan.low_deg, -15.0, 0.0)
    if not plan.kisses or drop_deg < 3.0 * _KISS_DEG:
        return [start, (down_s, plan.low_deg, 0.0, -1500.0 if drop_deg > 0.0 else 0.0), plateau]
    touch_dps = 1.15 * drop_deg / down_s
    stop_s = max(2.0 * _KISS_DEG / touch_dps, _QUICKEST_STOP_S)
    return [
        start,
        (down_s - stop_s, plan.low_deg - 0.5 * stop_s * touch_dps, touch_dps, 0.0),
        (down_s, plan.low_deg, 0.0, 0.0),
        plateau,
    ]


def leaving_knots(plan: StridePlan) -> list[Knot]:
    """From heel-off to toe-off; times from terminal contact, so never positive."""
    plateau_deg = plan.low_deg - 1.5
    heel_off_s = -(1.0 - plan.heel_off_share) * plan.contact_time_s
    start_dps, onset = (-30.0, -400.0) if plan.gait is Gait.WALK else (-70.0, -2500.0)
    trough_deg = plateau_deg + 0.5 * (start_dps - plan.push_dps) * (-plan.push_lead_s - heel_off_s)
    release_dps = -plan.release_share * plan.push_dps
    toe_off_deg = trough_deg + 0.5 * (release_dps - plan.push_dps) * plan.push_lead_s
    return [
        (heel_off_s, plateau_deg, start_dps, onset),
        (-plan.push_lead_s, trough_deg, -plan.push_dps, 0.0),
        (0.0, toe_off_deg, release_dps, 6000.0),
    ]


def swing_knots(
    toe_off: Knot, plan: StridePlan, following: StridePlan, swing_s: float
) -> tuple[list[Knot], list[Knot]]:
    """Knots of the early swing, from terminal contact, and of the late swing, before the next contact."""
    if swing_s > LONGEST_SWING_S:
        lifted = (-40.0, 0.0, 0.0)
        return [(LIFT_S, *lifted)], [(-LIFT_S, *lifted)]
    if plan.gait is Gait.HOP:
        low_deg = toe_off[1] + 0.35 * toe_off[2] * 0.06
        return [(0.06, low_deg, 0.0, 2000.0)], [(-0.03, following.strike_deg + 2.0, 0.0, -2000.0)]
    if plan.gait is Gait.WALK:
        return _walking_swing(toe_off, following, swing_s)
    return _running_swing(toe_off, plan, following, swing_s)


def _walking_swing(toe_off: Knot, following: StridePlan, swing_s: float) -> tuple[list[Knot], list[Knot]]:
    turn_s, settle_s = 0.16 * swing_s, 0.12 * swing_s
    low_deg = toe_off[1] + 0.4 * toe_off[2] * turn_s
    high_deg = following.strike_deg + 2.0
    rise_s = swing_s - turn_s - settle_s
    peak_dps = 1.65 * (high_deg - low_deg) / rise_s
    peak = (-settle_s - 0.5 * rise_s, low_deg + 0.5 * (high_deg - low_deg), peak_dps, 0.0)
    return [(turn_s, low_deg, 0.0, 3000.0)], [peak, (-settle_s, high_deg, 0.0, -2000.0)]


def _running_swing(
    toe_off: Knot, plan: StridePlan, following: StridePlan, swing_s: float
) -> tuple[list[Knot], list[Knot]]:
    """Release, dip, pull, turn; then the fast swing of the shank and the settling before contact."""
    scale = min(1.0, swing_s / _USUAL_SWING_S)
    pull_s = plan.pull_delay_s * scale
    dip_s, turn_s = 0.55 * pull_s, pull_s + 0.065 * scale
    pull_dps = -plan.pull_dps
    dip_dps = max(-plan.dip_share * plan.push_dps, 0.75 * pull_dps)
    dip_deg = toe_off[1] + 0.5 * (toe_off[2] + dip_dps) * dip_s
    pull_deg = dip_deg + 0.5 * (dip_dps + pull_dps) * (pull_s - dip_s)
    low_deg = pull_deg + 0.55 * pull_dps * (turn_s - pull_s)
    early = [
        (dip_s, dip_deg, dip_dps, 0.0),
        (pull_s, pull_deg, pull_dps, 0.0),
        (turn_s, low_deg, 0.0, plan.pull_dps / 0.065 / scale),
    ]
    settle_s = 0.03 * scale
    high_deg = following.strike_deg + 3.0
    rise = _rise(high_deg - low_deg, swing_s - turn_s - settle_s, plan.swing_dps)
    late = [(-settle_s + t, high_deg + pitch, rate, acceleration) for t, pitch, rate, acceleration in rise]
    return early, [*late, (-settle_s, high_deg, 0.0, -4500.0)]


def _rise(swept_deg: float, duration_s: float, usual_dps: float) -> list[Knot]:
    """The top of the fast swing, relative to its end: wide if the sweep is long for the usual peak."""
    flat = float(np.clip(2.0 * (swept_deg / (usual_dps * duration_s) - 0.50), 0.06, 0.45))
    peak_dps = swept_deg / (duration_s * (0.50 + 0.5 * flat))
    fall_s, flat_s = 0.35 * duration_s, flat * duration_s
    end_deg = -0.6 * peak_dps * fall_s
    begin_deg = end_deg - 0.95 * peak_dps * flat_s
    return [
        (-fall_s - flat_s, begin_deg, 0.9 * peak_dps, 0.1 * peak_dps / flat_s),
        (-fall_s, end_deg, peak_dps, 0.0),
    ]
