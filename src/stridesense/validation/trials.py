"""Each case of the suite as it went."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stridesense.model.samples import FloatArray
from stridesense.simulator import SimulatedRun, StrideTruth, simulate
from stridesense.validation.cases import Case
from stridesense.validation.listening import Compared, compare, latencies_ms, listen, told_in_vain


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A case with what was found.

    Attributes:
        case: the case.
        truth: its strides as they were.
        compared: the found strides beside them.
        latencies_ms: delay of each decision after the true moment, (n,) in ms.
        told_in_vain: provisional landings that belong to no true one, or were told before it.
    """

    case: Case
    truth: tuple[StrideTruth, ...]
    compared: Compared
    latencies_ms: Mapping[str, FloatArray]
    told_in_vain: int

    @property
    def errors(self) -> Mapping[str, FloatArray]:
        """Error of each quantity, (n,)."""
        return self.compared.errors


@dataclass(frozen=True, slots=True)
class CaseTask:
    """Simulate a case and listen; with `samples_to` the samples are kept there for others to hear."""

    case: Case
    samples_to: Path | None = None

    def run(self) -> Trial:
        """Do it."""
        scenario = self.case.scenario()
        simulated = simulate(scenario)
        heard = listen(simulated.packets())
        if self.samples_to is not None:
            save_samples(simulated, self.case, self.samples_to)
        return Trial(
            self.case,
            simulated.truth,
            compare(heard.strides, simulated.truth, scenario.duration_s),
            latencies_ms(heard.events, simulated.truth),
            told_in_vain(heard.events, simulated.truth, scenario.duration_s),
        )


def save_samples(simulated: SimulatedRun, case: Case, path: Path) -> None:
    """Write what the pod measured as `t_s` (n,), `acc_mps2` (n, 3), `gyr_radps` (n, 3), sensor axes."""
    samples = simulated.feet[case.wearer.foot].samples
    acc, gyr = samples.counts[:, :3] * samples.acc_scale, samples.counts[:, 3:] * samples.gyr_scale
    np.savez(path, t_s=samples.t_s, acc_mps2=acc, gyr_radps=gyr)
