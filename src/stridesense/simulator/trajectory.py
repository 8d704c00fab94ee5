"""The way of one foot through space: it rolls while it stands, and flies from contact to contact.

Contacts, angles and places come from the plan; contact geometry and smooth swings make the translation.
Horizontal acceleration in the swing is two smooth bumps, forward and back, whose sizes meet the velocity and
the place of the next contact exactly. What velocity is left at the contact is absorbed by the sole.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import pi
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stridesense.model import Foot
from stridesense.model.samples import FloatArray
from stridesense.simulator.contact import Contact
from stridesense.simulator.foot import Sole
from stridesense.simulator.free_motion import FreeMotion
from stridesense.simulator.pitch import pitch_curve
from stridesense.simulator.quintic import Quintic
from stridesense.simulator.runner_model import RIGID_SOLE, RunnerModel
from stridesense.simulator.smooth import smooth_step
from stridesense.simulator.strokes import StrokePitch, stroke_pitch
from stridesense.simulator.swing import State, Swings
from stridesense.simulator.turning import roll_curve, yaw_curve

_LANDING_MPS2: Final = -8.0
"""Vertical acceleration of the foot just before contact."""

_PITCH_SHAPES: Final[Mapping[str, Callable[[Sequence[Contact]], Quintic | StrokePitch]]] = {
    "knots": pitch_curve,
    "strokes": stroke_pitch,
}

IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Pose of a foot: times (n,), ball of the foot (n, 3) in m, angles (n,) in rad, heading excluded.

    `ground_pitch_rad` is the pitch relative to the ground under the foot, `height_m` the ball's height above
    that ground with the sole's compression left out.
    """

    t_s: FloatArray
    ball_m: FloatArray
    pitch_rad: FloatArray
    roll_rad: FloatArray
    yaw_rad: FloatArray
    ground_pitch_rad: FloatArray
    height_m: FloatArray


class FootTrajectory:
    """All contacts of a foot and the swings between them, to be asked for any time.

    `free` is what a standing foot does besides: motion without contacts, see `activities`.
    """

    def __init__(
        self,
        foot: Foot,
        contacts: Sequence[Contact],
        model: RunnerModel = RIGID_SOLE,
        free: FreeMotion | None = None,
    ) -> None:
        self.foot, self.contacts, self.model = foot, contacts, model
        self.pitch = _PITCH_SHAPES[model.pitch_shape](contacts)
        self._roll = roll_curve(foot, contacts, model.turning)
        self._yaw = yaw_curve(foot, contacts, model.turning)
        self._free = free
        self._ic = np.array([c.initial_contact_s for c in contacts])
        self._tc = np.array([c.terminal_contact_s for c in contacts])
        self._slope = np.array([c.slope_rad for c in contacts])
        self._heading = np.array([c.heading_rad for c in contacts])
        self._ground = np.array([c.ground_m for c in contacts])
        self._softness = np.array([c.plan.softness_s for c in contacts])
        planned = np.array([c.plan.contact_time_s for c in contacts])
        self._stance_s = np.minimum(planned, self._tc - self._ic)
        self._landing = np.array([(c.plan.forward_mps, -c.plan.sink_mps) for c in contacts])
        self._rebound = np.array([c.plan.rebound_mps2 for c in contacts])
        self._strike = self.pitch(self._ic) - self._slope
        rolling = _rolling(model.sole, self._strike, self.pitch.slope(self._ic), np.zeros(len(contacts)))
        self._mismatch = self._landing - rolling.velocity
        self._mismatch[0] = 0.0
        self._swings = self._all_swings() if len(contacts) > 1 else None

    def at(self, t_s: FloatArray) -> Motion:
        """Where the foot is at these times, (n,) in s."""
        index = np.maximum(np.searchsorted(self._ic, t_s, side="right") - 1, 0)
        pitch = self.pitch(t_s)
        ball, ground_height, slope = self._stance(t_s, index, pitch)
        flying = t_s >= self._tc[index]
        if self._swings is not None and flying.any():
            swing = self._swings.at(t_s[flying], index[flying])
            ball[flying] = swing
            share = self._swings.share(t_s[flying], index[flying])
            slope[flying] += share * np.diff(self._slope)[index[flying]]
            ground = self._ground[index[flying], 2] + share * np.diff(self._ground[:, 2])[index[flying]]
            ground_height[flying] = swing[:, 2] - ground
        motion = Motion(t_s, ball, pitch, self._roll(t_s), self._yaw(t_s), pitch - slope, ground_height)
        return motion if self._free is None else _moved(motion, self._free)

    def _stance(
        self, t_s: FloatArray, index: IntArray, pitch: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Ball (n, 3), its height above the ground (n,) and the slope (n,), as if the foot were down."""
        slope = self._slope[index]
        local = pitch - slope
        sole = self.model.sole
        height = sole.support(local)[0]
        forward = sole.rolled_m(self._strike)[index] - sole.rolled_m(local)
        offset = np.stack((forward, height), axis=1) + self._compression(t_s - self._ic[index], index)
        return self._ground[index] + _to_world(offset, slope, self._heading[index]), height, slope

    def _compression(self, since_s: FloatArray, index: IntArray) -> FloatArray:
        """Give of the sole, (n, 2): it takes the landing velocity up and springs back at toe-off."""
        softness = self._softness[index]
        t = np.clip(since_s, 0.0, softness)
        taken = 0.5 * (t + softness / pi * np.sin(pi * t / softness))
        loaded = smooth_step((since_s / self._stance_s[index] - 0.25) / 0.65)
        give: FloatArray = self._mismatch[index] * (taken * (1.0 - loaded))[:, np.newaxis]
        rebound = self.model.rebound
        springing_s = since_s - (self._tc - self._ic)[index] + rebound.duration_s
        sprung = rebound.travel_s2(np.clip(springing_s, 0.0, rebound.duration_s))
        sprung = sprung - rebound.end_travel_s2 * loaded
        give[:, 1] += self._rebound[index] * np.where(np.isfinite(self._tc[index]), sprung, 0.0)
        return give

    def _all_swings(self) -> "Swings":
        """From the rolling foot at toe-off to the foot that comes down at the next contact."""
        leave, sole = self._tc[:-1], self.model.sole
        local = self.pitch(leave) - self._slope[:-1]
        rolling = _rolling(sole, local, self.pitch.slope(leave), self.pitch.curvature(leave))
        turn = (self._slope[:-1], self._heading[:-1])
        rebound = np.stack((np.zeros(len(leave)), self._rebound[:-1]), axis=1)
        start = rolling.offset + np.stack((sole.rolled_m(self._strike[:-1]), np.zeros(len(leave))), axis=1)
        onto = (self._slope[1:], self._heading[1:])
        height = sole.support(self._strike[1:])[0]
        end = np.stack((np.zeros(len(height)), height), axis=1)
        return Swings(
            self.model.swing,
            leave,
            self._ic[1:],
            State(
                self._ground[:-1] + _to_world(start, *turn),
                _to_world(rolling.velocity + rebound * self.model.rebound.end_speed_s, *turn),
                _to_world(rolling.acceleration + rebound * self.model.rebound.end_push, *turn),
            ),
            State(
                self._ground[1:] + _to_world(end, *onto),
                _to_world(self._landing[1:], *onto),
                np.full((len(height), 3), _LANDING_MPS2),
            ),
            0.42 * self._ground[1:, 2]
            + 0.58 * self._ground[:-1, 2]
            + [c.plan.apex_m for c in self.contacts[:-1]],
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Rolling:
    offset: FloatArray
    velocity: FloatArray
    acceleration: FloatArray


def _rolling(sole: Sole, pitch: FloatArray, rate: FloatArray, acceleration: FloatArray) -> _Rolling:
    """Motion of the ball, along and up (n, 2), of a sole that rolls with this pitch and its derivatives."""
    h, h1, h2 = sole.support(pitch)
    return _Rolling(
        np.stack((-sole.rolled_m(pitch), h), axis=1),
        np.stack((-h * rate, h1 * rate), axis=1),
        np.stack((-h1 * rate**2 - h * acceleration, h2 * rate**2 + h1 * acceleration), axis=1),
    )


def _moved(motion: Motion, free: FreeMotion) -> Motion:
    """The pose with what the foot does besides."""
    away, (roll, pitch, yaw) = free.away_m(motion.t_s), free.turned_rad(motion.t_s)
    return Motion(
        motion.t_s,
        motion.ball_m + away,
        motion.pitch_rad + pitch,
        motion.roll_rad + roll,
        motion.yaw_rad + yaw,
        motion.ground_pitch_rad + pitch,
        motion.height_m + away[:, 2],
    )


def _to_world(offset: FloatArray, slope: FloatArray, heading: FloatArray) -> FloatArray:
    """Turn (along, up) relative to the ground, (n, 2), into world axes, (n, 3)."""
    level = offset[:, 0] * np.cos(slope) - offset[:, 1] * np.sin(slope)
    up = offset[:, 0] * np.sin(slope) + offset[:, 1] * np.cos(slope)
    return np.stack((level * np.cos(heading), level * np.sin(heading), up), axis=1)
