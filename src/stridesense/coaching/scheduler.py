"""When something may be said: one theme a run, rarely, and never while the runner is not running steadily.

The reasons for silence are asked in a fixed order, so that the same strides always give the same answer.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from stridesense.coaching.briefing import Briefing
from stridesense.model import Cue, CueKind, Foot, Instruction, Order, Silence, Theme

HOUR_S: Final = 3600.0
KEPT_FOR_NOTICES: Final = 2
"""So many cues of an hour are not for form, and the last of them is not for pods either: a calf that has had
enough must find room (our own choice)."""

FORM: Final = frozenset({CueKind.CORRECTION, CueKind.SUCCESS, CueKind.RECALL})


class Refusal(NamedTuple):
    """Why something is not said, and the figures."""

    why: Silence
    reason: str


class Wish(NamedTuple):
    """Something that is due."""

    cue_id: str
    theme: Theme
    kind: CueKind
    foot: Foot


@dataclass(slots=True)
class Scheduler:
    """What was said when, what the run is about, and whether anything may be said now.

    Attributes:
        briefing: the settings and what earlier sessions tell.
        muted: whether the runner wants silence.
        themes: the themes of form that this run is about so far.
        said: moment and kind of each cue of the last hour.
        last_s: when each cue was said last, by its id.
    """

    briefing: Briefing
    muted: bool
    themes: list[Theme] = field(default_factory=list)
    said: deque[tuple[float, CueKind]] = field(default_factory=deque)
    last_s: dict[str, float] = field(default_factory=dict)

    @classmethod
    def begin(cls, briefing: Briefing) -> "Scheduler":
        """A run of which nothing was said yet."""
        return cls(briefing, briefing.muted, _only(briefing.theme))

    @property
    def theme(self) -> Theme | None:
        """The theme of the run, None while there is none."""
        return self.themes[0] if self.themes else None

    def obey(self, told: Instruction) -> None:
        """Do what the runner says; a theme that is none of form means any, a mark changes nothing."""
        match told.order:
            case Order.MUTE:
                self.muted = True
            case Order.UNMUTE:
                self.muted = False
            case Order.THEME:
                self.themes = _only(Theme.of_form(told.value))

    def probing(self, now_s: float) -> bool:
        """Whether `now_s` lies in a stretch without cues."""
        settings = self.briefing.coach
        return now_s % settings.probe_every_s >= settings.probe_every_s - settings.probe_s

    def eligible_share(self, theme: Theme) -> float:
        """The share of the run in which a cue may come: the more sessions on a theme, the less."""
        fading = self.briefing.coach.fading
        return fading[min(self.briefing.theme_sessions.get(theme, 0), len(fading) - 1)]

    def refusal(self, wish: Wish, now_s: float, first_run_s: float) -> Refusal | None:
        """Why `wish` cannot be said now; None when it can.

        Args:
            wish: what is due.
            now_s: the session's clock.
            first_run_s: when the runner began to run.
        """
        if wish.kind is CueKind.HEALTH:
            return None
        if self.briefing.red_flags:
            return Refusal(Silence.SYMPTOMS, "coaching is off until a check-in without warning signs")
        if self.muted:
            return Refusal(Silence.MUTED, "the runner asked for silence")
        if wish.kind in FORM and (refusal := self._no_form(wish, now_s, first_run_s)) is not None:
            return refusal
        return self._too_soon(wish, now_s)

    def _no_form(self, wish: Wish, now_s: float, first_run_s: float) -> Refusal | None:
        settings = self.briefing.coach
        left_s = first_run_s + settings.warm_up_s - now_s
        if wish.kind is not CueKind.RECALL and left_s > 0.0:
            return Refusal(Silence.WARM_UP, f"the warm-up lasts {left_s:.0f} s more")
        if self.probing(now_s):
            return Refusal(
                Silence.PROBE,
                f"the last {settings.probe_s:.0f} s of every {settings.probe_every_s:.0f} s "
                "are without cues, to see what was learned",
            )
        share = self.eligible_share(wish.theme)
        open_s = share * (settings.probe_every_s - settings.probe_s)
        if wish.kind is CueKind.CORRECTION and now_s % settings.probe_every_s >= open_s:
            sessions = self.briefing.theme_sessions.get(wish.theme, 0)
            return Refusal(
                Silence.FADED, f"after {sessions} sessions on it a cue may come in {share:.0%} of the time"
            )
        if wish.kind is CueKind.CORRECTION and wish.theme not in self.themes and self._full():
            return Refusal(Silence.OTHER_THEME, f"this run is about {' and '.join(self.themes)}")
        return None

    def _full(self) -> bool:
        return len(self.themes) >= (2 if self.briefing.coach.second_theme else 1)

    def _too_soon(self, wish: Wish, now_s: float) -> Refusal | None:
        settings = self.briefing.coach
        gap_s = settings.success_gap_s if wish.kind is CueKind.SUCCESS else settings.same_cue_gap_s
        since_s = now_s - self.last_s.get(_key(wish.kind, wish.cue_id), float("-inf"))
        if since_s < gap_s:
            return Refusal(Silence.GAP, f"this was said {since_s:.0f} s ago, the gap is {gap_s:.0f} s")
        if self.said and now_s - self.said[-1][0] < settings.any_cue_gap_s:
            since_s = now_s - self.said[-1][0]
            return Refusal(
                Silence.GAP,
                f"something was said {since_s:.0f} s ago, the gap is {settings.any_cue_gap_s:.0f} s",
            )
        return self._enough(wish, now_s)

    def _enough(self, wish: Wish, now_s: float) -> Refusal | None:
        most = self.briefing.coach.cues_per_hour
        recent = [kind for said_s, kind in self.said if now_s - said_s < HOUR_S]
        of_form = sum(kind in FORM for kind in recent)
        crowded = wish.kind is CueKind.POD and sum(kind is not CueKind.LOAD for kind in recent) >= most - 1
        if len(recent) >= most or crowded or (wish.kind in FORM and of_form >= most - KEPT_FOR_NOTICES):
            return Refusal(Silence.ENOUGH_THIS_HOUR, f"{len(recent)} cues were given within an hour")
        return None

    def give(self, cue: Cue) -> None:
        """Take note of what is said."""
        while self.said and cue.t_s - self.said[0][0] >= HOUR_S:
            self.said.popleft()
        self.said.append((cue.t_s, cue.kind))
        self.last_s[_key(cue.kind, cue.cue_id)] = cue.t_s
        if cue.kind is CueKind.CORRECTION and cue.theme not in self.themes:
            self.themes.append(cue.theme)


def _only(theme: Theme | None) -> list[Theme]:
    return [] if theme is None else [theme]


def _key(kind: CueKind, cue_id: str) -> str:
    """What the gap of a cue is counted by: all praise is one."""
    return kind if kind is CueKind.SUCCESS else cue_id
