"""One simulated case: a runner, a pod and a way to run, with a fixed seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from stridesense.model import Foot, StrikeType
from stridesense.simulator import Scenario

MODELS: Final = ("rigid_sole", "soft_shoe")
"""The simulator's runners, unlike each other in foot, shoe, course of the pitch and place of the pod."""

USUAL_MOUNTING: Final = "as drawn"
MOUNTINGS_DEG: Final[Mapping[str, tuple[float, float, float]]] = MappingProxyType(
    {
        USUAL_MOUNTING: (0.0, 0.0, 0.0),
        "upside down": (180.0, 0.0, 0.0),
        "backwards": (0.0, 0.0, 180.0),
        "sideways": (0.0, 0.0, 90.0),
        "on edge": (90.0, 0.0, 0.0),
        "rolled +30 deg": (30.0, 0.0, 0.0),
        "rolled -30 deg": (-30.0, 0.0, 0.0),
        "pitched +30 deg": (0.0, 30.0, 0.0),
        "pitched -30 deg": (0.0, -30.0, 0.0),
        "yawed +30 deg": (0.0, 0.0, 30.0),
    }
)
"""How the pod sits on the shoe: its turn about x (forward), then y (left), then z (up)."""

STAND_S: Final = 4.0
RUN_S: Final = 24.0

Block = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wearer:
    """Who wears which pod where.

    Attributes:
        model: the simulator's runner.
        foot: the foot with the pod.
        rate_hz: sampling rate of the pod.
        mounting: a key of `MOUNTINGS_DEG`.
        noise: errors of the chip; 1 is a usual one.
        seed: of every chance.
    """

    model: str
    seed: int
    foot: Foot = Foot.LEFT
    rate_hz: int = 200
    mounting: str = USUAL_MOUNTING
    noise: float = 1.0

    def session(self, blocks: Sequence[Block], **tables: Block) -> Scenario:
        """This wearer doing these blocks one after the other; `tables` add to the scenario."""
        turn_deg = MOUNTINGS_DEG[self.mounting]
        pod = {"rate_hz": self.rate_hz, "noise": self.noise, f"mount_{self.foot}_deg": turn_deg}
        return Scenario.model_validate(
            {
                "name": "validation",
                "seed": self.seed,
                "feet": (str(self.foot),),
                "runner": {"model": self.model},
                "pod": pod | dict(tables.pop("pod", {})),
                "block": list(blocks),
                **tables,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A stand of 4 s, then a run of 24 s in one manner.

    Attributes:
        number: running number in the suite.
        factor: what this case varies; the rest is as usual, except in "all at once".
        wearer: the runner's model, the pod, the seed.
        strike: how the foot lands.
        speed_mps: speed along the ground.
        heel: kiss, partial or held, after a midfoot or forefoot landing.
        held_mm: how high the heel stays, when it does.
        push: strength of the push-off; 1 is a runner who lets go.
        pull: strength of the pull; 1 is usual.
        grade_percent: slope of the ground, uphill positive.
    """

    number: int
    factor: str
    wearer: Wearer
    strike: StrikeType
    speed_mps: float = 3.2
    heel: str = "kiss"
    held_mm: float | None = None
    push: float = 1.0
    pull: float = 1.0
    grade_percent: float = 0.0

    @property
    def says(self) -> str:
        """The case in words."""
        wearer = self.wearer
        odd = [
            f"{self.heel} heel" + (f" {self.held_mm:g} mm" if self.held_mm else "") * (self.heel != "kiss"),
            f"push {self.push:g}" * (self.push != 1.0),
            f"pull {self.pull:g}" * (self.pull != 1.0),
            f"slope {self.grade_percent:+g} %" * (self.grade_percent != 0.0),
            wearer.mounting * (wearer.mounting != USUAL_MOUNTING),
            f"noise {wearer.noise:g}" * (wearer.noise != 1.0),
        ]
        words = [wearer.model, str(self.strike), f"{self.speed_mps:g} m/s", f"{wearer.rate_hz} Hz", *odd]
        return ", ".join(word for word in words if word and word != "kiss heel")

    @property
    def run_block(self) -> Block:
        """What the simulator shall run."""
        block: dict[str, object] = {
            "activity": "run",
            "duration_s": RUN_S,
            "speed_mps": self.speed_mps,
            "strike": str(self.strike),
            "heel": self.heel,
            "push": self.push,
            "pull": self.pull,
            "grade_percent": self.grade_percent,
        }
        return block if self.held_mm is None else block | {"held_mm": self.held_mm}

    def scenario(self) -> Scenario:
        """The whole session."""
        return self.wearer.session([standing(), self.run_block])


def standing(duration_s: float = STAND_S) -> Block:
    """A stand on level ground."""
    return {"activity": "stand", "duration_s": duration_s}
