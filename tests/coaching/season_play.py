"""Sessions of a season through the coach, and what the history would keep of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from coaching.season_checks import Violation, violations
from stridesense.coaching.briefing import Briefing
from stridesense.coaching.coach import Coach
from stridesense.coaching.guard import Effect
from stridesense.coaching.history_digest import brief
from stridesense.coaching.rules import BY_ID
from stridesense.coaching.settings import BudgetSettings, CoachSettings, ForecastSettings
from stridesense.model import CoachReport, Cue, CueEffect, PastSession, Stride, Theme
from stridesense.simulator.season import season
from stridesense.simulator.stride_runner import StrideRunner

Sections = tuple[CoachSettings, BudgetSettings, ForecastSettings]

DEFAULTS: Sections = (CoachSettings(), BudgetSettings(), ForecastSettings())


@dataclass(frozen=True, slots=True)
class Played:
    """One session: what the coach knew and what it returned, item by item."""

    briefing: Briefing
    log: list[object]

    @property
    def cues(self) -> list[Cue]:
        return [item for item in self.log if isinstance(item, Cue)]

    @property
    def report(self) -> CoachReport:
        return next(item for item in reversed(self.log) if isinstance(item, CoachReport))

    @property
    def strides(self) -> int:
        return sum(isinstance(item, Stride) for item in self.log)

    def violations(self) -> list[Violation]:
        return violations(self.log, self.briefing, loads_ankle)


def loads_ankle(cue: Cue) -> bool:
    """Whether what the cue asks for may load the ankle more, or nobody knows."""
    rule = BY_ID.get(cue.cue_id)
    return rule is not None and rule.ankle in (Effect.MORE, Effect.UNKNOWN)


def play(runner: StrideRunner, briefing: Briefing, coach: Coach | None = None) -> Played:
    """A session; the runner hears what the coach says."""
    coach, log = coach or Coach(briefing), list[object]()
    for item in runner.items():
        made = coach.process(item)
        log += made
        for one in made[1:]:
            if isinstance(one, Cue):
                runner.hear(one)
    return Played(briefing, log + coach.flush())


def play_season(
    seed: int, sessions: int, sections: Callable[[int], Sections], *, longest_s: float = 5400.0
) -> Iterator[Played]:
    """The sessions of a season, each briefed by those before; `sections` are the settings by number."""
    past: list[PastSession] = []
    for number, outing in enumerate(season(seed, sessions, longest_s=longest_s)):
        briefing = brief(past, outing.check_ins, sections(number), outing.started_unix_s, outing.shoe)
        played = play(outing.runner, briefing)
        effects = tuple(item for item in played.log if isinstance(item, CueEffect))
        past.append(
            PastSession(
                session_id=f"{seed}-{number}",
                started_unix_s=outing.started_unix_s,
                shoe=outing.shoe,
                report=played.report,
                effects=effects,
            )
        )
        yield played


def varied(seed: int) -> Callable[[int], Sections]:
    """Settings that differ from session to session over all that can be set."""

    def sections(number: int) -> Sections:
        chance = Random(f"settings {seed} {number}")
        any_gap_s = chance.choice((15.0, 30.0, 45.0, 120.0, 600.0))
        probe_every_s = chance.choice((60.0, 300.0, 600.0, 1200.0))
        coach = CoachSettings(
            muted=chance.random() < 0.1,
            theme=chance.choice(("auto", "auto", Theme.HEEL, Theme.LANDING, Theme.ASYMMETRY)),
            second_theme=chance.random() < 0.4,
            warm_up_s=chance.choice((0.0, 60.0, 300.0)),
            any_cue_gap_s=any_gap_s,
            same_cue_gap_s=chance.choice(
                [gap for gap in (15.0, 60.0, 90.0, 300.0, 600.0) if gap >= any_gap_s]
            ),
            success_gap_s=chance.choice((15.0, 180.0, 600.0)),
            cues_per_hour=chance.choice((3, 8, 20, 60)),
            probe_every_s=probe_every_s,
            probe_s=probe_every_s * chance.choice((0.0, 0.2, 0.5)),
            fading=chance.choice(((1.0,), (0.5,), (0.1,), (1.0, 0.75, 0.5, 0.25, 0.1))),
            recall=chance.random() < 0.7,
            retire_after=chance.choice((1, 3, 20)),
            retire_for_s=chance.choice((60.0, 600.0)),
        )
        budget = BudgetSettings(guard_from=chance.choice((0.3, 0.8)), symptom_limit=chance.choice((1, 3)))
        return coach, budget, ForecastSettings()

    return sections
