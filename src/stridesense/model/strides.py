"""The stride record: the product's central noun."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final

from stridesense.model.packet import Foot


class Gait(StrEnum):
    """How the runner moves."""

    RUN = "run"
    WALK = "walk"
    HOP = "hop"


class StrikeType(StrEnum):
    """The part of the foot that meets the ground first."""

    REARFOOT = "rearfoot"
    MIDFOOT = "midfoot"
    FOREFOOT = "forefoot"


class HeelState(StrEnum):
    """What the heel does after the landing."""

    REARFOOT = "rearfoot"
    KISSED = "kissed"
    PARTIAL = "partial"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stride:
    """One stride, from initial contact to the next initial contact of the same foot.

    Times are seconds on the session clock; contact begins and ends at 5 % of the peak vertical load. A field
    is None when it could not be measured, and then absent from `to_record`. Angles are relative to the foot
    standing flat, toes up positive. `calf_load` and `braking_index` are unitless
    proxies, `model_...` values of the spring-mass model. The order of the fields is that of the record.
    """

    foot: Foot
    index: int
    gait: Gait
    initial_contact_s: float
    terminal_contact_s: float
    stride_time_s: float | None = None
    contact_time_s: float
    swing_time_s: float | None = None
    duty_factor: float | None = None
    cadence_spm: float | None = None
    flight_time_s: float | None = None
    step_time_s: float | None = None
    step_asymmetry_percent: float | None = None
    clock_residual_s: float | None = None
    strike_type: StrikeType | None = None
    strike_angle_deg: float | None = None
    heel_down_s: float | None = None
    heel_off_s: float | None = None
    ball_time_s: float | None = None
    heel_drop_deg: float | None = None
    heel_height_mm: float | None = None
    heel_state: HeelState | None = None
    push_off_rate_dps: float | None = None
    push_off_index: float | None = None
    pull_rate_dps: float | None = None
    pull_delay_s: float | None = None
    push_pull_index: float | None = None
    impact_g: float | None = None
    braking_index: float | None = None
    speed_mps: float | None = None
    stride_length_m: float | None = None
    slope_deg: float | None = None
    turn_deg: float | None = None
    calf_load: float | None = None
    model_peak_force_bw: float | None = None
    model_com_drop_m: float | None = None
    model_vertical_stiffness_npmkg: float | None = None
    quality: float
    flags: tuple[str, ...] = ()

    def to_record(self) -> dict[str, object]:
        """The record as plain JSON values in the documented order, without what was not measured."""
        values = {name: getattr(self, name) for name in RECORD_FIELDS}
        record = {name: value for name, value in values.items() if value is not None}
        return {"type": "stride", **record, "flags": list(self.flags)}


RECORD_FIELDS: Final = tuple(field.name for field in fields(Stride))
"""Field names of the record in the order of output, after `type`."""
