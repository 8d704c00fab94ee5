"""What a session adds up to, besides its cues: how each theme went, with cues and without."""

from dataclasses import dataclass, field
from math import sin

from stridesense.coaching.judging import Judgement
from stridesense.coaching.rules import RULES
from stridesense.model import Foot, Gait, HeelState, Practice, Stride, Theme
from stridesense.units import RAD_PER_DEG


@dataclass(slots=True)
class _Tally:
    """Strides judged for a theme and how many were off, while cues could come and while none could."""

    coached: int = 0
    coached_off: int = 0
    free: int = 0
    free_off: int = 0


@dataclass(slots=True)
class PracticeLog:
    """Counts of the session.

    Attributes:
        strides: by foot, whatever the gait.
        heels_seen: running strides whose heel was seen, by foot,
        heels_held: and those in which it was held up.
        climbed_m: sum of the rises of strides; the slope carries the error of the standing reference.
    """

    strides: dict[Foot, int] = field(default_factory=dict)
    heels_seen: dict[Foot, int] = field(default_factory=dict)
    heels_held: dict[Foot, int] = field(default_factory=dict)
    climbed_m: dict[Foot, float] = field(default_factory=dict)
    themes: dict[Theme, _Tally] = field(default_factory=dict)

    def count(self, stride: Stride) -> None:
        """Take any stride."""
        foot = stride.foot
        self.strides[foot] = self.strides.get(foot, 0) + 1
        if stride.slope_deg is not None and stride.stride_length_m is not None:
            rise_m = max(0.0, sin(stride.slope_deg * RAD_PER_DEG) * stride.stride_length_m)
            self.climbed_m[foot] = self.climbed_m.get(foot, 0.0) + rise_m
        if stride.gait is Gait.RUN and stride.heel_state is not None:
            self.heels_seen[foot] = self.heels_seen.get(foot, 0) + 1
            held = stride.heel_state is HeelState.HELD
            self.heels_held[foot] = self.heels_held.get(foot, 0) + held

    def judge(self, judgements: dict[str, Judgement], *, free: bool) -> None:
        """Take a steady running stride as the rules see it; `free` while no cue could come."""
        for rule in RULES:
            judgement = judgements.get(rule.cue_id)
            if judgement is None:
                continue
            tally = self.themes.get(rule.theme)
            if tally is None:
                tally = self.themes[rule.theme] = _Tally()
            off = judgement.off != 0
            if free:
                tally.free += 1
                tally.free_off += off
            else:
                tally.coached += 1
                tally.coached_off += off

    def held_share(self) -> dict[Foot, float]:
        """Share of running strides with the heel held up, by foot."""
        return {foot: self.heels_held.get(foot, 0) / seen for foot, seen in self.heels_seen.items()}

    def climb_m(self) -> float | None:
        """How far the runner climbed; None where no foot could tell."""
        return max(self.climbed_m.values(), default=None)

    def practice(self) -> dict[Theme, Practice]:
        """How each theme went."""
        return {
            theme: Practice(
                coached_strides=tally.coached,
                coached_off=tally.coached_off,
                free_strides=tally.free,
                free_off=tally.free_off,
            )
            for theme, tally in self.themes.items()
        }
