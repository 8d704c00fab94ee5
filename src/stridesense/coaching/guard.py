"""No cue moves load onto a calf that has enough of it.

Cues that soften the landing or take it off the heel move work from the knee to the ankle (Baggaley et al.
2016, Chan et al. 2018), so every cue says what it does to the ankle, and this says whether it may.
"""

from collections.abc import Mapping
from enum import StrEnum

from stridesense.coaching.briefing import Briefing
from stridesense.model import CalfBudget, Foot


class Effect(StrEnum):
    """What a cue does to the load on a joint."""

    LESS = "less"
    NONE = "none"
    MORE = "more"
    UNKNOWN = "unknown"


def forbidden(
    effect_on_ankle: Effect, foot: Foot, legs: Mapping[Foot, CalfBudget], briefing: Briefing
) -> str | None:
    """Why a cue may not be given now, in one sentence; None when it may.

    A cue that may load an ankle more is forbidden in the weeks of getting used to it, and while a leg that it
    may load is sore, has used most of its budget, or has a budget that nobody knows.

    Args:
        effect_on_ankle: what the cue does to the ankle.
        foot: the foot it speaks to; unknown when it speaks to both.
        legs: every leg's budget now, as `Budget.by_leg` gives it.
        briefing: settings and history.
    """
    if effect_on_ankle in (Effect.LESS, Effect.NONE):
        return None
    if briefing.adaptation_week is not None:
        return f"week {briefing.adaptation_week} of getting used to it: nothing may load the calf more"
    reasons = (_why_not(leg, legs, briefing) for leg in legs_at_stake(effect_on_ankle, foot, legs))
    return next((reason for reason in reasons if reason is not None), None)


def legs_at_stake(effect_on_ankle: Effect, foot: Foot, legs: Mapping[Foot, CalfBudget]) -> tuple[Foot, ...]:
    """The legs that a cue may load more.

    One that speaks to both may load both, and so may one of unknown effect, for it may move load from one to
    the other. A lone pod whose foot nobody named stands for either leg.
    """
    if effect_on_ankle is Effect.MORE and foot is not Foot.UNKNOWN:
        return (foot,)
    if Foot.UNKNOWN not in legs:
        return Foot.LEFT, Foot.RIGHT
    return tuple(Foot) if Foot.LEFT in legs or Foot.RIGHT in legs else (Foot.UNKNOWN,)


def _why_not(leg: Foot, legs: Mapping[Foot, CalfBudget], briefing: Briefing) -> str | None:
    """Why this leg may not be loaded more."""
    soreness, budget = _soreness(leg, briefing), legs.get(leg)
    calf = "the calf" if leg is Foot.UNKNOWN else f"the {leg} calf"
    if soreness >= briefing.budget.symptom_limit:
        return f"{calf} is sore, {soreness} of 10 at the latest check-in"
    if budget is None or budget.limit is None or budget.ratio is None:
        return f"nobody knows yet what {calf} can take"
    if not budget.ratio < briefing.budget.guard_from:  # also when the sum is no number any more
        return f"{calf} has used {budget.ratio:.0%} of its budget"
    return None


def _soreness(leg: Foot, briefing: Briefing) -> int:
    """0 to 10, 0 when nobody said; the leg of an unnamed pod may be the sorer one."""
    asked = tuple(Foot) if leg is Foot.UNKNOWN else (leg,)
    return max(briefing.legs[foot].soreness or 0 if foot in briefing.legs else 0 for foot in asked)
