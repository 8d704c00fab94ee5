"""What a new session needs to know of the earlier ones."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from stridesense.coaching.adaptation import adaptation_week
from stridesense.coaching.baseline import pooled
from stridesense.coaching.briefing import Briefing
from stridesense.coaching.budget import legs_before, red_flags_before
from stridesense.coaching.ledger import records
from stridesense.coaching.settings import BudgetSettings, CoachSettings, ForecastSettings
from stridesense.model import CheckIn, PastSession, Theme

LEARNED_SHARE: Final = 0.3
LEARNED_STRIDES: Final = 200
"""A theme is learned when in so many strides without cues fewer than this share were off (our own choice)."""

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
    themes = Counter(session.report.theme for session in before if session.report.theme is not None)
    in_this_shoe = [session.report.baseline for session in reversed(before) if session.shoe == shoe]
    return Briefing(
        started_unix_s=started_unix_s,
        coach=coach,
        budget=budget,
        forecast=forecast,
        sessions=len(before),
        last_theme=theme_to_go_on_with(before),
        theme_sessions=dict(themes),
        legs=legs_before(before, told, budget, started_unix_s),
        adaptation_week=adaptation_week(budget, started_unix_s),
        red_flags=red_flags_before(told, started_unix_s),
        baseline=pooled(in_this_shoe),
        cues=records([effect for session in before for effect in session.effects]),
    )


def theme_to_go_on_with(past: Sequence[PastSession]) -> Theme | None:
    """The last theme, unless the strides without cues show that it is learned."""
    theme = next((one.report.theme for one in reversed(past) if one.report.theme is not None), None)
    if theme is None:
        return None
    last = next(one.report for one in reversed(past) if one.report.theme is theme)
    practice = last.practice.get(theme)
    if practice is None or practice.free_strides < LEARNED_STRIDES:
        return theme
    return None if practice.free_off < LEARNED_SHARE * practice.free_strides else theme
