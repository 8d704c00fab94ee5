"""What a session of the stride-level runner consists of: phases, faults of form, outages, instructions."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from stridesense.model import Foot, GapCause, Instruction, Theme

BOTH_FEET: Final = (Foot.LEFT, Foot.RIGHT)


class Activity(StrEnum):
    """What the legs do in a phase."""

    RUN = "run"
    WALK = "walk"
    STAND = "stand"
    ROPE_JUMP = "rope_jump"
    ALTERNATING_HOPS = "alternating_hops"
    LEFT_HOPS = "left_hops"
    RIGHT_HOPS = "right_hops"


class FaultKind(StrEnum):
    """What can be wrong with the form; each shifts what a pod sees of it, see `season_body.SHIFTS`."""

    HELD_HEEL = "held_heel"
    HARD_PUSH = "hard_push"
    LATE_PULL = "late_pull"
    BRAKING = "braking"
    HARD_LANDING = "hard_landing"
    LONG_CONTACT = "long_contact"
    SLOW_CADENCE = "slow_cadence"
    UNEVEN = "uneven"


ADDRESSED: Final = {
    Theme.HEEL: (FaultKind.HELD_HEEL,),
    Theme.PUSH_OFF: (FaultKind.HARD_PUSH,),
    Theme.PULL: (FaultKind.LATE_PULL,),
    Theme.LANDING: (FaultKind.BRAKING, FaultKind.HARD_LANDING),
    Theme.CONTACT: (FaultKind.LONG_CONTACT,),
    Theme.CADENCE: (FaultKind.SLOW_CADENCE,),
    Theme.ASYMMETRY: (FaultKind.UNEVEN,),
    Theme.DRIFT: (FaultKind.HELD_HEEL, FaultKind.HARD_PUSH, FaultKind.LONG_CONTACT),
}
"""What a runner who obeys a cue works on, by its theme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One stretch of a session in which the runner means to do the same.

    Attributes:
        duration_s: how long, s.
        activity: what the legs do.
        speed_mps: how fast, m/s.
        slope_deg: of the ground, uphill positive.
        turning: whether the way bends so much that a pod's axes are unclear.
    """

    duration_s: float
    activity: Activity = Activity.RUN
    speed_mps: float = 2.8
    slope_deg: float = 0.0
    turning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of form from `start_s` to `end_s`, or with a `ramp_s` a slow drift such as fatigue.

    Attributes:
        kind: what is wrong.
        foot: of which foot; unknown means both.
        start_s: when it begins, session s.
        end_s: when it ends.
        size_sd: how far it shifts the metrics, in their spreads from stride to stride.
        ramp_s: over so long it grows to that size, s.
    """

    kind: FaultKind
    foot: Foot = Foot.UNKNOWN
    start_s: float
    end_s: float = float("inf")
    size_sd: float
    ramp_s: float = 0.0

    def at(self, foot: Foot, now_s: float) -> float:
        """Its size for this foot at this moment, in spreads."""
        if self.foot not in (foot, Foot.UNKNOWN) or not self.start_s <= now_s < self.end_s:
            return 0.0
        if now_s - self.start_s >= self.ramp_s:
            return self.size_sd
        return self.size_sd * (now_s - self.start_s) / self.ramp_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """No samples of one pod between two moments, session s."""

    foot: Foot
    start_s: float
    end_s: float
    cause: GapCause = GapCause.RADIO


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """One session as it is meant to go.

    Attributes:
        phases: one after the other.
        feet: the feet that wear a pod.
        faults: what is wrong with the form, and when.
        outages: when a pod is not heard.
        instructions: what the runner tells the coach.
        malformed_s: when bytes come that cannot be read.
        battery_percent: of both pods when the session begins.
        report_every_s: how often a pod's report comes, s; a live run has one each second.
    """

    phases: tuple[Phase, ...]
    feet: tuple[Foot, ...] = BOTH_FEET
    faults: tuple[Fault, ...] = ()
    outages: tuple[Outage, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    malformed_s: tuple[float, ...] = ()
    battery_percent: int = 90
    report_every_s: float = 5.0

    @property
    def duration_s(self) -> float:
        """How long it all takes, s."""
        return sum(phase.duration_s for phase in self.phases)

    def timed(self) -> Iterator[tuple[Phase, float]]:
        """Each phase with the moment of its end, session s."""
        end_s = 0.0
        for phase in self.phases:
            end_s += phase.duration_s
            yield phase, end_s

    def hidden(self, foot: Foot, start_s: float, end_s: float) -> bool:
        """Whether an outage of this foot touches the time between the two moments."""
        return any(
            outage.foot is foot and outage.start_s < end_s and start_s < outage.end_s
            for outage in self.outages
        )
