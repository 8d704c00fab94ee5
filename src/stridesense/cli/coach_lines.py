"""What the coach has to say before a session and after it, in lines."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from stridesense.cli.history_silence import WHY, merged
from stridesense.coaching.adaptation import sentence
from stridesense.coaching.briefing import Briefing
from stridesense.coaching.guard import Effect, forbidden
from stridesense.coaching.silences import ANY
from stridesense.coaching.words import language_pack, languages
from stridesense.model import CalfBudget, Cue, CueKind, Foot, Withheld
from stridesense.runtime.session import SessionReport
from stridesense.sinks.coach_words import describe_bout, describe_budget, describe_change, describe_half

COLD: Final = (
    "the coach begins cold: until the first minutes have shown what is usual for you, "
    "only the heel can be judged"
)

FOR_FRESH_CALVES: Final = frozenset({"rope_jump", "run_on_the_spot"})
"""Drills that cost the calves more than running does; our own choice."""


def opening_lines(briefing: Briefing) -> Iterator[str]:
    """What the runner should know of the coach before the first stride."""
    if not briefing.baseline:
        yield COLD
    yield from _adaptation(briefing)


def closing_lines(report: SessionReport, briefing: Briefing) -> Iterator[str]:
    """What the session was about, what it cost the calves, what was found, and what to practise."""
    coach = report.coach
    if coach is None:
        return
    if coach.theme is not None:
        yield f"theme: {coach.theme.replace('_', ' ')}"
    budgets = [leg for leg in coach.budgets if leg.strides]
    yield from map(describe_budget, budgets)
    if budgets:
        yield from _adaptation(briefing)
    yield from (f"change: {describe_change(change)}" for change in report.changes)
    yield from (f"second half against first: {describe_half(half)}" for half in coach.halves if half.sure)
    yield from (f"drill: {describe_bout(bout)}" for bout in report.bouts)
    yield from practice_lines(report.cues, budgets, briefing)


def practice_lines(cues: Iterable[Cue], budgets: Sequence[CalfBudget], briefing: Briefing) -> Iterator[str]:
    """The drills that the corrections of a session point to, none before its calves can take it."""
    language = briefing.coach.language
    pack = language_pack(language if language in languages() else "en")
    legs = {leg.foot: leg for leg in budgets}
    tired = forbidden(Effect.MORE, Foot.UNKNOWN, legs, briefing) is not None
    given = dict.fromkeys(cue.drill for cue in cues if cue.kind is CueKind.CORRECTION)
    for drill in given:
        if drill is not None and drill in pack.drills:
            when = " on a day when your calves are fresh" if tired and drill in FOR_FRESH_CALVES else ""
            yield f"to practise{when}: {pack.drill(drill)}"


def withheld_line(withheld: Sequence[Withheld], explained_as: str | None) -> str | None:
    """How often something was due and not said; None when nothing was.

    Args:
        withheld: of the whole session.
        explained_as: what the history calls the session, None where it does not have it.
    """
    quiets = [quiet for quiet in merged(withheld) if quiet.longest.cue_id != ANY]
    if not quiets:
        return None
    ((why, _),) = Counter(quiet.longest.why for quiet in quiets).most_common(1)
    times = "once" if len(quiets) == 1 else f"{len(quiets)} times, most often"
    pointer = "" if explained_as is None else f"; `stridesense history explain {explained_as}` tells each"
    return f"due and not said {times}: {WHY[why]}{pointer}"


def _adaptation(briefing: Briefing) -> Iterator[str]:
    if briefing.adaptation_week is not None:
        yield sentence(briefing.adaptation_week, briefing.budget)
