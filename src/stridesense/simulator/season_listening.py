"""How a virtual runner takes cues: followed by chance, for a while, and a little of it for good."""

from dataclasses import dataclass, field
from random import Random

from stridesense.model import Cue, CueKind, Foot
from stridesense.simulator.season_plan import ADDRESSED, BOTH_FEET, FaultKind

Learned = dict[tuple[FaultKind, Foot], float]
"""What a runner has learned for good, by fault and foot, in spreads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """What a cue does to a runner; the defaults are of one who does not listen.

    Attributes:
        obeys: probability that a cue is followed.
        effect_sd: how far the metric then moves towards better, in spreads from stride to stride.
        reacts_s: from the cue to the effect, s.
        lasts_s: how long the effect holds, s,
        fades_s: and how long it then takes to go, s.
        learns: share of the effect that each cue followed leaves behind for good, the whole of it at most.
        forgets: share of that which is gone at the next session.
    """

    obeys: float = 0.0
    effect_sd: float = 2.0
    reacts_s: float = 3.0
    lasts_s: float = 180.0
    fades_s: float = 120.0
    learns: float = 0.0
    forgets: float = 0.05

    def effect_at(self, since_s: float) -> float:
        """What there is of the effect so long after the cue, in spreads."""
        if since_s < self.reacts_s:
            return 0.0
        over_s = max(0.0, since_s - self.reacts_s - self.lasts_s)
        return self.effect_sd * max(0.0, 1.0 - over_s / self.fades_s)


@dataclass(slots=True)
class Ears:
    """What was heard and followed lately, and what was learned."""

    listening: Listening
    chance: Random
    learned: Learned
    followed_s: dict[tuple[FaultKind, Foot], float] = field(default_factory=dict)

    def hear(self, cue: Cue, now_s: float) -> bool:
        """Take a cue; a correction is followed by chance. Whether it was."""
        if cue.kind is not CueKind.CORRECTION or self.chance.random() >= self.listening.obeys:
            return False
        kept = self.listening.learns * self.listening.effect_sd
        for kind in ADDRESSED.get(cue.theme, ()):
            for foot in BOTH_FEET if cue.foot is Foot.UNKNOWN else (cue.foot,):
                self.followed_s[kind, foot] = now_s
                learned = self.learned.get((kind, foot), 0.0) + kept
                self.learned[kind, foot] = min(self.listening.effect_sd, learned)
        return True

    def relief_sd(self, kind: FaultKind, foot: Foot, now_s: float) -> float:
        """How much better than without any cue this foot does now, in spreads."""
        learned = self.learned.get((kind, foot), 0.0)
        since_s = self.followed_s.get((kind, foot))
        if since_s is None:
            return learned
        return max(learned, self.listening.effect_at(now_s - since_s))

    def kept(self) -> Learned:
        """What is left of what was learned at the next session."""
        return {key: (1.0 - self.listening.forgets) * size for key, size in self.learned.items()}
