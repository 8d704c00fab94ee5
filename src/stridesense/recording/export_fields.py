"""What the FIT file says of a second: the profile's own running dynamics, and fields of our own.

Units are those of the FIT profile: milliseconds, millimetres, per cent; cadence counts strides of one foot a
minute. What the pods do not measure (vertical oscillation, heart rate) is not there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stridesense.model import Foot, HeelState, PodReading, Stride
from stridesense.recording.export_seconds import Second

_MS: Final = 1e3
_MM: Final = 1e3
_STEPS_PER_STRIDE: Final = 2

Value = Callable[[Second], float | None]


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field that the FIT profile does not have, under a name for people."""

    name: str
    units: str
    value: Value


def _of(name: str, scale: float = 1.0) -> Value:
    def read(stride: Stride) -> float | None:
        value: float | None = getattr(stride, name)
        return None if value is None else scale * value

    return lambda second: second.mean(read)


def _of_foot(foot: Foot, name: str) -> Value:
    return lambda second: second.of_foot(foot, lambda stride: getattr(stride, name))


def _or_told(name: str, scale: float = 1.0) -> Value:
    """What was measured, or else what the pods told."""
    measured = _of(name, scale)

    def read(reading: PodReading) -> float | None:
        value: float | None = getattr(reading, name)
        return None if value is None else scale * value

    def value(second: Second) -> float | None:
        known = measured(second)
        return second.told(read) if known is None else known

    return value


def _balance(second: Second) -> float | None:
    """The left foot's share of both contact times, per cent."""
    left, right = (second.of_foot(foot, _contact_s) for foot in (Foot.LEFT, Foot.RIGHT))
    return None if left is None or right is None else 100.0 * left / (left + right)


def _contact_s(stride: Stride) -> float:
    return stride.contact_time_s


def _held(stride: Stride) -> float | None:
    return None if stride.heel_state is None else 100.0 * (stride.heel_state is HeelState.HELD)


def _power_w(second: Second) -> float | None:
    return second.told(lambda reading: reading.power_w)


cadence: Final = _or_told("cadence_spm", 1.0 / _STEPS_PER_STRIDE)
"""Strides of one foot a minute; the profile has it in two fields."""

speed_mps: Final = _or_told("speed_mps")

NATIVE: Final[Mapping[str, Value]] = {
    "enhanced_speed": speed_mps,
    "power": _power_w,
    "stance_time": _of("contact_time_s", _MS),
    "stance_time_percent": _of("duty_factor", 100.0),
    "stance_time_balance": _balance,
    "step_length": _or_told("stride_length_m", _MM / _STEPS_PER_STRIDE),
}
"""Fields of the record message by their name in the FIT profile."""

OWN: Final[Sequence[OwnField]] = (
    OwnField("Heel drop", "deg", _of("heel_drop_deg")),
    OwnField("Heel height", "mm", _of("heel_height_mm")),
    OwnField("Heel held", "%", lambda second: second.mean(_held)),
    OwnField("Ball of foot time", "ms", _of("ball_time_s", _MS)),
    OwnField("Push-off rate", "deg/s", _of("push_off_rate_dps")),
    OwnField("Pull rate", "deg/s", _of("pull_rate_dps")),
    OwnField("Landing angle", "deg", _of("strike_angle_deg")),
    OwnField("Calf load left", "per stride", _of_foot(Foot.LEFT, "calf_load")),
    OwnField("Calf load right", "per stride", _of_foot(Foot.RIGHT, "calf_load")),
)
"""Developer fields; their order is their number in the file, so new ones come last."""
