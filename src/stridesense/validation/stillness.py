"""Motion that holds no stride, and walking, which is no run."""

from collections import Counter
from dataclasses import dataclass
from itertools import product
from typing import Final

from stridesense.model import Gait, StrikeType
from stridesense.simulator import simulate
from stridesense.validation.cases import MODELS, Block, Wearer, standing
from stridesense.validation.listening import compare, listen

NO_STRIDES: Final = ("stand", "fidget", "stairs", "crawl", "random")
"""Activities of the simulator in which no stride is made."""

WALKS_MPS: Final = (1.0, 1.4, 1.9)
_LONG_S: Final = 600.0
_SHORT_S: Final = 30.0
_WALK_S: Final = 60.0
_FIRST_SEED: Final = 500


@dataclass(frozen=True, slots=True)
class Restless:
    """What was made of motion without strides.

    Attributes:
        activity: what was done.
        model: the simulator's runner.
        duration_s: for how long, s.
        invented: strides by the gait that they were taken for.
    """

    activity: str
    model: str
    duration_s: float
    invented: Counter[Gait]


@dataclass(frozen=True, slots=True)
class RestlessTask:
    """Ten minutes of one motion without strides."""

    activity: str
    wearer: Wearer
    duration_s: float = _LONG_S

    def run(self) -> Restless:
        """Do it."""
        block: Block = {"activity": self.activity, "duration_s": self.duration_s}
        simulated = simulate(self.wearer.session([standing(), block]))
        strides = listen(simulated.packets()).strides
        return Restless(
            self.activity, self.wearer.model, self.duration_s, Counter(stride.gait for stride in strides)
        )


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk: how often each gait was found in it, and how many true strides were missed or invented."""

    model: str
    speed_mps: float
    gaits: Counter[Gait]
    true: int
    missed: int
    invented: int


@dataclass(frozen=True, slots=True)
class WalkTask:
    """A minute of walking."""

    wearer: Wearer
    speed_mps: float

    def run(self) -> Walk:
        """Do it."""
        scenario = self.wearer.session([standing(), walking(self.speed_mps)])
        simulated = simulate(scenario)
        strides = listen(simulated.packets()).strides
        compared = compare(strides, simulated.truth, scenario.duration_s)
        return Walk(
            self.wearer.model,
            self.speed_mps,
            Counter(stride.gait for stride in strides),
            len(simulated.truth),
            len(compared.missed),
            len(compared.invented),
        )


def walking(speed_mps: float) -> Block:
    """A minute of walking on level ground, heel first."""
    return {
        "activity": "walk",
        "duration_s": _WALK_S,
        "speed_mps": speed_mps,
        "strike": str(StrikeType.REARFOOT),
    }


def restless_tasks(*, quick: bool = False) -> list[RestlessTask]:
    """Each motion without strides, on each runner's foot."""
    each = list(product(NO_STRIDES, MODELS))
    return [
        RestlessTask(activity, Wearer(model=model, seed=_FIRST_SEED + number), _SHORT_S if quick else _LONG_S)
        for number, (activity, model) in enumerate(each)
    ]


def walk_tasks(*, quick: bool = False) -> list[WalkTask]:
    """Walks at several speeds."""
    each = list(product(WALKS_MPS[:1] if quick else WALKS_MPS, MODELS))
    return [
        WalkTask(Wearer(model=model, seed=_FIRST_SEED + 100 + number), speed)
        for number, (speed, model) in enumerate(each)
    ]
