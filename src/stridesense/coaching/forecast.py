"""How likely each calf is to be sore in the days after a session, as learned from this runner's check-ins.

A Bayesian logistic regression on what is known of a session, judged before it speaks: every past session is
forecast from what was known when it ended (Dawid 1984, J. R. Stat. Soc. A 147:278-292), and while that was no
better than the runner's own average, no number is given. A number that is given lies between that average and
the regression, the nearer to the latter the better its record. It is no diagnosis and no risk of injury.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Final

from stridesense.coaching.settings import ForecastSettings
from stridesense.coaching.soreness import Case, average, cases_of, end_s, known_before, learned
from stridesense.model import CheckIn, Foot, PastSession

DOUBT: Final = 1.0
"""The regression is trusted as if it once had moved off the average by this much, squared, for nothing; our
own choice, at which runners whose soreness follows nothing lose nearly nothing by it."""

BINS: Final = 5
"""Equal bins of probability in which forecasts are compared with what came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """One calf after one session: the probability of soreness between two moments, or why there is none."""

    foot: Foot
    probability: float | None
    why: str | None
    from_unix_s: float
    to_unix_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A past session as it was forecast when it ended, and what came.

    `probability` is the regression's, `base` the runner's own average until then, `told` the number that the
    runner was given, None while none had been earned.
    """

    session_id: str
    foot: Foot
    probability: float
    base: float
    sore: bool
    told: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How good `n` forecasts were; figures are None where there is nothing to tell them from.

    Brier scores (mean squared error of the probability) of the forecasts and of the runner's own average,
    the skill 1 - brier / base_brier, and how far the probabilities of a bin are from what came, on average.
    """

    brier: float | None = None
    base_brier: float | None = None
    skill: float | None = None
    n: int = 0
    calibration_error: float | None = None


def forecast(
    past: Sequence[PastSession],
    check_ins: Sequence[CheckIn],
    settings: ForecastSettings,
    session: PastSession,
) -> Mapping[Foot, Forecast]:
    """The outlook for each calf that has a budget in the session, from what was known when it ended.

    Args:
        past: other sessions in any order; later ones are left out.
        check_ins: in any order; those after the end of the session are left out.
        settings: the window, and what counts as sore.
        session: the session that has ended.
    """
    ended_s = end_s(session)
    told = [one for one in check_ins if one.unix_s <= ended_s]
    before = [one for one in past if end_s(one) < ended_s and one.session_id != session.session_id]
    outlook = {}
    for budget in session.report.budgets:
        cases = cases_of([*before, session], told, settings, budget.foot)
        outlook[budget.foot] = _outlook(cases, settings, budget.foot)
    return outlook


def trials(
    past: Sequence[PastSession], check_ins: Sequence[CheckIn], settings: ForecastSettings, foot: Foot
) -> tuple[Trial, ...]:
    """Every past session with a check-in in its window, as it was forecast when it ended, in their order."""
    cases = cases_of(past, check_ins, settings, foot)
    made = {case.session_id: _trial(cases, case, foot) for case in cases if case.sore is not None}
    told = []
    for case in cases:
        if case.session_id in made:
            trial, before = made[case.session_id], known_before(cases, case)
            judged = [made[one.session_id] for one in before]
            silent = _why_silent(before, judged, settings) is not None
            number = None if silent else _drawn(trial.probability, trial.base, judged)
            told.append(replace(trial, told=number))
    return tuple(told)


def score(past: Sequence[PastSession], check_ins: Sequence[CheckIn], settings: ForecastSettings) -> Score:
    """How good the regression was on all past sessions of all calves, whether a number was told or not."""
    feet = [foot for foot in Foot if any(one.foot is foot for each in past for one in each.report.budgets)]
    return score_of([trial for foot in feet for trial in trials(past, check_ins, settings, foot)])


def score_of(made: Sequence[Trial]) -> Score:
    """How good these forecasts were."""
    if not made:
        return Score()
    brier = fmean((trial.probability - trial.sore) ** 2 for trial in made)
    base_brier = fmean((trial.base - trial.sore) ** 2 for trial in made)
    bins: list[list[float]] = [[] for _ in range(BINS)]
    for trial in made:
        bins[min(BINS - 1, int(BINS * trial.probability))].append(trial.probability - trial.sore)
    return Score(
        brier=brier,
        base_brier=base_brier,
        skill=1.0 - brier / base_brier,
        n=len(made),
        calibration_error=sum(abs(sum(errors)) for errors in bins) / len(made),
    )


def _outlook(cases: Sequence[Case], settings: ForecastSettings, foot: Foot) -> Forecast:
    """The outlook after the last of these cases."""
    case = cases[-1]
    before = known_before(cases, case)
    judged = [_trial(cases, one, foot) for one in before]
    why = _why_silent(before, judged, settings)
    return Forecast(
        foot=foot,
        probability=None if why else _drawn(learned(before, case.known), average(before), judged),
        why=why,
        from_unix_s=case.opens_s,
        to_unix_s=case.closes_s,
    )


def _trial(cases: Sequence[Case], case: Case, foot: Foot) -> Trial:
    """A case as the regression would have forecast it when its session ended."""
    before = known_before(cases, case)
    return Trial(
        session_id=case.session_id,
        foot=foot,
        probability=learned(before, case.known),
        base=average(before),
        sore=case.sore is True,
    )


def _why_silent(before: Sequence[Case], judged: Sequence[Trial], settings: ForecastSettings) -> str | None:
    """Why no number is given, in one sentence; None when it is earned."""
    check_ins = len({moment_s for case in before for moment_s in case.check_ins})
    if check_ins < settings.check_ins:
        return f"no number yet: it takes {settings.check_ins} check-ins, {check_ins} count so far"
    skill = score_of(judged).skill
    if skill is None or skill <= 0.0:
        return "no number: so far it would have been no better than your own average"
    return None


def _drawn(probability: float, base: float, judged: Sequence[Trial]) -> float:
    """A probability drawn to the runner's average, by how much moving off it would have helped so far.

    The share is that of least squares on the earlier forecasts, held back by `DOUBT`.
    """
    moved = sum((trial.probability - trial.base) ** 2 for trial in judged)
    helped = sum((trial.probability - trial.base) * (trial.sore - trial.base) for trial in judged)
    share = min(1.0, max(0.0, helped / (moved + DOUBT)))
    return base + share * (probability - base)
