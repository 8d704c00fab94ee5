"""Events of one foot become strides, each from initial contact to the next."""

from dataclasses import dataclass, field, replace
from typing import Final

from stridesense.gait.detector import CLIPPED, WEAK_CONTACT, Moment
from stridesense.gait.heel import HeelParams, heel_height_mm, heel_state, strike_type
from stridesense.model import (
    EventKind,
    Gait,
    GaitEvent,
    Gap,
    HeelState,
    Lost,
    Malformed,
    Stride,
    StrikeType,
    ZeroReference,
)
from stridesense.stage import Stage

CUT_SHORT: Final = "cut_short"
NO_STANDING_START: Final = "no_standing_start"
FLIGHT_ESTIMATED: Final = "flight_estimated"
PITCH_UNSURE: Final = "pitch_unsure"

_DOUBT: Final = {CLIPPED: 0.7, WEAK_CONTACT: 0.6, CUT_SHORT: 0.8, NO_STANDING_START: 0.8, PITCH_UNSURE: 0.6}


@dataclass(frozen=True, slots=True)
class SegmentationParams:
    """Borders of a stride.

    Attributes:
        stride_limit_s: a later contact does not end this stride, s.
        pause_s: a longer contact is a pause and says nothing about the gait, s.
        clear_margin: a duty factor this far from the border changes the gait at once, nearer ones only twice
            in a row.
        sure_deg: absolute angles are given while their standard deviation is below this, deg.
        heel: constants of the heel's verdict.
    """

    stride_limit_s: float = 2.5
    pause_s: float = 1.0
    clear_margin: float = 0.1
    sure_deg: float = 6.0
    heel: HeelParams = field(default_factory=HeelParams)


@dataclass(slots=True)
class SegmentationState:
    """The events of the stride in progress, the number of the next one, and the gait so far."""

    open: dict[EventKind, GaitEvent] = field(default_factory=dict)
    index: int = 0
    gait: Gait | None = None
    doubted: bool = False


Outcome = Stride | GaitEvent | Gap | Malformed


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
        """Bound in seconds from a stride's end to its record."""
        return self.params.stride_limit_s

    def process(self, item: Moment) -> list[Outcome]:
        """Take one event or break; return it, and before it the stride that it ends."""
        if isinstance(item, Lost):
            return [*self._close(None)]
        if not isinstance(item, GaitEvent):
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
        if following is not None and following.t_s - start_s > self.params.stride_limit_s:
            following = None
        stride_s = None if following is None else following.t_s - start_s
        self._follow_gait(events[EventKind.TERMINAL_CONTACT].t_s - start_s, stride_s)
        gait = self._state.gait or Gait.WALK
        stride = measure(events, following, gait, self._state.index, self.params)
        self._state.index += 1
        return [stride]

    def _follow_gait(self, contact_s: float, stride_s: float | None) -> None:
        """Let this stride vote for walk or run; a pause has no vote."""
        state, params = self._state, self.params
        if contact_s > params.pause_s or (stride_s is None and state.gait is not None):
            return
        margin = walking_margin(contact_s, stride_s)
        gait = Gait.WALK if margin > 0.0 else Gait.RUN
        changes = state.gait is None or abs(margin) > params.clear_margin or state.doubted
        state.doubted = gait is not state.gait and not changes
        state.gait = gait if changes else state.gait


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


def measure(
    events: dict[EventKind, GaitEvent],
    following: GaitEvent | None,
    gait: Gait,
    index: int,
    params: SegmentationParams,
) -> Stride:
    """The record of one stride.

    Args:
        events: initial contact, heel down, heel off, terminal contact, and the pull if there was one.
        following: the next initial contact of the same foot, None when it was not seen.
        gait: how the runner moves.
        index: running number of the stride.
        params: constants.
    """
    start, end = events[EventKind.INITIAL_CONTACT], events[EventKind.TERMINAL_CONTACT]
    contact_s = end.t_s - start.t_s
    flags = _flags(events, cut_short=following is None, sure=end.pitch_sd_deg < params.sure_deg)
    stride = Stride(
        foot=start.foot,
        index=index,
        gait=gait,
        initial_contact_s=start.t_s,
        terminal_contact_s=end.t_s,
        contact_time_s=contact_s,
        push_off_rate_dps=max(0.0, -end.rate_dps),
        impact_g=start.acc_g,
        quality=_quality(start.quality, flags),
        flags=flags,
    )
    stride = _with_heel(stride, events, params)
    stride = _with_pull(stride, events.get(EventKind.PULL))
    return stride if following is None else _with_cycle(stride, following.t_s - start.t_s)


def _with_cycle(stride: Stride, stride_s: float) -> Stride:
    """Add what needs the next contact; the flight is estimated as half of the swing that is left over."""
    contact_s = stride.contact_time_s
    runs = stride.gait is Gait.RUN
    return replace(
        stride,
        stride_time_s=stride_s,
        swing_time_s=stride_s - contact_s,
        duty_factor=contact_s / stride_s,
        cadence_spm=120.0 / stride_s,
        flight_time_s=max(0.0, 0.5 * stride_s - contact_s) if runs else None,
        flags=(*stride.flags, FLIGHT_ESTIMATED) if runs else stride.flags,
    )


def _with_heel(stride: Stride, events: dict[EventKind, GaitEvent], params: SegmentationParams) -> Stride:
    start, down, off = (
        events[kind] for kind in (EventKind.INITIAL_CONTACT, EventKind.HEEL_DOWN, EventKind.HEEL_OFF)
    )
    end = events[EventKind.TERMINAL_CONTACT]
    stride = replace(
        stride,
        heel_off_s=off.t_s,
        ball_time_s=end.t_s - off.t_s,
        heel_drop_deg=max(0.0, down.pitch_deg - start.pitch_deg),
    )
    if PITCH_UNSURE in stride.flags:
        return replace(stride, strike_type=StrikeType.REARFOOT if start.rate_dps < 0.0 else None)
    turns_deg = 360.0 * round((down.pitch_deg + end.tilt_offset_deg) / 360.0)
    zero_deg = turns_deg - end.tilt_offset_deg
    angle_deg = start.pitch_deg - zero_deg
    lowest_mm = heel_height_mm(down.pitch_deg - zero_deg, params.heel)
    strike = strike_type(angle_deg, params.heel)
    state = heel_state(strike, lowest_mm, params.heel)
    down_s = start.t_s if state is HeelState.REARFOOT else down.t_s
    return replace(
        stride,
        strike_type=strike,
        strike_angle_deg=angle_deg,
        heel_down_s=None if state is HeelState.HELD else down_s,
        heel_height_mm=lowest_mm,
        heel_state=state,
    )


def _with_pull(stride: Stride, pull: GaitEvent | None) -> Stride:
    if pull is None:
        return stride
    rate_dps = max(0.0, -pull.rate_dps)
    return replace(stride, pull_rate_dps=rate_dps, pull_delay_s=pull.t_s - stride.terminal_contact_s)


def _flags(events: dict[EventKind, GaitEvent], *, cut_short: bool, sure: bool) -> tuple[str, ...]:
    flags = {flag: None for event in events.values() for flag in event.flags}
    doubts = {
        CUT_SHORT: cut_short,
        NO_STANDING_START: events[EventKind.INITIAL_CONTACT].zero is not ZeroReference.STANDING,
        PITCH_UNSURE: not sure,
    }
    return (*flags, *(flag for flag, holds in doubts.items() if holds))


def _quality(axis_confidence: float, flags: tuple[str, ...]) -> float:
    """1 for a clear stride; each doubt takes its share, and so does an unclear axis of the sensor."""
    quality = min(1.0, axis_confidence / 0.7)
    for flag in flags:
        quality *= _DOUBT.get(flag, 1.0)
    return quality
