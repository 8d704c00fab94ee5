"""How far a stride is from what this runner usually does, in the sense of each cue."""

from collections import deque
from dataclasses import dataclass, field
from math import hypot, sqrt
from statistics import fmean
from typing import Final, NamedTuple

from stridesense.coaching.baseline import Baseline, Expected
from stridesense.coaching.metrics import METRICS
from stridesense.coaching.rules import RULES, WINDOW_STRIDES, CueRule
from stridesense.model import Foot, HeelState, Stride, Theme

BAND_SD: Final = 0.8
"""Half the width of the band in which nothing is said, in spreads of single strides. Our own choice: of 25
strides by chance alone 15 lie beyond it once in some 36 000 windows, and most of a shift by one spread do."""

SURE_SHARE: Final = 0.5
"""Nothing is judged by a usual that is less sure than this share of the strides' spread (our own choice)."""

_UNEVEN: Final = "contact_time_s"
OFF_SHARE: Final = 0.6
"""A window is off when so many of its strides are outside the band (our own choice)."""

_OTHER: Final = {Foot.LEFT: Foot.RIGHT, Foot.RIGHT: Foot.LEFT}
_FRESH_S: Final = 2.0


class Judgement(NamedTuple):
    """One stride by one rule.

    Attributes:
        value: of the metric, in its unit.
        usual: for this runner at this speed and cadence; None where nobody knows yet.
        beyond_sd: how far it is beyond that in the direction that the cue corrects, in the runner's spreads.
        off: 1 when it is outside the band, -1 on the other side for a rule without a direction, else 0.
    """

    value: float
    usual: float | None
    beyond_sd: float | None
    off: int


@dataclass(slots=True)
class _Contact:
    """The latest contact of a foot, its distance from usual, how unsure that is, and when it ended."""

    contact_s: float
    beyond_sd: float
    sure_sd: float
    end_s: float


@dataclass(slots=True)
class Judge:
    """Compares each running stride with the baseline; keeps each foot's latest contact."""

    contacts: dict[Foot, _Contact] = field(default_factory=dict)

    def judge(self, stride: Stride, baseline: Baseline) -> dict[str, Judgement]:
        """The stride by every rule that can be told, by cue id."""
        found = {rule.cue_id: self._by(rule, stride, baseline) for rule in RULES if rule.metric in METRICS}
        heel, uneven = found.pop("heel_held", None), self._uneven(stride, baseline)
        if heel is not None and stride.heel_state is not None:
            found["heel_held"] = heel._replace(off=int(stride.heel_state is HeelState.HELD))
        if uneven is not None:
            found["uneven"] = uneven
        return {cue_id: judgement for cue_id, judgement in found.items() if judgement is not None}

    def _by(self, rule: CueRule, stride: Stride, baseline: Baseline) -> Judgement | None:
        value = METRICS[rule.metric].value(stride)
        if value is None:
            return None
        expected = known(baseline, rule.metric, stride)
        if expected is None:
            # What the heel does can be seen; all else is only off against the runner's own usual.
            return Judgement(value, None, None, 0) if rule.theme is Theme.HEEL else None
        beyond_sd = rule.direction * (value - expected.value) / expected.spread
        off = beyond_sd > BAND_SD + expected.sure_sd / expected.spread
        return Judgement(value, expected.value, beyond_sd, int(off))

    def _uneven(self, stride: Stride, baseline: Baseline) -> Judgement | None:
        """Left contact against right, each against its own usual: uneven legs may be this runner's own."""
        expected = known(baseline, _UNEVEN, stride)
        if expected is None or stride.foot not in _OTHER:
            return None
        mine = _Contact(
            stride.contact_time_s,
            (stride.contact_time_s - expected.value) / expected.spread,
            expected.sure_sd / expected.spread,
            stride.terminal_contact_s,
        )
        self.contacts[stride.foot] = mine
        other = self.contacts.get(_OTHER[stride.foot])
        if other is None or abs(mine.end_s - other.end_s) > _FRESH_S:
            return None
        left, right = (mine, other) if stride.foot is Foot.LEFT else (other, mine)
        beyond_sd = (left.beyond_sd - right.beyond_sd) / sqrt(2.0)
        percent = 200.0 * (left.contact_s - right.contact_s) / (left.contact_s + right.contact_s)
        band_sd = BAND_SD + hypot(left.sure_sd, right.sure_sd) / sqrt(2.0)
        off = (beyond_sd > band_sd) - (beyond_sd < -band_sd)
        return Judgement(percent, None, abs(beyond_sd), off)


def known(baseline: Baseline, metric: str, stride: Stride) -> Expected | None:
    """What is usual, if it is known well enough to judge by: not at a speed that was never run before."""
    expected = baseline.expected(stride.foot, metric, stride.speed_mps, stride.cadence_spm)
    if expected is None or expected.sure_sd > SURE_SHARE * expected.spread:
        return None
    return expected


@dataclass(slots=True)
class Window:
    """The last 25 judgements of one foot by one rule.

    `off_for` is for how many strides in a row most of a full window was off.
    """

    judgements: deque[Judgement] = field(default_factory=lambda: deque(maxlen=WINDOW_STRIDES))
    above: int = 0
    below: int = 0
    off_for: int = 0

    def add(self, judgement: Judgement) -> None:
        """Take one more, forgetting the oldest."""
        if len(self.judgements) == WINDOW_STRIDES:
            self._count(self.judgements[0].off, -1)
        self.judgements.append(judgement)
        self._count(judgement.off, 1)
        self.off_for = self.off_for + 1 if self.full and self.off_share >= OFF_SHARE else 0

    def _count(self, off: int, by: int) -> None:
        self.above += by * (off > 0)
        self.below += by * (off < 0)

    @property
    def full(self) -> bool:
        """Whether there are as many as a verdict needs."""
        return len(self.judgements) == WINDOW_STRIDES

    @property
    def off_share(self) -> float:
        """Share of strides outside the band, on the side where there are more of them."""
        return max(self.above, self.below) / len(self.judgements) if self.judgements else 0.0

    @property
    def value(self) -> float:
        """Mean of the metric."""
        return fmean(judgement.value for judgement in self.judgements)

    @property
    def usual(self) -> float | None:
        """Mean of what is usual; None where that is not known of any."""
        known = [judgement.usual for judgement in self.judgements if judgement.usual is not None]
        return fmean(known) if known else None
