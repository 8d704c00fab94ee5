"""Made-up trials: true strides of the simulator, and found ones that are off by as much as a test wants."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import cycle

import numpy as np

from stridesense.model import Foot, Gait, HeelState, Stride, StrikeType
from stridesense.simulator import StrideTruth, simulate
from stridesense.validation.cases import MODELS, Case, Wearer, standing
from stridesense.validation.listening import HEEL_VERDICT, LANDING, TAKE_OFF, Compared
from stridesense.validation.quantities import BY_NAME, Quantity
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
    return Trial(of or case(), true, Compared(pairs, true[:missed], ()), delays, told_in_vain=0)


def with_errors(whole: Trial, name: str, errors: Sequence[float]) -> Trial:
    """The trial with these errors of one quantity, in the quantity's own unit, over and over."""
    quantity = BY_NAME[name]
    pairs = tuple(
        (replace(found, **{quantity.field: _off(true, quantity, error)}), true)  # type: ignore[arg-type]
        for (found, true), error in zip(whole.compared.pairs, cycle(errors), strict=False)
    )
    return replace(whole, compared=replace(whole.compared, pairs=pairs))


def _off(true: StrideTruth, quantity: Quantity, error: float) -> float | None:
    theirs = getattr(true, quantity.field)
    if theirs is None:
        return None
    return float(theirs * (1.0 + error / 100.0) if quantity.unit == "%" else theirs + error / quantity.per)


def with_heels(whole: Trial, states: Sequence[HeelState]) -> Trial:
    """The trial with one found stride for each of these verdicts."""
    pairs = tuple(
        (replace(found, heel_state=state), true)
        for (found, true), state in zip(cycle(whole.compared.pairs), states, strict=False)
    )
    return replace(whole, compared=replace(whole.compared, pairs=pairs))


def study(*trials: Trial, **parts: object) -> Study:
    """A study of these trials; `parts` are whatever else came of it."""
    nothing = Study(
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
    return replace(nothing, **parts)  # type: ignore[arg-type]
