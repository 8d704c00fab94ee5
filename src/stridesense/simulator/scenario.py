"""What a virtual run is made of: the words of a scenario file.

A scenario is a TOML file; `scenarios/annotated.toml` explains each key by example. A key that nobody knows
is an error that names it and lists what is known, so a misspelt key is never silence.
"""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)

from stridesense.errors import InputError, UsageError
from stridesense.model import Foot, StrikeType

Side = Literal["left", "right"]
Degrees3 = tuple[float, float, float]
Axes3 = tuple[float, float, float]
NonNegative = Annotated[float, Field(ge=0.0)]
Protocol = Literal["sofp", "polar_pmd", "movesense_gsp", "rsc"]
Percent = Annotated[float, Field(ge=0.0, le=100.0)]

FORWARD_SPEED_MPS: Final = {"walk": 1.4, "run": 3.0, "turn": 2.5}
STRIDELESS: Final = frozenset({"stand", "fidget", "stairs", "crawl", "random"})
"""Activities whose feet make no stride that a running analyzer should see."""

RATES_HZ: Final[dict[str, tuple[int, ...]]] = {
    "polar_pmd": (52, 104, 208, 416),
    "movesense_gsp": (52, 104, 208),
}
"""The sampling rates that a pod of that make can be asked for; the others take any."""

HEEL_HEIGHT_MM: Final = {"kiss": 0.0, "partial": 8.0, "held": 20.0}


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    written_if_used: ClassVar[frozenset[str]] = frozenset()
    """Keys that leave no trace at their default: a recording's identity is made of the scenario's text."""

    @model_serializer(mode="wrap")
    def _without_unused(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = handler(self)
        fields = type(self).model_fields
        unused = [key for key in self.written_if_used if getattr(self, key) == fields[key].default]
        return {key: value for key, value in values.items() if key not in unused}


class Block(_Table):
    """One stretch of the session in which the runner does the same thing."""

    activity: Literal["stand", "walk", "run", "hop", "turn", "fidget", "stairs", "crawl", "random"]
    duration_s: float = Field(ge=0.1, le=36_000.0)
    speed_mps: float | None = Field(default=None, ge=0.5, le=10.0)
    grade_percent: float = Field(default=0.0, ge=-30.0, le=30.0)
    turn_deg: float = Field(default=0.0, ge=-3600.0, le=3600.0)
    strike: StrikeType = StrikeType.FOREFOOT
    strike_deg: float | None = Field(default=None, ge=-35.0, le=30.0)
    heel: Literal["kiss", "partial", "held"] = "kiss"
    held_mm: float | None = Field(default=None, ge=3.0, le=60.0)
    push: float = Field(default=1.0, ge=0.4, le=2.0)
    pull: float = Field(default=1.0, ge=0.4, le=2.0)
    hop_on: Literal["both", "left", "right"] = "both"

    @property
    def forward_speed_mps(self) -> float:
        """Speed over the ground; standing and hopping stay on the spot."""
        default = FORWARD_SPEED_MPS.get(self.activity, 0.0)
        return default if self.speed_mps is None or default == 0.0 else self.speed_mps

    @property
    def heel_height_mm(self) -> float:
        """How high the heel stays in mid-stance; 0 when it comes down."""
        if self.heel == "kiss" or self.held_mm is None:
            return HEEL_HEIGHT_MM[self.heel]
        return self.held_mm


class Runner(_Table):
    """Which of the virtual runners runs."""

    model: Literal["rigid_sole", "soft_shoe"] = "rigid_sole"


class Variability(_Table):
    """How unlike each other the strides are; 1 is a usual runner, 0 a machine."""

    amount: float = Field(default=1.0, ge=0.0, le=3.0)
    memory: float = Field(default=0.6, ge=0.0, le=0.95)
    right_contact_percent: float = Field(default=2.0, ge=-15.0, le=15.0)
    right_strike_deg: float = Field(default=1.0, ge=-8.0, le=8.0)


class Fatigue(_Table):
    """Growing linearly from nothing at the start to `amount` at the end; 1 is the end of a hard hour."""

    amount: float = Field(default=0.0, ge=0.0, le=3.0)
    foot: Literal["both", "left", "right"] = "both"


class Slip(_Table):
    """A pod that turns on the shoe once, at a moment."""

    foot: Side
    at_s: float = Field(ge=0.0)
    turn_deg: Degrees3 = (0.0, 10.0, 0.0)


class Knocks(_Table):
    """Something hits the pod now and then and does not turn it."""

    at_s: tuple[NonNegative, ...] = Field(min_length=1)
    foot: Literal["both", "left", "right"] = "both"
    peak_g: float = Field(default=10.0, ge=0.5, le=30.0)
    duration_ms: float = Field(default=30.0, ge=10.0, le=100.0)
    direction: Axes3 = (0.0, 1.0, 0.0)

    @field_validator("direction")
    @classmethod
    def _points_somewhere(cls, direction: Axes3) -> Axes3:
        if not any(direction):
            msg = "a direction of three zeros points nowhere"
            raise ValueError(msg)
        return direction


class Pod(_Table):
    """The sensor and how it is mounted."""

    written_if_used = frozenset({"protocol", "position_m", "knock"})

    protocol: Protocol = "sofp"
    rate_hz: int = Field(default=208, ge=50, le=2000)
    acc_range_g: Literal[2, 4, 8, 16, 32] = 16
    gyr_range_dps: Literal[250, 500, 1000, 2000] = 2000
    noise: float = Field(default=1.0, ge=0.0, le=5.0)
    looseness: float = Field(default=0.5, ge=0.0, le=1.0)
    mount_left_deg: Degrees3 = (0.0, 0.0, 0.0)
    mount_right_deg: Degrees3 = (0.0, 0.0, 0.0)
    position_m: Axes3 | None = None
    slip: Slip | None = None
    knock: Knocks | None = None

    @model_validator(mode="after")
    def _is_made(self) -> Self:
        rates_hz = RATES_HZ.get(self.protocol)
        if rates_hz is not None and (self.rate_hz not in rates_hz or self.acc_range_g > 16):
            asked = f"a pod that speaks {self.protocol} has a rate_hz of {', '.join(map(str, rates_hz))}"
            msg = f"{asked} and an acc_range_g of at most 16"
            raise ValueError(msg)
        return self

    def mount_deg(self, foot: Foot) -> Degrees3:
        """Turn of the pod on that foot about x, then y, then z, in degrees."""
        return self.mount_left_deg if foot is Foot.LEFT else self.mount_right_deg


class Death(_Table):
    """A pod that falls silent for good."""

    foot: Side
    at_s: float = Field(ge=0.0)


class Radio(_Table):
    """The way from the pod to the host."""

    interval_ms: float = Field(default=30.0, ge=7.5, le=200.0)
    jitter_ms: float = Field(default=1.0, ge=0.0, le=50.0)
    loss_percent: Percent = 0.0
    queue_drop_percent: Percent = 0.0
    overflow_percent: Percent = 0.0
    duplicate_percent: Percent = 0.0
    reorder_percent: Percent = 0.0
    burst_every_s: float = Field(default=0.0, ge=0.0)
    burst_s: float = Field(default=0.0, ge=0.0)
    rate_error_percent: float = Field(default=0.4, ge=0.0, le=5.0)
    drift_left_ppm: float = Field(default=0.0, ge=-500.0, le=500.0)
    drift_right_ppm: float = Field(default=0.0, ge=-500.0, le=500.0)
    dies: Death | None = None

    def drift_ppm(self, foot: Foot) -> float:
        """How much too fast the clock of that foot's pod runs, in parts per million."""
        return self.drift_left_ppm if foot is Foot.LEFT else self.drift_right_ppm


class Scenario(_Table):
    """A whole virtual session."""

    written_if_used = frozenset({"runner"})

    name: str = "unnamed"
    about: str = ""
    seed: int = Field(default=1, ge=0)
    feet: tuple[Side, ...] = ("left", "right")
    runner: Runner = Runner()
    variability: Variability = Variability()
    fatigue: Fatigue = Fatigue()
    pod: Pod = Pod()
    radio: Radio = Radio()
    block: tuple[Block, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _feet_are_feet(self) -> Self:
        if not self.feet or len(set(self.feet)) != len(self.feet):
            msg = "name one foot or both, each once"
            raise ValueError(msg)
        return self

    @property
    def duration_s(self) -> float:
        """Length of the session in seconds."""
        return sum(block.duration_s for block in self.block)

    def shortened(self, duration_s: float) -> "Scenario":
        """The same session with every block shortened in proportion, at most this long."""
        factor = min(1.0, duration_s / self.duration_s)
        blocks = tuple(b.model_copy(update={"duration_s": b.duration_s * factor}) for b in self.block)
        return self.model_copy(update={"block": blocks})


def names() -> list[str]:
    """The built-in scenarios."""
    folder = files("stridesense.simulator") / "scenarios"
    return sorted(
        entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")
    )


def load(name_or_path: str | Path) -> Scenario:
    """Read a shipped scenario by its name, or a TOML file by its path.

    Raises:
        UsageError: the name is unknown, or a key or a value in the file is not valid.
        InputError: the file is missing or is not TOML.
    """
    if str(name_or_path) in names():
        resource = files("stridesense.simulator") / "scenarios" / f"{name_or_path}.toml"
        return parse(resource.read_text("utf-8"), str(name_or_path))
    path = Path(name_or_path)
    if path.suffix != ".toml":
        known = ", ".join(names())
        msg = f"there is no scenario {str(name_or_path)!r}; known are {known}, or give a .toml file"
        raise UsageError(msg)
    try:
        return parse(path.read_text("utf-8"), path.stem)
    except (OSError, UnicodeDecodeError) as error:
        msg = f"the scenario file {path} cannot be read: {error}"
        raise InputError(msg) from error


def parse(text: str, name: str) -> Scenario:
    """Build a scenario from TOML text; `name` is for messages and for the record.

    Raises:
        UsageError: a key or a value is not valid.
        InputError: the text is not TOML.
    """
    try:
        return Scenario.model_validate({"name": name} | tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        msg = f"the scenario {name!r} is not TOML: {error}"
        raise InputError(msg) from error
    except ValidationError as error:
        raise UsageError(_sentence(name, error)) from error


def _sentence(name: str, error: ValidationError) -> str:
    """One fault, said for the person who wrote the file; a misspelt key explains what else is missing."""
    fault = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        known = ", ".join(_keys(fault["loc"][:-1]))
        return f"the scenario {name!r} has an unknown key {where!r}; known there are {known}"
    said = fault["msg"].removeprefix("Value error, ")
    return f"the scenario {name!r} is wrong at {where or 'the top'!r}: {said}"


def _keys(path: tuple[int | str, ...]) -> list[str]:
    """The keys that the table at this place knows."""
    table: type[BaseModel] = Scenario
    for part in path:
        if isinstance(part, str):
            table = _TABLES[part]
    return list(table.model_fields)


_TABLES: Final[dict[str, type[BaseModel]]] = {
    "block": Block,
    "runner": Runner,
    "variability": Variability,
    "fatigue": Fatigue,
    "pod": Pod,
    "slip": Slip,
    "knock": Knocks,
    "radio": Radio,
    "dies": Death,
}


def as_table(scenario: Scenario) -> dict[str, Any]:
    """The scenario as plain TOML or JSON values, without what was left at its default."""
    return scenario.model_dump(mode="json", exclude_defaults=True)
