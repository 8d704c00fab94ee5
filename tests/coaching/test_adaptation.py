"""Two or three weeks in which a session may cost less than the runner could."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from stridesense.coaching.adaptation import adaptation_week, plan_load, sentence, session_limit
from stridesense.coaching.settings import BudgetSettings

PLAN = BudgetSettings(adapting_since=date(2026, 2, 27))


def week_at(settings: BudgetSettings, *moment: int) -> int | None:
    return adaptation_week(settings, datetime(*moment, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        ((2026, 2, 26, 23, 59), None),
        ((2026, 2, 27, 0, 0), 1),
        ((2026, 3, 5, 23, 59), 1),
        ((2026, 3, 6, 0, 0), 2),
        ((2026, 3, 19, 23, 59), 3),
        ((2026, 3, 20, 0, 0), None),
    ],
)
def test_a_week_begins_every_seven_days_until_the_plan_is_over(
    moment: tuple[int, ...], week: int | None
) -> None:
    assert week_at(PLAN, *moment) == week


def test_a_plan_of_two_weeks_ends_after_two() -> None:
    assert week_at(PLAN.model_copy(update={"adaptation_weeks": 2}), 2026, 3, 13) is None


def test_who_is_used_to_it_has_no_plan() -> None:
    assert week_at(BudgetSettings(), 2026, 3, 1) is None


def test_a_session_of_which_nobody_knows_the_day_is_in_the_strictest_week() -> None:
    assert adaptation_week(PLAN, 0.0) == 1


@pytest.mark.parametrize(
    ("largest", "week", "limit"),
    [
        (None, None, None),
        (4000.0, None, 4000.0),
        (None, 1, 1700.0),
        (4000.0, 1, 1700.0),
        (300.0, 1, 1700.0),
        (4000.0, 2, 2210.0),
        (1900.0, 2, 1900.0),
        (300.0, 3, 1700.0),
        (4000.0, 3, 2873.0),
    ],
)
def test_the_plan_lowers_what_a_session_may_cost(
    largest: float | None, week: int | None, limit: float | None
) -> None:
    assert session_limit(largest, week, PLAN) == pytest.approx(limit)


def test_a_runner_who_uses_the_plan_up_grows_by_no_more_than_it_says() -> None:
    largest, sessions = None, []
    for week in (1, 1, 1, 2, 2, 2, 3, 3, 3):
        limit = session_limit(largest, week, PLAN)
        assert limit is not None
        sessions.append(PLAN.red * limit)
        largest = max(sessions)
    weekly = [max(sessions[first : first + 3]) for first in (0, 3, 6)]
    assert all(after <= 1.34 * before for before, after in pairwise(weekly))
    assert weekly[2] > 1.3 * weekly[0]


def test_the_runner_is_told_the_week_and_its_limit() -> None:
    assert plan_load(2, PLAN) == pytest.approx(2210.0)
    assert sentence(2, PLAN) == (
        "week 2 of 3 of getting used to it: at most 2210 usual strides a leg in one session"
    )
