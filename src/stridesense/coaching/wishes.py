"""What the coach would say about form right now, if nothing spoke against it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from stridesense.coaching.briefing import Briefing
from stridesense.coaching.guard import Effect
from stridesense.coaching.judging import Judgement, Window
from stridesense.coaching.ledger import preferred
from stridesense.coaching.metrics import METRICS
from stridesense.coaching.notices import Notice
from stridesense.coaching.rules import BY_ID, RULES, TENSION, WINDOW_STRIDES, CueRule
from stridesense.coaching.scheduler import Wish
from stridesense.coaching.words import language_pack
from stridesense.model import Change, Cue, CueKind, Foot, Theme

LASTS_STRIDES: Final = 25
"""So many strides in a row a window must be off, but for the heel, which is seen and not estimated: one
window of 25 is off by chance a few times an hour, two that share no stride hardly ever (our own choice)."""

OTHER_SHARE: Final = 0.5
"""The other foot is spoken to as well from this share of its window on (our own choice)."""

BACK_SHARE: Final = 0.4
"""So few strides of a window off after a correction are a success (our own choice)."""

FRESH_S: Final = 5.0
CHANGE_STAYS_S: Final = 300.0
PRAISE_UNTIL_S: Final = 600.0
"""A change, and a correction that has worked, are worth a word for so long (our own choice)."""

RECALL_UNTIL_S: Final = 300.0
"""Later than that in a run its theme is not recalled any more, session s (our own choice)."""

INTERNAL_SESSIONS: Final = 4
"""So many sessions on a theme are cued about the body, which alone changes the foot's angle, later ones by an
image (Moore et al. 2019, 2024; the number is our own choice)."""

VALID_S: Final = 2.0
NOTICE_VALID_S: Final = 10.0
"""So late a cue may still be said, s (our own choice)."""


class Line(NamedTuple):
    """Something that could be said now, with its words and figures."""

    wish: Wish
    text: str
    reason: str
    metric: str
    value: float
    usual: float | None
    ankle: Effect = Effect.NONE
    drill: str | None = None
    valid_for_s: float = VALID_S

    def cue(self, now_s: float) -> Cue:
        """The cue that it becomes when it is said."""
        return Cue(
            cue_id=self.wish.cue_id,
            theme=self.wish.theme,
            kind=self.wish.kind,
            foot=self.wish.foot,
            t_s=now_s,
            text=self.text,
            reason=self.reason,
            metric=self.metric,
            value=self.value,
            baseline=self.usual,
            window_strides=WINDOW_STRIDES,
            valid_for_s=self.valid_for_s,
            drill=self.drill,
        )


class _Corrected(NamedTuple):
    """A correction that was given, and to whom."""

    t_s: float
    foot: Foot


@dataclass(slots=True)
class Wishes:
    """The windows of both feet, and what became of what was said.

    Attributes:
        briefing: settings and history.
        order: the cues in the order in which they are preferred.
        windows: the last judgements by foot and cue.
        seen_s: when each foot was judged last.
        change: a change that speaks of a stiffening ankle and was not told yet.
        corrected: corrections that may still earn praise.
        recalled: whether the theme was recalled.
    """

    briefing: Briefing
    order: tuple[str, ...]
    windows: dict[Foot, dict[str, Window]] = field(default_factory=dict)
    seen_s: dict[Foot, float] = field(default_factory=dict)
    change: Change | None = None
    corrected: dict[str, _Corrected] = field(default_factory=dict)
    recalled: bool = False

    @classmethod
    def begin(cls, briefing: Briefing) -> "Wishes":
        """Nothing was seen yet; what worked for this runner comes first."""
        order = preferred([rule.cue_id for rule in RULES], briefing.cues)
        told = briefing.coach.theme != "auto" or briefing.last_theme is not None
        return cls(briefing, tuple(order), recalled=not (briefing.coach.recall and told))

    def follow(self, foot: Foot, judgements: Mapping[str, Judgement], now_s: float) -> None:
        """Take a steady stride as the rules see it."""
        windows = self.windows.setdefault(foot, {})
        self.seen_s[foot] = now_s
        for cue_id, judgement in judgements.items():
            window = windows.get(cue_id)
            if window is None:
                window = windows[cue_id] = Window()
            window.add(judgement)

    def note(self, changes: Iterable[Change]) -> None:
        """Take changes; one towards tension is worth a word."""
        for change in changes:
            if TENSION.get(change.metric, 0) * change.size_sd > 0.0:
                self.change = change

    def forget(self, foot: Foot) -> None:
        """What this foot did cannot be compared with what it does next."""
        self.windows.pop(foot, None)

    def due(self, foot: Foot, now_s: float, theme: Theme | None) -> list[Line]:
        """What could be said after a stride of this foot, the first choice first."""
        windows = self.windows.get(foot, {})
        return [
            *self._recall(windows, theme, now_s),
            *self._praise(windows, foot, now_s),
            *(self._correction(BY_ID[cue_id], windows[cue_id], foot, now_s) for cue_id in self._off(windows)),
            *self._stiffens(now_s),
        ]

    def said(self, cue: Cue) -> tuple[Foot, ...]:
        """Take note of what was said; return the feet that it spoke to."""
        feet = tuple(self.windows) if cue.foot is Foot.UNKNOWN else (cue.foot,)
        match cue.kind:
            case CueKind.RECALL:
                self.recalled = True
            case CueKind.SUCCESS:
                self.corrected.pop(cue.cue_id, None)
            case CueKind.CORRECTION:
                self.change = None if cue.theme is Theme.DRIFT else self.change
                self.corrected[cue.cue_id] = _Corrected(cue.t_s, cue.foot)
                for foot in feet:
                    self.windows.get(foot, {}).pop(cue.cue_id, None)
        return feet

    def _off(self, windows: Mapping[str, Window]) -> list[str]:
        """The cues that this foot's windows make due."""
        return [
            cue_id
            for cue_id in self.order
            if (window := windows.get(cue_id)) is not None
            and window.off_for >= (1 if BY_ID[cue_id].theme is Theme.HEEL else LASTS_STRIDES)
        ]

    def _correction(self, rule: CueRule, window: Window, foot: Foot, now_s: float) -> Line:
        to = Foot.UNKNOWN if not rule.one_foot or self._other_too(rule, foot, now_s) else foot
        reason = off_reason(rule, window, foot)
        return self._line(rule, CueKind.CORRECTION, to, reason, window.value, window.usual)

    def _other_too(self, rule: CueRule, foot: Foot, now_s: float) -> bool:
        """Whether the other foot does the same, by a full window that is as fresh as this one."""
        return any(
            (window := windows.get(rule.cue_id)) is not None
            and len(window.judgements) >= WINDOW_STRIDES - 1  # feet alternate: it may be one stride behind
            and now_s - self.seen_s[other] < FRESH_S
            and window.off_share >= OTHER_SHARE
            for other, windows in self.windows.items()
            if other is not foot
        )

    def _steady(self, foot: Foot, now_s: float) -> bool:
        """Whether this foot has run steadily for a full window until now."""
        windows = self.windows.get(foot, {})
        return any(window.full for window in windows.values()) and now_s - self.seen_s[foot] < FRESH_S

    def _praise(self, windows: Mapping[str, Window], foot: Foot, now_s: float) -> list[Line]:
        """Praise for the latest correction, if this foot is back inside the band for a full window."""
        for cue_id, given in list(self.corrected.items()):
            if now_s - given.t_s > PRAISE_UNTIL_S:
                del self.corrected[cue_id]
                continue
            window = windows.get(cue_id)
            if window is not None and given.foot in (foot, Foot.UNKNOWN) and self._back(cue_id, given.foot):
                reason = (
                    f"only {window.off_share:.0%} of the last {WINDOW_STRIDES} strides were off after the cue"
                )
                return [
                    self._line(BY_ID[cue_id], CueKind.SUCCESS, given.foot, reason, window.value, window.usual)
                ]
        return []

    def _back(self, cue_id: str, to: Foot) -> bool:
        """Whether every foot that a correction spoke to is inside the band for a full window."""
        feet = self.windows if to is Foot.UNKNOWN else (to,)
        found = [self.windows.get(foot, {}).get(cue_id) for foot in feet]
        return all(window is not None and window.full and window.off_share <= BACK_SHARE for window in found)

    def _recall(self, windows: Mapping[str, Window], theme: Theme | None, now_s: float) -> list[Line]:
        """The theme of the run, once, when the runner has found the rhythm; by the cue that is preferred."""
        if self.recalled or now_s > RECALL_UNTIL_S or not any(window.full for window in windows.values()):
            return []
        sessions = 0 if theme is None else self.briefing.theme_sessions.get(theme, 0)
        reason = f"the theme of this run, after {sessions} sessions on it"
        rules = [BY_ID[cue_id] for cue_id in self.order if BY_ID[cue_id].theme is theme]
        return [
            self._line(rule, CueKind.RECALL, Foot.UNKNOWN, reason, float(sessions), None) for rule in rules
        ]

    def _stiffens(self, now_s: float) -> list[Line]:
        change = self.change
        if change is None or now_s - change.t_s > CHANGE_STAYS_S or not self._steady(change.foot, now_s):
            return []
        metric = METRICS[change.metric]
        reason = (
            f"{change.foot} {metric.label} went from {metric.told(change.before)} to "
            f"{metric.told(change.after)} at the same speed since {change.since_s / 60.0:.0f} min"
        )
        rule = BY_ID["ankle_stiffens"]
        return [
            self._line(rule, CueKind.CORRECTION, change.foot, reason, change.after, change.before)._replace(
                metric=change.metric
            )
        ]

    def _line(
        self, rule: CueRule, kind: CueKind, foot: Foot, reason: str, value: float, usual: float | None
    ) -> Line:
        return Line(
            Wish(rule.cue_id, rule.theme, kind, foot),
            self._words(rule, kind, foot),
            reason,
            rule.metric,
            value,
            usual,
            rule.ankle,
            rule.drill,
        )

    def _words(self, rule: CueRule, kind: CueKind, foot: Foot) -> str:
        settings = self.briefing.coach
        pack = language_pack(settings.language)
        sessions = self.briefing.theme_sessions.get(rule.theme, 0)
        internal = settings.wording == "internal" or (
            settings.wording == "auto" and sessions < INTERNAL_SESSIONS
        )
        match kind:
            case CueKind.SUCCESS:
                return pack.praise(rule.cue_id)
            case CueKind.RECALL:
                return pack.recall(rule.cue_id, internal=internal)
        return pack.correction(rule.cue_id, foot, internal=internal)


def notice_line(notice: Notice, language: str) -> Line:
    """A notice in the runner's language."""
    text = language_pack(language).notice(notice.wish.cue_id, notice.wish.foot)
    return Line(
        notice.wish,
        text,
        notice.reason,
        notice.metric,
        notice.value,
        notice.limit,
        valid_for_s=NOTICE_VALID_S,
    )


def off_reason(rule: CueRule, window: Window, foot: Foot) -> str:
    """Why a correction is due, in one phrase with its figures."""
    share, strides = f"{window.off_share:.0%}", len(window.judgements)
    whose = f"{foot} " if rule.one_foot and foot is not Foot.UNKNOWN else ""
    if rule.theme is Theme.HEEL:
        return (
            f"the {whose}heel stayed up in {share} of the last {strides} strides, "
            f"{window.value:.0f} mm above flat on average"
        )
    if rule.theme is Theme.ASYMMETRY:
        return f"left and right contact differ by {window.value:+.1f} % over the last {strides} strides"
    metric = METRICS[rule.metric]
    usual = "" if window.usual is None else f", usually {metric.told(window.usual)} at this speed"
    return f"{whose}{metric.label} {metric.told(window.value)} over the last {strides} strides{usual}"
