"""What flows between the strides of a planned session: pod reports, gaps, damage, instructions."""

from collections.abc import Iterator
from heapq import merge
from operator import itemgetter
from typing import Final

from stridesense.model import Foot, Gap, GapCause, Instruction, LinkState, Malformed, PodReport
from stridesense.simulator.season_plan import SessionPlan
from stridesense.units import NS_PER_S

Aside = Gap | Malformed | PodReport | Instruction
Timed = tuple[float, Aside]

_RATE_HZ: Final = 104.0
_PERCENT_PER_HOUR: Final = 6.0


def asides(plan: SessionPlan) -> Iterator[Timed]:
    """All of them with the moment at which they come, session s, in that order."""
    parts = [_gaps(plan), _damage(plan), _said(plan), *(_reports(plan, foot) for foot in plan.feet)]
    return merge(*parts, key=itemgetter(0))


def _gaps(plan: SessionPlan) -> list[Timed]:
    """A gap is told when the pod is heard again."""
    found = [
        (
            outage.end_s,
            Gap(
                outage.foot,
                outage.start_s,
                outage.end_s,
                _missing(outage.end_s - outage.start_s),
                outage.cause,
            ),
        )
        for outage in plan.outages
        if outage.foot in plan.feet
    ]
    return sorted(found, key=itemgetter(0))


def _damage(plan: SessionPlan) -> list[Timed]:
    return [
        (at_s, Malformed(plan.feet[0], int(at_s * NS_PER_S), "it is shorter than its header"))
        for at_s in sorted(plan.malformed_s)
    ]


def _said(plan: SessionPlan) -> list[Timed]:
    told = sorted(plan.instructions, key=lambda instruction: instruction.arrival_ns)
    return [(instruction.arrival_ns / NS_PER_S, instruction) for instruction in told]


def _reports(plan: SessionPlan, foot: Foot) -> Iterator[Timed]:
    outages = sorted((one for one in plan.outages if one.foot is foot), key=lambda one: one.start_s)
    for number in range(int(plan.duration_s / plan.report_every_s)):
        t_s = (number + 1) * plan.report_every_s
        yield (
            t_s,
            _report(
                plan,
                foot,
                t_s,
                [(one.start_s, min(t_s, one.end_s), one.cause) for one in outages if one.start_s < t_s],
            ),
        )


def _report(
    plan: SessionPlan, foot: Foot, t_s: float, silent: list[tuple[float, float, GapCause]]
) -> PodReport:
    lost: dict[GapCause, int] = {}
    for start_s, end_s, cause in silent:
        if end_s < t_s:
            lost[cause] = lost.get(cause, 0) + _missing(end_s - start_s)
    away = bool(silent) and silent[-1][1] >= t_s
    links = sum(cause is GapCause.LINK and end_s < t_s for _, end_s, cause in silent)
    heard_s = t_s - sum(end_s - start_s for start_s, end_s, _ in silent)
    return PodReport(
        foot=foot,
        t_s=t_s,
        state=_state(away=away, cause=silent[-1][2] if silent else None),
        protocol="sofp",
        battery_percent=max(1, round(plan.battery_percent - _PERCENT_PER_HOUR * t_s / 3600.0)),
        sampling_rate_hz=_RATE_HZ,
        reconnects=links,
        samples=int(heard_s * _RATE_HZ),
        gaps=sum(end_s < t_s for _, end_s, _ in silent),
        lost=lost,
    )


def _state(*, away: bool, cause: GapCause | None) -> LinkState:
    if not away:
        return LinkState.STREAMING
    return LinkState.LOST if cause is GapCause.LINK else LinkState.SILENT


def _missing(duration_s: float) -> int:
    return max(1, int(duration_s * _RATE_HZ))
