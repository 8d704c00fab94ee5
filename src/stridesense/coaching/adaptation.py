"""The weeks in which a calf gets used to landing on the ball of the foot.

The Pose Method speaks of two to three weeks of sore calves. What a session may cost meanwhile is our own
choice, as are its figures in `BudgetSettings`: the first week's sessions the usual strides of some 20 minutes
a leg, each further week's a fixed factor more. That factor is about what three sessions a week come to that
grow by a tenth each, the most that the single-session rule lets pass, so the two rules agree.
"""

from typing import Final

from stridesense.coaching.settings import BudgetSettings

DAY_S: Final = 86_400.0
FIRST_UNIX_DAY: Final = 719_163
"""1970-01-01 by `date.toordinal`."""


def adaptation_week(settings: BudgetSettings, started_unix_s: float) -> int | None:
    """The week of the plan that a session falls into, 1 at first, by days of UTC; None outside the plan.

    A session of which nobody knows when it began (0) falls into the first week, the strictest one.
    """
    if settings.adapting_since is None:
        return None
    if started_unix_s <= 0.0:
        return 1
    days = FIRST_UNIX_DAY + int(started_unix_s // DAY_S) - settings.adapting_since.toordinal()
    week = 1 + days // 7
    return week if 1 <= week <= settings.adaptation_weeks else None


def plan_load(week: int, settings: BudgetSettings) -> float:
    """What a session of this week may cost a leg, usual strides."""
    return settings.first_load * settings.weekly_growth ** (week - 1)


def session_limit(largest_load: float | None, week: int | None, settings: BudgetSettings) -> float | None:
    """What a session may cost a leg, usual strides; None when nothing is known of it.

    Outside the plan it is the largest session of the last 30 days, within it never more than the plan. But a
    first session's worth is always allowed within it: a short trial is no reason to allow less than nothing.

    Args:
        largest_load: load of the leg's largest session of the last 30 days, None without any.
        week: the week of the plan, None outside it.
        settings: of the budget.
    """
    if week is None:
        return largest_load
    planned = plan_load(week, settings)
    return planned if largest_load is None else min(planned, max(largest_load, settings.first_load))


def sentence(week: int, settings: BudgetSettings) -> str:
    """What the plan says for this week, for the runner."""
    upto = f"at most {plan_load(week, settings):.0f} usual strides a leg in one session"
    return f"week {week} of {settings.adaptation_weeks} of getting used to it: {upto}"
