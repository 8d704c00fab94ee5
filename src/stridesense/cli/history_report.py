"""What `stridesense history show` says of a session."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

from rich.console import RenderableType
from rich.table import Table

from stridesense.cli.history_words import lasted_s, when
from stridesense.coaching.briefing import CueRecord
from stridesense.history.facts import KeptSession, SessionState, WholeSession
from stridesense.model import CalfBudget, CoachReport, Cue, CueEffect, Foot, Practice
from stridesense.sinks.coach_words import clock, describe_bout, describe_change, label, safe, told, whose

_ENDS = {
    SessionState.ENDED: "",
    SessionState.RUNNING: " (still running)",
    SessionState.INTERRUPTED: " (interrupted: what came after is not known)",
}


def report_of(
    whole: WholeSession, known: Mapping[str, CueRecord], to_practise: Sequence[str]
) -> Iterator[RenderableType]:
    """The page about a session, part by part; what there is nothing to say of has no part.

    Args:
        whole: the session.
        known: what each cue did over all sessions.
        to_practise: lines about the drills that its cues point to.
    """
    kept, report = whole.kept, whole.kept.report
    yield _table((), _facts(kept))
    if report is not None and report.halves:
        yield "\nSecond half against first, at the same speed and cadence:"
        yield _halves(report)
    yield "\nCues:" if whole.cues else "\nCues: none"
    if whole.cues:
        yield _cues(whole.cues, whole.effects)
    yield from _effects(whole, known)
    yield from (f"  {line}" for line in to_practise)
    if kept.budgets:
        yield "\nCalf budget (a proxy without a unit, 1 for a usual stride):"
        yield _budgets(kept.budgets)
    if report is not None and report.practice:
        yield "\nPractice:"
        yield from (f"  {line}" for line in _practice(report))
    yield from _section("Drills", [describe_bout(bout) for bout in whole.bouts])
    yield from _section("Changes", [describe_change(change) for change in whole.changes])


def _facts(kept: KeptSession) -> Iterator[tuple[str, str]]:
    start, report = kept.start, kept.report
    yield "session", safe(start.session_id)
    yield "begun", when(start.started_unix_s)
    yield "lasted", clock(lasted_s(kept)) + _ENDS[kept.state]
    yield "source", safe(start.source)
    yield "shoe", safe(start.shoe or "")
    yield "recording", safe(start.recording or "")
    yield "heard by", f"stridesense {safe(start.software_version)}"
    if report is None:
        return
    yield "running", clock(report.running_s)
    yield "theme", report.theme or "none"
    yield "strides", ", ".join(f"{foot} {count}" for foot, count in report.strides.items())
    yield "heel held", ", ".join(f"{foot} {share:.0%}" for foot, share in report.held_share.items())
    yield "climbed", "" if report.climb_m is None else f"{report.climb_m:.0f} m"
    yield "without effect", ", ".join(safe(cue) for cue in report.retired)
    yield "cue log", safe(report.cue_log_sha256[:16])


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]]) -> Table:
    table = Table(*head, box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=bool(head))
    for row in rows:
        if row[1]:
            table.add_row(*row)
    return table


def _halves(report: CoachReport) -> Table:
    rows = (
        (
            label(half.metric),
            whose(half.foot),
            told(half.metric, half.first),
            told(half.metric, half.second),
            f"{half.size_sd:+.1f}",
            "yes" if half.sure else "could be chance",
        )
        for half in report.halves
    )
    return _table(("", "foot", "first", "second", "change, SD", "sure"), rows)


def _cues(cues: Sequence[Cue], effects: Sequence[CueEffect]) -> Table:
    rows = (
        (clock(cue.t_s), whose(cue.foot), safe(cue.text), _gain(cue, effects), safe(cue.reason))
        for cue in sorted(cues, key=lambda cue: cue.t_s)
    )
    return _table(("at", "foot", "said", "effect, SD", "why"), rows)


def _gain(cue: Cue, effects: Sequence[CueEffect]) -> str:
    gains_sd = [
        effect.gain_sd
        for effect in effects
        if effect.given
        and (effect.cue_id, effect.t_s) == (cue.cue_id, cue.t_s)
        and cue.foot in (effect.foot, Foot.UNKNOWN)
    ]
    return f"{fmean(gains_sd):+.1f}" if gains_sd else ""


def _effects(whole: WholeSession, known: Mapping[str, CueRecord]) -> Iterator[str]:
    """By cue: what came after it, beside what came anyway where it was due and not given; then over all."""
    effects = whole.effects
    for cue_id in dict.fromkeys([*(one.cue_id for one in effects), *(one.cue_id for one in whole.cues)]):
        parts = []
        for words, given in (("given", True), ("due and not given", False)):
            gains_sd = [one.gain_sd for one in effects if (one.cue_id, one.given) == (cue_id, given)]
            if gains_sd:
                times = "once" if len(gains_sd) == 1 else f"{len(gains_sd)} times"
                parts.append(f"{words} {times}, {fmean(gains_sd):+.1f} SD after 25 strides")
        if cue_id in known:
            parts.append(f"over all sessions {_record(known[cue_id])}")
        if parts:
            yield f"  {safe(cue_id)}: {'; '.join(parts)}"


def _record(known: CueRecord) -> str:
    """What a cue did over all sessions, less what came without it, and how sure that is."""
    times = "once" if known.given == 1 else f"{known.given} times"
    if known.low_sd is None or known.high_sd is None:
        return f"given {times}, {known.gain_sd:+.1f} SD, from too few to be sure"
    return f"given {times}, {known.gain_sd:+.1f} SD ({known.low_sd:+.1f} to {known.high_sd:+.1f}, 95 %)"


def _budgets(budgets: Sequence[CalfBudget]) -> Table:
    rows = (
        (
            budget.foot,
            f"{budget.load:.0f}",
            "not known yet" if budget.limit is None else f"{budget.limit:.0f}",
            "" if budget.ratio is None else f"{budget.ratio:.2f}",
            budget.band,
            str(budget.strides),
            str(budget.hops),
            str(budget.high_load_strides),
            str(budget.estimated_strides),
        )
        for budget in budgets
    )
    head = ("leg", "load", "limit", "ratio", "band", "strides", "hops", "high load", "estimated")
    return _table(head, rows)


def _practice(report: CoachReport) -> Iterator[str]:
    for theme, done in report.practice.items():
        yield f"{theme}: {'; '.join(_off(done)) or 'no stride judged'}"


def _off(done: Practice) -> Iterator[str]:
    shares = (
        ("with cues", done.coached_off, done.coached_strides),
        ("without cues", done.free_off, done.free_strides),
    )
    for words, off, strides in shares:
        if strides:
            yield f"{words} {off} of {strides} strides off ({off / strides:.0%})"


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"\n{title}:"
        yield from (f"  {line}" for line in lines)
