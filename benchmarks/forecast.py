"""Whether the soreness forecast earns its numbers, on simulated runners.

python benchmarks/forecast.py

Half of them get sore by what they did: a logistic function of a session's load in the runner's own spreads,
with noise of its own. The other half get sore as dice fall. Both run 60 sessions, and check in on most
mornings. Judged are the numbers that the runner would have been told, against the runner's own average.
"""

import random
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, log
from statistics import fmean
from typing import Final

from bench import show

from stridesense.coaching.forecast import Score, Trial, score_of, trials
from stridesense.coaching.settings import ForecastSettings
from stridesense.model import CalfBudget, CheckIn, CoachReport, Foot, PastSession

SETTINGS: Final = ForecastSettings()
DAY_S: Final = 86_400.0
RUNNERS: Final = 400
QUICK_RUNNERS: Final = 4
SESSIONS: Final = 60
FIRST_SEED: Final = 20_000
"""None of these runners was there when the constants of the forecast were chosen."""


@dataclass(frozen=True, slots=True)
class Runner:
    """One who runs and says how the calves feel.

    Attributes:
        usual_load: median load of a session, usual strides.
        spread: of the logarithm of the loads.
        follows: logits of soreness per spread of load, 0 for one whose calves follow nothing.
        tends: logits of soreness after a median session.
        answers: share of mornings with a check-in.
    """

    usual_load: float
    spread: float
    follows: float
    tends: float
    answers: float


def a_runner(chance: random.Random, *, follows: bool) -> Runner:
    """Anyone between rarely and often sore, steady and irregular."""
    return Runner(
        usual_load=chance.uniform(1_500.0, 6_000.0),
        spread=chance.uniform(0.2, 0.6),
        follows=chance.uniform(1.0, 2.5) if follows else 0.0,
        tends=chance.uniform(-1.8, 0.2),
        answers=chance.uniform(0.7, 1.0),
    )


def history(
    runner: Runner, chance: random.Random, sessions: int = SESSIONS
) -> tuple[list[PastSession], list[CheckIn]]:
    """So many sessions, one to three days apart, and the mornings after them."""
    past, check_ins, began_s = [], [], 1.7e9
    for number in range(sessions):
        off = chance.gauss(0.0, 1.0)
        load = runner.usual_load * exp(runner.spread * off)
        past.append(_session(number, began_s, load, chance))
        if chance.random() < runner.answers:
            latent = runner.tends + runner.follows * off + _logistic_noise(chance)
            level = min(10, max(0, round(2.5 + latent)))
            check_ins.append(CheckIn(unix_s=began_s + 1.6 * DAY_S, soreness={Foot.LEFT: level}))
        began_s += DAY_S * chance.choice((2, 2, 3))
    return past, check_ins


def _session(number: int, began_s: float, load: float, chance: random.Random) -> PastSession:
    """A session with a load, and with all else as chance has it."""
    strides = round(load)
    budget = CalfBudget(
        foot=Foot.LEFT,
        t_s=0.7 * strides,
        load=load,
        strides=strides,
        high_load_strides=round(chance.uniform(0.0, 0.3) * strides),
    )
    report = CoachReport(
        duration_s=0.7 * strides,
        running_s=0.7 * strides,
        theme=None,
        strides={Foot.LEFT: strides},
        budgets=(budget,),
        held_share={Foot.LEFT: chance.uniform(0.0, 0.6)},
        climb_m=chance.uniform(0.0, 150.0),
        cues=0,
        retired=(),
        practice={},
        halves=(),
        baseline={},
        cue_log_sha256="",
    )
    return PastSession(session_id=str(number), started_unix_s=began_s, shoe=None, report=report)


def _logistic_noise(chance: random.Random) -> float:
    share = chance.uniform(1e-9, 1.0 - 1e-9)
    return log(share / (1.0 - share))


def told_to(seed: int, *, follows: bool, sessions: int = SESSIONS) -> list[Trial]:
    """The numbers that one simulated runner was told, and what came."""
    chance = random.Random(FIRST_SEED + seed)  # noqa: S311 - simulated runners
    past, check_ins = history(a_runner(chance, follows=follows), chance, sessions)
    made = trials(past, check_ins, SETTINGS, Foot.LEFT)
    return [replace(trial, probability=trial.told) for trial in made if trial.told is not None]


def skills(runners: Sequence[Sequence[Trial]]) -> list[float]:
    """The skill of what each runner was told; those who were told nothing are absent."""
    scores = (score_of(told) for told in runners)
    return [one.skill for one in scores if one.skill is not None]


def pooled(runners: Sequence[Sequence[Trial]]) -> Score:
    """The score of all that was told to anyone."""
    return score_of([trial for told in runners for trial in told])


def _row(name: str, runners: Sequence[Sequence[Trial]]) -> tuple[str, ...]:
    one, all_told = skills(runners), pooled(runners)
    return (
        name,
        f"{len(one)} of {len(runners)}",
        f"{all_told.n / len(runners):.1f}",
        f"{sum(skill > 0.0 for skill in one) / max(1, len(one)):.0%}",
        f"{fmean(one or [0.0]):+.3f}",
        f"{all_told.skill or 0.0:+.3f}",
        f"{all_told.calibration_error or 0.0:.3f}",
    )


def main() -> None:
    """Print what comes of it."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few runners only")
    count = QUICK_RUNNERS if parser.parse_args().quick else RUNNERS
    began_s = time.process_time()
    following = [told_to(seed, follows=True) for seed in range(count)]
    by_chance = [told_to(seed, follows=False) for seed in range(count)]
    each_ms = 1e3 * (time.process_time() - began_s) / (2 * count * SESSIONS)
    show(
        f"Soreness forecast, {SESSIONS} sessions a runner, {each_ms:.1f} ms a forecast",
        ("soreness", "told", "numbers each", "skill > 0", "mean skill", "pooled skill", "calibration error"),
        [_row("follows load", following), _row("by chance", by_chance)],
    )


if __name__ == "__main__":
    main()
