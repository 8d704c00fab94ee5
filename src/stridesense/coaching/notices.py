"""What is said whatever the theme: a calf has had enough, a pod is in trouble, a leg needs a professional.

Each is said once for each leg or pod, and again only when it has become worse.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from stridesense.coaching.briefing import Briefing
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
            there = [leg for leg in legs.values() if leg.band is band and leg.ratio is not None]
            for leg in there:
                foot = Foot.UNKNOWN if len(there) == len(legs) > 1 else leg.foot
                if (cue_id, leg.foot) in self.told or (cue_id, foot) in self.told:
                    continue
                if band is Band.RED:
                    self._drop(LOAD_AMBER, leg.foot)
                wish = Wish(cue_id, Theme.BUDGET, CueKind.LOAD, foot)
                reason = (
                    f"the {leg.foot} calf's load is {leg.ratio:.2f} of what it is used to "
                    f"({leg.load:.0f} of {leg.limit or 0.0:.0f} usual strides, a proxy)"
                )
                self._add(Notice(wish, "calf_load", leg.load, leg.limit, reason))

    def follow_pod(self, report: PodReport) -> None:
        """Take what a pod reports."""
        percent = report.battery_percent
        if percent is not None and percent < LOW_BATTERY_PERCENT:
            reason = f"the {report.foot} pod's battery is at {percent} %"
            self._pod(POD_BATTERY, report.foot, "battery_percent", float(percent), reason)
        if report.state not in _GONE:
            if report.state is LinkState.STREAMING:
                self.gone_since_s.pop(report.foot, None)
            return
        lost_s = report.t_s - self.gone_since_s.setdefault(report.foot, report.t_s)
        if lost_s >= LOST_FOR_S:
            reason = f"nothing came from the {report.foot} pod for {lost_s:.0f} s"
            self._pod(POD_LINK, report.foot, "link", lost_s, reason)

    def follow_stride(self, stride: Stride) -> None:
        """Take a stride, which may say that its pod has moved."""
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
