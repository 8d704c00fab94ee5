"""What one stride's course says: the heel's way down and up, the angles and the rates."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from stridesense.model import HeelState, StrikeType
from stridesense.model.samples import BoolArray, FloatArray
from stridesense.simulator.trajectory import FootTrajectory
from stridesense.units import DEG_PER_RAD

REARFOOT_ABOVE_DEG: Final = 7.4
FOREFOOT_BELOW_DEG: Final = -0.8
"""Strike angles that part the strike types (Mo 2021)."""

KISSED_BELOW_MM: Final = 5.0
HELD_ABOVE_MM: Final = 12.0
_TOUCH_MM: Final = 2.0
_HEEL_OFF_DEG: Final = 3.0
_COURSE_HZ: Final = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One stride, each millisecond from initial contact: pitch over the ground, heel and ball height."""

    since_s: FloatArray
    contact_s: float
    pitch_deg: FloatArray
    rate_dps: FloatArray
    heel_mm: FloatArray
    ball_mm: FloatArray

    @classmethod
    def of(cls, trajectory: FootTrajectory, begin_s: float, end_s: float, next_s: float) -> Self:
        """The stride from `begin_s` to `next_s` whose contact lasts until `end_s`."""
        since = np.arange(0.0, next_s - begin_s, 1.0 / _COURSE_HZ)
        motion = trajectory.at(begin_s + since)
        return cls(
            since,
            end_s - begin_s,
            motion.ground_pitch_rad * DEG_PER_RAD,
            trajectory.pitch.slope(begin_s + since) * DEG_PER_RAD,
            1000.0 * trajectory.model.sole.heel_height_m(motion.ground_pitch_rad, motion.height_m),
            1000.0 * motion.height_m,
        )

    def between(self, first_s: float, last_s: float) -> BoolArray:
        """Where the stride is between these times since initial contact, (n,)."""
        inside: BoolArray = (self.since_s >= first_s) & (self.since_s <= last_s)
        return inside


@dataclass(frozen=True, slots=True)
class HeelCourse:
    """The heel in stance; fields as in `truth.StrideTruth`, times since initial contact."""

    heel_state: HeelState
    heel_drop_deg: float
    heel_height_mm: float
    heel_low_s: float
    heel_dwell_s: float
    heel_off_s: float
    heel_down_s: float | None


@dataclass(frozen=True, slots=True)
class AngleCourse:
    """Angles and rates; fields as in `truth.StrideTruth`, times since initial contact."""

    strike_type: StrikeType
    strike_angle_deg: float
    plateau_angle_deg: float
    toe_off_angle_deg: float
    lowest_angle_deg: float
    push_off_rate_dps: float
    pull_rate_dps: float
    pull_delay_s: float
    swing_rate_dps: float
    apex_mm: float


def heel_course(course: Course) -> HeelCourse:
    """Follow the heel from landing to heel-off."""
    stance = course.between(0.0, 0.75 * course.contact_s)
    heel, pitch = course.heel_mm[stance], course.pitch_deg[stance]
    touching = np.flatnonzero(heel <= _TOUCH_MM)
    rearfoot = pitch[0] > REARFOOT_ABOVE_DEG
    early = course.between(0.03, 0.6 * course.contact_s)
    return HeelCourse(
        heel_state=_heel_state(rearfoot=rearfoot, height_mm=float(heel.min())),
        heel_drop_deg=float(course.pitch_deg[early].max() - pitch[0]),
        heel_height_mm=max(0.0, float(heel.min())),
        heel_low_s=float(course.since_s[heel.argmin()]),
        heel_dwell_s=len(touching) / _COURSE_HZ,
        heel_off_s=_heel_off_s(course),
        heel_down_s=float(course.since_s[touching[0]]) if len(touching) else None,
    )


def angle_course(course: Course) -> AngleCourse:
    """Read the angles at the events and the extremes between them."""
    end = course.contact_s
    push = course.between(0.5 * end, end + 0.020)
    pull = _second_trough(course)
    in_air = course.between(end, np.inf)
    strike_deg = float(course.pitch_deg[0])
    return AngleCourse(
        strike_type=_strike_type(strike_deg),
        strike_angle_deg=strike_deg,
        plateau_angle_deg=_plateau_deg(course),
        toe_off_angle_deg=float(np.interp(end, course.since_s, course.pitch_deg)),
        lowest_angle_deg=float(course.pitch_deg[in_air].min()),
        push_off_rate_dps=-float(course.rate_dps[push].min()),
        pull_rate_dps=-float(course.rate_dps[pull]),
        pull_delay_s=float(course.since_s[pull]) - end,
        swing_rate_dps=float(course.rate_dps[in_air].max()),
        apex_mm=float(course.ball_mm[in_air].max()),
    )


def _strike_type(strike_deg: float) -> StrikeType:
    if strike_deg > REARFOOT_ABOVE_DEG:
        return StrikeType.REARFOOT
    return StrikeType.FOREFOOT if strike_deg < FOREFOOT_BELOW_DEG else StrikeType.MIDFOOT


def _heel_state(*, rearfoot: bool, height_mm: float) -> HeelState:
    if rearfoot:
        return HeelState.REARFOOT
    if height_mm < KISSED_BELOW_MM:
        return HeelState.KISSED
    return HeelState.HELD if height_mm > HELD_ABOVE_MM else HeelState.PARTIAL


def _plateau_deg(course: Course) -> float:
    return float(np.median(course.pitch_deg[course.between(0.25 * course.contact_s, 0.5 * course.contact_s)]))


def _heel_off_s(course: Course) -> float:
    """When the pitch has fallen 3 deg below the plateau; every leaving foot does before toe-off."""
    late = np.flatnonzero(course.between(0.25 * course.contact_s, course.contact_s))
    risen = course.pitch_deg[late] < _plateau_deg(course) - _HEEL_OFF_DEG
    return float(course.since_s[late[risen.argmax()]])


def _second_trough(course: Course) -> int:
    """Where the foot swings back fastest after the release of toe-off, as an index into the course."""
    rate = course.rate_dps
    in_reach = np.flatnonzero(course.between(course.contact_s + 0.030, course.contact_s + 0.220))[1:-1]
    troughs = in_reach[(rate[in_reach] < rate[in_reach - 1]) & (rate[in_reach] <= rate[in_reach + 1])]
    candidates = troughs if len(troughs) else in_reach
    return int(candidates[rate[candidates].argmin()])
