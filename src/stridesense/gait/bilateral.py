"""Two feet on one clock: what a stride can only know from the other foot.

Three things are kept apart. What needs no common clock is told always: the two flights around a contact sum
up to the other foot's stride less both contacts, whatever their clocks say. What a common clock is needed for
is told only while its residual is known and small. And what cannot be, feet that land together or a left foot
that rolls like a right one, is said.
"""

from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from stridesense.gait.parameters import FLIGHT_ESTIMATED
from stridesense.gait.segmentation import Outcome
from stridesense.gait.sides import SIDES_SWAPPED, Sides, SidesParams
from stridesense.model import EventKind, Foot, Gait, GaitEvent, Stride
from stridesense.stage import Stage

CLOCK_UNSURE: Final = "clock_unsure"
FEET_TOGETHER: Final = "feet_together"

_OTHER: Final = {Foot.LEFT: Foot.RIGHT, Foot.RIGHT: Foot.LEFT}
_REMEMBERED: Final = 3


class BilateralParams(NamedTuple):
    """When two feet are believed to share a clock, and to step in turn.

    Attributes:
        settled_s: the arrivals of both feet must have been watched for this long, s.
        shortest_ways_s: assumed standard difference of the two pods' shortest ways to the host, s.
        residual_s: times between the feet are told while the residual is below this, s.
        following: share by which the means of clock and steps follow one stride.
        following_together: the same for how often the feet land together.
        uneven_share: steps this far from half a stride are put down to the clock, as a share of the stride.
        alternating_share: a contact within this of the middle of the other foot's stride alternates with it.
        together_share: a contact within this of a contact of the other foot coincides with it.
        together_often: share of recent strides that must coincide to be called so.
        sides: when the feet are taken for swapped.
    """

    settled_s: float = 10.0
    shortest_ways_s: float = 0.004
    residual_s: float = 0.010
    following: float = 0.1
    following_together: float = 0.25
    uneven_share: float = 0.05
    alternating_share: float = 0.2
    together_share: float = 0.12
    together_often: float = 0.6
    sides: SidesParams = SidesParams()


@dataclass(slots=True)
class OneFoot:
    """Of one foot: the way from its clock to the host's, since when it is known, and the latest strides."""

    host_offset_s: float
    since_s: float
    strides: list[Stride] = field(default_factory=list)


@dataclass(slots=True)
class BilateralState:
    """Both feet, and what comparing them has shown.

    Attributes:
        feet: each foot that was heard of.
        skew_s: mean difference of the feet's offsets to the host's clock, right minus left; None at first.
        wander_s: mean size of the deviations from it.
        uneven: mean deviation from the middle of the right foot's contacts in the left foot's strides and
            the reverse, as a share of the stride, positive when the right foot is late.
        together: share of recent strides that began together with one of the other foot.
        sides: how the feet roll after landing.
    """

    feet: dict[Foot, OneFoot] = field(default_factory=dict)
    skew_s: float | None = None
    wander_s: float = 0.0
    uneven: float = 0.0
    together: float = 0.0
    sides: Sides = field(default_factory=Sides)


class Bilateral(Stage[Outcome, Outcome]):
    """Adds to a stride what the other foot tells, and says where the two cannot be compared.

    A running stride's estimated flight is replaced by the mean of the flights before and after its contact,
    once the other foot was seen to step in turn with it. Where it was not, the estimate stays, and its flag.
    """

    _state: BilateralState

    def __init__(self, params: BilateralParams | None = None) -> None:
        self.params = params or BilateralParams()
        super().__init__()

    def _initial_state(self) -> BilateralState:
        return BilateralState()

    @property
    def latency_s(self) -> float:
        """Nothing is held back."""
        return 0.0

    def process(self, item: Outcome) -> list[Outcome]:
        """Take an event or stride of either foot; return it, a stride with what the other foot tells."""
        if isinstance(item, GaitEvent) and item.kind is EventKind.INITIAL_CONTACT and not item.provisional:
            self._follow_clock(item)
        if isinstance(item, GaitEvent) and item.kind is EventKind.TERMINAL_CONTACT and not item.provisional:
            self._state.sides.learn(item.foot, item.roll_rate_dps, self.params.sides)
        if isinstance(item, Stride) and item.stride_time_s is not None and item.foot in self._state.feet:
            return [self._compared(item)]
        return [item]

    def clock_residual_s(self, stride_time_s: float) -> float | None:
        """How far apart in s the feet's clocks may be: standard error, None while it cannot be told.

        The wander of the arrivals' lower envelope is seen, the difference of the shortest ways is assumed.
        Steps that are more uneven than a runner's are no measure of the clock, but show that it is worse
        than that.
        """
        state = self._state
        if state.skew_s is None or len(state.feet) < len(_OTHER):
            return None
        residual_s = self.params.shortest_ways_s + state.wander_s
        uneven = abs(state.uneven)
        return max(residual_s, uneven * stride_time_s) if uneven > self.params.uneven_share else residual_s

    def _follow_clock(self, event: GaitEvent) -> None:
        state, params = self._state, self.params
        foot = state.feet.setdefault(event.foot, OneFoot(event.host_offset_s, event.t_s))
        foot.host_offset_s = event.host_offset_s
        left, right = state.feet.get(Foot.LEFT), state.feet.get(Foot.RIGHT)
        if left is None or right is None or event.t_s - max(left.since_s, right.since_s) < params.settled_s:
            return
        skew_s = right.host_offset_s - left.host_offset_s
        if state.skew_s is None:
            state.skew_s = skew_s
        deviation_s = skew_s - state.skew_s
        state.skew_s += params.following * deviation_s
        state.wander_s += params.following * (abs(deviation_s) - state.wander_s)

    def _compared(self, stride: Stride) -> Stride:
        foot = self._state.feet[stride.foot]
        foot.strides = [*foot.strides[1 - _REMEMBERED :], stride]
        if self._state.sides.swapped(self.params.sides):
            stride = replace(stride, flags=(*stride.flags, SIDES_SWAPPED))
        around = self._around(stride)
        if around is None:
            return stride
        phase = self._phase(stride, around)
        self._follow_together(phase)
        if self._state.together > self.params.together_often:
            return replace(stride, flags=(*stride.flags, FEET_TOGETHER))
        if not 0.0 <= phase < 1.0 or abs(phase - 0.5) > self.params.alternating_share:
            return stride
        self._follow_steps(stride, phase - 0.5)
        return self._with_step(
            self._with_flight(stride, around), (1.0 - phase) * (around.stride_time_s or 0.0)
        )

    def _around(self, stride: Stride) -> Stride | None:
        """The other foot's stride in which this one began, or else its latest before that."""
        other = self._state.feet.get(_OTHER[stride.foot]) if stride.foot in _OTHER else None
        begun = [known for known in other.strides if self._phase(stride, known) >= 0.0] if other else []
        if not begun or self._phase(stride, begun[-1]) > 2.0:
            return None
        return begun[-1]

    def _phase(self, stride: Stride, other: Stride) -> float:
        """Where in a stride of the other foot this one began, 0 at that one's contact, 1 at its next."""
        feet = self._state.feet
        offset_s = feet[stride.foot].host_offset_s - feet[other.foot].host_offset_s
        return (stride.initial_contact_s + offset_s - other.initial_contact_s) / (other.stride_time_s or 1.0)

    def _follow_together(self, phase: float) -> None:
        coincides = abs(phase - round(phase)) < self.params.together_share
        self._state.together += self.params.following_together * (coincides - self._state.together)

    def _follow_steps(self, stride: Stride, late: float) -> None:
        sign = 1.0 if stride.foot is Foot.RIGHT else -1.0
        self._state.uneven += self.params.following * (sign * late - self._state.uneven)

    def _with_flight(self, stride: Stride, around: Stride) -> Stride:
        if stride.gait is not Gait.RUN:
            return stride
        flags = tuple(flag for flag in stride.flags if flag != FLIGHT_ESTIMATED)
        both_s = (around.stride_time_s or 0.0) - around.contact_time_s - stride.contact_time_s
        return replace(stride, flight_time_s=0.5 * both_s if both_s > 0.0 else None, flags=flags)

    def _with_step(self, stride: Stride, step_s: float) -> Stride:
        """Add the way to the other foot's contact while the clocks are known well enough, else say so."""
        residual_s = self.clock_residual_s(stride.stride_time_s or 0.0)
        if residual_s is None or residual_s > self.params.residual_s:
            return replace(stride, clock_residual_s=residual_s, flags=(*stride.flags, CLOCK_UNSURE))
        return replace(
            stride,
            clock_residual_s=residual_s,
            step_time_s=step_s,
            step_asymmetry_percent=100.0 * (2.0 * step_s / (stride.stride_time_s or 1.0) - 1.0),
        )
