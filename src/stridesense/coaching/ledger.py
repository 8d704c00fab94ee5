"""What each cue did: 25 strides after it against the 25 before, less what would have come without it.

A cue comes when a window of strides happens to be bad, so the next window is better anyway (regression to the
mean), and form drifts while a run goes on. Both are in the cues that were due and withheld as well. What a
cue did is therefore told only against those.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from statistics import fmean
from typing import Final, NamedTuple, Self

from stridesense.coaching.bootstrap import difference_interval
from stridesense.coaching.briefing import CueRecord
from stridesense.coaching.settings import CoachSettings
from stridesense.model import CueEffect, Foot

WINDOW_STRIDES: Final = 25
"""Strides before and after (25: stable means of running variables, Oliveira and Pirscoveanu 2021)."""

REACTION_STRIDES: Final = 2
"""Left out after a cue: it is being heard (our own choice)."""

LEAST_GAIN_SD: Final = 0.25
LEAST_GAIN_SHARE: Final = 1.0 / 3.0
"""A cue has an effect when it brings back a third of what was off, and no less than this, in the runner's own
spreads (our own choice): chance alone brings 25 strides some way back."""

SHRINK_BY: Final = 2.0
"""So many withheld cues without any gain are added to what was seen of them this session (our own choice)."""

REMEMBERED: Final = 200
"""So many of the last effects of a cue count (our own choice): a runner changes."""


class LedgerParams(NamedTuple):
    """When a cue is given up, and when a withheld one is like a given one.

    Attributes:
        retire_after: so many cues in a row without effect retire the cue,
        retire_for_s: for so long, s.
        same_cue_gap_s: so soon after a cue none could be given, and its effect wears off: no withheld one is
            watched, s.
    """

    retire_after: int = 3
    retire_for_s: float = 600.0
    same_cue_gap_s: float = 90.0

    @classmethod
    def of(cls, settings: CoachSettings) -> Self:
        """What the runner has set."""
        return cls(settings.retire_after, settings.retire_for_s, settings.same_cue_gap_s)


@dataclass(slots=True)
class Observation:
    """A cue whose 25 strides afterwards are still to come."""

    t_s: float
    given: bool
    before_sd: float
    strides_left: int = REACTION_STRIDES + WINDOW_STRIDES


@dataclass(slots=True)
class Watch:
    """One cue on one foot: the latest strides, when the cue was last given, and what is being observed."""

    recent_sd: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW_STRIDES))
    given_s: float | None = None
    observed: Observation | None = None


@dataclass(slots=True)
class Tally:
    """What a cue did in this session.

    Attributes:
        withheld_sd: sum of the gains of withheld cues,
        withheld: and their number.
        cue_s: when the latest given cue with an effect known was given,
        beyond_least_sd: its gains beyond what comes anyway and the least that counts, one a foot.
        earlier: given cues in a row without effect before it,
        in_a_row: and with it.
        retired_s: when the cue was last retired.
    """

    withheld_sd: float = 0.0
    withheld: int = 0
    cue_s: float | None = None
    beyond_least_sd: list[float] = field(default_factory=list)
    earlier: int = 0
    in_a_row: int = 0
    retired_s: float | None = None

    @property
    def expected_sd(self) -> float:
        """What comes without the cue: mean gain of the withheld ones, drawn to 0 while they are few."""
        return self.withheld_sd / (self.withheld + SHRINK_BY)


@dataclass(slots=True)
class Ledger:
    """Watches in a session what follows a cue, and what follows one that was withheld.

    Observations of one cue on one foot share no stride: after one, 25 new strides are needed for the next.
    """

    params: LedgerParams = field(default_factory=LedgerParams)
    watches: dict[Foot, dict[str, Watch]] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)

    def judged(self, foot: Foot, cue_id: str, t_s: float, beyond_sd: float) -> list[CueEffect]:
        """Take a running stride as one cue sees it; return the effect that it completes.

        Args:
            foot: whose stride.
            cue_id: the cue that would correct it.
            t_s: now, session seconds.
            beyond_sd: how far the stride is beyond the runner's baseline in the direction that the cue
                corrects, in the runner's own spreads; negative when it is better.
        """
        watch = self._watch(foot, cue_id)
        watch.recent_sd.append(beyond_sd)
        seen = watch.observed
        if seen is None:
            return []
        seen.strides_left -= 1
        if seen.strides_left:
            return []
        effect = CueEffect(
            cue_id=cue_id,
            foot=foot,
            t_s=seen.t_s,
            given=seen.given,
            before_sd=seen.before_sd,
            after_sd=fmean(watch.recent_sd),
        )
        watch.observed = None
        watch.recent_sd.clear()
        self._count(effect, t_s)
        return [effect]

    def marked(self, foot: Foot, cue_id: str, t_s: float, *, given: bool) -> None:
        """Tell that at `t_s` a cue was given to this foot, or was due and withheld.

        It comes after the `judged` of the stride that made it due. Only a full window begins an observation.
        """
        watch = self._watch(foot, cue_id)
        seen = watch.observed
        if given:
            watch.given_s = t_s
            if seen is not None and not seen.given:
                watch.observed = seen = None
        elif watch.given_s is not None and t_s - watch.given_s < self.params.same_cue_gap_s:
            return
        if seen is None and len(watch.recent_sd) == WINDOW_STRIDES:
            watch.observed = Observation(t_s, given, fmean(watch.recent_sd))

    def broken(self, foot: Foot) -> None:
        """What comes now cannot be compared with what was: forget the strides of this foot."""
        for watch in self.watches.get(foot, {}).values():
            watch.recent_sd.clear()
            watch.observed = None

    def retired(self, cue_id: str, now_s: float) -> bool:
        """Whether the cue is given up for now because it did nothing."""
        tally = self.tallies.get(cue_id)
        return (
            tally is not None
            and tally.retired_s is not None
            and now_s - tally.retired_s < self.params.retire_for_s
        )

    def without_effect(self, cue_id: str) -> int:
        """How many cues in a row did nothing."""
        return self.tallies[cue_id].in_a_row if cue_id in self.tallies else 0

    @property
    def retired_cues(self) -> tuple[str, ...]:
        """The cues that were ever given up in this session, in the order in which they were first watched."""
        return tuple(cue_id for cue_id, tally in self.tallies.items() if tally.retired_s is not None)

    def _watch(self, foot: Foot, cue_id: str) -> Watch:
        try:
            return self.watches[foot][cue_id]
        except KeyError:
            return self.watches.setdefault(foot, {}).setdefault(cue_id, Watch())

    def _count(self, effect: CueEffect, now_s: float) -> None:
        """Let a withheld cue tell what to expect, and a given one whether it did more than that."""
        tally = self.tallies.setdefault(effect.cue_id, Tally())
        if not effect.given:
            tally.withheld_sd += effect.gain_sd
            tally.withheld += 1
            return
        if tally.retired_s is not None and effect.t_s <= tally.retired_s:
            return
        if effect.t_s != tally.cue_s:
            tally.cue_s, tally.beyond_least_sd, tally.earlier = effect.t_s, [], tally.in_a_row
        least_sd = max(LEAST_GAIN_SD, LEAST_GAIN_SHARE * effect.before_sd)
        tally.beyond_least_sd.append(effect.gain_sd - tally.expected_sd - least_sd)
        tally.in_a_row = tally.earlier + 1 if fmean(tally.beyond_least_sd) < 0.0 else 0
        if tally.in_a_row >= self.params.retire_after:
            tally.retired_s, tally.in_a_row = now_s, 0


def records(effects: Sequence[CueEffect]) -> dict[str, CueRecord]:
    """What is known of each cue from all sessions, oldest effect first; a cue never given is left out.

    `gain_sd` is the mean gain of the given ones less that of the withheld ones. Where none was withheld it
    still contains drift and regression to the mean; then, and where either are too few, there is no interval
    and nothing is claimed. A cue to both feet counts once, with the mean of its gains.
    """
    by_cue: dict[str, deque[CueEffect]] = {}
    for effect in effects:
        by_cue.setdefault(effect.cue_id, deque(maxlen=REMEMBERED)).append(effect)
    found = {cue_id: _record(known) for cue_id, known in by_cue.items()}
    return {cue_id: record for cue_id, record in found.items() if record is not None}


def _record(effects: Sequence[CueEffect]) -> CueRecord | None:
    given, withheld = _gains_sd(effects, given=True), _gains_sd(effects, given=False)
    if not given:
        return None
    gain_sd = fmean(given) - (fmean(withheld) if withheld else 0.0)
    low_sd, high_sd = difference_interval(given, withheld) or (None, None)
    return CueRecord(given=len(given), gain_sd=gain_sd, low_sd=low_sd, high_sd=high_sd)


def _gains_sd(effects: Sequence[CueEffect], *, given: bool) -> list[float]:
    """One gain a cue: the effects on the two feet of one cue stand side by side and are not independent."""
    chosen = (effect for effect in effects if effect.given is given)
    return [fmean(one.gain_sd for one in same) for _, same in groupby(chosen, key=lambda effect: effect.t_s)]


def preferred(candidates: Sequence[str], known: Mapping[str, CueRecord]) -> list[str]:
    """The candidates in the order in which to try them: what works for this runner, the unknown, the useless.

    A cue works when its whole interval lies above 0, the surest first; otherwise it is useless when the whole
    interval lies below what counts as an effect. For the rest the given order stays.
    """
    return sorted(candidates, key=lambda cue_id: _rank(known.get(cue_id)))


def is_useless(record: CueRecord | None) -> bool:
    """Whether a cue is known to do nothing for this runner."""
    return record is not None and record.high_sd is not None and record.high_sd < LEAST_GAIN_SD


def _rank(record: CueRecord | None) -> tuple[int, float]:
    if record is not None and record.low_sd is not None and record.low_sd > 0.0:
        return 0, -record.low_sd
    return (2 if is_useless(record) else 1), 0.0
