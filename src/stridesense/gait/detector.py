"""Signals of one foot become gait events."""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from stridesense.dsp.kernels import Memory, Packed
from stridesense.gait.contact import ContactParams, landing, toe_off
from stridesense.gait.displacement import TravelParams, quiet, travel
from stridesense.gait.heel import HeelMomentParams, heel
from stridesense.gait.history import History
from stridesense.gait.look import Look
from stridesense.gait.phase import (
    ARMED,
    MARK_ARMED,
    MARK_CONTACT,
    MARK_HEEL,
    MARK_LOST,
    MARK_TOE_OFF,
    MARK_TOUCH,
    MARK_WEAK_CONTACT,
    SWING,
    PhaseParams,
    advance,
    after_gap,
)
from stridesense.gait.push_off import PullParams, pull
from stridesense.gait.sides import INWARD_WINDOW_S
from stridesense.gait.way import Way
from stridesense.model import EventKind, GaitEvent, Gap, Lost, Malformed, SignalBlock, StrideShape
from stridesense.model.signals import (
    ACC_G,
    COLUMNS,
    ROLL_RATE_DPS,
)
from stridesense.stage import Stage

_HISTORY_S: Final = 2.5
_IMPACT_S: Final = 0.06
_LOOK_BACK_S: Final = 0.03
_LATE_SHARE: Final = 0.4
_LEAST_SAMPLES: Final = 8
_UNSEEN_S: Final = 0.12
"""A landing that comes sooner after the first sample was perhaps not the first jolt."""

AFTER_GAP: Final = "after_gap"
WEAK_CONTACT: Final = "weak_contact"


@dataclass(frozen=True, slots=True)
class DetectorParams:
    """Constants of the phase machine and of the look-ups around its decisions.

    `bridge_s` is the longest hole in seconds that a swing may outlast, `shape_limit_s` the longest stride
    that gets a shape: the history surely reaches back so far.
    """

    phase: PhaseParams = field(default_factory=PhaseParams)
    contact: ContactParams = field(default_factory=ContactParams)
    heel: HeelMomentParams = field(default_factory=HeelMomentParams)
    pull: PullParams = field(default_factory=PullParams)
    travel: TravelParams = field(default_factory=TravelParams)
    bridge_s: float = 0.15
    shape_limit_s: float = 2.0


@dataclass(slots=True)
class DetectorState:
    """The phase, the recent past, and the contact in progress."""

    phase: Memory = field(default_factory=advance.begin)
    history: History = field(default_factory=lambda: History(_HISTORY_S))
    armed_s: float = 0.0
    contact_s: float | None = None
    toe_off_s: float | None = None
    stride_from_s: float | None = None
    way: Way = field(default_factory=Way)


Moment = GaitEvent | StrideShape | Lost | Gap | Malformed


class GaitDetector(Stage[SignalBlock | Gap | Malformed, Moment]):
    """Finds the moments of each stride with one phase machine and a look back at the signals.

    A landing is told twice: at once, as provisional, and for good when the foot has settled; so is the heel's
    way down, by about 0.12 s after the landing and again at toe-off. Before the final landing comes the
    shape of the stride that it ends.
    """

    _state: DetectorState

    def __init__(self, params: DetectorParams | None = None) -> None:
        self.params = params or DetectorParams()
        self._phase = Packed.of(self.params.phase)
        self._contact = Packed.of(self.params.contact)
        self._heel = Packed.of(self.params.heel)
        self._pull = Packed.of(self.params.pull)
        self._travel = Packed.of(self.params.travel)
        super().__init__()

    def _initial_state(self) -> DetectorState:
        return DetectorState()

    @property
    def latency_s(self) -> float:
        """The final heel events come with the end of their stance, which bounds the delay in seconds."""
        return self.params.phase.stance_limit_s

    def process(self, item: SignalBlock | Gap | Malformed) -> list[Moment]:
        """Take signals or damage; return events, and the damage in its place."""
        if isinstance(item, Malformed):
            return [item]
        if isinstance(item, Gap):
            return [*self._break_off(item), item]
        state = self._state
        state.history.add(item)
        marks = np.empty((1, len(item)))
        advance(state.phase, self._phase, item.columns, marks)
        events: list[Moment] = []
        for i in marks[0].nonzero()[0].tolist():
            events += self._decide(float(marks[0, i]), Look(state.history, item, i))
        return events

    def _break_off(self, gap: Gap) -> list[Moment]:
        """A contact cut by a hole has no end; a swing may outlast a short one, as no time is read off it."""
        state = self._state
        in_swing = int(state.phase["phase"][0]) in (SWING, ARMED)
        if not in_swing or gap.end_s - gap.start_s > self.params.bridge_s:
            state.phase = after_gap(state.phase)
        state.history.clear()
        state.way.broken()
        state.contact_s = state.toe_off_s = state.stride_from_s = None
        return [Lost(gap.foot, gap.start_s)]

    def _decide(self, mark: float, look: Look) -> list[Moment]:
        state = self._state
        if mark == MARK_LOST:
            state.contact_s = state.toe_off_s = state.stride_from_s = None
            return [Lost(look.block.foot, look.now_s)]
        if mark == MARK_ARMED:
            state.armed_s = look.now_s
            return [*self._lifted(look)]
        if mark == MARK_TOE_OFF:
            return [*self._left(look)]
        if mark == MARK_HEEL:
            return [*self._heel_verdict(look)]
        return [*self._landed(look, mark)]

    def _landed(self, look: Look, mark: float) -> list[Moment]:
        state, final = self._state, mark in (MARK_CONTACT, MARK_WEAK_CONTACT)
        start, stop = look.window(state.armed_s - _LOOK_BACK_S)
        if final:
            state.contact_s = state.toe_off_s = None
        if stop - start < _LEAST_SAMPLES:
            return []
        contact_s, slapped = landing(self._contact, look.history.table, start, stop)
        if final:
            state.contact_s = contact_s
        impact = look.between(contact_s, contact_s + _IMPACT_S)
        flags = ((WEAK_CONTACT,) if mark == MARK_WEAK_CONTACT else ()) + look.clipped(impact)
        if contact_s - look.begins_s < _UNSEEN_S:
            flags = (*flags, AFTER_GAP)
        event = look.event(
            EventKind.INITIAL_CONTACT,
            contact_s,
            acc_g=float(impact[ACC_G].max(initial=0.0)),
            swept_deg=look.swing_deg(contact_s),
            flags=flags,
            provisional=mark == MARK_TOUCH,
        )
        landed = replace(event, heel_first=slapped > 0.0)
        return [*self._shape(look, contact_s), landed] if final else [landed]

    def _shape(self, look: Look, contact_s: float) -> list[StrideShape]:
        """How the foot turned since the contact before this one."""
        start_s, self._state.stride_from_s = self._state.stride_from_s, contact_s
        if start_s is None or not 0.0 < contact_s - start_s <= self.params.shape_limit_s:
            return []
        shape = look.shape(start_s, contact_s)
        return [] if shape is None else [shape]

    def _heel_verdict(self, look: Look) -> list[GaitEvent]:
        contact_s = self._state.contact_s
        if contact_s is None:
            return []
        start, stop = look.window(contact_s)
        seen_s = contact_s + (look.now_s - contact_s) / self.params.heel.until_share
        down_s, lowest_deg, _ = heel(self._heel, look.history.table, start, stop, contact_s, seen_s)
        return [look.event(EventKind.HEEL_DOWN, down_s, pitch_deg=lowest_deg, provisional=True)]

    def _left(self, look: Look) -> list[GaitEvent]:
        contact_s, table = self._state.contact_s, look.history.table
        if contact_s is None:
            return []
        start, stop = look.window(contact_s + _LATE_SHARE * (look.now_s - contact_s))
        self._state.contact_s = None
        if stop - start < _LEAST_SAMPLES:
            return []
        toe_off_s, push_dps = toe_off(self._contact, table, start, stop)
        toe_off_s = min(toe_off_s, look.now_s)
        self._state.toe_off_s = toe_off_s
        start, stop = look.window(contact_s)
        down_s, lowest_deg, off_s = heel(self._heel, table, start, stop, contact_s, toe_off_s)
        events = [look.event(EventKind.HEEL_DOWN, down_s, pitch_deg=lowest_deg)]
        if off_s >= 0.0:
            events.append(look.event(EventKind.HEEL_OFF, off_s))
        flags = look.clipped(table[:, start:stop])
        roll = look.between(contact_s + INWARD_WINDOW_S[0], contact_s + INWARD_WINDOW_S[1])[ROLL_RATE_DPS]
        end = look.event(EventKind.TERMINAL_CONTACT, toe_off_s, rate_dps=push_dps, flags=flags)
        way = self._state.way.follow(look, self._travel, contact_s, toe_off_s)
        return [*events, replace(end, roll_rate_dps=float(roll.mean()) if len(roll) else 0.0, travel=way)]

    def _lifted(self, look: Look) -> list[GaitEvent]:
        toe_off_s = self._state.toe_off_s
        if toe_off_s is None:
            return []
        start, stop = look.window(toe_off_s)
        delay_s = look.block.smoothing_delay_s
        pull_s, pull_dps = pull(self._pull, look.history.table, start, stop, toe_off_s, delay_s)
        if pull_s < 0.0:
            return []
        return [look.event(EventKind.PULL, pull_s, rate_dps=pull_dps)]


def warm_up() -> None:
    """Compile the loops of this stage."""
    params, columns = DetectorParams(), len(COLUMNS)
    advance.warm_up(Packed.of(params.phase), columns, 1)
    landing.warm_up(Packed.of(params.contact), columns, 0)
    toe_off.warm_up(Packed.of(params.contact), columns, 0)
    heel.warm_up(Packed.of(params.heel), columns, 2)
    pull.warm_up(Packed.of(params.pull), columns, 2)
    quiet.warm_up(Packed.of(params.travel), columns, 0)
    travel.warm_up(Packed.of(params.travel), columns, 3)
