"""Made-up trials: true strides of the simulator, and found ones that are off by as much as a test wants."""

from dataclasses import replace
from functools import cache

import numpy as np

from stridesense.model import Foot, Gait, HeelState, Stride, StrikeType
from stridesense.simulator import StrideTruth, simulate
from stridesense.validation.cases import MODELS, Case, Wearer, standing
from stridesense.validation.listening import HEEL_VERDICT, LANDING, TAKE_OFF, Compared
from stridesense.validation.study import Study
from stridesense.validation.trials import Trial


@cache
def true_strides() -> tuple[StrideTruth, ...]:
    wearer = Wearer(model=MODELS[0], seed=4)
    run = {"activity": "run", "duration_s": 10.0}
    return simulate(wearer.session([standing(2.0), run])).truth


def found(true: StrideTruth, late_s: float = 0.0, heel_state: HeelState | None = HeelState.KISSED) -> Stride:
    """The true stride, seen too late by as much."""
    return Stride(
        foot=true.foot,
        index=true.index,
        gait=Gait.RUN,
        initial_contact_s=true.initial_contact_s + late_s,
        terminal_contact_s=true.terminal_contact_s,
        contact_time_s=true.contact_time_s - late_s,
        strike_angle_deg=true.strike_angle_deg,
        heel_state=heel_state,
        quality=1.0,
    )


def case(number: int = 0, strike: StrikeType = StrikeType.FOREFOOT, **unusual: object) -> Case:
    made = Case(
        number=number,
        factor="speed",
        wearer=Wearer(model=MODELS[0], seed=number, foot=Foot.LEFT),
        strike=strike,
    )
    return replace(made, **unusual)  # type: ignore[arg-type]


def trial(
    late_s: float = 0.0,
    *,
    of: Case | None = None,
    missed: int = 0,
    heel_state: HeelState | None = HeelState.KISSED,
) -> Trial:
    """A trial whose found strides are all late by as much; the first `missed` are not found."""
    true = true_strides()
    pairs = tuple((found(stride, late_s, heel_state), stride) for stride in true[missed:])
    delays = {name: np.full(len(true), 20.0) for name in (LANDING, HEEL_VERDICT, TAKE_OFF)}
    return Trial(of or case(), true, Compared(pairs, true[:missed], ()), delays)


def study(*trials: Trial) -> Study:
    return Study(
        quick=False,
        trials=trials,
        restless=(),
        walks=(),
        slopes=(),
        discriminations=(),
        slips=(),
        losses=(),
        methods=(),
        not_run=(),
        real=None,
    )
