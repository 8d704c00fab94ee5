"""The stride record, measured from the events of one stride: pure functions."""

from dataclasses import dataclass, field
from typing import Any, Final

from stridesense.gait.detector import AFTER_GAP, WEAK_CONTACT
from stridesense.gait.heel import HeelVerdictParams, heel_height_mm, heel_state, strike_type
from stridesense.gait.look import CLIPPED_FLAG, POD_MOVED
from stridesense.gait.slope import SlopeParams, SlopeState
from stridesense.gait.speed import SpeedCalibration
from stridesense.model import (
    EventKind,
    Gait,
    GaitEvent,
    HeelState,
    Stride,
    StrideTravel,
    StrikeType,
    ZeroReference,
)

CUT_SHORT: Final = "cut_short"
NO_STANDING_START: Final = "no_standing_start"
FLIGHT_ESTIMATED: Final = "flight_estimated"
PITCH_UNSURE: Final = "pitch_unsure"
LOW_RATE: Final = "low_rate"

_FAST_HZ: Final = 150.0
_CLEAR_AXIS: Final = 0.7

_DOUBT: Final = {
    CLIPPED_FLAG: 0.7,
    WEAK_CONTACT: 0.6,
    AFTER_GAP: 0.5,
    CUT_SHORT: 0.8,
    NO_STANDING_START: 0.8,
    PITCH_UNSURE: 0.6,
    POD_MOVED: 0.6,
}


@dataclass(frozen=True, slots=True)
class StrideParams:
    """Constants of the record.

    Attributes:
        sure_deg: absolute angles are given while their standard deviation is below this, deg.
        steep_deg: no planted foot is tilted further than this, deg.
        heel: constants of the heel's verdict.
        slope: constants of the slope of the ground.
        speed: the runner's own correction of speed.
    """

    sure_deg: float = 6.0
    steep_deg: float = 30.0
    heel: HeelVerdictParams = field(default_factory=HeelVerdictParams)
    slope: SlopeParams = field(default_factory=SlopeParams)
    speed: SpeedCalibration = field(default_factory=SpeedCalibration)


Fields = dict[str, Any]


def measure(
    events: dict[EventKind, GaitEvent],
    following: GaitEvent | None,
    gait: Gait,
    slope: SlopeState | None,
    params: StrideParams,
    index: int = 0,
) -> Stride:
    """The record of one stride.

    Args:
        events: initial contact, heel down, heel off, terminal contact, and the pull if there was one.
        following: the next initial contact of the same foot, None when it was not seen.
        gait: how the runner moves.
        slope: the ground, None while nothing is known of it.
        params: constants.
        index: running number of the stride.
    """
    start, end, runs = events[EventKind.INITIAL_CONTACT], events[EventKind.TERMINAL_CONTACT], gait is Gait.RUN
    flags = _flags(events, cut_short=following is None, sure=_sure(events, params))
    fields = _heel(events, flags, slope, params) | _pull(events.get(EventKind.PULL), end.t_s)
    if following is not None:
        fields |= _cycle(end.t_s - start.t_s, following.t_s - start.t_s, runs=runs)
    if end.travel is not None:
        fields |= _way(end.travel, slope, params, runs=runs)
    return Stride(
        foot=start.foot,
        index=index,
        gait=gait,
        initial_contact_s=start.t_s,
        terminal_contact_s=end.t_s,
        contact_time_s=end.t_s - start.t_s,
        push_off_rate_dps=max(0.0, -end.rate_dps),
        impact_g=start.acc_g,
        quality=_quality(start, flags),
        flags=(*flags, FLIGHT_ESTIMATED) if fields.get("flight_time_s") is not None else flags,
        **fields,
    )


def _cycle(contact_s: float, stride_s: float, *, runs: bool) -> Fields:
    """What needs the next contact; flight is estimated as what half a stride leaves beside the contact."""
    flight_s = 0.5 * stride_s - contact_s
    return {
        "stride_time_s": stride_s,
        "swing_time_s": stride_s - contact_s,
        "duty_factor": contact_s / stride_s,
        "cadence_spm": 120.0 / stride_s,
        "flight_time_s": flight_s if runs and flight_s > 0.0 else None,
    }


def _way(way: StrideTravel, slope: SlopeState | None, params: StrideParams, *, runs: bool) -> Fields:
    """What the way from the mid-stance before to this one tells: speed, length, turn, how the foot landed."""
    integrated_mps = way.length_m / way.duration_s
    speed_mps = params.speed.speed_mps(integrated_mps)
    return {
        "speed_mps": speed_mps,
        "stride_length_m": speed_mps * way.duration_s,
        "braking_index": way.landing_forward_mps / integrated_mps if runs and integrated_mps > 1.0 else None,
        "slope_deg": None if slope is None else slope.slope_deg,
        "turn_deg": way.turn_deg,
    }


def _heel(
    events: dict[EventKind, GaitEvent],
    flags: tuple[str, ...],
    slope: SlopeState | None,
    params: StrideParams,
) -> Fields:
    """What the heel did: its drop always, its angle where it is sure, its height where flat is known.

    A slope tilts a flat foot, so all angles are against the ground.
    """
    start, down = events[EventKind.INITIAL_CONTACT], events[EventKind.HEEL_DOWN]
    fields: Fields = {"heel_drop_deg": max(0.0, down.pitch_deg - start.pitch_deg)}
    if (off := events.get(EventKind.HEEL_OFF)) is not None:
        ball_s = events[EventKind.TERMINAL_CONTACT].t_s - off.t_s
        fields |= {"heel_off_s": off.t_s, "ball_time_s": ball_s}
    if PITCH_UNSURE in flags:
        return fields | {"strike_type": StrikeType.REARFOOT if start.heel_first else None}
    lowest_deg = _lowest_deg(events) - (0.0 if slope is None else slope.slope_deg)
    angle_deg = lowest_deg + start.pitch_deg - down.pitch_deg
    strike = StrikeType.REARFOOT if start.heel_first else strike_type(angle_deg, params.heel)
    fields |= {"strike_type": strike, "strike_angle_deg": angle_deg}
    if NO_STANDING_START in flags:
        return fields
    lowest_mm = heel_height_mm(lowest_deg, params.heel)
    state = heel_state(strike, lowest_mm, params.heel)
    down_s = start.t_s if state is HeelState.REARFOOT else down.t_s
    heel_down_s = None if state is HeelState.HELD else down_s
    return fields | {"heel_down_s": heel_down_s, "heel_height_mm": lowest_mm, "heel_state": state}


def _pull(pull: GaitEvent | None, toe_off_s: float) -> Fields:
    if pull is None:
        return {}
    return {"pull_rate_dps": max(0.0, -pull.rate_dps), "pull_delay_s": pull.t_s - toe_off_s}


def _lowest_deg(events: dict[EventKind, GaitEvent]) -> float:
    """Pitch at the heel's lowest point against standing flat, by what was known of the offset at toe-off."""
    pitch_deg = events[EventKind.HEEL_DOWN].pitch_deg + events[EventKind.TERMINAL_CONTACT].tilt_offset_deg
    return pitch_deg - 360.0 * round(pitch_deg / 360.0)


def _sure(events: dict[EventKind, GaitEvent], params: StrideParams) -> bool:
    """Whether absolute angles can be told: little doubt about the pitch, and a foot that could stand so."""
    steep = abs(_lowest_deg(events)) > params.steep_deg
    return not steep and events[EventKind.TERMINAL_CONTACT].pitch_sd_deg < params.sure_deg


def _flags(events: dict[EventKind, GaitEvent], *, cut_short: bool, sure: bool) -> tuple[str, ...]:
    flags = {flag: None for event in events.values() for flag in event.flags}
    doubts = {
        CUT_SHORT: cut_short,
        NO_STANDING_START: events[EventKind.INITIAL_CONTACT].zero is not ZeroReference.STANDING,
        PITCH_UNSURE: not sure,
        LOW_RATE: events[EventKind.INITIAL_CONTACT].sampling_rate_hz < _FAST_HZ,
    }
    return (*flags, *(flag for flag, holds in doubts.items() if holds))


def _quality(start: GaitEvent, flags: tuple[str, ...]) -> float:
    """1 for a clear stride; an unclear axis, a slow sensor and each flag take their share."""
    quality = min(1.0, start.axis_confidence / _CLEAR_AXIS) * min(1.0, start.sampling_rate_hz / _FAST_HZ)
    for flag in flags:
        quality *= _DOUBT.get(flag, 1.0)
    return quality
