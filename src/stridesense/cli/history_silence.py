"""What `stridesense history explain` says: why there was no cue, and why there was one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from stridesense.coaching.briefing import Briefing
from stridesense.coaching.learning import BASELINE_UNTIL_S
from stridesense.coaching.silences import ANY
from stridesense.history.facts import SessionState, WholeSession
from stridesense.model import CoachReport, Cue, Foot, Silence, Theme, Withheld
from stridesense.runtime.past import briefing_of
from stridesense.sinks.coach_words import clock, safe

MERGE_S: Final = 60.0
"""Stretches of one cue with one reason that lie no farther apart are told as one; our own choice."""

WHY: Final[Mapping[Silence, str]] = MappingProxyType(
    {
        Silence.WARM_UP: "still warming up",
        Silence.PROBE: "a stretch without cues, to see what was learned",
        Silence.FADED: "cues become fewer by plan",
        Silence.MUTED: "muted",
        Silence.GAP: "too soon after another cue",
        Silence.ENOUGH_THIS_HOUR: "enough cues this hour",
        Silence.OTHER_THEME: "not the theme of this run",
        Silence.OTHER_CUE: "another cue went before",
        Silence.RETIRED: "it had no effect before",
        Silence.UNSTEADY: "not running steadily, or not heard well",
        Silence.GUARD: "it could load a calf more than is known to be safe",
        Silence.SYMPTOMS: "a leg is sore, or needs a professional",
    }
)


@dataclass(slots=True)
class Quiet:
    """One cue that stayed away for one reason, over one stretch or several that lie close together."""

    longest: Withheld
    first_s: float
    last_s: float
    strides: int
    stretches: int = 1

    def take(self, stretch: Withheld) -> None:
        """Add a stretch that follows; the reason with the figures is that of the longest."""
        self.last_s = max(self.last_s, stretch.last_s)
        self.strides += stretch.times
        self.stretches += 1
        if stretch.times > self.longest.times:
            self.longest = stretch


def merged(withheld: Iterable[Withheld]) -> list[Quiet]:
    """The stretches by cue, foot and reason, in the order in which they began."""
    quiets: list[Quiet] = []
    latest: dict[tuple[str, Foot, Silence], Quiet] = {}
    for stretch in sorted(withheld, key=lambda one: (one.first_s, one.last_s)):
        key = (stretch.cue_id, stretch.foot, stretch.why)
        before = latest.get(key)
        if before is not None and stretch.first_s - before.last_s <= MERGE_S:
            before.take(stretch)
        else:
            latest[key] = Quiet(stretch, stretch.first_s, stretch.last_s, stretch.times)
            quiets.append(latest[key])
    return quiets


def explanation(whole: WholeSession) -> Iterator[str]:
    """Line by line what was due and not given, and what was given, in the order of time."""
    told = [(quiet.first_s, _quiet(quiet)) for quiet in merged(whole.withheld)]
    told += [(cue.t_s, _given(cue)) for cue in whole.cues]
    yield from (line for _, line in sorted(told, key=lambda each: each[0]))
    report = whole.kept.report
    doubt = None if report is None else unjudged(report, briefing_of(whole.kept.start))
    if doubt is not None:
        yield doubt
    elif all(stretch.cue_id == ANY for stretch in whole.withheld):
        yield _nothing_due(whole)
    if whole.kept.state is not SessionState.ENDED:
        yield f"the session {_PROGRESS[whole.kept.state]}: this is what is known so far"


def _nothing_due(whole: WholeSession) -> str:
    if whole.cues:
        return "no other cue was due"
    if whole.kept.report is None:
        return "no cue was due"
    return "no cue was due: everything stayed inside your own band"


def unjudged(report: CoachReport, briefing: Briefing | None) -> str | None:
    """What could not be judged in a session, and why; None when every part of form could be.

    Args:
        report: of the session.
        briefing: what the coach knew when it began; None where nobody can tell.
    """
    judged = {theme for theme, done in report.practice.items() if done.coached_strides or done.free_strides}
    if judged - {Theme.HEEL}:
        return None
    what = "nothing but the heel could be judged" if judged else "nothing could be judged"
    return f"{what}: {_why_unjudged(report, briefing)}"


def _why_unjudged(report: CoachReport, briefing: Briefing | None) -> str:
    minutes = report.running_s / 60.0
    if report.running_s <= 0.0:
        return "there was no running in it"
    if report.baseline or (briefing is not None and briefing.baseline):
        return "what is usual for you at this pace was not known well enough"
    if report.running_s < BASELINE_UNTIL_S:
        return f"no earlier run told what is usual for you, and {minutes:.1f} min of running were too short"
    return "what is usual for you could not be learned, which takes steady strides of known speed"


def _quiet(quiet: Quiet) -> str:
    stretch = quiet.longest
    due = f"{quiet.strides} strides" + (f" in {quiet.stretches} stretches" if quiet.stretches > 1 else "")
    return (
        f"{clock(quiet.first_s)} to {clock(quiet.last_s)} no cue {_what(stretch.cue_id, stretch.foot)}: "
        f"{WHY[stretch.why]} ({due}; {safe(stretch.reason)})"
    )


def _given(cue: Cue) -> str:
    return f'{clock(cue.t_s)} said {_what(cue.cue_id, cue.foot)}: "{safe(cue.text)}" ({safe(cue.reason)})'


def _what(cue_id: str, foot: Foot) -> str:
    """A cue and its foot; `ANY` stands where none could be judged."""
    name = "at all" if cue_id == ANY else safe(cue_id)
    return name if foot is Foot.UNKNOWN else f"{name}, {foot} foot"


_PROGRESS: Final = {
    SessionState.RUNNING: "is still running",
    SessionState.INTERRUPTED: "was interrupted",
}
