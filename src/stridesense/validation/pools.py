"""Groups of trials: which belong to a bar, and their errors pooled by strike type and runner."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from stridesense.validation.statistics import Spread, pooled, spread
from stridesense.validation.trials import Trial
from stridesense.validation.verdicts import Reading

FAST_HZ: Final = 200
"""Bars hold from this rate on unless they name another."""

STATISTICS: Final[dict[str, Callable[[Spread], float]]] = {
    "bias": lambda found: found.bias,
    "SD": lambda found: found.sd,
}


def fast(trials: Iterable[Trial]) -> list[Trial]:
    """Those sampled at 200 Hz or more."""
    return [trial for trial in trials if trial.case.wearer.rate_hz >= FAST_HZ]


def slow(trials: Iterable[Trial]) -> list[Trial]:
    """The rest."""
    return [trial for trial in trials if trial.case.wearer.rate_hz < FAST_HZ]


def level(trials: Iterable[Trial]) -> list[Trial]:
    """Those on level ground."""
    return [trial for trial in trials if trial.case.grade_percent == 0.0]


def jogged(trials: Iterable[Trial]) -> list[Trial]:
    """Those from 2.5 to 5.5 m/s."""
    return [trial for trial in trials if 2.5 <= trial.case.speed_mps <= 5.5]


def by(trials: Iterable[Trial], key: Callable[[Trial], str]) -> dict[str, list[Trial]]:
    """Trials that share a word, in the order in which the words first come."""
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(key(trial), []).append(trial)
    return groups


def cell(trial: Trial) -> str:
    """Runner and strike type of a trial."""
    return f"{trial.case.wearer.model}, {trial.case.strike}"


def errors_of(trials: Iterable[Trial], quantity: str) -> Spread | None:
    """Errors of a quantity over all strides of some trials."""
    return spread(pooled(trial.errors[quantity] for trial in trials))


def readings(trials: Sequence[Trial], quantity: str, statistic: str) -> tuple[list[Reading], list[Reading]]:
    """One statistic of a quantity's errors: of each pool of strike type and runner, and of each case."""
    value = STATISTICS[statistic]
    pools = {where: errors_of(group, quantity) for where, group in by(trials, cell).items()}
    cases = [(trial.case.says, spread(trial.errors[quantity])) for trial in trials]
    return (
        [Reading(where, value(found)) for where, found in pools.items() if found is not None],
        [Reading(where, value(found)) for where, found in cases if found is not None],
    )
