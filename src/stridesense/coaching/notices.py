"""What is said whatever the theme: a calf has had enough, a pod is in trouble, a leg needs a professional.

Each is said once for each leg or pod, and again only when it has become worse.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from stridesense.coaching.briefing import Briefing
from stridesense.coaching.budget import budget_reason
from stridesense.coaching.rules import (
    LOAD_AMBER,
    LOAD_RED,
    POD_BATTERY,
    POD_LINK,
    POD_MOVED,
    SEE_A_PROFESSIONAL,
)
from stridesense.coaching.scheduler import Wish
from stridesense.gait.look import POD_MOVED as MOVED_FLAG
from stridesense.model import Band, CalfBudget, Cue, CueKind, Foot, LinkState, PodReport, Stride, Theme

LOW_BATTERY_PERCENT: Final = 15
LOST_FOR_S: Final = 15.0
"""So long without a pod is worth a word, shorter losses heal by themselves; both are our own choice."""

ALIKE: Final = 0.05
"""Legs whose ratios differ by less are told together (our own choice)."""

_GONE: Final = frozenset({LinkState.LOST, LinkState.SILENT, LinkState.SEARCHING})


class Notice(NamedTuple):
    """Something due that is not about form, and why."""

    wish: Wish
    metric: str
    value: float
    limit: float | None
    reason: str


@dataclass(slots=True)
class Notices:
    """What is due and what was said.

    Attributes:
        due: by cue id and foot, in the order in which it became due.
        told: what was said, or is no news any more.
        gone_since_s: since when a pod cannot be heard.
    """

    due: dict[tuple[str, Foot], Notice] = field(default_factory=dict)
    told: set[tuple[str, Foot]] = field(default_factory=set)
    gone_since_s: dict[Foot, float] = field(default_factory=dict)

    def begin(self, briefing: Briefing) -> None:
        """What is due before the first stride."""
        if briefing.red_flags:
            what = ", ".join(flag.replace("_", " ") for flag in briefing.red_flags)
            wish = Wish(SEE_A_PROFESSIONAL, Theme.BUDGET, CueKind.HEALTH, Foot.UNKNOWN)
            reason = f"{len(briefing.red_flags)} warning sign(s) at the last check-in: {what}"
            self._add(Notice(wish, "red_flags", float(len(briefing.red_flags)), None, reason))

    def follow_load(self, legs: Mapping[Foot, CalfBudget]) -> None:
        """Take what the legs have done so far; red puts amber aside."""
        for band, cue_id in ((Band.RED, LOAD_RED), (Band.AMBER, LOAD_AMBER)):
            there = {
                leg.foot: leg.ratio for leg in legs.values() if leg.band is band and leg.ratio is not None
            }
            news = [foot for foot in there if not self._known(cue_id, foot)]
            if not news:
                continue
            most = max(there.values())
            alike = [leg for leg in legs.values() if abs((leg.ratio or 0.0) - most) < ALIKE]
            foot = Foot.UNKNOWN if len(alike) == len(legs) > 1 else news[0]
            if band is Band.RED:
                self.due.pop((LOAD_AMBER, Foot.UNKNOWN), None)
                for told in legs if foot is Foot.UNKNOWN else news:
                    self._drop(LOAD_AMBER, told)
            self._load(cue_id, foot, legs[news[0]])

    def _known(self, cue_id: str, foot: Foot) -> bool:
        """Whether this is said or about to be said, to this leg or to both."""
        keys = ((cue_id, foot), (cue_id, Foot.UNKNOWN))
        return any(key in self.told or key in self.due for key in keys)

    def _load(self, cue_id: str, foot: Foot, leg: CalfBudget) -> None:
        wish = Wish(cue_id, Theme.BUDGET, CueKind.LOAD, foot)
        self._add(Notice(wish, "calf_load", leg.load, leg.limit, budget_reason(leg)))

    def follow_pod(self, report: PodReport) -> None:
        """Take what a pod reports."""
        percent = report.battery_percent
        if percent is not None and percent < LOW_BATTERY_PERCENT:
            reason = f"the {report.foot} pod's battery is at {percent} %"
            self._pod(POD_BATTERY, report.foot, "battery_percent", float(percent), reason)
        if report.state is LinkState.STREAMING:
            self.gone_since_s.pop(report.foot, None)
            self.due.pop((POD_LINK, report.foot), None)
            self.told.discard((POD_LINK, report.foot))
        if report.state not in _GONE:
            return
        self.gone_since_s.setdefault(report.foot, report.t_s)
        self._miss(report.foot, report.t_s)

    def _miss(self, foot: Foot, now_s: float) -> None:
        lost_s = now_s - self.gone_since_s[foot]
        if lost_s >= LOST_FOR_S:
            reason = f"nothing came from the {foot} pod for {lost_s:.0f} s"
            self._pod(POD_LINK, foot, "link", lost_s, reason)

    def follow_stride(self, stride: Stride, now_s: float) -> None:
        """Take a stride, which may say that its pod has moved, and that the other pod is still not heard."""
        for foot in self.gone_since_s:
            self._miss(foot, now_s)
        if MOVED_FLAG in stride.flags:
            reason = f"the {stride.foot} pod has moved on the shoe at {stride.initial_contact_s:.0f} s"
            self._pod(POD_MOVED, stride.foot, "flags", stride.initial_contact_s, reason)

    def give(self, cue: Cue) -> None:
        """It was said."""
        for foot in tuple(Foot) if cue.foot is Foot.UNKNOWN else (cue.foot,):
            self._drop(cue.cue_id, foot)

    def _pod(self, cue_id: str, foot: Foot, metric: str, value: float, reason: str) -> None:
        self._add(Notice(Wish(cue_id, Theme.POD, CueKind.POD, foot), metric, value, None, reason))

    def _add(self, notice: Notice) -> None:
        key = notice.wish.cue_id, notice.wish.foot
        if key not in self.told:
            self.due[key] = notice

    def _drop(self, cue_id: str, foot: Foot) -> None:
        self.due.pop((cue_id, foot), None)
        self.told.add((cue_id, foot))
