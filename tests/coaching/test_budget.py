"""Every stride is billed to its leg, exactly, and the bill is held against what the leg is used to."""

import pickle
import random
from copy import deepcopy
from fractions import Fraction
from math import fsum

import pytest

from coaching.past import DAY_S, HOUR_S, past_session
from stridesense.coaching.briefing import Briefing, LegBriefing
from stridesense.coaching.budget import (
    Budget,
    budget_reason,
    legs_before,
    red_flags_before,
)
from stridesense.coaching.settings import BudgetSettings
from stridesense.model import Band, CalfBudget, CheckIn, Foot, Gait, Stride

LEFT, RIGHT, UNKNOWN = Foot.LEFT, Foot.RIGHT, Foot.UNKNOWN
NOW_S = 1.77e9
SETTINGS = BudgetSettings()


def stride(index: int, load: float | None, foot: Foot = LEFT, gait: Gait = Gait.RUN) -> Stride:
    start_s = 0.7 * index
    return Stride(
        foot=foot,
        index=index,
        gait=gait,
        initial_contact_s=start_s,
        terminal_contact_s=start_s + 0.25,
        contact_time_s=0.25,
        calf_load=load,
        quality=0.9,
    )


def budget(week: int | None = None, **largest: float) -> Budget:
    legs = {Foot(foot): LegBriefing(largest_load=load) for foot, load in largest.items()}
    return Budget.begin(Briefing(legs=legs, adaptation_week=week))


def billed(strides: list[Stride], **largest: float) -> tuple[Budget, list[CalfBudget]]:
    bill = budget(**largest)
    return bill, [told for one in strides for told in bill.add(one)]


def test_a_hand_computed_session() -> None:
    strides = [
        stride(0, None),
        stride(1, 0.9),
        stride(2, 1.3),
        stride(3, None),
        stride(4, 1.25, gait=Gait.HOP),
        stride(5, None, gait=Gait.HOP),
        stride(6, None, gait=Gait.WALK),
        stride(7, 1.5, RIGHT),
    ]
    bill, _ = billed(strides, left=10.0)
    left, right = bill.all()
    # 1 before any, then 0.9 + 1.3, their mean 1.1, 1.25, and the mean of the three 1.15
    assert left.load == pytest.approx(1.0 + 2.2 + 1.1 + 1.25 + 1.15, abs=1e-12)
    assert (left.strides, left.hops, left.high_load_strides, left.estimated_strides) == (6, 2, 1, 3)
    assert (left.limit, left.ratio, left.band) == (10.0, pytest.approx(0.67), Band.GREEN)
    assert (right.load, right.strides, right.limit, right.band) == (1.5, 1, None, Band.UNKNOWN)
    assert left.t_s == pytest.approx(0.7 * 5 + 0.25)


def test_a_long_session_adds_up_to_the_last_digit() -> None:
    chance = random.Random(5)
    loads = [chance.lognormvariate(0.0, 0.3) for _ in range(50_000)]
    bill, _ = billed([stride(i, load) for i, load in enumerate(loads)])
    assert bill.leg(LEFT).load == fsum(loads)


def test_estimates_add_up_as_well() -> None:
    chance = random.Random(6)
    loads = [chance.choice([None, chance.uniform(0.5, 1.6)]) for _ in range(3_000)]
    measured, total, count = Fraction(0), Fraction(0), 0
    for load in loads:
        if load is None:
            total += measured / count if count else 1
        else:
            measured, count = measured + Fraction(load), count + 1
            total += Fraction(load)
    bill, _ = billed([stride(i, load) for i, load in enumerate(loads)])
    assert bill.leg(LEFT).load == pytest.approx(float(total), abs=1e-9)


def test_a_leg_is_told_of_once_a_minute_and_when_its_band_changes() -> None:
    _, told = billed([stride(i, 1.0) for i in range(300)], left=200.0)
    assert [(round(one.t_s), one.band) for one in told] == [
        (60, Band.GREEN),
        (121, Band.GREEN),
        (140, Band.AMBER),  # the 201st stride
        (154, Band.RED),  # the 221st
    ]


@pytest.mark.parametrize(
    ("load", "band"), [(100.0, Band.GREEN), (100.1, Band.AMBER), (110.0, Band.AMBER), (110.1, Band.RED)]
)
def test_the_bands_begin_above_their_borders(load: float, band: Band) -> None:
    bill, _ = billed([stride(0, load)], left=100.0)
    assert bill.leg(LEFT).band is band


def test_an_unnamed_foot_has_an_account_of_its_own() -> None:
    bill, _ = billed([stride(0, 1.0, foot) for foot in (UNKNOWN, LEFT, LEFT)], unknown=4.0)
    assert {foot: one.load for foot, one in bill.by_leg().items()} == {LEFT: 2.0, UNKNOWN: 1.0}
    assert bill.leg(UNKNOWN).ratio == 0.25


def test_the_reason_names_the_leg_and_its_figures() -> None:
    bill, _ = billed([stride(i, 1.0, foot) for i in range(9) for foot in Foot], left=20.0, right=10.0)
    assert budget_reason(bill.leg(RIGHT)) == (
        "the right calf has done 9 usual strides, 90% of the 10 that it may do today"
    )


def test_without_a_limit_the_reason_says_so() -> None:
    bill, _ = billed([stride(0, 1.0)])
    assert budget_reason(bill.leg(LEFT)) == (
        "the left calf has done 1 usual strides; what it can take is not known yet"
    )


def test_the_adaptation_plan_lowers_the_limit_and_gives_one_at_a_cold_start() -> None:
    week_two = budget(week=2, left=9000.0)
    assert week_two.leg(LEFT).limit == pytest.approx(1700.0 * 1.3)
    assert week_two.leg(RIGHT).limit == pytest.approx(1700.0 * 1.3)


def test_a_budget_goes_on_from_a_copy_as_it_would_have() -> None:
    chance = random.Random(7)
    strides = [
        stride(i, chance.choice([None, chance.random() * 2]), chance.choice(list(Foot))) for i in range(900)
    ]
    whole, told = billed(strides, left=150.0)
    bill, first = billed(strides[:400], left=150.0)
    for copied in (deepcopy(bill), pickle.loads(pickle.dumps(bill))):  # noqa: S301 - our own bytes
        rest = [out for one in strides[400:] for out in copied.add(one)]
        assert (first + rest, copied.all()) == (told, whole.all())


def test_the_largest_session_of_the_last_30_days_counts_for_each_leg() -> None:
    past = [
        past_session(NOW_S - 31 * DAY_S, {LEFT: 9000.0, RIGHT: 50.0}),
        past_session(NOW_S - 30 * DAY_S, {LEFT: 2000.0, RIGHT: 900.0}),
        past_session(NOW_S - 2 * DAY_S, {LEFT: 2500.0, RIGHT: 0.0}),
        past_session(NOW_S, {LEFT: 7000.0}),
        past_session(NOW_S + DAY_S, {LEFT: 8000.0}),
    ]
    legs = legs_before(past, [], SETTINGS, NOW_S)
    assert legs == {LEFT: LegBriefing(largest_load=2500.0), RIGHT: LegBriefing(largest_load=900.0)}


def test_the_latest_word_on_each_calf_counts_while_it_is_fresh() -> None:
    check_ins = [
        CheckIn(unix_s=NOW_S - 10 * HOUR_S, soreness={LEFT: 1}),
        CheckIn(unix_s=NOW_S - 34 * HOUR_S, soreness={LEFT: 6, RIGHT: 4}),
        CheckIn(unix_s=NOW_S - 90 * HOUR_S, soreness={UNKNOWN: 7}),
        CheckIn(unix_s=NOW_S + HOUR_S, soreness={RIGHT: 9}),
    ]
    legs = legs_before([], check_ins, SETTINGS, NOW_S)
    assert legs == {LEFT: LegBriefing(soreness=1), RIGHT: LegBriefing(soreness=4)}


def test_red_flags_stay_until_a_later_check_in_has_none() -> None:
    swollen = CheckIn(unix_s=NOW_S - 20 * DAY_S, soreness={LEFT: 5}, red_flags=("swelling",))
    well = CheckIn(unix_s=NOW_S - DAY_S, soreness={LEFT: 1})
    assert red_flags_before([], NOW_S) == ()
    assert red_flags_before([swollen], NOW_S) == ("swelling",)
    assert red_flags_before([well, swollen], NOW_S) == ()
    assert red_flags_before([well, swollen], NOW_S - 2 * DAY_S) == ("swelling",)
