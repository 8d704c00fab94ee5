"""No cue that may load the ankle is given while a leg that it may load has enough."""

import random
from collections.abc import Callable, Mapping
from typing import NamedTuple

import pytest

from stridesense.coaching.briefing import Briefing, LegBriefing
from stridesense.coaching.guard import Effect, forbidden
from stridesense.coaching.settings import BudgetSettings
from stridesense.model import CalfBudget, Foot

LEFT, RIGHT, UNKNOWN = Foot.LEFT, Foot.RIGHT, Foot.UNKNOWN
STATES = 100_000
Guard = Callable[[Effect, Foot, Mapping[Foot, CalfBudget], Briefing], str | None]


class State(NamedTuple):
    """All that the guard is asked with."""

    effect: Effect
    foot: Foot
    legs: dict[Foot, CalfBudget]
    briefing: Briefing


def budget(foot: Foot, ratio: float | None) -> CalfBudget:
    limit = None if ratio is None else 1000.0
    return CalfBudget(
        foot=foot, t_s=60.0, load=1000.0 * (ratio or 0.1), strides=100, limit=limit, ratio=ratio
    )


def briefing(
    soreness: Mapping[Foot, int | None], week: int | None = None, settings: BudgetSettings | None = None
) -> Briefing:
    legs = {foot: LegBriefing(soreness=level) for foot, level in soreness.items()}
    return Briefing(legs=legs, adaptation_week=week, budget=settings or BudgetSettings())


def random_state(chance: random.Random, settings: BudgetSettings) -> State:
    """Mostly harmless states, so that every single reason is the only one often enough."""
    worn = chance.choice([(LEFT, RIGHT), (LEFT, RIGHT), (LEFT,), (RIGHT,), (UNKNOWN,), ()])
    edge = settings.guard_from
    ratios = [None, 0.0, 0.3, 0.5, edge - 1e-9, edge, 1.2]
    asked = chance.sample([LEFT, RIGHT], chance.randrange(3))
    levels = [None, 0, 1, settings.symptom_limit - 1, settings.symptom_limit, 10]
    known = briefing(
        {foot: chance.choice(levels) for foot in asked}, chance.choice([None, None, None, 1, 2, 3]), settings
    )
    legs = {foot: budget(foot, chance.choice(ratios)) for foot in worn}
    return State(chance.choice(list(Effect)), chance.choice(list(Foot)), legs, known)


def must_be_silent(state: State) -> bool:
    """The rule once more, from its words and by sets instead of by reasons."""
    if state.effect in {Effect.LESS, Effect.NONE}:
        return False
    lone_unnamed = set(state.legs) == {UNKNOWN}
    both = {UNKNOWN} if lone_unnamed else {LEFT, RIGHT}
    at_stake = both if state.foot is UNKNOWN or state.effect is Effect.UNKNOWN else {state.foot}
    limits = state.briefing.budget
    with_room = {
        foot
        for foot, leg in state.legs.items()
        if leg.limit is not None and leg.load < limits.guard_from * leg.limit
    }
    sore = {
        foot
        for foot, leg in state.briefing.legs.items()
        if leg.soreness is not None and leg.soreness >= limits.symptom_limit
    }
    hurts = bool(sore) if at_stake == {UNKNOWN} else bool(sore & at_stake)
    return state.briefing.adaptation_week in {1, 2, 3} or hurts or bool(at_stake - with_room)


def violations(*guards: Guard) -> list[int]:
    """Of 100 000 random states, in how many each guard lets through what the rule forbids."""
    chance = random.Random(20_250_607)
    settings = [
        BudgetSettings(),
        BudgetSettings(guard_from=0.6, symptom_limit=2),
        BudgetSettings(guard_from=1),
    ]
    states = (random_state(chance, chance.choice(settings)) for _ in range(STATES))
    passed = [[guard(*state) is None for guard in guards] for state in states if must_be_silent(state)]
    return [sum(column) for column in zip(*passed, strict=True)]


def test_no_random_state_gets_past_the_guard_and_many_do_without_it() -> None:
    guarded, unguarded = violations(forbidden, lambda *_: None)
    assert guarded == 0
    assert unguarded > STATES // 10


def test_the_guard_is_silent_only_where_the_rule_says_so() -> None:
    chance = random.Random(3)
    states = [random_state(chance, BudgetSettings()) for _ in range(5_000)]
    assert any(must_be_silent(state) for state in states)
    assert all((forbidden(*state) is not None) == must_be_silent(state) for state in states)


FREE = {LEFT: budget(LEFT, 0.3), RIGHT: budget(RIGHT, 0.3)}
NOT_SORE = briefing({LEFT: 0, RIGHT: 2})


@pytest.mark.parametrize("effect", list(Effect))
def test_with_room_on_both_legs_every_cue_may_come(effect: Effect) -> None:
    assert forbidden(effect, UNKNOWN, FREE, NOT_SORE) is None


@pytest.mark.parametrize("effect", [Effect.LESS, Effect.NONE])
def test_what_spares_the_ankle_may_always_come(effect: Effect) -> None:
    assert forbidden(effect, LEFT, {}, briefing({LEFT: 9}, week=1)) is None


@pytest.mark.parametrize(
    ("legs", "known", "reason"),
    [
        (FREE | {LEFT: budget(LEFT, 0.8)}, NOT_SORE, "the left calf has used 80% of its budget"),
        (FREE | {LEFT: budget(LEFT, None)}, NOT_SORE, "nobody knows yet what the left calf can take"),
        (FREE, briefing({LEFT: 3}), "the left calf is sore, 3 of 10 at the latest check-in"),
        (FREE, briefing({}, week=2), "week 2 of getting used to it: nothing may load the calf more"),
    ],
)
def test_the_reason_is_one_sentence_with_its_figure(
    legs: dict[Foot, CalfBudget], known: Briefing, reason: str
) -> None:
    assert forbidden(Effect.MORE, LEFT, legs, known) == reason


@pytest.mark.parametrize(
    ("effect", "foot", "allowed"),
    [(Effect.MORE, LEFT, True), (Effect.MORE, UNKNOWN, False), (Effect.UNKNOWN, LEFT, False)],
)
def test_the_other_leg_counts_when_it_may_get_the_load(effect: Effect, foot: Foot, *, allowed: bool) -> None:
    tired_right = FREE | {RIGHT: budget(RIGHT, 0.9)}
    assert (forbidden(effect, foot, tired_right, NOT_SORE) is None) is allowed


def test_a_lone_unnamed_pod_stands_for_either_leg() -> None:
    legs = {UNKNOWN: budget(UNKNOWN, 0.3)}
    assert forbidden(Effect.MORE, UNKNOWN, legs, NOT_SORE) is None
    assert forbidden(Effect.MORE, UNKNOWN, legs, briefing({RIGHT: 3})) is not None
