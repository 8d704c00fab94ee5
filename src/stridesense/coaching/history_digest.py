"""What a new session needs to know of the earlier ones."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from stridesense.coaching.adaptation import adaptation_week
from stridesense.coaching.baseline import pooled
from stridesense.coaching.briefing import Briefing, CueRecord
from stridesense.coaching.budget import legs_before, red_flags_before
from stridesense.coaching.ledger import is_useless, records
from stridesense.coaching.rules import RULES
from stridesense.coaching.settings import BudgetSettings, CoachSettings, ForecastSettings
from stridesense.model import CheckIn, PastSession, Theme

LEARNED_SHARE: Final = 0.3
LEARNED_STRIDES: Final = 200
"""A theme is learned when in so many strides without cues fewer than this share were off (our own choice)."""

COACHED_STRIDES: Final = 850
"""So many strides of both feet in which a cue could come make a session on a theme: about five minutes (our
own choice)."""

Sections = tuple[CoachSettings, BudgetSettings, ForecastSettings]


def brief(
    past: Sequence[PastSession],
    check_ins: Sequence[CheckIn],
    sections: Sections,
    started_unix_s: float,
    shoe: str | None,
) -> Briefing:
    """The briefing of a session that begins at `started_unix_s`; what lies later is not looked at.

    Args:
        past: ended sessions, oldest first.
        check_ins: what the runner said of the calves, oldest first.
        sections: the settings of coach, budget and forecast.
        started_unix_s: when the session begins, Unix time.
        shoe: what is worn; a baseline is taken from sessions in the same shoe alone.
    """
    coach, budget, forecast = sections
    before = [session for session in past if session.started_unix_s < started_unix_s]
    told = [check_in for check_in in check_ins if check_in.unix_s <= started_unix_s]
    known = records([effect for session in before for effect in session.effects])
    themes = Counter(one.report.theme for one in before if one.report.theme is not None and _coached(one))
    in_this_shoe = [session.report.baseline for session in reversed(before) if session.shoe == shoe]
    return Briefing(
        started_unix_s=started_unix_s,
        coach=coach,
        budget=budget,
        forecast=forecast,
        sessions=len(before),
        last_theme=theme_to_go_on_with(before, themes, known, len(coach.fading)),
        theme_sessions=dict(themes),
        legs=legs_before(before, told, budget, started_unix_s),
        adaptation_week=adaptation_week(budget, started_unix_s),
        red_flags=red_flags_before(told, started_unix_s),
        baseline=pooled(in_this_shoe),
        cues=known,
    )


def theme_to_go_on_with(
    past: Sequence[PastSession], sessions: Mapping[Theme, int], known: Mapping[str, CueRecord], plan: int
) -> Theme | None:
    """The last theme, while there is something to gain from it.

    It ends when the strides without cues show that it is learned, when none of its cues does anything for
    this runner, when its plan of fading is used up, and when it was not measured in its last session. A
    change in mid-run is no theme for another day.

    Args:
        past: earlier sessions, oldest first.
        sessions: how many were coached on each theme.
        known: what each cue did.
        plan: the length of the plan of fading, sessions.
    """
    last = next((one.report for one in reversed(past) if one.report.theme is not None), None)
    if last is None or last.theme is None or last.theme is Theme.DRIFT:
        return None
    practice = last.practice.get(last.theme)
    if practice is None or sessions.get(last.theme, 0) >= plan:
        return None
    useless = [is_useless(known.get(rule.cue_id)) for rule in RULES if rule.theme is last.theme]
    free = practice.free_strides
    learned = free >= LEARNED_STRIDES and practice.free_off < LEARNED_SHARE * free
    return None if learned or all(useless) else last.theme


def _coached(session: PastSession) -> bool:
    """Whether the session was long enough, and the coach not silent, for its theme to be practised."""
    theme = session.report.theme
    practice = None if theme is None else session.report.practice.get(theme)
    return practice is not None and practice.coached_strides >= COACHED_STRIDES
