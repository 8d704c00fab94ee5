"""What a virtual run is made of: the words of a scenario file.

A scenario is a TOML file; `scenarios/annotated.toml` explains each key by example. A key that nobody knows
is an error that names it and lists what is known, so a misspelt key is never silence.
"""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from stridesense.errors import InputError, UsageError
from stridesense.model import StrikeType
from stridesense.simulator.pod_settings import Death, Knocks, Pod, Radio, Side, Slip, Table

FORWARD_SPEED_MPS: Final = {"walk": 1.4, "run": 3.0, "turn": 2.5}
STRIDELESS: Final = frozenset({"stand", "fidget", "stairs", "crawl", "random"})
"""Activities whose feet make no stride that a running analyzer should see."""

HEEL_HEIGHT_MM: Final = {"kiss": 0.0, "partial": 8.0, "held": 20.0}


class Block(Table):
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


class Runner(Table):
    """Which of the virtual runners runs."""

    model: Literal["rigid_sole", "soft_shoe"] = "rigid_sole"


class Variability(Table):
    """How unlike each other the strides are; 1 is a usual runner, 0 a machine."""

    amount: float = Field(default=1.0, ge=0.0, le=3.0)
    memory: float = Field(default=0.6, ge=0.0, le=0.95)
    right_contact_percent: float = Field(default=2.0, ge=-15.0, le=15.0)
    right_strike_deg: float = Field(default=1.0, ge=-8.0, le=8.0)


class Fatigue(Table):
    """Growing linearly from nothing at the start to `amount` at the end; 1 is the end of a hard hour."""

    amount: float = Field(default=0.0, ge=0.0, le=3.0)
    foot: Literal["both", "left", "right"] = "both"


class Scenario(Table):
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
