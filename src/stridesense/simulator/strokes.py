"""The foot's pitch as a sum of strokes: smooth turns that begin, pass one peak of rate and end.

Landing, push, pull, forward swing and retraction overlap freely. A stroke has no acceleration at either end,
so what the ground does to the foot begins with a kink of angular acceleration at initial contact and with
nothing before it. Strokes of least jerk as units of movement: Flash and Hogan 1985.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stridesense.model import Gait, StrikeType
from stridesense.model.samples import FloatArray
from stridesense.simulator.contact import Contact
from stridesense.simulator.stride_plan import StridePlan
from stridesense.simulator.swing import LIFT_S, LONGEST_SWING_S
from stridesense.units import DEG_PER_RAD


@dataclass(frozen=True, slots=True)
class Bell:
    """The course of a stroke over its time: a polynomial of rate u^p (1 - u)^q, highest power first."""

    turn: tuple[float, ...]
    peak_share: float
    peak_rate: float

    def done(self, share: float) -> float:
        """How much of the stroke is done after this share of its time."""
        return float(np.polyval(self.turn, min(max(share, 0.0), 1.0)))


EVEN: Final = Bell((6.0, -15.0, 10.0, 0.0, 0.0, 0.0), 0.5, 1.875)
LATE: Final = Bell((10.0, -24.0, 15.0, 0.0, 0.0, 0.0, 0.0), 0.6, 2.0736)
EARLY: Final = Bell((-10.0, 36.0, -45.0, 20.0, 0.0, 0.0, 0.0), 0.4, 2.0736)


class StrokeTrain:
    """Strokes of one kind, one after the other, none overlapping the next; the sum of their turns."""

    def __init__(
        self, bell: Bell, begin_s: Sequence[float], duration_s: Sequence[float], turn_rad: Sequence[float]
    ) -> None:
        self._begin, self._duration = np.array(begin_s), np.array(duration_s)
        self._turn = np.array(turn_rad)
        self._before = np.concatenate(([0.0], np.cumsum(self._turn)))[:-1]
        self._courses = [np.polyder(np.array(bell.turn), order) for order in range(3)]

    def __call__(self, t: FloatArray) -> FloatArray:
        """Angle turned until `t`, (n,)."""
        index, share = self._place(t)
        angle: FloatArray = self._before[index] + self._turn[index] * np.polyval(self._courses[0], share)
        return angle

    def derivative(self, t: FloatArray, order: int) -> FloatArray:
        """First or second derivative at `t`, (n,)."""
        index, share = self._place(t)
        size = self._turn[index] / self._duration[index] ** order
        derivative: FloatArray = size * np.polyval(self._courses[order], share)
        return derivative

    def _place(self, t: FloatArray) -> tuple[NDArray[np.intp], FloatArray]:
        index = np.maximum(np.searchsorted(self._begin, t, side="right") - 1, 0)
        return index, np.clip((t - self._begin[index]) / self._duration[index], 0.0, 1.0)


class StrokePitch:
    """A constant and several trains of strokes, as one curve."""

    def __init__(self, start_rad: float, trains: Sequence[StrokeTrain]) -> None:
        self._start_rad, self._trains = start_rad, trains

    def __call__(self, t: FloatArray) -> FloatArray:
        """Value at `t`, (n,)."""
        value: FloatArray = self._start_rad + np.sum([train(t) for train in self._trains], axis=0)
        return value

    def slope(self, t: FloatArray) -> FloatArray:
        """First derivative at `t`, (n,)."""
        slope: FloatArray = np.sum([train.derivative(t, 1) for train in self._trains], axis=0)
        return slope

    def curvature(self, t: FloatArray) -> FloatArray:
        """Second derivative at `t`, (n,)."""
        curvature: FloatArray = np.sum([train.derivative(t, 2) for train in self._trains], axis=0)
        return curvature


_BELLS: Final = {"land": EARLY, "settle": EVEN, "push": LATE, "pull": EVEN, "swing": LATE, "retract": LATE}
_SETTLING_S: Final = 0.2
_LANDING_STRETCH: Final = 1.15
"""The bell of the landing has a long tail: so many heel-down times from end to end."""

_HEEL_OFF_SHARE: Final = 0.2
"""A push becomes visible as heel-off after this share of its stroke."""

_LONGEST_PUSH_S: Final = 0.34
_PULL_STRETCH: Final = 1.3
_OVERRUN_S: Final = 0.008
_RETRACT_S: Final = 0.11
_RETRACT_BEGIN_S: Final = -0.09
_RETRACT_DPS: Final = {StrikeType.REARFOOT: 190.0, StrikeType.MIDFOOT: 130.0, StrikeType.FOREFOOT: 110.0}


@dataclass(slots=True)
class _Score:
    """Strokes written down in the order of time; `level_deg` is where the foot ends up after all of them."""

    level_deg: float
    strokes: dict[str, list[tuple[float, float, float]]] = field(
        default_factory=lambda: {kind: [] for kind in _BELLS}
    )

    def add(self, kind: str, begin_s: float, duration_s: float, turn_deg: float) -> None:
        """Write down one stroke, after all others of its kind."""
        self.strokes[kind].append((begin_s, duration_s, turn_deg / DEG_PER_RAD))
        self.level_deg += turn_deg

    def trains(self) -> list[StrokeTrain]:
        """One train for each kind that occurs."""
        return [
            StrokeTrain(_BELLS[kind], *zip(*found, strict=True))
            for kind, found in self.strokes.items()
            if found
        ]


def stroke_pitch(contacts: Sequence[Contact]) -> StrokePitch:
    """Pitch in rad over session time, relative to the horizontal, from the first contact to the last."""
    start_deg = contacts[0].slope_rad * DEG_PER_RAD
    score = _Score(start_deg)
    for contact, following in pairwise(contacts):
        if contact.stands and contact is not contacts[0]:
            _settle(score, contact)
        _push(score, contact)
        _fly(score, contact, following)
        _land(score, following)
    _settle(score, contacts[-1])
    return StrokePitch(start_deg / DEG_PER_RAD, score.trains())


def _land(score: _Score, contact: Contact) -> None:
    """From initial contact on the ground turns the foot to where it stays in mid-stance."""
    plan = contact.plan
    duration_s = min(_LANDING_STRETCH * plan.heel_down_s, 0.8 * plan.heel_off_share * plan.contact_time_s)
    target_deg = plan.low_deg + contact.slope_rad * DEG_PER_RAD
    score.add("land", contact.initial_contact_s, duration_s, target_deg - score.level_deg)


def _settle(score: _Score, contact: Contact) -> None:
    """Who stays, stands flat in the end."""
    begin_s = contact.initial_contact_s + 0.6 * contact.plan.contact_time_s
    score.add("settle", begin_s, _SETTLING_S, contact.slope_rad * DEG_PER_RAD - score.level_deg)


def _push(score: _Score, contact: Contact) -> None:
    """One smooth lobe from heel-off into the air, fastest a little before the toes leave."""
    plan = contact.plan
    until_s = (1.0 - plan.heel_off_share) * plan.contact_time_s - plan.push_lead_s
    duration_s = min(max(until_s, 0.02) / (LATE.peak_share - _HEEL_OFF_SHARE), _LONGEST_PUSH_S)
    begin_s = contact.terminal_contact_s - plan.push_lead_s - LATE.peak_share * duration_s
    score.add("push", begin_s, duration_s, -plan.push_dps * duration_s / LATE.peak_rate)


def _fly(score: _Score, contact: Contact, following: Contact) -> None:
    """Pull, forward swing and retraction; the forward swing is as large as the next landing asks."""
    leave_s, land_s = contact.terminal_contact_s, following.initial_contact_s
    plan, swing_s = contact.plan, land_s - leave_s
    if swing_s > LONGEST_SWING_S:
        score.add("pull", leave_s, LIFT_S, -40.0 - score.level_deg)
    else:
        pull_s = min(_PULL_STRETCH * plan.pull_delay_s, 0.5 * swing_s)
        begin_s = leave_s + min(plan.pull_delay_s, 0.3 * swing_s) - 0.5 * pull_s
        score.add("pull", max(begin_s, leave_s), pull_s, -plan.pull_dps * pull_s / EVEN.peak_rate)
    retract_dps = 0.0 if plan.gait is Gait.HOP else _RETRACT_DPS[following.plan.strike]
    retract_deg = -retract_dps * _RETRACT_S / LATE.peak_rate
    retracted_deg = retract_deg * LATE.done(-_RETRACT_BEGIN_S / _RETRACT_S)
    strike_deg = following.plan.strike_deg + following.slope_rad * DEG_PER_RAD
    sweep_deg = strike_deg - retracted_deg - score.level_deg
    duration_s = _sweep_s(plan, swing_s, abs(sweep_deg))
    in_time = LATE.done(1.0 - _OVERRUN_S / duration_s)
    score.add("swing", land_s + _OVERRUN_S - duration_s, duration_s, sweep_deg / in_time)
    score.add("retract", land_s + _RETRACT_BEGIN_S, _RETRACT_S, retract_deg)


def _sweep_s(plan: StridePlan, swing_s: float, sweep_deg: float) -> float:
    """As long as the usual peak rate asks, not before the pull is at its height."""
    if swing_s > LONGEST_SWING_S:
        return LIFT_S
    longest_s = swing_s + _OVERRUN_S - min(0.8 * plan.pull_delay_s, 0.25 * swing_s)
    usual_s = LATE.peak_rate * sweep_deg / plan.swing_dps if plan.swing_dps > 0.0 else longest_s
    return float(np.clip(usual_s, min(0.15, longest_s), longest_s))
