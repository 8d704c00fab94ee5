"""Where the body is, which way it faces and when each foot comes down."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from stridesense.model import Foot, Gait
from stridesense.model.samples import FloatArray
from stridesense.simulator.runner_model import MODELS
from stridesense.simulator.scenario import STRIDELESS, Block, Scenario
from stridesense.simulator.stride_plan import stride_time_s

RAMP_S: Final = 1.5
"""A change of speed or slope between two blocks takes this long."""

LEAD_IN_S: Final = 4.0
"""A session that does not begin standing was already under way for this long."""

_AFTER_END_S: Final = 3.0
_FIRST_STEP_S: Final = 0.85
_STEP_S: Final = 0.01
_SLOWEST_STEP_MPS: Final = 0.35


@dataclass(frozen=True, slots=True)
class Step:
    """One foot comes down: when, and what the runner is doing there."""

    foot: Foot
    initial_contact_s: float
    gait: Gait
    speed_mps: float
    stride_time_s: float
    block: Block


class BodyPath:
    """The way of the body over the ground: speed, slope and heading over session time.

    `start_s` lies before zero when the session begins in mid-run.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.blocks, self.model = scenario.block, MODELS[scenario.runner.model]
        begins = np.concatenate(([0.0], np.cumsum([block.duration_s for block in self.blocks])))
        self.end_s = float(begins[-1])
        self.start_s = 0.0 if self.blocks[0].activity in STRIDELESS else -LEAD_IN_S
        self._begins_s = begins[:-1]
        t = np.arange(self.start_s, self.end_s + _AFTER_END_S, _STEP_S)
        speed = self._ramped(t, [block.forward_speed_mps for block in self.blocks])
        slope = np.arctan(self._ramped(t, [block.grade_percent / 100.0 for block in self.blocks]))
        turned = np.cumsum([0.0, *(np.radians(block.turn_deg) for block in self.blocks)])
        heading = np.interp(t, begins, turned)
        level = speed * np.cos(slope)
        velocity = np.stack((level * np.cos(heading), level * np.sin(heading), speed * np.sin(slope)), axis=1)
        self._t, self._speed, self._slope, self._heading = t, speed, slope, heading
        steps = (velocity[1:] + velocity[:-1]) * (_STEP_S / 2)
        self._place = np.concatenate((np.zeros((1, 3)), np.cumsum(steps, axis=0)))

    def _ramped(self, t: FloatArray, levels: list[float]) -> FloatArray:
        """Piecewise constant over the blocks, with a straight ramp into each."""
        times, values = [self.start_s], [levels[0]]
        for i, block in enumerate(self.blocks[1:], start=1):
            ramp_s = min(RAMP_S, 0.6 * block.duration_s)
            times += [self._begins_s[i], self._begins_s[i] + ramp_s]
            values += [levels[i - 1], levels[i]]
        ramped: FloatArray = np.interp(t, times, values)
        return ramped

    def place_m(self, t_s: FloatArray) -> FloatArray:
        """Point of the ground under the body at these times, (n, 3) in m."""
        return np.stack([np.interp(t_s, self._t, self._place[:, axis]) for axis in range(3)], axis=1)

    def heading_rad(self, t_s: FloatArray) -> FloatArray:
        """Direction of travel, counter-clockwise from the first one, (n,)."""
        heading: FloatArray = np.interp(t_s, self._t, self._heading)
        return heading

    def slope_rad(self, t_s: FloatArray) -> FloatArray:
        """Slope of the ground in the direction of travel, uphill positive, (n,)."""
        slope: FloatArray = np.interp(t_s, self._t, self._slope)
        return slope

    def speed_mps(self, t_s: float) -> float:
        """Speed along the ground."""
        return float(np.interp(t_s, self._t, self._speed))

    def moving_block(self, t_s: float) -> Block | None:
        """The block whose steps are made at this time; None while the runner stands."""
        i = max(0, int(np.searchsorted(self._begins_s, t_s, side="right")) - 1)
        if self.blocks[i].activity in STRIDELESS and i > 0 and self.speed_mps(t_s) > _SLOWEST_STEP_MPS:
            i -= 1
        return None if self.blocks[i].activity in STRIDELESS else self.blocks[i]

    def next_moving_s(self, after_s: float) -> float:
        """When the next block begins in which the runner moves; past the end if none does."""
        begins = zip(self._begins_s, self.blocks, strict=True)
        later = (float(t) for t, block in begins if t > after_s and block.activity not in STRIDELESS)
        return next(later, np.inf)

    def last_standing_s(self, before_s: float) -> float:
        """The last moment before this one at which the runner stood; the start of the path if never."""
        moments = np.arange(before_s, self.start_s, -0.05)
        standing = (float(t) for t in moments if self.moving_block(float(t)) is None)
        return next(standing, self.start_s)


def gait_of(block: Block) -> Gait:
    """The gait of a block; a turn is run or walked as its speed asks."""
    if block.activity == "turn":
        return Gait.RUN if block.forward_speed_mps >= 2.0 else Gait.WALK
    return Gait(block.activity)


def steps(path: BodyPath, rng: np.random.Generator, variation: float, memory: float) -> Iterator[Step]:
    """Every contact of both feet from the start of the path to just after its end, in order."""
    t_s, foot, deviation = path.start_s + _FIRST_STEP_S, Foot.LEFT, 0.0
    last: Step | None = None
    while t_s < path.end_s + _AFTER_END_S:
        block = path.moving_block(t_s)
        if block is None:
            if last is not None and last.block.hop_on != "both":
                yield replace(last, foot=_other(last.foot), initial_contact_s=t_s)
            t_s, last = path.next_moving_s(t_s) + _FIRST_STEP_S, None
            continue
        gait, speed = gait_of(block), path.speed_mps(t_s)
        foot = _next_foot(foot, block)
        last = Step(foot, t_s, gait, speed, stride_time_s(path.model, gait, speed), block)
        yield last
        if block.activity == "hop" and block.hop_on == "both":
            late_s = abs(rng.normal(0.0, 0.003)) * variation
            yield replace(last, foot=_other(foot), initial_contact_s=t_s + late_s)
        deviation = memory * deviation + np.sqrt(1.0 - memory**2) * rng.normal()
        step_share = 1.0 if gait is Gait.HOP else 0.5
        t_s += last.stride_time_s * step_share * (1.0 + 0.0135 * variation * deviation)


def _next_foot(foot: Foot, block: Block) -> Foot:
    if block.activity == "hop":
        return Foot.RIGHT if block.hop_on == "right" else Foot.LEFT
    return _other(foot)


def _other(foot: Foot) -> Foot:
    return Foot.RIGHT if foot is Foot.LEFT else Foot.LEFT
