"""Changes within a run: a slope begins, the push or the pull changes, the pod slips."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from stridesense.model import Foot, Stride, StrikeType
from stridesense.simulator import simulate
from stridesense.validation.cases import MODELS, STAND_S, Block, Wearer, standing
from stridesense.validation.listening import listen
from stridesense.validation.statistics import area_under_curve, spread

SETTLED_STRIDES: Final = 20
MOVED_FLAGS: Final = frozenset({"pod_moved"})
"""Flags by which the record says that the pod no longer sits as it did."""

SLOPES_PERCENT: Final = (8.0, -8.0)
SLIPS_DEG: Final = ((15.0, 0.0, 0.0), (0.0, 15.0, 0.0), (0.0, 0.0, 15.0))
SPEED_MPS: Final = 3.2

_LEVEL_S: Final = 40.0
_SLOPE_S: Final = 45.0
_BASELINE_S: Final = 30.0
_PART_S: Final = 15.0
_BEFORE_SLIP_S: Final = 40.0
_AFTER_SLIP_S: Final = 75.0
_FIRST_SEED: Final = 700


def _run(duration_s: float, strike: StrikeType, **more: float) -> Block:
    usual = {"activity": "run", "duration_s": duration_s, "speed_mps": SPEED_MPS, "strike": str(strike)}
    return usual | more


@dataclass(frozen=True, slots=True)
class Slope:
    """What a slope did to the height of the heel: its mean before and from 20 strides after, mm."""

    model: str
    strike: StrikeType
    grade_percent: float
    level_mm: float | None
    sloped_mm: float | None

    @property
    def change_mm(self) -> float | None:
        """How much the reading moved; None when it was not measured on either ground."""
        return None if self.level_mm is None or self.sloped_mm is None else self.sloped_mm - self.level_mm


@dataclass(frozen=True, slots=True)
class SlopeTask:
    """A run on the level, then on a slope; the heel kisses the ground throughout."""

    wearer: Wearer
    strike: StrikeType
    grade_percent: float

    def run(self) -> Slope:
        """Do it."""
        parts = [
            _run(_LEVEL_S, self.strike),
            _run(_SLOPE_S, self.strike, grade_percent=self.grade_percent),
        ]
        strides = listen(simulate(self.wearer.session([standing(), *parts])).packets()).strides
        begins_s = STAND_S + _LEVEL_S
        level = [stride for stride in strides if stride.initial_contact_s < begins_s][SETTLED_STRIDES // 2 :]
        sloped = [stride for stride in strides if stride.initial_contact_s >= begins_s][SETTLED_STRIDES:]
        return Slope(
            self.wearer.model,
            self.strike,
            self.grade_percent,
            _heel_height_mm(level),
            _heel_height_mm(sloped),
        )


def _heel_height_mm(strides: Sequence[Stride]) -> float | None:
    found = spread([stride.heel_height_mm for stride in strides if stride.heel_height_mm is not None])
    return None if found is None else found.bias


@dataclass(frozen=True, slots=True)
class Trait:
    """Something that a runner does more or less of, and the figures of the record that should show it."""

    name: str
    strength: float
    fields: tuple[str, ...]


TRAITS: Final = (
    Trait("push", 1.25, ("push_off_index", "push_off_rate_dps")),
    Trait("pull", 1.3, ("push_pull_index", "pull_rate_dps")),
    Trait("pull", 0.7, ("push_pull_index", "pull_rate_dps")),
)


@dataclass(frozen=True, slots=True)
class Discrimination:
    """How well each field tells changed strides from usual ones, while the speed changes by +-10 %.

    An area of 1 is faultless in the expected direction (more push or pull, higher figure), 0.5 is chance.
    """

    model: str
    strike: StrikeType
    trait: Trait
    areas: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class DiscriminationTask:
    """A usual run of 90 s at three speeds, then usual and changed strides by turns at each of them."""

    wearer: Wearer
    strike: StrikeType
    trait: Trait

    def run(self) -> Discrimination:
        """Do it."""
        plan = self._plan()
        blocks = [_run(duration_s, self.strike, **more) for duration_s, _, more in plan]
        strides = listen(simulate(self.wearer.session([standing(), *blocks])).packets()).strides
        usual, changed = self._parted(strides)
        more, less = (changed, usual) if self.trait.strength > 1.0 else (usual, changed)
        areas = {
            field: area_under_curve(_values(more, field), _values(less, field)) for field in self.trait.fields
        }
        return Discrimination(self.wearer.model, self.strike, self.trait, areas)

    def _plan(self) -> list[tuple[float, str, dict[str, float]]]:
        """Duration, part ("learn", "usual", "changed") and settings of each block in order."""
        speeds = [share * SPEED_MPS for share in (0.9, 1.0, 1.1)]
        learn = [(_BASELINE_S, "learn", {"speed_mps": speed}) for speed in speeds]
        changed = {self.trait.name: self.trait.strength}
        by_turns = [
            (_PART_S, part, {"speed_mps": speed} | more)
            for speed in speeds
            for part, more in (("usual", {}), ("changed", changed))
        ]
        return [*learn, *by_turns]

    def _parted(self, strides: Sequence[Stride]) -> tuple[list[Stride], list[Stride]]:
        """The usual and the changed strides; those within 2 s of a change belong to neither."""
        parts: dict[str, list[Stride]] = {"learn": [], "usual": [], "changed": []}
        begin_s = STAND_S
        for duration_s, part, _ in self._plan():
            first_s, last_s = begin_s + 2.0, begin_s + duration_s - 1.0
            parts[part] += [stride for stride in strides if first_s <= stride.initial_contact_s < last_s]
            begin_s += duration_s
        return parts["usual"], parts["changed"]


def _values(strides: Sequence[Stride], field: str) -> list[float]:
    return [value for stride in strides if (value := getattr(stride, field)) is not None]


@dataclass(frozen=True, slots=True)
class Slip:
    """A pod that turned on the shoe: seconds until the record says so (None: never), and false alarms."""

    model: str
    strike: StrikeType
    turn_deg: tuple[float, float, float]
    flagged_after_s: float | None
    flagged_before: int

    @property
    def turn_in_words(self) -> str:
        """The turn about x, y, z in deg."""
        return ", ".join(f"{angle:g}" for angle in self.turn_deg)


@dataclass(frozen=True, slots=True)
class SlipTask:
    """A run in whose middle the pod slips by 15 deg about one axis."""

    wearer: Wearer
    strike: StrikeType
    turn_deg: tuple[float, float, float]

    def run(self) -> Slip:
        """Do it."""
        at_s = STAND_S + _BEFORE_SLIP_S
        slip = {"foot": str(self.wearer.foot), "at_s": at_s, "turn_deg": self.turn_deg}
        blocks = [standing(), _run(_BEFORE_SLIP_S + _AFTER_SLIP_S, self.strike)]
        simulated = simulate(self.wearer.session(blocks, pod={"slip": slip}))
        flagged = [s for s in listen(simulated.packets()).strides if MOVED_FLAGS & set(s.flags)]
        after_s = [s.terminal_contact_s - at_s for s in flagged if s.terminal_contact_s >= at_s]
        return Slip(
            self.wearer.model,
            self.strike,
            self.turn_deg,
            min(after_s, default=None),
            len(flagged) - len(after_s),
        )


def _wearers() -> list[tuple[StrikeType, Wearer]]:
    each = enumerate(product(StrikeType, MODELS))
    return [
        (
            strike,
            Wearer(model=model, seed=_FIRST_SEED + number, foot=(Foot.LEFT, Foot.RIGHT)[number // 2 % 2]),
        )
        for number, (strike, model) in each
    ]


def slope_tasks(*, quick: bool = False) -> list[SlopeTask]:
    """Uphill and downhill after a landing on the mid- or forefoot, where a held heel could be mistaken."""
    tasks = [
        SlopeTask(wearer, strike, grade)
        for (strike, wearer), grade in product(_wearers(), SLOPES_PERCENT)
        if strike is not StrikeType.REARFOOT
    ]
    return tasks[:1] if quick else tasks


def discrimination_tasks(*, quick: bool = False) -> list[DiscriminationTask]:
    """Each trait for each strike type and runner."""
    tasks = [DiscriminationTask(wearer, strike, trait) for trait in TRAITS for strike, wearer in _wearers()]
    return tasks[:1] if quick else tasks


def slip_tasks(*, quick: bool = False) -> list[SlipTask]:
    """Slips about each axis, for each strike type and runner."""
    tasks = [SlipTask(wearer, strike, turn) for (strike, wearer), turn in product(_wearers(), SLIPS_DEG)]
    return tasks[:1] if quick else tasks
