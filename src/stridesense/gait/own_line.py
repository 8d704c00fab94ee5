"""The runner's own line: what this runner usually does at this speed, and how a stride compares with it.

A line is kept as a ratio to a published one, so that its shape is known before its level is: what is learned
is the mean of the ratio, and how the ratio leans with speed. It forgets slowly, and strides far from the line
hardly move it: a runner who changes style is seen against the old habit for a long time.
"""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from math import sqrt
from typing import Final, NamedTuple

from stridesense.gait.segmentation import Outcome
from stridesense.model import Foot, Gait, Stride
from stridesense.stage import Stage


class OwnLineParams(NamedTuple):
    """Constants of one line, learned in strides of one foot.

    Attributes:
        published_at_rest: the published line at 0 m/s.
        published_per_mps: and its slope.
        enough: from this many strides on the line is the runner's own.
        learning: so many strides count in full: about ten minutes.
        late_share: and later ones this share.
        memory: strides after which what was learned has faded to 1/e.
        usual_spread: strides this far from the line, relative, weigh half (Cauchy weights).
        first_spread: the same while only the published line is known.
        leaning_mps2: how sure the published shape is: as sure as if so many strides times squared m/s had
            shown no leaning.
        reach_mps: the leaning is followed this far beyond twice the spread of the speeds seen.
    """

    published_at_rest: float
    published_per_mps: float
    enough: int = 20
    learning: int = 850
    late_share: float = 0.1
    memory: float = 900.0
    usual_spread: float = 0.1
    first_spread: float = 0.5
    leaning_mps2: float = 9.0
    reach_mps: float = 0.5


PUSH_OFF_RATE: Final = OwnLineParams(published_at_rest=50.0, published_per_mps=166.0)
"""Peak plantarflexion rate in deg/s: the line through annotated jogging strides at 2.8 and 3.9 m/s."""

PULL_TO_PUSH: Final = OwnLineParams(published_at_rest=0.7, published_per_mps=0.0)
"""Pull rate over push-off rate: 0.6 ... 0.8 in the same strides."""


@dataclass(slots=True)
class OwnLine:
    """What is known of one line: weighted means and second moments of speed and ratio.

    Attributes:
        strides: strides seen.
        weight: sum of their weights, old ones faded.
        speed_mps: mean speed.
        ratio: mean of value over published value.
        speed_mps2: weighted sum of squared deviations of speed.
        leaning_mps: weighted sum of products of the deviations of speed and ratio.
    """

    strides: int = 0
    weight: float = 0.0
    speed_mps: float = 0.0
    ratio: float = 1.0
    speed_mps2: float = 0.0
    leaning_mps: float = 0.0

    def usual(self, params: OwnLineParams, speed_mps: float) -> float | None:
        """What the runner usually does at this speed; None before enough strides were seen."""
        if self.strides < params.enough:
            return None
        return self._ratio_at(params, speed_mps) * _published(params, speed_mps)

    def learn(self, params: OwnLineParams, speed_mps: float, value: float) -> None:
        """Take one stride's value at its speed."""
        ratio = value / _published(params, speed_mps)
        known = self.strides >= params.enough
        expected, spread = (
            (self._ratio_at(params, speed_mps), params.usual_spread) if known else (1.0, params.first_spread)
        )
        weight = 1.0 / (1.0 + ((ratio / expected - 1.0) / spread) ** 2)
        if self.strides >= params.learning:
            weight *= params.late_share
        self.strides += 1
        self._add(speed_mps, ratio, weight, keep=1.0 - weight / params.memory)

    def _add(self, speed_mps: float, ratio: float, weight: float, *, keep: float) -> None:
        """One step of the weighted means and moments, what is known fading by `keep`."""
        self.weight = keep * self.weight + weight
        gain = weight / self.weight
        by_speed, by_ratio = speed_mps - self.speed_mps, ratio - self.ratio
        self.speed_mps += gain * by_speed
        self.ratio += gain * by_ratio
        rest = weight * (1.0 - gain)
        self.speed_mps2 = keep * self.speed_mps2 + rest * by_speed * by_speed
        self.leaning_mps = keep * self.leaning_mps + rest * by_speed * by_ratio

    def _ratio_at(self, params: OwnLineParams, speed_mps: float) -> float:
        reach_mps = params.reach_mps + 2.0 * sqrt(self.speed_mps2 / self.weight)
        beyond_mps = min(reach_mps, max(-reach_mps, speed_mps - self.speed_mps))
        leaning_per_mps = self.leaning_mps / (self.speed_mps2 + params.leaning_mps2)
        return max(0.3 * self.ratio, self.ratio + leaning_per_mps * beyond_mps)


def _published(params: OwnLineParams, speed_mps: float) -> float:
    return params.published_at_rest + params.published_per_mps * speed_mps


class OwnUsualParams(NamedTuple):
    """Which strides count, and the two lines.

    Attributes:
        push_off: line of the push-off rate.
        pull_to_push: line of pull rate over push-off rate.
        slowest_push_dps: below this push-off rate a ratio to it says nothing, deg/s.
        quality: a stride below this quality is compared, but nothing is learned from it.
        settling: share of the difference by which the mean speed follows one stride.
        pause_s: after this long without a stride the mean speed begins anew, s.
    """

    push_off: OwnLineParams = PUSH_OFF_RATE
    pull_to_push: OwnLineParams = PULL_TO_PUSH
    slowest_push_dps: float = 50.0
    quality: float = 0.3
    settling: float = 0.35
    pause_s: float = 3.0


@dataclass(slots=True)
class Habit:
    """The two lines of one foot over one measure of speed, and that speed as it is now."""

    push_off: OwnLine = field(default_factory=OwnLine)
    pull_to_push: OwnLine = field(default_factory=OwnLine)
    speed_mps: float = 0.0
    seen_s: float | None = None

    def follow(self, speed_mps: float, now_s: float, params: OwnUsualParams) -> None:
        """Let the mean speed follow this stride's, whose error would pass for a leaning of the line."""
        fresh = self.seen_s is None or now_s - self.seen_s > params.pause_s
        self.speed_mps += (1.0 if fresh else params.settling) * (speed_mps - self.speed_mps)
        self.seen_s = now_s


@dataclass(slots=True)
class OwnUsualState:
    """Each foot's habit over the measured speed, and over the one that contact time stands for."""

    by_speed: dict[Foot, Habit] = field(default_factory=dict)
    by_contact: dict[Foot, Habit] = field(default_factory=dict)

    def at_rest(self) -> "OwnUsualState":
        """A copy whose mean speeds begin anew: what a later session starts from."""
        copy = deepcopy(self)
        for habit in (*copy.by_speed.values(), *copy.by_contact.values()):
            habit.speed_mps, habit.seen_s = 0.0, None
        return copy


class OwnUsual(Stage[Outcome, Outcome]):
    """Compares each running stride with the runner's own line at this speed, then learns from it.

    `push_off_index` is the push-off rate over what is usual, `push_pull_index` the pull rate over the
    push-off rate against what is usual: 1 is usual, above 1 a harder push, or more pull for the push. Strides
    without a speed are compared by their contact time. Both are absent for the first strides of a foot,
    unless earlier sessions have taught what is usual: `known`.
    """

    _state: OwnUsualState

    def __init__(self, params: OwnUsualParams | None = None, known: OwnUsualState | None = None) -> None:
        self.params = params or OwnUsualParams()
        self._known = known or OwnUsualState()
        super().__init__()

    def _initial_state(self) -> OwnUsualState:
        return self._known.at_rest()

    def learned(self) -> OwnUsualState:
        """What is known by now, for a later session to start from."""
        return self._state.at_rest()

    @property
    def latency_s(self) -> float:
        """Nothing is held back."""
        return 0.0

    def process(self, item: Outcome) -> list[Outcome]:
        """Take anything; return it, a running stride with its indices where they are known."""
        if isinstance(item, Stride) and item.gait is Gait.RUN and item.push_off_rate_dps is not None:
            return [self._compared(item, item.push_off_rate_dps)]
        return [item]

    def _compared(self, stride: Stride, push_dps: float) -> Stride:
        pull_share = self._pull_share(stride, push_dps)
        push_off_index, push_pull_index = None, None
        for habit in self._habits(stride):
            usual_dps = habit.push_off.usual(self.params.push_off, habit.speed_mps)
            usual_share = habit.pull_to_push.usual(self.params.pull_to_push, habit.speed_mps)
            if push_off_index is None and usual_dps is not None:
                push_off_index = push_dps / usual_dps
            if push_pull_index is None and usual_share is not None and pull_share is not None:
                push_pull_index = pull_share / usual_share
            if stride.quality >= self.params.quality:
                self._learn(habit, push_dps, pull_share)
        if push_off_index is None and push_pull_index is None:
            return stride
        return replace(stride, push_off_index=push_off_index, push_pull_index=push_pull_index)

    def _pull_share(self, stride: Stride, push_dps: float) -> float | None:
        if stride.pull_rate_dps is None or push_dps < self.params.slowest_push_dps:
            return None
        return stride.pull_rate_dps / push_dps

    def _habits(self, stride: Stride) -> list[Habit]:
        """The habits that this stride belongs to, the better one first, their speeds brought up to it."""
        speeds_mps = [contact_speed_mps(stride.contact_time_s)]
        habits = [self._state.by_contact.setdefault(stride.foot, Habit())]
        if stride.speed_mps is not None:
            speeds_mps.insert(0, stride.speed_mps)
            habits.insert(0, self._state.by_speed.setdefault(stride.foot, Habit()))
        for habit, speed_mps in zip(habits, speeds_mps, strict=True):
            habit.follow(speed_mps, stride.initial_contact_s, self.params)
        return habits

    def _learn(self, habit: Habit, push_dps: float, pull_share: float | None) -> None:
        habit.push_off.learn(self.params.push_off, habit.speed_mps, push_dps)
        if pull_share is not None:
            habit.pull_to_push.learn(self.params.pull_to_push, habit.speed_mps, pull_share)


def contact_speed_mps(contact_time_s: float) -> float:
    """The speed in m/s that a contact time in s usually goes with: v = 0.58 / (contact time - 0.063).

    Fitted to light-barrier contact times of 4 to 7 m/s; here it only puts strides in order of speed, so that
    runners differ from it does no harm.
    """
    return 0.58 / (max(contact_time_s, 0.1) - 0.063)
