"""What must never happen in a session, read off its log alone and without asking the coach."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from re import search

from coaching.season_log import Moment, moments
from stridesense.coaching.briefing import Briefing
from stridesense.model import Cue, CueKind, Foot, Gait, Theme

FORM = (CueKind.CORRECTION, CueKind.SUCCESS, CueKind.RECALL)
NOT_FORM = (Theme.BUDGET, Theme.POD)

HOUR_S = 3600.0
STILL_S = 3.0
WALKED_S = 3.0
CLIMB_DEG = 3.0
CLIMB_STRIDES = 15
HOLE_S = 0.5
HOLE_AGO_S = 5.0
LOSS_S = 30.0
LOSS_SHARE = 0.05
CLEAR = 0.4
WORDS = 6
SLACK = 1e-9
"""A runner stands still after so long without a stride; a slope that differs by so much from that of so many
strides ago changes; a link is bad after a hole of this length so lately, or when more than a share
is lost."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that was broken, when, and how."""

    rule: str
    t_s: float
    told: str


Rule = Callable[[Moment, Briefing], str | None]


def violations(
    log: Sequence[object], briefing: Briefing, loads_ankle: Callable[[Cue], bool]
) -> list[Violation]:
    """Everything in a session's log that must not be, in the order of the rules.

    Args:
        log: the items, each followed by what the coach made of it.
        briefing: what the coach knew.
        loads_ankle: whether following a cue may load the ankle more, or nobody knows.
    """
    given = moments(log, muted=briefing.coach.muted)
    found = [
        Violation(name, moment.cue.t_s, told)
        for name, rule in (RULES | {"guard": _guarded(loads_ankle)}).items()
        for moment in given
        if (told := rule(moment, briefing)) is not None
    ]
    return [*found, *_in_sequence(given, briefing)]


def _guarded(loads_ankle: Callable[[Cue], bool]) -> Rule:
    def guard(moment: Moment, briefing: Briefing) -> str | None:
        if not loads_ankle(moment.cue):
            return None
        if briefing.adaptation_week is not None:
            return f"{moment.cue.cue_id} in adaptation week {briefing.adaptation_week}"
        feet = (Foot.LEFT, Foot.RIGHT) if moment.cue.foot is Foot.UNKNOWN else (moment.cue.foot,)
        return next((why for foot in feet if (why := _tender(moment, briefing, foot)) is not None), None)

    return guard


def _tender(moment: Moment, briefing: Briefing, foot: Foot) -> str | None:
    leg, load = briefing.legs.get(foot), moment.load.get(foot)
    if leg is not None and (leg.soreness or 0) >= briefing.budget.symptom_limit:
        return f"{moment.cue.cue_id} to a {foot} calf that is sore, {leg.soreness} of 10"
    if leg is None or not leg.largest_load or load is None:
        return f"{moment.cue.cue_id} to a {foot} calf of which nobody knows the limit or the load"
    ratio = load / leg.largest_load
    return (
        f"{moment.cue.cue_id} at {ratio:.2f} of the {foot} limit"
        if ratio >= briefing.budget.guard_from
        else None
    )


def _warm_up(moment: Moment, briefing: Briefing) -> str | None:
    ran_s = moment.cue.t_s - (moment.cue.t_s if moment.first_run_s is None else moment.first_run_s)
    early = moment.cue.kind is CueKind.CORRECTION and ran_s < briefing.coach.warm_up_s - SLACK
    return f"a correction {ran_s:.0f} s after the run began" if early else None


def _probe(moment: Moment, briefing: Briefing) -> str | None:
    coach = briefing.coach
    into_s = moment.cue.t_s % coach.probe_every_s
    inside = into_s >= coach.probe_every_s - coach.probe_s
    return f"{into_s:.0f} s into a period" if inside and moment.cue.kind in FORM else None


def _mute(moment: Moment, _: Briefing) -> str | None:
    return moment.cue.cue_id if moment.muted and moment.cue.kind is not CueKind.HEALTH else None


def _red_flags(moment: Moment, briefing: Briefing) -> str | None:
    return moment.cue.cue_id if briefing.red_flags and moment.cue.kind is not CueKind.HEALTH else None


def _symptoms(moment: Moment, briefing: Briefing) -> str | None:
    sore = max((leg.soreness or 0 for leg in briefing.legs.values()), default=0)
    coached = moment.cue.kind in FORM and sore >= briefing.budget.symptom_stop
    return f"{moment.cue.cue_id} at a soreness of {sore}" if coached else None


def _moving(moment: Moment, _: Briefing) -> str | None:
    """A correction needs seconds of running behind it, praise and recall a runner who runs."""
    if moment.cue.kind not in FORM:
        return None
    lately_s = WALKED_S if moment.cue.kind is CueKind.CORRECTION else 0.0
    strides = moment.strides()
    late = [one for one in strides if one.terminal_contact_s >= moment.now_s - lately_s] or strides[-1:]
    if not late or any(one.gait is not Gait.RUN for one in late):
        return "not running"
    return (
        f"{max(moment.pauses_s):.0f} s without a stride"
        if max(moment.pauses_s, default=0.0) > STILL_S
        else None
    )


def _ground(moment: Moment, _: Briefing) -> str | None:
    if moment.cue.kind not in FORM:
        return None
    for foot in moment.feet():
        slopes = [one.slope_deg for one in moment.recent[foot] if one.slope_deg is not None]
        if len(slopes) < CLIMB_STRIDES + 5:
            continue
        before_deg, now_deg = (sum(five) / 5.0 for five in (slopes[-CLIMB_STRIDES - 5 :][:5], slopes[-5:]))
        if abs(now_deg - before_deg) > CLIMB_DEG:
            return f"the slope went from {before_deg:.1f} to {now_deg:.1f} deg"
    return None


def _link(moment: Moment, _: Briefing) -> str | None:
    if moment.cue.kind not in FORM:
        return None
    for foot in moment.feet():
        own = [hole for hole in moment.holes if hole.foot is foot]
        fresh_s = [hole.end_s - hole.start_s for hole in own if hole.end_s > moment.now_s - HOLE_AGO_S]
        if max(fresh_s, default=0.0) >= HOLE_S:
            return f"a hole of {max(fresh_s):.1f} s of the {foot} foot just before"
        share = sum(hole.end_s - hole.start_s for hole in own) / LOSS_S
        if share > LOSS_SHARE:
            return f"{share:.0%} of the {foot} foot lost"
    return None


def _clear(moment: Moment, _: Briefing) -> str | None:
    if moment.cue.kind not in FORM:
        return None
    unclear = [foot for foot in moment.feet() if all(one.quality < CLEAR for one in moment.recent[foot][-3:])]
    return f"the last strides of the {unclear[0]} foot are unclear" if unclear else None


def _faded(moment: Moment, briefing: Briefing) -> str | None:
    """Corrections come in the first share of the time between two probes, by sessions on the theme."""
    coach = briefing.coach
    if moment.cue.kind is not CueKind.CORRECTION:
        return None
    share = coach.fading[min(briefing.theme_sessions.get(moment.cue.theme, 0), len(coach.fading) - 1)]
    into_s = moment.cue.t_s % coach.probe_every_s
    late = into_s > share * (coach.probe_every_s - coach.probe_s) + SLACK
    return f"{into_s:.0f} s into a period of which {share:.0%} is open" if late else None


def _theme(moment: Moment, briefing: Briefing) -> str | None:
    """Of the one theme that was chosen, where one was and no second may join."""
    coach, cue = briefing.coach, moment.cue
    if cue.kind in FORM and cue.theme in NOT_FORM:
        return f"form cannot be about {cue.theme}"
    if coach.theme == "auto" or coach.second_theme or moment.themes_chosen or cue.kind not in FORM:
        return None
    return None if cue.theme is coach.theme else f"{cue.theme} instead of {coach.theme}"


def _words(moment: Moment, _: Briefing) -> str | None:
    words = moment.cue.text.split()
    most = WORDS if moment.cue.kind in (CueKind.CORRECTION, CueKind.SUCCESS) else 20
    return None if 0 < len(words) <= most else f"{len(words)} words: {moment.cue.text!r}"


def _reason(moment: Moment, _: Briefing) -> str | None:
    return None if search(r"\d", moment.cue.reason) else f"no figure in {moment.cue.reason!r}"


def _stamp(moment: Moment, _: Briefing) -> str | None:
    apart_s = abs(moment.cue.t_s - moment.now_s)
    return f"stamped {apart_s:.1f} s off" if apart_s > 1.0 else None


RULES: dict[str, Rule] = {
    "warm-up": _warm_up,
    "probe": _probe,
    "mute": _mute,
    "red flags": _red_flags,
    "symptoms": _symptoms,
    "not running": _moving,
    "slope change": _ground,
    "bad link": _link,
    "unclear": _clear,
    "fading": _faded,
    "theme": _theme,
    "words": _words,
    "reason": _reason,
    "stamp": _stamp,
}


def _in_sequence(given: Sequence[Moment], briefing: Briefing) -> Iterator[Violation]:
    coach, cues = briefing.coach, [moment.cue for moment in given]
    same = [(cue.cue_id, cue) for cue in cues if cue.kind is not CueKind.SUCCESS]
    yield from _too_close("any-cue gap", [("", cue) for cue in cues], coach.any_cue_gap_s)
    yield from _too_close("same-cue gap", same, coach.same_cue_gap_s)
    praise = [("", cue) for cue in cues if cue.kind is CueKind.SUCCESS]
    yield from _too_close("success gap", praise, coach.success_gap_s)
    yield from _too_many(cues, coach.cues_per_hour)
    if sum(cue.kind is CueKind.HEALTH for cue in cues) > 1:
        yield Violation("red flags", cues[-1].t_s, "a warning sign was told twice")
    chosen = sorted({moment.themes_chosen for moment in given})
    for choice in chosen:
        form = {m.cue.theme for m in given if m.themes_chosen == choice and m.cue.kind in FORM}
        if len(form) > 1 + coach.second_theme:
            yield Violation("one theme", cues[-1].t_s, ", ".join(sorted(form)))


def _too_close(rule: str, keyed: Sequence[tuple[str, Cue]], gap_s: float) -> Iterator[Violation]:
    last_s: dict[str, float] = {}
    for key, cue in keyed:
        if key in last_s and cue.t_s - last_s[key] < gap_s - SLACK:
            yield Violation(
                rule, cue.t_s, f"{cue.cue_id} {cue.t_s - last_s[key]:.1f} s after, {gap_s:.0f} s are set"
            )
        last_s[key] = cue.t_s


def _too_many(cues: Sequence[Cue], most: int) -> Iterator[Violation]:
    for first, last in zip(cues, cues[most:], strict=False):
        if last.t_s - first.t_s < HOUR_S - SLACK:
            yield Violation("cues an hour", last.t_s, f"{most + 1} cues in {last.t_s - first.t_s:.0f} s")
