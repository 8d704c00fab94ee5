"""What really happened, stride by stride: the yardstick for everything that listens to the pod."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Final

import numpy as np

from stridesense.model import Foot, Gait, HeelState, StrikeType
from stridesense.model.samples import FloatArray
from stridesense.simulator.contact import Contact
from stridesense.simulator.course import Course, HeelCourse, angle_course, heel_course
from stridesense.simulator.sensor import PodSamples
from stridesense.simulator.trajectory import FootTrajectory
from stridesense.units import DEG_PER_RAD

TRUTH_HZ: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class StrideTruth:
    """One stride as it was, from initial contact to the next one of the same foot.

    Contact is where the geometry of the foot touches and leaves the ground; it stands for the 5 % load
    threshold of the measured record. Times are session seconds, angles relative to the ground, toes up
    positive, heights above where the heel is in standing. Heel-off is the moment at which the pitch has
    fallen 3 deg below the plateau of mid-stance. A field is None where there is no such thing.

    Attributes:
        foot: the foot.
        index: running number of the stride on this foot, from 0.
        gait: run, walk or hop.
        initial_contact_s: first touch.
        terminal_contact_s: last touch.
        stride_time_s: to the next initial contact; None when the session ends before.
        contact_time_s: duration of contact.
        heel_down_s: first touch of the heel; None when it is held up.
        heel_low_s: when the heel was lowest.
        heel_dwell_s: how long the heel touched.
        heel_off_s: when the heel rose.
        heel_height_mm: lowest height of the heel in stance.
        heel_state: what the heel did.
        heel_drop_deg: from the strike angle up to the highest pitch between 30 ms and 60 % of contact.
        strike_type: by the strike angle.
        strike_angle_deg: pitch at initial contact.
        plateau_angle_deg: median pitch in 25 ... 50 % of contact.
        toe_off_angle_deg: pitch at terminal contact.
        lowest_angle_deg: smallest pitch in the swing.
        push_off_rate_dps: fastest plantarflexion from half of contact to 20 ms after it, > 0.
        pull_rate_dps: fastest backward swing 30 ... 220 ms after terminal contact, > 0.
        pull_delay_s: from terminal contact to that moment.
        swing_rate_dps: fastest forward swing, > 0.
        sink_speed_mps: vertical speed of the foot just before contact, down positive.
        forward_speed_mps: forward speed of the foot just before contact.
        apex_mm: highest point of the ball of the foot in the swing, above the ground.
        speed_mps: mean speed along the ground over the stride.
        stride_length_m: way along the ground to the next contact.
        push_strength: what the scenario asked for; 1 is a runner who lets go.
        pull_strength: what the scenario asked for; 1 is usual.
        acc_clipped: the pod's acceleration stood at the end of its range within the stride.
        gyr_clipped: the same for angular velocity.
    """

    foot: Foot
    index: int
    gait: Gait
    initial_contact_s: float
    terminal_contact_s: float
    contact_time_s: float
    strike_type: StrikeType
    strike_angle_deg: float
    heel_state: HeelState
    heel_drop_deg: float
    heel_height_mm: float
    heel_low_s: float
    heel_dwell_s: float
    heel_off_s: float
    plateau_angle_deg: float
    toe_off_angle_deg: float
    lowest_angle_deg: float
    push_off_rate_dps: float
    pull_rate_dps: float
    pull_delay_s: float
    swing_rate_dps: float
    sink_speed_mps: float
    forward_speed_mps: float
    apex_mm: float
    push_strength: float
    pull_strength: float
    acc_clipped: bool
    gyr_clipped: bool
    heel_down_s: float | None = None
    stride_time_s: float | None = None
    speed_mps: float | None = None
    stride_length_m: float | None = None

    def to_record(self) -> dict[str, object]:
        """The truth as plain JSON values, without what does not exist."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {"type": "truth"} | {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True, eq=False)
class ContinuousTruth:
    """The way of one foot at 1 kHz.

    Attributes:
        t_s: (n,) session seconds.
        theta_deg: (n,) pitch relative to the ground, toes up positive.
        heel_height_mm: (n,) height of the heel above where it is in standing.
        position_m: (n, 3) ball of the foot: forward at the start, left, up.
    """

    t_s: FloatArray
    theta_deg: FloatArray
    heel_height_mm: FloatArray
    position_m: FloatArray

    @classmethod
    def of(cls, trajectory: FootTrajectory, begin_s: float, end_s: float) -> "ContinuousTruth":
        """Ask the trajectory every millisecond."""
        t = np.arange(begin_s, end_s, 1.0 / TRUTH_HZ)
        motion = trajectory.at(t)
        heel_mm = 1000.0 * trajectory.model.sole.heel_height_m(motion.ground_pitch_rad, motion.height_m)
        return cls(t, motion.ground_pitch_rad * DEG_PER_RAD, heel_mm, motion.ball_m)


def strides(
    foot: Foot, trajectory: FootTrajectory, samples: PodSamples, duration_s: float
) -> Iterator[StrideTruth]:
    """Every contact within the session that the foot passed over and whose toe-off was still seen."""
    contacts, index = trajectory.contacts, 0
    for contact, following in pairwise(contacts[1:]):
        begins_inside = contact.initial_contact_s >= 0.0
        ends_inside = contact.terminal_contact_s + 0.12 <= duration_s
        if begins_inside and ends_inside and not contact.stands:
            yield _stride(foot, index, contact, following, trajectory, samples, duration_s)
            index += 1


def _stride(
    foot: Foot,
    index: int,
    contact: Contact,
    following: Contact,
    trajectory: FootTrajectory,
    samples: PodSamples,
    duration_s: float,
) -> StrideTruth:
    begin_s, end_s, next_s = (
        contact.initial_contact_s,
        contact.terminal_contact_s,
        following.initial_contact_s,
    )
    course = Course.of(trajectory, begin_s, end_s, next_s)
    heel = heel_course(course)
    within = slice(*np.searchsorted(samples.t_s, (begin_s, next_s)))
    complete = next_s <= duration_s
    length_m = float(np.linalg.norm(following.ground_m - contact.ground_m))
    stride_s = next_s - begin_s
    return StrideTruth(
        foot=foot,
        index=index,
        gait=contact.plan.gait,
        initial_contact_s=begin_s,
        terminal_contact_s=end_s,
        contact_time_s=end_s - begin_s,
        push_strength=contact.plan.push_strength,
        pull_strength=contact.plan.pull_strength,
        sink_speed_mps=contact.plan.sink_mps,
        forward_speed_mps=contact.plan.forward_mps,
        acc_clipped=bool(samples.acc_clipped[within].any()),
        gyr_clipped=bool(samples.gyr_clipped[within].any()),
        stride_time_s=stride_s if complete else None,
        speed_mps=length_m / stride_s if complete else None,
        stride_length_m=length_m if complete else None,
        **asdict(heel) | _on_session_clock(heel, begin_s),
        **asdict(angle_course(course)),
    )


def _on_session_clock(heel: HeelCourse, begin_s: float) -> dict[str, float | None]:
    return {
        "heel_low_s": begin_s + heel.heel_low_s,
        "heel_off_s": begin_s + heel.heel_off_s,
        "heel_down_s": None if heel.heel_down_s is None else begin_s + heel.heel_down_s,
    }
