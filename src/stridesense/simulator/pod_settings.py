"""The pods of a scenario and their way to the host: tables of a scenario file, see `scenario`."""

from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from stridesense.model import Foot

Side = Literal["left", "right"]
Degrees3 = tuple[float, float, float]
Axes3 = tuple[float, float, float]
NonNegative = Annotated[float, Field(ge=0.0)]
Percent = Annotated[float, Field(ge=0.0, le=100.0)]
Protocol = Literal["sofp", "polar_pmd", "movesense_gsp", "rsc"]

RATES_HZ: Final[dict[str, tuple[int, ...]]] = {
    "polar_pmd": (52, 104, 208, 416),
    "movesense_gsp": (52, 104, 208),
}
"""The sampling rates that a pod of that make can be asked for; the others take any."""


class Table(BaseModel):
    """A table of a scenario file: unknown keys are refused, values do not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    written_if_used: ClassVar[frozenset[str]] = frozenset()
    """Keys that leave no trace at their default: a recording's identity is made of the scenario's text."""

    @model_serializer(mode="wrap")
    def _without_unused(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = handler(self)
        fields = type(self).model_fields
        unused = [key for key in self.written_if_used if getattr(self, key) == fields[key].default]
        return {key: value for key, value in values.items() if key not in unused}


class Slip(Table):
    """A pod that turns on the shoe once, at a moment."""

    foot: Side
    at_s: float = Field(ge=0.0)
    turn_deg: Degrees3 = (0.0, 10.0, 0.0)


class Knocks(Table):
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


class Pod(Table):
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


class Death(Table):
    """A pod that falls silent for good."""

    foot: Side
    at_s: float = Field(ge=0.0)


class Radio(Table):
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
