"""What the cue ledger claims of cues whose effect is known, and how soon it gives up one that has none.

python benchmarks/ledger.py [--runners 500] [--quick]

Each simulated runner takes some sessions. A stride is noise that remembers the one before, about a level that
is near the line and rises through the session. A cue is due when 60 % of the last 25 strides are beyond the
line, so it comes when chance made them bad. The effect comes after two strides, holds for a while and fades;
it differs from cue to cue. Some cues that are due are withheld: by the toss of a coin, or in probes.
"""

from argparse import ArgumentParser
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp
from random import Random
from statistics import fmean, median
from typing import Final

import numpy as np

from stridesense.coaching.ledger import REACTION_STRIDES, WINDOW_STRIDES, Ledger, records
from stridesense.coaching.settings import CoachSettings
from stridesense.model import CueEffect, Foot

CUE: Final = "heel_held"
STRIDE_S: Final = 0.7
SESSION_STRIDES: Final = 2500
LINE_SD: Final = 0.5
DUE_STRIDES: Final = 15
SETTINGS: Final = CoachSettings()
GAP_STRIDES: Final = round(SETTINGS.same_cue_gap_s / STRIDE_S)
FEWEST_CUES: Final = 20
MOST_CUES: Final = 60
FIRST_SEED: Final = 20_000
COIN: Final = "coin"
PROBES: Final = "probes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """How a simulated runner's strides go and what a cue does to them, in spreads of single strides.

    Attributes:
        seed: of all chance.
        effect_sd: mean effect of a cue,
        effect_spread_sd: and how much it differs from cue to cue.
        memory: correlation of a stride with the one before.
        withheld: by which rule cues are withheld.
        withheld_share: of the cues that are due, with the coin.
    """

    seed: int
    effect_sd: float
    effect_spread_sd: float = 0.2
    memory: float = 0.4
    withheld: str = COIN
    withheld_share: float = 1.0 / 3.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the ledger says of one runner, and what before and after alone would have said."""

    gain_sd: float
    low_sd: float
    high_sd: float
    naive_sd: float
    given: int
    withheld: int

    def covers(self, effect_sd: float) -> bool:
        """Whether the interval holds the true effect."""
        return self.low_sd <= effect_sd <= self.high_sd


def relief() -> list[float]:
    """Share of an effect that is there, by strides since the cue: all of it in the window, then less."""
    fading = [exp(-i / 40.0) for i in range(1, 250)]
    return [0.0] * (REACTION_STRIDES + 1) + [1.0] * WINDOW_STRIDES + fading


RELIEF: Final = relief()


def noise(memory: float, rng: np.random.Generator) -> list[float]:
    """(SESSION_STRIDES,) noise of unit variance, each value correlated with the one before."""
    now, values = float(rng.standard_normal()), []
    for shock in (np.sqrt(1.0 - memory**2) * rng.standard_normal(SESSION_STRIDES)).tolist():
        now = memory * now + shock
        values.append(now)
    return values


def in_probe(t_s: float) -> bool:
    """Whether no cue may be given now."""
    return t_s % SETTINGS.probe_every_s >= SETTINGS.probe_every_s - SETTINGS.probe_s


def session(runner: Runner, ledger: Ledger, rng: np.random.Generator) -> Iterator[CueEffect]:
    """One session: strides, cues by the coach's rule, and the effects that the ledger sees."""
    toss = Random(int(rng.integers(2**32)))  # noqa: S311 - no secret
    level = LINE_SD + rng.uniform(-0.3, 0.2)
    rise = rng.uniform(0.1, 0.4) / SESSION_STRIDES
    strides = [value + level + rise * i for i, value in enumerate(noise(runner.memory, rng))]
    over: deque[bool] = deque([False] * WINDOW_STRIDES)
    due, next_cue = 0, WINDOW_STRIDES
    for i in range(SESSION_STRIDES):
        t_s, beyond_sd = STRIDE_S * i, strides[i]
        over.append(beyond_sd > LINE_SD)
        due += over[-1] - over.popleft()
        yield from ledger.judged(Foot.LEFT, CUE, t_s, beyond_sd)
        if due < DUE_STRIDES:
            continue
        if runner.withheld == PROBES and in_probe(t_s):
            ledger.marked(Foot.LEFT, CUE, t_s, given=False)
        elif i >= next_cue:
            next_cue = i + GAP_STRIDES
            given = runner.withheld == PROBES or toss.random() >= runner.withheld_share
            ledger.marked(Foot.LEFT, CUE, t_s, given=given)
            if given:
                relieve(strides, i, toss.gauss(runner.effect_sd, runner.effect_spread_sd))


def relieve(strides: list[float], cue: int, effect_sd: float) -> None:
    """Let the strides after a cue be better."""
    for i, share in enumerate(RELIEF[: len(strides) - cue], start=cue):
        strides[i] -= effect_sd * share


def history(runner: Runner) -> list[CueEffect]:
    """Effects of some sessions, until the runner has heard the cue 20 to 60 times."""
    rng = np.random.default_rng(runner.seed)
    enough = int(rng.integers(FEWEST_CUES, MOST_CUES, endpoint=True))
    effects: list[CueEffect] = []
    while sum(effect.given for effect in effects) < enough:
        effects += session(runner, Ledger(), rng)
    last = [i for i, effect in enumerate(effects) if effect.given][enough - 1]
    return effects[: last + 1]


def verdict(runner: Runner) -> Verdict | None:
    """What the ledger makes of a runner's history; None where too few were withheld for an interval."""
    effects = history(runner)
    record = records(effects)[CUE]
    if record.low_sd is None or record.high_sd is None:
        return None
    naive_sd = fmean(effect.gain_sd for effect in effects if effect.given)
    withheld = sum(not effect.given for effect in effects)
    return Verdict(record.gain_sd, record.low_sd, record.high_sd, naive_sd, record.given, withheld)


def verdicts(
    runners: int, effect_sd: float, withheld: str = COIN, first_seed: int = FIRST_SEED
) -> list[Verdict]:
    """The verdicts on so many runners, without those of whom none can be given."""
    seeds = range(first_seed, first_seed + runners)
    made = (verdict(Runner(seed=seed, effect_sd=effect_sd, withheld=withheld)) for seed in seeds)
    return [one for one in made if one is not None]


def cues_until_retired(runner: Runner, most: int = 100) -> int | None:
    """How many cues, their number counted on over sessions, until one is retired; None if none of `most`."""
    rng, given = np.random.default_rng(runner.seed), 0
    while given < most:
        ledger = Ledger()
        for effect in session(runner, ledger, rng):
            given += effect.given
            if ledger.retired(CUE, effect.t_s):
                return given
    return None


def coverage_rows(runners: int) -> Iterator[str]:
    """Bias and coverage, by the effect and by how cues are withheld."""
    yield "effect sd  withheld by  bias sd  coverage  width sd  before/after alone  cues  withheld  told of"
    for withheld in (COIN, PROBES):
        for effect_sd in (0.0, 0.5, 1.0):
            made = verdicts(runners, effect_sd, withheld)
            yield (
                f"{effect_sd:9.1f}  {withheld:11}  {fmean(v.gain_sd for v in made) - effect_sd:+7.3f}"
                f"  {fmean(v.covers(effect_sd) for v in made):8.1%}"
                f"  {fmean(v.high_sd - v.low_sd for v in made):8.2f}"
                f"  {fmean(v.naive_sd for v in made):18.2f}"
                f"  {fmean(v.given for v in made):4.0f}  {fmean(v.withheld for v in made):8.0f}"
                f"  {len(made):7}"
            )


def retired_row(effect_sd: float, found: Sequence[int | None]) -> str:
    """How soon a cue with this effect is retired."""
    counts = [count for count in found if count is not None]
    within = fmean(count is not None and count <= 10 for count in found)
    after = f"{median(counts):.0f}" if len(counts) > len(found) / 2 else "-"
    return f"{effect_sd:9.2f}  {after:>16}  {within:15.0%}"


def main() -> None:
    """Print the tables."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--runners", type=int, default=500)
    parser.add_argument("--quick", action="store_true", help="ten runners only")
    given = parser.parse_args()
    runners = 10 if given.quick else given.runners
    for row in coverage_rows(runners):
        print(row)
    print()
    print("effect sd  retired at median  within 10 cues")
    for effect_sd in (-0.5, 0.0, 0.25, 0.5, 1.0):
        found = [cues_until_retired(Runner(seed=i, effect_sd=effect_sd)) for i in range(min(runners, 200))]
        print(retired_row(effect_sd, found))


if __name__ == "__main__":
    main()
