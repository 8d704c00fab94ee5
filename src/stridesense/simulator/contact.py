"""The contacts of one foot with the ground, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from stridesense.model import Foot, Gait
from stridesense.model.samples import FloatArray
from stridesense.simulator.schedule import BodyPath, Step
from stridesense.simulator.stride_plan import Habit, StridePlan

STEP_WIDTH_M: Final = 0.10
_SETTLING_S: Final = 0.6
_LONGEST_WAIT_S: Final = 1.2
_FIRST_LIFT_S: Final = 0.2
_LANDING_S: Final = 1.0
_SHORTEST_SWING: Final = 0.8
"""When two gaits meet, contact yields to the swing, which keeps this share of its usual time."""

_PAUSE: Final = 1.6
"""More than this many stride times between two contacts of a foot: it stood, or was held up, in between."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact: when, where, on what slope, and how the foot means to land and to leave.

    `ground_m` is the point of the ground under the ball of the foot at initial contact.
    """

    initial_contact_s: float
    terminal_contact_s: float
    plan: StridePlan
    ground_m: FloatArray
    slope_rad: float
    heading_rad: float

    @property
    def stands(self) -> bool:
        """Whether the runner stood on this foot rather than passed over it."""
        return self.terminal_contact_s - self.initial_contact_s > self.plan.contact_time_s + _SETTLING_S


def contacts_of(foot: Foot, steps: Sequence[Step], path: BodyPath, habit: Habit) -> list[Contact]:
    """Every contact of this foot; the first one is where it stands before anything happens."""
    mine = [step for step in steps if step.foot is foot]
    plans = [
        habit.plan(step.gait, step.speed_mps, step.block, step.initial_contact_s / path.end_s)
        for step in mine
    ]
    plans.insert(0, plans[0] if plans else habit.plan(Gait.WALK, 1.0, path.blocks[0], 0.0))
    begins = np.array([path.start_s - 1.0, *(step.initial_contact_s for step in mine)])
    ends = np.append(_ends_s(begins, plans, path), np.inf)
    plans = [
        replace(plan, contact_time_s=min(plan.contact_time_s, end - begin))
        for plan, begin, end in zip(plans, begins, ends, strict=True)
    ]
    ground = path.place_m(begins) + _beside(foot, path.heading_rad(begins))
    slopes, headings = path.slope_rad(begins), path.heading_rad(begins)
    return [
        Contact(float(begins[i]), float(ends[i]), plans[i], ground[i], float(slopes[i]), float(headings[i]))
        for i in range(len(plans))
    ]


def _ends_s(begins: FloatArray, plans: list[StridePlan], path: BodyPath) -> list[float]:
    """Terminal contacts: as planned, or, when the runner stood, just in time for the next contact."""
    ends = []
    for begin, following, plan, next_plan in zip(begins, begins[1:], plans, plans[1:], strict=False):
        end = begin + plan.contact_time_s
        if begin < path.start_s or following - begin > _PAUSE * plan.stride_time_s:
            lift_s = following - next_plan.swing_time_s
            stood_until_s = path.last_standing_s(following - _LANDING_S)
            held_up = lift_s - stood_until_s > _LONGEST_WAIT_S
            end = max(end, stood_until_s + _FIRST_LIFT_S if held_up else lift_s)
        ends.append(min(end, following - _SHORTEST_SWING * next_plan.swing_time_s))
    return ends


def _beside(foot: Foot, heading_rad: FloatArray) -> FloatArray:
    """From the body's middle line to this foot's track, (n, 3) in m."""
    side = STEP_WIDTH_M / 2 if foot is Foot.LEFT else -STEP_WIDTH_M / 2
    return side * np.stack((-np.sin(heading_rad), np.cos(heading_rad), np.zeros_like(heading_rad)), axis=1)
