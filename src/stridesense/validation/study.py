"""Everything that is run for the page of accuracy, and everything that came of it."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

from stridesense.validation.cases import Case
from stridesense.validation.changes import (
    Discrimination,
    Slip,
    Slope,
    discrimination_tasks,
    slip_tasks,
    slope_tasks,
)
from stridesense.validation.losses import Loss, loss_tasks
from stridesense.validation.peers import Method, NotRun, Peer, heard_by, ours, samples_path
from stridesense.validation.pool import Task, done
from stridesense.validation.real import RealData, RealTask
from stridesense.validation.stillness import Restless, Walk, restless_tasks, walk_tasks
from stridesense.validation.suite import suite
from stridesense.validation.trials import CaseTask, Trial

Kind = TypeVar("Kind")
Watched = Callable[[Iterable[object], int], Iterable[object]]
"""Hands results on as they come, and may show how many of so many there are."""

PEERS_HEAR: Final = "speed"
"""The factor whose cases the peers hear: every strike type, runner and speed at 200 Hz, the rest as usual."""


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """What came of it all.

    Attributes:
        quick: only about a tenth was run.
        trials: the suite.
        restless: motion without strides.
        walks: walking.
        slopes: slopes that begin in mid-run.
        discriminations: push and pull.
        slips: pods that move on the shoe.
        losses: bad ways through the air.
        methods: StrideSense and each peer on the same samples.
        not_run: peers that were not heard.
        real: real recordings; None when no folder was given.
    """

    quick: bool
    trials: tuple[Trial, ...]
    restless: tuple[Restless, ...]
    walks: tuple[Walk, ...]
    slopes: tuple[Slope, ...]
    discriminations: tuple[Discrimination, ...]
    slips: tuple[Slip, ...]
    losses: tuple[Loss, ...]
    methods: tuple[Method, ...]
    not_run: tuple[NotRun, ...]
    real: RealData | None


def study(
    *,
    data: Path | None = None,
    peers: Sequence[Peer] = (),
    quick: bool = False,
    watched: Watched = lambda results, _: results,
    waiting: Callable[[str], AbstractContextManager[object]] = nullcontext,
) -> Study:
    """Run everything on every core; `watched` and `waiting` may show how far it is.

    Raises:
        InputError: a real recording is missing or cannot be read.
    """
    with TemporaryDirectory(prefix="stridesense-validation-") as name:
        folder = Path(name)
        tasks = _tasks(folder, data, quick=quick)
        results = list(watched(done(tasks), len(tasks)))
        trials = _only(results, Trial)
        heard = [trial for trial in trials if trial.case.factor == PEERS_HEAR]
        with waiting("other methods"):
            methods, not_run = heard_by(peers, heard, folder)
    return Study(
        quick,
        trials,
        _only(results, Restless),
        _only(results, Walk),
        _only(results, Slope),
        _only(results, Discrimination),
        _only(results, Slip),
        _only(results, Loss),
        (ours(heard), *methods),
        tuple(not_run),
        next(iter(_only(results, RealData)), None),
    )


def _tasks(folder: Path, data: Path | None, *, quick: bool) -> list[Task[Any]]:
    """The long ones first, so that no core waits for another at the end."""
    real: list[Task[Any]] = [] if data is None else [RealTask(data)]
    return [
        *real,
        *restless_tasks(quick=quick),
        *discrimination_tasks(quick=quick),
        *loss_tasks(quick=quick),
        *slip_tasks(quick=quick),
        *slope_tasks(quick=quick),
        *walk_tasks(quick=quick),
        *(CaseTask(case, _kept(folder, case)) for case in suite(quick=quick)),
    ]


def _kept(folder: Path, case: Case) -> Path | None:
    return samples_path(folder, case) if case.factor == PEERS_HEAR else None


def _only(results: Iterable[object], kind: type[Kind]) -> tuple[Kind, ...]:
    return tuple(result for result in results if isinstance(result, kind))
