"""Events of one foot become strides, each from initial contact to the next."""

from dataclasses import dataclass, field, replace

from stridesense.gait.detector import Moment
from stridesense.gait.parameters import StrideParams, measure
from stridesense.gait.plausibility import Company, Events, PlausibilityParams, hops, plausible
from stridesense.gait.slope import SlopeState, follow_slope
from stridesense.model import (
    EventKind,
    Gait,
    GaitEvent,
    Gap,
    Lost,
    Malformed,
    Stride,
    StrideShape,
    ZeroReference,
)
from stridesense.stage import Stage
from stridesense.units import DEG_PER_RAD


@dataclass(frozen=True, slots=True)
class SegmentationParams:
    """Borders of a stride.

    Attributes:
        stride_limit_s: a later contact does not end this stride, s.
        pause_s: a longer contact is a pause and says nothing about the gait, s.
        walking_ratio: a contact so many times as long as the runner's own is walking at once.
        clear_margin: a duty factor this far from the border changes the gait at once, nearer ones only twice
            in a row.
        plausibility: borders of what counts as a stride.
        stride: constants of the record.
    """

    stride_limit_s: float = 2.5
    pause_s: float = 1.0
    walking_ratio: float = 1.8
    clear_margin: float = 0.1
    plausibility: PlausibilityParams = field(default_factory=PlausibilityParams)
    stride: StrideParams = field(default_factory=StrideParams)


@dataclass(slots=True)
class SegmentationState:
    """The events of the stride in progress, the number of the next one, and the gait so far."""

    open: dict[EventKind, GaitEvent] = field(default_factory=dict)
    index: int = 0
    gait: Gait | None = None
    doubted: bool = False
    run_contact_s: float | None = None
    company: Company = field(default_factory=Company)
    slope: SlopeState | None = None


Outcome = Stride | StrideShape | GaitEvent | Gap | Malformed


class StrideBuilder(Stage[Moment, Outcome]):
    """Collects the events of a stride and closes it at the next contact, or where the cycle breaks off."""

    _state: SegmentationState

    def __init__(self, params: SegmentationParams | None = None) -> None:
        self.params = params or SegmentationParams()
        super().__init__()

    def _initial_state(self) -> SegmentationState:
        return SegmentationState()

    @property
    def latency_s(self) -> float:
        """Bound in seconds from a stride's end to its record: the first one waits for a second like it."""
        return 2.0 * self.params.stride_limit_s

    def process(self, item: Moment) -> list[Outcome]:
        """Take one event or break; return it, and before it the stride that it ends."""
        if isinstance(item, Lost):
            return [*self._close(None)]
        if not isinstance(item, GaitEvent):
            return [item]
        if item.provisional:
            return [item]
        if item.kind is EventKind.INITIAL_CONTACT:
            closed = self._close(item)
            self._state.open = {item.kind: item}
            return [*closed, item]
        if self._state.open:
            self._state.open[item.kind] = item
        return [item]

    def flush(self) -> list[Outcome]:
        """The stream has ended: the last stride has no next contact."""
        return [*self._close(None)]

    def _close(self, following: GaitEvent | None) -> list[Stride]:
        events, self._state.open = self._state.open, {}
        if EventKind.TERMINAL_CONTACT not in events:
            return []
        start_s = events[EventKind.INITIAL_CONTACT].t_s
        if following is not None and not 0.0 < following.t_s - start_s <= self.params.stride_limit_s:
            following = None
        borders, company = self.params.plausibility, self._state.company
        if not plausible(events, borders, amid=company.amid(start_s, borders)):
            company.waiting.clear()
            return []
        gait = self._gait(events, None if following is None else following.t_s - start_s)
        self._follow_ground(events[EventKind.TERMINAL_CONTACT])
        if gait is Gait.RUN and _contact_s(events) > self.params.pause_s:
            return []  # the runner has stopped
        index = self._state.index + len(company.waiting)
        stride = measure(events, following, gait, self._state.slope, self.params.stride, index)
        return [self._numbered(one) for one in company.admit(stride, events, borders)]

    def _follow_ground(self, end: GaitEvent) -> None:
        """Let the way of this stride tell the slope of the ground."""
        if end.travel is None:
            return
        params, slope = self.params.stride.slope, self._state.slope
        if slope is None:
            slope = SlopeState.begin(params, end.t_s, stood=end.zero is ZeroReference.STANDING)
        self._state.slope = follow_slope(slope, params, end.travel.slope_rad * DEG_PER_RAD, end.t_s)

    def _numbered(self, stride: Stride) -> Stride:
        index, self._state.index = self._state.index, self._state.index + 1
        return stride if stride.index == index else replace(stride, index=index)

    def _gait(self, events: Events, stride_s: float | None) -> Gait:
        if hops(events, self.params.plausibility):
            return Gait.HOP
        self._follow_gait(_contact_s(events), stride_s)
        return self._state.gait or Gait.WALK

    def _follow_gait(self, contact_s: float, stride_s: float | None) -> None:
        """Let this stride vote for walk or run; a pause has no vote."""
        state, params = self._state, self.params
        if contact_s > params.pause_s or (stride_s is None and state.gait is not None):
            return
        margin = walking_margin(contact_s, stride_s)
        gait = Gait.WALK if margin > 0.0 else Gait.RUN
        long = state.run_contact_s is not None and contact_s > params.walking_ratio * state.run_contact_s
        clear = abs(margin) > params.clear_margin or (gait is Gait.WALK and long)
        changes = state.gait is None or clear or state.doubted
        if gait is Gait.RUN:
            usual_s = contact_s if state.run_contact_s is None else state.run_contact_s
            state.run_contact_s = usual_s + 0.2 * (contact_s - usual_s)
        state.doubted = gait is not state.gait and not changes
        state.gait = gait if changes else state.gait


def _contact_s(events: Events) -> float:
    return events[EventKind.TERMINAL_CONTACT].t_s - events[EventKind.INITIAL_CONTACT].t_s


def walking_margin(contact_s: float, stride_s: float | None) -> float:
    """How far the duty factor lies on the side of walking; negative for running.

    Walking keeps a foot on the ground, so its duty factor is above a half; a slow jog comes close to that, at
    strides much shorter than a walker's. The border therefore falls with the stride time, from 0.6 at 0.7 s
    to 0.5 at 1 s. Without a stride time the contact alone decides.

    Args:
        contact_s: contact time, s.
        stride_s: stride time, s, or None.
    """
    if stride_s is None:
        return contact_s - 0.45
    return contact_s / stride_s - max(0.4, 0.5 + 0.33 * (1.0 - stride_s))
