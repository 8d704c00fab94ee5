"""The coach: what to say, when to say it, and when to be silent.

Every stride is compared with the runner's own baseline; what is off for most of a full window becomes a wish,
and the first wish that nothing speaks against becomes a cue. What is not said is told with its reason.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from stridesense.coaching.baseline import Baseline
from stridesense.coaching.briefing import Briefing
from stridesense.coaching.budget import Budget
from stridesense.coaching.context import Context
from stridesense.coaching.drills import Drills
from stridesense.coaching.guard import forbidden
from stridesense.coaching.judging import Judge
from stridesense.coaching.learning import BASELINE_UNTIL_S, Learning
from stridesense.coaching.ledger import Ledger, LedgerParams
from stridesense.coaching.notices import Notices
from stridesense.coaching.practice import PracticeLog
from stridesense.coaching.scheduler import FORM, Refusal, Scheduler
from stridesense.coaching.silences import ANY, Silences
from stridesense.coaching.wishes import Line, Wishes, notice_line
from stridesense.gait.segmentation import Outcome as GaitOutcome
from stridesense.model import (
    Bout,
    CalfBudget,
    Change,
    CoachReport,
    Cue,
    CueEffect,
    CueKind,
    Foot,
    Gap,
    Hop,
    Instruction,
    PodReport,
    Silence,
    Stride,
    Withheld,
)
from stridesense.stage import Stage

BY_CHANCE: Final = frozenset(
    {Silence.WARM_UP, Silence.PROBE, Silence.FADED, Silence.MUTED, Silence.OTHER_THEME, Silence.GAP}
)
"""Reasons that have nothing to do with how the runner runs at that moment."""

Incoming = GaitOutcome | PodReport | Instruction
Outcome = Incoming | Cue | Withheld | CueEffect | Change | Hop | Bout | CalfBudget | CoachReport


@dataclass(slots=True)
class CoachState:
    """All that the coach knows of a session."""

    context: Context
    learning: Learning
    judge: Judge
    wishes: Wishes
    ledger: Ledger
    budget: Budget
    drills: Drills
    notices: Notices
    scheduler: Scheduler
    silences: Silences
    log: PracticeLog
    now_s: float = 0.0
    begun_s: float | None = None
    cue_log: list[str] = field(default_factory=list)


class Coach(Stage[Incoming, Outcome]):
    """Watches the strides of both feet; returns each item and behind it what it makes due.

    The same items and the same briefing always give the same cues. At the end comes one `CoachReport`.
    """

    _state: CoachState

    def __init__(self, briefing: Briefing | None = None) -> None:
        self.briefing = briefing or Briefing()
        super().__init__()

    def _initial_state(self) -> CoachState:
        briefing = self.briefing
        notices = Notices()
        notices.begin(briefing)
        return CoachState(
            context=Context(),
            learning=Learning(Baseline.known(briefing.baseline)),
            judge=Judge(),
            wishes=Wishes.begin(briefing),
            ledger=Ledger(LedgerParams.of(briefing.coach)),
            budget=Budget.begin(briefing),
            drills=Drills(),
            notices=notices,
            scheduler=Scheduler.begin(briefing),
            silences=Silences(),
            log=PracticeLog(),
        )

    @property
    def latency_s(self) -> float:
        """Cues come with the stride that makes them due."""
        return 0.0

    def process(self, item: Incoming) -> list[Outcome]:
        """Take anything of the gait, a pod or the runner; return it, and behind it what it makes due."""
        match item:
            case Gap():
                if self._state.context.lose(item):
                    self._break([item.foot])
            case PodReport():
                self._state.notices.follow_pod(item)
                return [item, *self._speak(self._notices(), item.foot, max(self._state.now_s, item.t_s))]
            case Instruction():
                self._state.scheduler.obey(item)
            case Stride():
                return [item, *self._follow(item)]
        return [item]

    def flush(self) -> list[Outcome]:
        """The session is over."""
        state = self._state
        bouts = state.drills.flush()
        return [*bouts, *state.silences.end_all(), self._report()]

    def _follow(self, stride: Stride) -> list[Outcome]:
        state = self._state
        end_s = stride.initial_contact_s + (stride.stride_time_s or stride.contact_time_s)
        state.now_s = max(state.now_s, end_s)
        if state.begun_s is None:
            state.begun_s = stride.initial_contact_s
        state.log.count(stride)
        state.notices.follow_stride(stride, state.now_s)
        loads = state.budget.add(stride)
        if loads:
            state.notices.follow_load(state.budget.by_leg())
        found: list[Outcome] = [*loads, *state.drills.add(stride)]
        at_home = state.context.running_s < BASELINE_UNTIL_S
        unsteady = state.context.follow(stride, end_s, at_home=at_home)
        if unsteady is None:
            found += state.silences.end(ANY, stride.foot)
            found += self._judge(stride)
        else:
            feet = list(Foot) if unsteady.both_feet else [stride.foot]
            refusal = Refusal(Silence.UNSTEADY, unsteady.reason)
            found += state.silences.refuse(ANY, None, stride.foot, refusal, state.now_s)
            self._break(feet)
        lines = self._notices()
        if unsteady is None:
            lines += state.wishes.due(stride.foot, state.now_s, state.scheduler.theme)
        found += self._speak(lines, stride.foot, state.now_s)
        return [*found, *state.silences.expire(state.now_s)]

    def _judge(self, stride: Stride) -> list[Outcome]:
        """Compare a steady stride with the runner's usual, then learn from it."""
        state, now_s = self._state, self._state.now_s
        if stride.quality < state.context.params.quality:
            return []
        judgements = state.judge.judge(stride, state.learning.baseline)
        free = state.scheduler.muted or state.scheduler.probing(now_s)
        state.log.judge(judgements, free=free)
        found: list[Outcome] = []
        for cue_id, judgement in judgements.items():
            if judgement.beyond_sd is not None:
                found += state.ledger.judged(stride.foot, cue_id, now_s, judgement.beyond_sd)
        state.wishes.follow(stride.foot, judgements, now_s)
        changes = state.learning.add(stride, state.context.running_s)
        state.wishes.note(changes)
        return [*found, *changes]

    def _break(self, feet: Sequence[Foot]) -> None:
        """What these feet did before cannot be compared with what they do next."""
        state = self._state
        state.learning.forget(feet)
        for foot in feet:
            state.ledger.broken(foot)
            state.wishes.forget(foot)

    def _notices(self) -> list[Line]:
        language = self.briefing.coach.language
        return [notice_line(notice, language) for notice in self._state.notices.due.values()]

    def _speak(self, lines: Sequence[Line], foot: Foot, now_s: float) -> list[Outcome]:
        """Give the first line that nothing speaks against; tell of those that are not given."""
        state = self._state
        found: list[Outcome] = []
        said: Cue | None = None
        for line in lines:
            refusal = self._refusal(line, said, now_s)
            if refusal is not None:
                self._mark_withheld(line, refusal, foot)
                wish = line.wish
                found += state.silences.refuse(wish.cue_id, wish.theme, wish.foot, refusal, now_s)
                continue
            said = line.cue(now_s)
            found += [*state.silences.end(said.cue_id, said.foot), said]
            self._give(said)
        return found

    def _refusal(self, line: Line, said: Cue | None, now_s: float) -> Refusal | None:
        """Why a line is not said."""
        state, wish = self._state, line.wish
        if said is not None:
            return Refusal(Silence.OTHER_CUE, f"{said.text!r} was said instead")
        if wish.kind in FORM:
            soreness = max((leg.soreness or 0 for leg in self.briefing.legs.values()), default=0)
            if soreness >= self.briefing.budget.symptom_stop:
                return Refusal(Silence.SYMPTOMS, f"a calf is sore, {soreness} of 10 at the latest check-in")
            reason = forbidden(line.ankle, wish.foot, state.budget.by_leg(), self.briefing)
            if reason is not None:
                return Refusal(Silence.GUARD, reason)
            trouble = state.context.link_trouble(wish.foot, now_s)
            if trouble is not None:
                return Refusal(Silence.UNSTEADY, trouble)
            if wish.kind is CueKind.CORRECTION and state.ledger.retired(wish.cue_id, now_s):
                times = self.briefing.coach.retire_after
                return Refusal(Silence.RETIRED, f"{times} of these cues in a row changed nothing")
        return state.scheduler.refusal(wish, now_s, state.context.first_run_s or 0.0)

    def _mark_withheld(self, line: Line, refusal: Refusal, foot: Foot) -> None:
        """A cue withheld for a reason that is not in the strides shows what happens without it."""
        if line.wish.kind is CueKind.CORRECTION and refusal.why in BY_CHANCE:
            self._state.ledger.marked(foot, line.wish.cue_id, self._state.now_s, given=False)

    def _give(self, cue: Cue) -> None:
        state = self._state
        state.scheduler.give(cue)
        state.cue_log.append(json.dumps(cue.to_record(), sort_keys=True))
        if cue.kind in FORM:
            feet = state.wishes.said(cue)
            for foot in feet if cue.kind is CueKind.CORRECTION else ():
                state.ledger.marked(foot, cue.cue_id, cue.t_s, given=True)
        else:
            state.notices.give(cue)

    def _report(self) -> CoachReport:
        state = self._state
        return CoachReport(
            duration_s=state.now_s - (state.begun_s or 0.0),
            running_s=state.context.running_s,
            theme=state.scheduler.theme,
            strides=dict(state.log.strides),
            budgets=state.budget.all(),
            held_share=state.log.held_share(),
            climb_m=state.log.climb_m(),
            cues=len(state.cue_log),
            retired=state.ledger.retired_cues,
            practice=state.log.practice(),
            halves=state.learning.drift.halves(),
            baseline=state.learning.baseline.moments(),
            cue_log_sha256=sha256("\n".join(state.cue_log).encode()).hexdigest(),
        )
