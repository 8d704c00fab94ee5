"""What is kept of a shoe between runs: how its pods sit, the runner's own lines, the correction of speed.

One TOML file a shoe, in the folder `shoes` of the user's config folder. A file that was changed by hand is
believed when its numbers are possible ones.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from math import isclose
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import numpy as np
import platformdirs
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from stridesense.dsp.alignment import foot_axes
from stridesense.dsp.projection import FootAxes
from stridesense.errors import InputError, UsageError
from stridesense.gait.own_line import Habit, OwnLine, OwnUsualState
from stridesense.gait.parameters import StrideParams
from stridesense.gait.segmentation import SegmentationParams
from stridesense.gait.speed import SpeedCalibration
from stridesense.model import Foot
from stridesense.pipeline import PipelineParams
from stridesense.runtime.files import PRIVATE, write_whole

FOLDER: Final = "shoes"
SUFFIX: Final = ".toml"
VERSION: Final = 1

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_LEVEL: Final = 0.02

Positive = Annotated[float, Field(gt=0.0)]
NonNegative = Annotated[float, Field(ge=0.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Vector = tuple[float, float, float]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class LineTable(_Table):
    """An `OwnLine` that has seen strides; the names are its own."""

    strides: Annotated[int, Field(ge=1)]
    weight: Positive
    speed_mps: Positive
    ratio: Positive
    speed_mps2: NonNegative
    leaning_mps: float

    @classmethod
    def of(cls, line: OwnLine) -> Self | None:
        """The table of a line; None when it has seen no stride."""
        if line.strides == 0:
            return None
        return cls(**{name: getattr(line, name) for name in cls.model_fields})

    def line(self) -> OwnLine:
        """The line, to be learned further."""
        return OwnLine(**self.model_dump())


class HabitTable(_Table):
    """The lines of one foot over one measure of speed."""

    push_off: LineTable | None = None
    pull_to_push: LineTable | None = None

    @classmethod
    def of(cls, habit: Habit | None) -> Self:
        """The tables of a habit."""
        habit = habit or Habit()
        return cls(push_off=LineTable.of(habit.push_off), pull_to_push=LineTable.of(habit.pull_to_push))

    def habit(self) -> Habit:
        """The habit, to be learned further."""
        push_off, pull_to_push = (
            OwnLine() if table is None else table.line() for table in (self.push_off, self.pull_to_push)
        )
        return Habit(push_off, pull_to_push)


class FootProfile(_Table):
    """One foot's pod and habits.

    Attributes:
        protocol: what the pod speaks.
        sampling_rate_hz: its true rate.
        ml_axis: the foot's medio-lateral axis in the sensor's frame, toes-up rotation positive.
        up_axis: up while the foot stands flat, in the sensor's frame.
        bias_radps: bias of the gyroscope.
        confidence: in the medio-lateral axis, 0..1.
        by_speed: habits over the measured speed.
        by_contact: habits over the speed that contact time stands for.
    """

    protocol: str
    sampling_rate_hz: Positive
    ml_axis: Vector
    up_axis: Vector
    bias_radps: Vector
    confidence: Share
    by_speed: HabitTable = HabitTable()
    by_contact: HabitTable = HabitTable()

    @model_validator(mode="after")
    def _axes_are_axes(self) -> Self:
        ml, up = np.array(self.ml_axis), np.array(self.up_axis)
        lengths = float((ml * ml).sum()), float((up * up).sum())
        if not all(isclose(length, 1.0, abs_tol=_LEVEL) for length in lengths) or abs(ml @ up) > _LEVEL:
            msg = "ml_axis and up_axis must be perpendicular unit vectors"
            raise ValueError(msg)
        return self

    @property
    def axes(self) -> FootAxes:
        """The foot's axes in the sensor's frame."""
        return foot_axes(np.array(self.ml_axis), np.array(self.up_axis), np.array(self.bias_radps))


class ShoeProfile(_Table):
    """A shoe with its pods.

    Attributes:
        version: of this layout.
        shoe: its name.
        recorded: when the run was recorded that it was calibrated with, where that is known.
        speed: the correction of integrated speed.
        feet: by foot.
    """

    version: Literal[1] = VERSION
    shoe: str
    recorded: AwareDatetime | None = None
    speed: SpeedCalibration = SpeedCalibration()
    feet: Annotated[Mapping[Foot, FootProfile], Field(min_length=1)]

    @field_validator("speed", mode="before")
    @classmethod
    def _speed_by_its_own_rules(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        try:
            return SpeedCalibration.from_table(value)
        except (InputError, TypeError) as error:
            raise ValueError(str(error)) from None

    def params(self) -> PipelineParams:
        """What the pipeline can start from."""
        usual = OwnUsualState(
            {foot: known.by_speed.habit() for foot, known in self.feet.items()},
            {foot: known.by_contact.habit() for foot, known in self.feet.items()},
        )
        strides = SegmentationParams(stride=StrideParams(speed=self.speed))
        axes = {foot: known.axes for foot, known in self.feet.items()}
        return PipelineParams(segmentation=strides, known_usual=usual, known_axes=axes)


def folder() -> Path:
    """Where the profiles lie."""
    return platformdirs.user_config_path("stridesense") / FOLDER


def path_of(shoe: str) -> Path:
    """The file of a shoe, whether or not it is there.

    Raises:
        UsageError: this cannot be the name of a shoe.
    """
    if _NAME.fullmatch(shoe) is None:
        msg = f"a shoe's name is 1 to 40 letters, digits, - and _ without accents or spaces, not {shoe!r}"
        raise UsageError(msg)
    return folder() / f"{shoe}{SUFFIX}"


def names() -> list[str]:
    """The shoes that have a profile, in alphabetical order."""
    with suppress(OSError):
        return sorted(file.stem for file in folder().iterdir() if file.suffix == SUFFIX)
    return []


def load_profile(shoe: str) -> ShoeProfile:
    """The profile of a shoe.

    Raises:
        UsageError: there is none of that name.
        InputError: it cannot be read, or is damaged.
    """
    file = path_of(shoe)
    if not file.exists():
        known = f"known are: {', '.join(names())}" if names() else "none is known yet"
        msg = f"there is no profile of a shoe {shoe!r} ({known}): make it with `stridesense calibrate`"
        raise UsageError(msg)
    try:
        return ShoeProfile(**tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror or error}"
        raise InputError(msg) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        why = f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg'].removeprefix('Value error, ')}"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        why = str(error)
    msg = f"{file} is damaged ({why}): calibrate the shoe again with --fresh"
    raise InputError(msg)


def save_profile(profile: ShoeProfile) -> Path:
    """Write a profile so that a crash leaves the old or the new one, and return where it lies.

    Raises:
        UsageError: this cannot be the name of a shoe.
        InputError: it cannot be written.
    """
    file = path_of(profile.shoe)
    values = profile.model_dump(exclude_none=True) | {"speed": profile.speed.to_table()}
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{file} cannot be written: {error.strerror or error}"
        raise InputError(msg) from None
    write_whole(file, ["\n".join(_toml(values)) + "\n"], mode=PRIVATE)
    return file


def _toml(table: Mapping[str, Any], *above: str) -> Iterator[str]:
    """The lines of a table: its values first, then the tables in it, as TOML wants them."""
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    if len(inner) < len(table) and above:
        yield f"\n[{'.'.join(above)}]"
    yield from (f"{key} = {_value(value)}" for key, value in table.items() if key not in inner)
    for key, value in inner.items():
        yield from _toml(value, *above, key)


def _value(value: object) -> str:
    match value:
        case str():
            return json.dumps(value)
        case datetime():
            return value.isoformat()
        case tuple():
            return f"[{', '.join(map(repr, value))}]"
        case _:
            return repr(value)
