"""Whether what looked like a stride was one: feet do more than strides.

A stride needs a foot that swings far, strikes, and turns off the ground, and it needs company: one lonely
cycle of a climbing, crawling or fidgeting foot is no gait. The borders come from the strides of real jogs,
sprints and walks, which keep well above them, and from simulated motions without strides, which do not.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from stridesense.gait.detector import WEAK_CONTACT
from stridesense.gait.look import CLIPPED_FLAG
from stridesense.model import EventKind, Gait, GaitEvent, Stride

Events = dict[EventKind, GaitEvent]


class PlausibilityParams(NamedTuple):
    """Borders of a stride.

    Attributes:
        swing_deg: least toes-up turn of the swing before it, deg.
        leave_deg: least toes-down turn from mid-stance to toe-off, deg.
        turning_deg: the same amid a bout, where a turn may have cut it short, or clipping hides some, deg.
        impact_g: least specific force at the landing, g.
        push_dps: least push-off rate, deg/s.
        contact_s: longest contact, s.
        off_swing_deg: a first step swings less: at least this, deg,
        off_leave_deg: but turns off the ground like any other, deg,
        off_push_dps: and as fast, deg/s.
        hop_length_m: who gets no further in a stride hops on the spot, m.
        hop_leave_deg: a hop turns the foot less: least turn to toe-off, deg,
        hop_impact_g: but it strikes harder, g,
        hop_push_dps: leaves faster, deg/s,
        hop_contact_s: and is short, s.
        clear_impact_g: where holes hide the swing, so hard a landing, g,
        clear_push_dps: so fast a push-off, deg/s,
        clear_contact_s: so short a contact, s,
        clear_stride_s: not too short a stride, s,
        clear_speed_mps: nor too slow, m/s,
        clear_axis: and so clear an axis of rotation, is running beyond doubt and needs no company.
        alike: strides that keep each other company differ in duration by less than this share.
        together_s: a bout of strides outlasts a break of this length, s.
    """

    swing_deg: float = 36.0
    leave_deg: float = 30.0
    turning_deg: float = 12.0
    impact_g: float = 1.5
    push_dps: float = 250.0
    contact_s: float = 1.9
    off_swing_deg: float = 18.0
    off_leave_deg: float = 50.0
    off_push_dps: float = 350.0
    hop_length_m: float = 0.35
    hop_leave_deg: float = 18.0
    hop_impact_g: float = 3.5
    hop_push_dps: float = 320.0
    hop_contact_s: float = 0.4
    clear_impact_g: float = 6.0
    clear_push_dps: float = 450.0
    clear_contact_s: float = 0.45
    clear_stride_s: float = 0.4
    clear_speed_mps: float = 1.3
    clear_axis: float = 0.65
    alike: float = 0.3
    together_s: float = 3.0


@dataclass(slots=True)
class Company:
    """Holds back a first stride until a second one like it makes both credible.

    The second must have got somewhere: a way between two planted feet adds up to gravity, that of a foot
    which only flails about does not. Where holes hide the swings, a clear running stride needs no second one.
    """

    waiting: list[Stride] = field(default_factory=list)
    last_end_s: float = -1e9

    def amid(self, start_s: float, params: PlausibilityParams) -> bool:
        """Whether a stride that begins now follows on a bout."""
        return start_s - self.last_end_s < params.together_s

    def admit(self, stride: Stride, events: Events, params: PlausibilityParams) -> list[Stride]:
        """The strides that have become credible with this one, in order."""
        waiting, self.waiting = self.waiting, []
        known = self.amid(stride.initial_contact_s, params)
        clear = clear_run(stride, events, params)
        went = stride.speed_mps is not None or stride.gait is Gait.HOP or clear
        pair = bool(waiting) and went and alike(waiting[-1], stride, params)
        if known or pair or (clear and swing_deg(events) is None):
            self.last_end_s = stride.terminal_contact_s
            return [*waiting, stride] if pair or known else [stride]
        self.waiting = [stride]
        return []


def swing_deg(events: Events) -> float | None:
    """Toes-up turn of the swing before the stride, deg; None when it was not seen."""
    return events[EventKind.INITIAL_CONTACT].swept_deg


def leave_deg(events: Events) -> float:
    """Toes-down turn of the foot from its flattest to toe-off, deg."""
    return events[EventKind.HEEL_DOWN].pitch_deg - events[EventKind.TERMINAL_CONTACT].pitch_deg


def _ends(events: Events) -> tuple[GaitEvent, GaitEvent]:
    return events[EventKind.INITIAL_CONTACT], events[EventKind.TERMINAL_CONTACT]


def hops(events: Events, params: PlausibilityParams) -> bool:
    """Whether the foot hops: it springs off a short contact to which it hardly swung."""
    start, end, swing = *_ends(events), swing_deg(events)
    way = end.travel
    stays = way is not None and way.length_m < params.hop_length_m
    return (
        swing is not None
        and (swing < params.swing_deg or stays)
        and end.t_s - start.t_s < params.hop_contact_s
        and leave_deg(events) >= params.hop_leave_deg
        and start.acc_g >= params.hop_impact_g
        and -end.rate_dps >= params.hop_push_dps
    )


def plausible(events: Events, params: PlausibilityParams, *, amid: bool) -> bool:
    """Whether a foot could have walked, run or hopped this stride; `amid` a bout, a soft landing may do."""
    start, end, swing = *_ends(events), swing_deg(events)
    turns = amid or CLIPPED_FLAG in (*start.flags, *end.flags)
    sets_off = leave_deg(events) >= params.off_leave_deg and -end.rate_dps >= params.off_push_dps
    strides = (
        (swing is None or swing >= (params.off_swing_deg if sets_off else params.swing_deg))
        and leave_deg(events) >= (params.turning_deg if turns else params.leave_deg)
        and start.acc_g >= params.impact_g
        and (amid or WEAK_CONTACT not in start.flags)
        and -end.rate_dps >= params.push_dps
        and end.t_s - start.t_s <= params.contact_s
    )
    return strides or hops(events, params)


def clear_run(stride: Stride, events: Events, params: PlausibilityParams) -> bool:
    """Whether this can only be a running stride."""
    start, end = _ends(events)
    return (
        (stride.stride_time_s is None or stride.stride_time_s >= params.clear_stride_s)
        and (stride.speed_mps is None or stride.speed_mps >= params.clear_speed_mps)
        and start.acc_g >= params.clear_impact_g
        and -end.rate_dps >= params.clear_push_dps
        and end.t_s - start.t_s <= params.clear_contact_s
        and start.axis_confidence >= params.clear_axis
    )


def alike(before: Stride, after: Stride, params: PlausibilityParams) -> bool:
    """Whether one stride led to the next and both took about the same time."""
    if before.stride_time_s is None:
        return False
    adjoining = abs(before.initial_contact_s + before.stride_time_s - after.initial_contact_s) < 1e-6
    if after.stride_time_s is None:
        return adjoining
    return adjoining and abs(after.stride_time_s / before.stride_time_s - 1.0) < params.alike
