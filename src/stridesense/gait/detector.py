"""Signals of one foot become gait events."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from stridesense.gait.contact import ContactParams, initial_contact_s, terminal_contact_s
from stridesense.gait.heel import HeelMomentParams, heel_moments
from stridesense.gait.history import History, Stretch
from stridesense.gait.phase import (
    ARMED,
    MARK_ARMED,
    MARK_LOST,
    MARK_TOE_OFF,
    MARK_WEAK_CONTACT,
    SWING,
    PhaseParams,
    PhaseState,
    advance,
)
from stridesense.gait.push_off import pull_trough, push_off_trough
from stridesense.model import EventKind, GaitEvent, Gap, Lost, Malformed, SignalBlock
from stridesense.stage import Stage

_HISTORY_S: Final = 2.5
_IMPACT_S: Final = 0.06
_TURN_S: Final = (0.005, 0.045)  # the way the foot turns here tells heel from ball (van Werkhoven 2019)
_STANCE_SAMPLES: Final = 3
CLIPPED: Final = "clipped"
WEAK_CONTACT: Final = "weak_contact"


@dataclass(frozen=True, slots=True)
class DetectorParams:
    """Constants of the phase machine and of the look-ups around its decisions.

    `bridge_s` is the longest hole in seconds that a swing may outlast.
    """

    phase: PhaseParams = field(default_factory=PhaseParams)
    contact: ContactParams = field(default_factory=ContactParams)
    heel: HeelMomentParams = field(default_factory=HeelMomentParams)
    bridge_s: float = 0.15


@dataclass(slots=True)
class DetectorState:
    """The phase, the recent past, and the contact in progress."""

    phase: PhaseState = field(default_factory=PhaseState)
    history: History = field(default_factory=lambda: History(_HISTORY_S))
    armed_s: float = 0.0
    contact_s: float | None = None
    toe_off_s: float | None = None


Moment = GaitEvent | Lost | Gap | Malformed


class GaitDetector(Stage[SignalBlock | Gap | Malformed, Moment]):
    """Finds the moments of each stride with one phase machine and a look back at the signals."""

    _state: DetectorState

    def __init__(self, params: DetectorParams | None = None) -> None:
        self.params = params or DetectorParams()
        super().__init__()

    def _initial_state(self) -> DetectorState:
        return DetectorState()

    @property
    def latency_s(self) -> float:
        """Heel events come with the end of their stance, which bounds the delay in seconds."""
        return self.params.phase.stance_limit_s

    def process(self, item: SignalBlock | Gap | Malformed) -> list[Moment]:
        """Take signals or damage; return events, and the damage in its place."""
        if isinstance(item, Malformed):
            return [item]
        if isinstance(item, Gap):
            return [*self._break_off(item), item]
        state = self._state
        state.history.add(item)
        columns = (item.t_s, item.pitch_rate_smooth_dps, item.pitch_deg, item.jerk_gps)
        state.phase, (marks,) = advance(state.phase, self.params.phase, columns)
        events: list[Moment] = []
        for i in np.flatnonzero(marks):
            events += self._decide(marks[i], _Look(state.history, item, float(item.t_s[i])))
        return events

    def _break_off(self, gap: Gap) -> list[Moment]:
        """A contact cut by a hole has no end; a swing may outlast a short one, as no time is read off it."""
        state = self._state
        in_swing = state.phase.phase in (SWING, ARMED) and gap.end_s - gap.start_s <= self.params.bridge_s
        if not in_swing:
            state.phase = state.phase.after_gap()
        state.history.clear()
        state.contact_s = state.toe_off_s = None
        return [Lost(gap.foot, gap.start_s)]

    def _decide(self, mark: float, look: "_Look") -> list[Moment]:
        state = self._state
        if mark == MARK_LOST:
            state.contact_s = state.toe_off_s = None
            return [Lost(look.block.foot, look.now_s)]
        if mark == MARK_ARMED:
            state.armed_s = look.now_s
            return [*self._pull(look)]
        if mark == MARK_TOE_OFF:
            return [*self._toe_off(look)]
        return [*self._contact(look, weak=mark == MARK_WEAK_CONTACT)]

    def _contact(self, look: "_Look", *, weak: bool) -> list[GaitEvent]:
        state = self._state
        state.contact_s = initial_contact_s(look.stretch, state.armed_s, self.params.contact)
        state.toe_off_s = None
        if state.contact_s is None:
            return []
        impact = look.stretch.between(state.contact_s, state.contact_s + _IMPACT_S)
        flags = ((WEAK_CONTACT,) if weak else ()) + _clipped(impact)
        peak_g = float(impact.acc_g.max(initial=0.0))
        after = look.stretch.between(state.contact_s + _TURN_S[0], state.contact_s + _TURN_S[1])
        turn_dps = float(after.pitch_rate_dps.mean()) if len(after) else 0.0
        return [
            look.event(
                EventKind.INITIAL_CONTACT, state.contact_s, rate_dps=turn_dps, acc_g=peak_g, flags=flags
            )
        ]

    def _toe_off(self, look: "_Look") -> list[GaitEvent]:
        contact_s = self._state.contact_s
        if contact_s is None:
            return []
        trough = push_off_trough(look.stretch, contact_s)
        delay_s = look.block.smoothing_delay_s
        toe_off_s = terminal_contact_s(look.stretch, trough, delay_s, self.params.contact)
        stance = look.stretch.between(contact_s, toe_off_s)
        if len(stance) < _STANCE_SAMPLES:
            self._state.contact_s = None
            return []
        self._state.toe_off_s = toe_off_s
        heel = heel_moments(stance, self.params.heel)
        lowest_deg = float(stance.pitch_deg[heel.lowest])
        push_dps = float(look.stretch.pitch_rate_smooth_dps[trough])
        events = [look.event(EventKind.HEEL_DOWN, float(stance.t_s[heel.down]), pitch_deg=lowest_deg)]
        if heel.off is not None:
            events.append(look.event(EventKind.HEEL_OFF, float(stance.t_s[heel.off])))
        flags = _clipped(stance)
        return [*events, look.event(EventKind.TERMINAL_CONTACT, toe_off_s, rate_dps=push_dps, flags=flags)]

    def _pull(self, look: "_Look") -> list[GaitEvent]:
        if self._state.toe_off_s is None:
            return []
        pull = pull_trough(look.stretch.between(self._state.toe_off_s, look.now_s))
        if pull is None:
            return []
        return [look.event(EventKind.PULL, pull.t_s, rate_dps=pull.rate_dps)]


def warm_up() -> None:
    """Compile the loop of this stage."""
    advance.warm_up(PhaseState(), PhaseParams(), inputs=4)


def _clipped(stretch: Stretch) -> tuple[str, ...]:
    return (CLIPPED,) if stretch.clipped.any() else ()


@dataclass(frozen=True)
class _Look:
    """A decision's moment, the block it came in, and the signals up to it."""

    history: History
    block: SignalBlock
    now_s: float

    @cached_property
    def stretch(self) -> Stretch:
        """The signals up to the decision."""
        return self.history.until(self.now_s)

    def event(
        self,
        kind: EventKind,
        t_s: float,
        *,
        pitch_deg: float | None = None,
        rate_dps: float | None = None,
        acc_g: float | None = None,
        flags: tuple[str, ...] = (),
    ) -> GaitEvent:
        """An event at `t_s`; what is not given is read off the signals there."""
        at = self.stretch.at
        return GaitEvent(
            kind=kind,
            foot=self.block.foot,
            t_s=t_s,
            known_at_s=self.now_s,
            pitch_deg=at("pitch_deg", t_s) if pitch_deg is None else pitch_deg,
            tilt_offset_deg=float(self.stretch.tilt_offset_deg[-1]),
            pitch_sd_deg=float(self.stretch.pitch_sd_deg[-1]),
            rate_dps=at("pitch_rate_smooth_dps", t_s) if rate_dps is None else rate_dps,
            acc_g=at("acc_g", t_s) if acc_g is None else acc_g,
            zero=self.block.zero,
            sampling_rate_hz=self.block.sampling_rate_hz,
            axis_confidence=self.block.axis_confidence,
            flags=flags,
            host_offset_s=self.block.host_offset_s,
        )
