"""A thousand simulated hours of mixed running through the coach, and what an hour of it costs.

python benchmarks/season.py [--hours 1000] [--workers 2] [--quick]

Every other season has the default settings, the others settings drawn anew for each session. The log of each
session is read for what must never happen; the checks know nothing of how the coach decides.
"""

import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Self

from bench import repeated, seconds_of, show

CHECKOUT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(CHECKOUT / "tests"))

from coaching.season_play import DEFAULTS, Played, Sections, play_season, varied  # noqa: E402
from stridesense.coaching.briefing import Briefing  # noqa: E402
from stridesense.coaching.coach import Coach  # noqa: E402
from stridesense.simulator.season_plan import Fault, FaultKind, Phase, SessionPlan  # noqa: E402
from stridesense.simulator.stride_runner import Item, StrideRunner  # noqa: E402

HOUR_S: Final = 3600.0
SESSIONS: Final = 12
HOURS_PER_SEASON: Final = 10.5
QUICK_HOURS: Final = 5.0
SHOWN: Final = 3
GOAL_S: Final = 2.0


@dataclass(slots=True)
class Tally:
    """What seasons add up to."""

    hours: float = 0.0
    strides: int = 0
    cpu_s: float = 0.0
    most_in_an_hour: int = 0
    cues: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def add(self, season: int, session: int, played: Played) -> None:
        """Count one session."""
        self.hours += played.report.duration_s / HOUR_S
        self.strides += played.strides
        self.cues.update(str(cue.kind) for cue in played.cues)
        if season % 2 == 0:
            self.most_in_an_hour = max(self.most_in_an_hour, most_in_an_hour(played))
        for violation in played.violations():
            self.broken[violation.rule] += 1
            place = f"season {season}, session {session}, {violation.t_s:.0f} s"
            self.told.append(f"{violation.rule}: {violation.told} ({place})")

    def merge(self, other: Self) -> None:
        """Add what another counted."""
        self.hours += other.hours
        self.strides += other.strides
        self.cpu_s += other.cpu_s
        self.most_in_an_hour = max(self.most_in_an_hour, other.most_in_an_hour)
        self.cues += other.cues
        self.broken += other.broken
        self.told += other.told


def most_in_an_hour(played: Played) -> int:
    """The most cues in any hour of a session."""
    said_s = [cue.t_s for cue in played.cues]
    return max((sum(0.0 <= other_s - at_s < HOUR_S for other_s in said_s) for at_s in said_s), default=0)


def at_defaults(_: int) -> Sections:
    """The settings of who sets nothing."""
    return DEFAULTS


def one_season(season: int, sessions: int) -> Tally:
    """Play a season; the even ones have the default settings."""
    tally, began_s = Tally(), time.process_time()
    settings = varied(season) if season % 2 else at_defaults
    for session, played in enumerate(play_season(season, sessions, settings)):
        tally.add(season, session, played)
    tally.cpu_s = time.process_time() - began_s
    return tally


def play_hours(hours: float, workers: int) -> Tally:
    """Seasons until they add up to so many hours, in rounds of as many as there are workers."""
    whole, seasons = Tally(), count()
    sessions = min(SESSIONS, max(1, round(SESSIONS * hours / HOURS_PER_SEASON / workers)))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        while whole.hours < hours:
            numbers = [next(seasons) for _ in range(workers)]
            for tally in pool.map(partial(one_season, sessions=sessions), numbers):
                whole.merge(tally)
            if sys.stderr.isatty():
                print(f"\r{whole.hours:.0f} of {hours:.0f} h", end="", file=sys.stderr)
    return whole


def an_hour() -> list[Item]:
    """The items of an hour of two feet, with a fault in its second half."""
    fault = Fault(kind=FaultKind.HARD_PUSH, start_s=0.5 * HOUR_S, size_sd=3.0)
    plan = SessionPlan(phases=(Phase(duration_s=HOUR_S),), faults=(fault,))
    return list(StrideRunner(plan, seed=1).items())


def coach_cost_s(items: list[Item]) -> float:
    """Processor time of the coach alone over these items, s."""

    def run() -> None:
        coach = Coach(Briefing())
        for item in items:
            coach.process(item)
        coach.flush()

    return seconds_of(run)


def rows(tally: Tally) -> Iterator[tuple[str, str, str]]:
    """What was counted, beside its goal."""
    yield "hours", f"{tally.hours:,.0f}", ""
    yield "strides", f"{tally.strides:,}", ""
    for kind, cues in sorted(tally.cues.items()):
        yield f"{kind} cues an hour", f"{cues / tally.hours:.2f}", ""
    yield "most cues in any hour, at the defaults", str(tally.most_in_an_hour), "<= 8"
    yield "violations", str(tally.broken.total()), "0"
    for rule, times in sorted(tally.broken.items()):
        yield f"  {rule}", str(times), "0"
    yield "processor time of an hour, runner and checks included, s", f"{tally.cpu_s / tally.hours:.2f}", ""


def main() -> int:
    """Play, check, print; 1 if anything forbidden happened."""
    parser = ArgumentParser(description="A thousand simulated hours of mixed running through the coach.")
    parser.add_argument("--hours", type=float, default=1000.0, help="simulated hours")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--quick", action="store_true", help="only a small part, to see that it works")
    options = parser.parse_args()
    items = an_hour()
    cost = repeated(lambda: coach_cost_s(items), 1 if options.quick else 5)
    head = ("coach alone", "best", "median", "goal")
    costs = (f"{cost.best_s:.2f}", f"{cost.median_s:.2f}", f"< {GOAL_S:.0f}")
    show("An hour of two feet, s", head, [("two feet, 10,900 items", *costs)])
    tally = play_hours(QUICK_HOURS if options.quick else options.hours, options.workers)
    show("Seasons", ("", "measured", "goal"), rows(tally))
    for told in tally.told[:SHOWN]:
        print(f"  {told}")
    return 1 if tally.broken else 0


if __name__ == "__main__":
    sys.exit(main())
