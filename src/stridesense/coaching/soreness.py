"""What is known of a calf after a session, and how likely soreness follows by the sessions before it.

Features, bounds and priors are our own choice. Each feature counts in the runner's own spreads from the
runner's own mean, so nothing here is a norm for anybody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, log1p, sqrt
from statistics import fmean
from typing import Final

from stridesense.coaching.logistic import Prior, fit
from stridesense.coaching.settings import ForecastSettings
from stridesense.model import CheckIn, Foot, PastSession

HOUR_S: Final = 3_600.0
DAY_S: Final = 86_400.0
REMEMBERED: Final = 90
"""So many of the latest sessions with a check-in are learned from."""

SMALLEST_LOAD: Final = 100.0
"""Usual strides that are added to a load before its logarithm: below them, sessions hardly differ."""

SHORTEST_S: Final = 600.0
"""A climb is put down to at least this time, s."""

LONGEST_REST_DAYS: Final = 14.0
FARTHEST_SD: Final = 2.5
"""No session counts as further from the usual one than this."""

BASE_MEAN: Final = 0.25
BASE_WEIGHT: Final = 2.0
"""Before any check-in: soreness after a quarter of sessions, as sure as after two of them."""

CONSTANT_SD: Final = 1.5
SPREAD_WEIGHT: Final = 4.0
"""The first guess of a feature's spread counts like so many sessions."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing known of a session: first guess of its spread, and how much its weight may be, both as SD."""

    name: str
    usual_sd: float
    weight_sd: float


FEATURES: Final = (
    Feature("logarithm of the load", 0.4, 0.8),
    Feature("share of strides with the heel held", 0.15, 0.25),
    Feature("share of strides of high load", 0.1, 0.25),
    Feature("climb by duration, m/h", 100.0, 0.25),
    Feature("logarithm of the days since the session before", 0.4, 0.25),
)
PRIOR: Final = Prior(
    mean=(log(BASE_MEAN / (1.0 - BASE_MEAN)), *(0.0 for _ in FEATURES)),
    sd=(CONSTANT_SD, *(feature.weight_sd for feature in FEATURES)),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One calf after one session.

    Attributes:
        session_id: of the session.
        end_s: its end, s since 1970.
        opens_s: the window begins, s since 1970,
        closes_s: and ends.
        known: the features in the order of `FEATURES`, None where unknown.
        sore: what the worst check-in in the window said; None without any.
        check_ins: moments of the check-ins in the window, s since 1970.
    """

    session_id: str
    end_s: float
    opens_s: float
    closes_s: float
    known: tuple[float | None, ...]
    sore: bool | None
    check_ins: frozenset[float]


def end_s(session: PastSession) -> float:
    """When a session ended, s since 1970."""
    return session.started_unix_s + session.report.duration_s


def cases_of(
    sessions: Sequence[PastSession], check_ins: Sequence[CheckIn], settings: ForecastSettings, foot: Foot
) -> list[Case]:
    """The sessions of one leg that have a budget, in their order."""
    cases: list[Case] = []
    for session in sorted(sessions, key=end_s):
        known = _features(session, foot, cases[-1].end_s if cases else None)
        if known is None:
            continue
        ended_s = end_s(session)
        opens_s, closes_s = ended_s + settings.from_h * HOUR_S, ended_s + settings.to_h * HOUR_S
        inside = {
            one.unix_s: level
            for one in check_ins
            if opens_s <= one.unix_s <= closes_s and (level := _soreness(one, foot)) is not None
        }
        sore = max(inside.values()) >= settings.sore_from if inside else None
        cases.append(Case(session.session_id, ended_s, opens_s, closes_s, known, sore, frozenset(inside)))
    return cases


def known_before(cases: Sequence[Case], case: Case) -> list[Case]:
    """The latest cases whose outcome was known when this session ended: an open window may still turn."""
    return [one for one in cases if one.sore is not None and one.closes_s <= case.end_s][-REMEMBERED:]


def average(before: Sequence[Case]) -> float:
    """How often the runner has been sore so far, with a prior of its own."""
    sore = sum(case.sore is True for case in before)
    return (BASE_WEIGHT * BASE_MEAN + sore) / (BASE_WEIGHT + len(before))


def learned(before: Sequence[Case], known: Sequence[float | None]) -> float:
    """The chance of soreness after a session of which this is known, by the cases before it."""
    scales = [_scale([case.known[i] for case in before], feature) for i, feature in enumerate(FEATURES)]
    rows = [_in_spreads(case.known, scales) for case in before]
    posterior = fit(rows, [case.sore is True for case in before], PRIOR)
    return posterior.probability(_in_spreads(known, scales))


def _features(session: PastSession, foot: Foot, before_s: float | None) -> tuple[float | None, ...] | None:
    """What is known of a session, in the order of `FEATURES`; None for a leg without a budget."""
    report = session.report
    budget = next((one for one in report.budgets if one.foot is foot), None)
    if budget is None:
        return None
    rest_days = LONGEST_REST_DAYS if before_s is None else (session.started_unix_s - before_s) / DAY_S
    return (
        log(SMALLEST_LOAD + budget.load),
        report.held_share.get(foot),
        budget.high_load_strides / budget.strides if budget.strides else None,
        None if report.climb_m is None else report.climb_m * HOUR_S / max(report.duration_s, SHORTEST_S),
        log1p(min(LONGEST_REST_DAYS, max(0.0, rest_days))),
    )


def _soreness(check_in: CheckIn, foot: Foot) -> int | None:
    """What was said of this calf; of all the worst, where nobody knows which one wore the pod."""
    if foot is Foot.UNKNOWN:
        return max(check_in.soreness.values(), default=None)
    return check_in.soreness.get(foot)


def _scale(values: Sequence[float | None], feature: Feature) -> tuple[float, float] | None:
    """Mean and spread of what was seen of a feature; None before anything was."""
    seen = [value for value in values if value is not None]
    if not seen:
        return None
    mean = fmean(seen)
    squares = SPREAD_WEIGHT * feature.usual_sd**2 + sum((value - mean) ** 2 for value in seen)
    return mean, sqrt(squares / (SPREAD_WEIGHT + len(seen)))


def _in_spreads(
    known: Sequence[float | None], scales: Sequence[tuple[float, float] | None]
) -> tuple[float, ...]:
    """A row of the regression: 1, then how far each feature is from the usual; 0 where it is unknown."""
    row = [1.0]
    for value, scale in zip(known, scales, strict=True):
        off = 0.0 if value is None or scale is None else (value - scale[0]) / scale[1]
        row.append(min(FARTHEST_SD, max(-FARTHEST_SD, off)))
    return tuple(row)
