"""A virtual runner who makes stride records directly: a season of running takes minutes, and can listen.

For what is made of strides, not for how they are seen: what a pod measures of them comes from the full runner
(`simulate`), whose records these resemble. Same plan, body and seed, same items, however often; a runner who
obeys cues also depends on what is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from stridesense.model import Cue, Foot, Gait, Gap, Instruction, Malformed, PodReport, Stride, StrikeType
from stridesense.simulator.season_asides import asides
from stridesense.simulator.season_body import COLUMNS, SHIFTS, STEP_SPREAD, Z_STEP, Body, wandering
from stridesense.simulator.season_listening import Ears, Learned, Listening
from stridesense.simulator.season_plan import BOTH_FEET, Activity, FaultKind, Phase, SessionPlan
from stridesense.simulator.season_strides import Begun, stride_record

Item = Stride | Gap | Malformed | PodReport | Instruction

_SETTLED_STRIDES: Final = 20
_SLOPE_FOLLOWING: Final = 0.15
_PACE_MEMORY: Final = 0.99
_PACE_SPREAD: Final = 0.012
_SHIFTS_HOLD_S: Final = 4.0
_WALKING_S: Final = 1.07
_HOPPING_S: Final = 0.46

_GAITS: Final = {Activity.RUN: Gait.RUN, Activity.WALK: Gait.WALK}
_BEATS: Final = {
    Activity.ROPE_JUMP: ((Foot.LEFT, 0.02), (Foot.RIGHT, 0.98)),
    Activity.LEFT_HOPS: ((Foot.LEFT, 1.0),),
    Activity.RIGHT_HOPS: ((Foot.RIGHT, 1.0),),
}
_IN_TURN: Final = ((Foot.LEFT, 0.5), (Foot.RIGHT, 0.5))
"""Which foot meets the ground, and the share of a stride until the next contact."""


@dataclass(slots=True)
class _Leg:
    """One foot: its differences to come, the stride in progress, and what it has done.

    Attributes:
        rows: see `wandering`.
        begun: the stride in progress.
        strides: so many done, and so many seen.
        contact_s: contact time of the last one.
        shifts: what faults and cues add to the differences, as of `shifts_until_s` at the latest.
    """

    rows: Iterator[list[float]]
    begun: Begun | None = None
    strides: int = 0
    seen: int = 0
    contact_s: float | None = None
    shifts: list[float] = field(default_factory=list)
    shifts_until_s: float = -1.0


class StrideRunner:
    """One session of one runner: `items` are what flows into the coach, `hear` takes what it says.

    Attributes:
        load: true calf load of running by leg so far, whether a pod saw it or not.
    """

    def __init__(
        self,
        plan: SessionPlan,
        *,
        seed: int,
        body: Body | None = None,
        listening: Listening | None = None,
        learned: Learned | None = None,
    ) -> None:
        self.plan, self.body = plan, body or Body()
        self.load = dict.fromkeys(BOTH_FEET, 0.0)
        self._chance = Random(f"pace {seed}")  # noqa: S311 - it guards nothing
        ears = Random(f"ears {seed}")  # noqa: S311 - it guards nothing
        self._ears = Ears(listening or Listening(), ears, dict(learned or {}))
        self._legs = {foot: _Leg(wandering(self.body, (seed, i))) for i, foot in enumerate(BOTH_FEET)}
        self._now_s = self._pace = self._slope_deg = 0.0
        self._beat = 0

    def items(self) -> Iterator[Item]:
        """Strides of the feet that wear a pod, in the order of their ends, and what comes between; once."""
        between = asides(self.plan)
        due = next(between, None)
        for stride, known_s in self._strides():
            while due is not None and due[0] <= known_s:
                yield due[1]
                due = next(between, None)
            if self._seen(stride, known_s):
                yield stride
        while due is not None:
            yield due[1]
            due = next(between, None)

    def hear(self, cue: Cue) -> None:
        """Take a cue; a correction is followed by chance, from now on for a while."""
        if self._ears.hear(cue, self._now_s):
            for leg in self._legs.values():
                leg.shifts_until_s = -1.0

    def next_session(self, plan: SessionPlan, *, seed: int) -> "StrideRunner":
        """The same runner in a later session, with what is left of what was learned."""
        ears = self._ears
        return StrideRunner(plan, seed=seed, body=self.body, listening=ears.listening, learned=ears.kept())

    def _seen(self, stride: Stride, known_s: float) -> bool:
        if stride.foot not in self.plan.feet:
            return False
        if self.plan.outages and self.plan.hidden(stride.foot, stride.initial_contact_s, known_s):
            return False
        self._legs[stride.foot].seen += 1
        return True

    def _strides(self) -> Iterator[tuple[Stride, float]]:
        """Every stride of both feet, with the moment at which it is known, in that order."""
        activity = Activity.STAND
        for phase, end_s in self.plan.timed():
            if phase.activity is not activity:
                yield from self._break_off()
                activity = phase.activity
            if activity is not Activity.STAND:
                yield from self._move(phase, end_s)
            self._now_s = max(self._now_s, end_s)
        yield from self._break_off()

    def _break_off(self) -> Iterator[tuple[Stride, float]]:
        """The strides in progress have no next contact that belongs to them."""
        begun = [leg.begun for leg in self._legs.values() if leg.begun is not None]
        for one in sorted(begun, key=lambda one: one.start_s):
            self._legs[one.foot].begun = None
            stride = self._record(one, None)
            yield stride, stride.terminal_contact_s
        self._beat = 0

    def _move(self, phase: Phase, end_s: float) -> Iterator[tuple[Stride, float]]:
        beats = _BEATS.get(phase.activity, _IN_TURN)
        while self._now_s < end_s:
            foot, share = beats[self._beat % len(beats)]
            self._beat += 1
            leg = self._legs[foot]
            before, leg.begun = leg.begun, self._begin(foot, leg, phase)
            self._tell_other(foot)
            if before is not None:
                yield self._record(before, self._now_s - before.start_s), self._now_s
            jitter = max(0.8, 1.0 + STEP_SPREAD * leg.begun.z[Z_STEP])
            self._now_s += share * jitter * self._stride_time_s(phase.activity, leg.begun.speed_mps)

    def _stride_time_s(self, activity: Activity, speed_mps: float) -> float:
        if activity is Activity.RUN:
            return self.body.stride_time_s(speed_mps)
        return _WALKING_S if activity is Activity.WALK else _HOPPING_S

    def _begin(self, foot: Foot, leg: _Leg, phase: Phase) -> Begun:
        fresh = (1.0 - _PACE_MEMORY**2) ** 0.5 * _PACE_SPREAD
        self._pace = _PACE_MEMORY * self._pace + self._chance.gauss(0.0, fresh)
        self._slope_deg += _SLOPE_FOLLOWING * (phase.slope_deg - self._slope_deg)
        return Begun(
            foot=foot,
            gait=_GAITS.get(phase.activity, Gait.HOP),
            start_s=self._now_s,
            z=self._differences(foot, leg),
            speed_mps=phase.speed_mps * (1.0 + self._pace),
            slope_deg=self._slope_deg,
            turning=phase.turning,
            together=phase.activity is Activity.ROPE_JUMP,
            other_contact_s=self._other(foot).contact_s if len(self.plan.feet) > 1 else None,
            after_gap=self._after_gap(foot, leg),
        )

    def _after_gap(self, foot: Foot, leg: _Leg) -> bool:
        if not self.plan.outages or leg.begun is None:
            return False
        return self.plan.hidden(foot, leg.begun.start_s, self._now_s)

    def _differences(self, foot: Foot, leg: _Leg) -> list[float]:
        """The next row of chance, moved by what is wrong just now and what was heard."""
        row = next(leg.rows)
        if self._now_s >= leg.shifts_until_s:
            leg.shifts, leg.shifts_until_s = self._shifts(foot), self._now_s + _SHIFTS_HOLD_S
        if not leg.shifts:
            return row
        return [chance + shift for chance, shift in zip(row, leg.shifts, strict=True)]

    def _shifts(self, foot: Foot) -> list[float]:
        """What faults and cues add to each column now; nothing at all as an empty list."""
        shifts = [0.0] * COLUMNS
        for kind, effects in SHIFTS.items():
            if kind is FaultKind.HELD_HEEL and self.body.strike is StrikeType.REARFOOT:
                continue
            size_sd = -self._ears.relief_sd(kind, foot, self._now_s)
            for fault in self.plan.faults:
                if fault.kind is kind:
                    size_sd += fault.at(foot, self._now_s)
            if size_sd != 0.0:
                for column, per_sd in effects.items():
                    shifts[column] += per_sd * size_sd
        return shifts if any(shifts) else []

    def _other(self, foot: Foot) -> _Leg:
        return self._legs[Foot.RIGHT if foot is Foot.LEFT else Foot.LEFT]

    def _tell_other(self, foot: Foot) -> None:
        """The step of the other foot's stride in progress ends with this contact."""
        begun = self._other(foot).begun
        if begun is not None and begun.step_s is None:
            begun.step_s = self._now_s - begun.start_s

    def _record(self, begun: Begun, stride_s: float | None) -> Stride:
        leg = self._legs[begun.foot]
        settled = leg.strides >= _SETTLED_STRIDES
        stride = stride_record(begun, self.body, leg.seen, stride_s, settled=settled)
        leg.strides += 1
        leg.contact_s = stride.contact_time_s
        self.load[begun.foot] += stride.calf_load or 0.0
        return stride
