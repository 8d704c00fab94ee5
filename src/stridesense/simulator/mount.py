"""Where the pod sits on the foot, and what knocks against it."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from stridesense.model import Foot
from stridesense.model.samples import FloatArray
from stridesense.simulator.bumps import Bumps, Knock
from stridesense.simulator.pod_settings import Knocks, Pod
from stridesense.simulator.trajectory import FootTrajectory


@dataclass(frozen=True, slots=True, eq=False)
class Mount:
    """The pod's place in foot axes, (3,) in m from the ball, and the knocks that move it from there."""

    position_m: FloatArray
    knocks: Bumps

    @classmethod
    def of(cls, pod: Pod, trajectory: FootTrajectory) -> Self:
        """As the scenario says, or as the runner wears it; the left foot is the mirror of the right one."""
        side = -1.0 if trajectory.foot is Foot.LEFT else 1.0
        forward, left, up = pod.position_m or trajectory.model.pod_position_m
        hits = pod.knock is not None and pod.knock.foot in ("both", trajectory.foot)
        knocks = Bumps(_struck(pod.knock, side)) if pod.knock is not None and hits else Bumps.none()
        return cls(np.array([forward, side * left, up]), knocks)


def _struck(knocks: Knocks, side: float) -> list[Knock]:
    x, y, z = knocks.peak_g * np.array(knocks.direction) / np.linalg.norm(knocks.direction)
    return [Knock(at_s, knocks.duration_ms / 1000.0, (x, side * y, z)) for at_s in knocks.at_s]
