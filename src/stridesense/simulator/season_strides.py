"""The stride record that a pod's river would make of one stride, with what it would have missed."""

from dataclasses import dataclass
from typing import Any, Final

from stridesense.model import Foot, Gait, HeelState, Stride, StrikeType
from stridesense.simulator.course import HELD_ABOVE_MM, KISSED_BELOW_MM
from stridesense.simulator.season_body import (
    BALL_SPREAD,
    BRAKING_SPREAD,
    CONTACT_SPREAD,
    HEEL_SPREAD_MM,
    IMPACT_SPREAD,
    LOAD_SPREAD,
    PULL_DELAY_SPREAD_S,
    PULL_SPREAD,
    PUSH_SPREAD,
    SPEED_SPREAD,
    STRIKE_SPREAD_DEG,
    Z_BALL,
    Z_BRAKING,
    Z_CHANCE,
    Z_CONTACT,
    Z_HEEL,
    Z_IMPACT,
    Z_LOAD,
    Z_PULL,
    Z_PULL_DELAY,
    Z_PUSH,
    Z_SPEED,
    Z_STRIKE,
    Body,
)

Fields = dict[str, Any]

_STRIKE_DEG: Final = {StrikeType.REARFOOT: 15.0, StrikeType.MIDFOOT: 2.0, StrikeType.FOREFOOT: -8.0}
_STRIKE_LOAD: Final = {StrikeType.REARFOOT: 0.87, StrikeType.MIDFOOT: 0.95, StrikeType.FOREFOOT: 1.0}
_HOP_LOAD: Final = 1.29
"""Of a hop on one leg, as the full virtual runner's rope jump has it."""

_TURN_DEG: Final = 30.0
_HELD_LOAD_MM: Final = 20.0
_DEG_PER_MM: Final = 0.3
_UNSURE: Final = 0.010
_LOST_WAY: Final = 0.020
_NO_PULL: Final = 0.030
_WEAK: Final = 0.040
_RESIDUAL_S: Final = 0.0044


@dataclass(slots=True)
class Begun:
    """A stride whose next contact is still to come.

    Attributes:
        foot: whose.
        gait: how the runner moves.
        start_s: its initial contact, session s.
        z: its differences from the usual, in spreads, faults included; see `season_body.wandering`.
        speed_mps: true speed.
        slope_deg: of the ground, as it is followed.
        turning: whether it lies in a bend.
        together: whether the feet hop at once.
        step_s: until the other foot's contact; None before that.
        other_contact_s: contact time of the other foot's stride before; None without a second pod.
        after_gap: whether samples were missing just before.
    """

    foot: Foot
    gait: Gait
    start_s: float
    z: list[float]
    speed_mps: float
    slope_deg: float
    turning: bool = False
    together: bool = False
    step_s: float | None = None
    other_contact_s: float | None = None
    after_gap: bool = False

    def contact_time_s(self, body: Body) -> float:
        """How long this stride's contact lasts, s."""
        if self.gait is Gait.HOP:
            return 0.216 * max(0.5, 1.0 + 2.0 * CONTACT_SPREAD * self.z[Z_CONTACT])
        if self.gait is Gait.WALK:
            return 0.66 * max(0.5, 1.0 + CONTACT_SPREAD * self.z[Z_CONTACT])
        own = body.right_contact if self.foot is Foot.RIGHT else 1.0
        return own * body.contact_time_s(self.speed_mps) * max(0.5, 1.0 + CONTACT_SPREAD * self.z[Z_CONTACT])


def stride_record(begun: Begun, body: Body, index: int, stride_s: float | None, *, settled: bool) -> Stride:
    """The record of a stride that took `stride_s`, None where its next contact was not seen.

    `settled` is whether the runner's own line and the pods' clocks are known by now.
    """
    contact_s = begun.contact_time_s(body)
    fields: Fields = {} if stride_s is None else _cycle(begun, contact_s, stride_s, settled=settled)
    if begun.gait is Gait.RUN:
        fields |= _heel(begun, body, contact_s)
        fields |= _push(begun, body, settled=settled)
        fields |= _way(begun, body, stride_s)
        fields["calf_load"] = calf_load(begun, body)
    else:
        fields |= _slow(begun, contact_s)
    flags, quality = _doubts(begun, stride_s)
    estimated = begun.other_contact_s is None and fields.get("flight_time_s") is not None
    return Stride(
        foot=begun.foot,
        index=index,
        gait=begun.gait,
        initial_contact_s=begun.start_s,
        terminal_contact_s=begun.start_s + contact_s,
        contact_time_s=contact_s,
        quality=quality,
        flags=(*flags, "flight_estimated") if estimated else flags,
        **fields,
    )


def _cycle(begun: Begun, contact_s: float, stride_s: float, *, settled: bool) -> Fields:
    """What needs the next contact, and what needs the other foot."""
    fields: Fields = {
        "stride_time_s": stride_s,
        "swing_time_s": stride_s - contact_s,
        "duty_factor": contact_s / stride_s,
        "cadence_spm": 120.0 / stride_s,
    }
    if begun.gait is Gait.RUN:
        flight_s = 0.5 * (stride_s - contact_s - (begun.other_contact_s or contact_s))
        fields["flight_time_s"] = flight_s if flight_s > 0.0 else None
    if settled and begun.step_s is not None and begun.other_contact_s is not None and not begun.together:
        fields["step_time_s"] = begun.step_s
        fields["step_asymmetry_percent"] = 200.0 * begun.step_s / stride_s - 100.0
        fields["clock_residual_s"] = _RESIDUAL_S
    return fields


def _heel_height_mm(begun: Begun, body: Body) -> float:
    """Lowest height of the heel, mm; a foot that lands on the heel does not hold it up."""
    if body.strike is StrikeType.REARFOOT:
        return 0.3 * HEEL_SPREAD_MM * begun.z[Z_HEEL]
    return body.heel_mm + HEEL_SPREAD_MM * begun.z[Z_HEEL]


def _heel(begun: Begun, body: Body, contact_s: float) -> Fields:
    z, height_mm = begun.z, _heel_height_mm(begun, body)
    low_deg = -max(0.0, height_mm) * _DEG_PER_MM
    strike_deg = _STRIKE_DEG[body.strike] + STRIKE_SPREAD_DEG * z[Z_STRIKE] + low_deg
    ball_s = 0.46 * contact_s * (1.0 + BALL_SPREAD * z[Z_BALL])
    fields: Fields = {
        "heel_off_s": begun.start_s + contact_s - ball_s,
        "ball_time_s": ball_s,
        "heel_drop_deg": max(0.0, low_deg - strike_deg),
    }
    if z[Z_CHANCE] < _UNSURE:
        return fields
    state = _heel_state(body.strike, height_mm)
    fields["strike_type"], fields["strike_angle_deg"] = body.strike, strike_deg
    fields["heel_height_mm"], fields["heel_state"] = height_mm, state
    if state is not HeelState.HELD:
        fields["heel_down_s"] = begun.start_s + (0.0 if state is HeelState.REARFOOT else 0.2 * contact_s)
    return fields


def _heel_state(strike: StrikeType, height_mm: float) -> HeelState:
    if strike is StrikeType.REARFOOT:
        return HeelState.REARFOOT
    if height_mm < KISSED_BELOW_MM:
        return HeelState.KISSED
    return HeelState.HELD if height_mm > HELD_ABOVE_MM else HeelState.PARTIAL


def _push(begun: Begun, body: Body, *, settled: bool) -> Fields:
    """Push-off and pull, and both against what this runner usually does."""
    z, usual_dps = begun.z, body.push_off_rate_dps(begun.speed_mps)
    push = max(0.2, 1.0 + PUSH_SPREAD * z[Z_PUSH])
    fields: Fields = {"push_off_rate_dps": usual_dps * push, "push_off_index": push if settled else None}
    if not _LOST_WAY <= z[Z_CHANCE] < _NO_PULL:
        pull = max(0.2, 1.0 + PULL_SPREAD * z[Z_PULL])
        fields["pull_rate_dps"] = body.pull * usual_dps * pull
        fields["pull_delay_s"] = max(0.02, body.pull_delay_s + PULL_DELAY_SPREAD_S * z[Z_PULL_DELAY])
        fields["push_pull_index"] = pull / push if settled else None
    return fields


def _way(begun: Begun, body: Body, stride_s: float | None) -> Fields:
    """The landing, and the way from the stance before."""
    z = begun.z
    fields: Fields = {
        "impact_g": max(1.0, body.impact_g(begun.speed_mps) * (1.0 + IMPACT_SPREAD * z[Z_IMPACT]))
    }
    if not _UNSURE <= z[Z_CHANCE] < _LOST_WAY:
        speed_mps = begun.speed_mps * (1.0 + SPEED_SPREAD * z[Z_SPEED])
        fields["speed_mps"], fields["slope_deg"] = speed_mps, begun.slope_deg + 0.05 * z[Z_SPEED]
        fields["braking_index"] = body.braking + BRAKING_SPREAD * z[Z_BRAKING]
        fields["stride_length_m"] = None if stride_s is None else speed_mps * stride_s
        fields["turn_deg"] = z[Z_SPEED] + (_TURN_DEG if begun.turning else 0.0)
    return fields


def _slow(begun: Begun, contact_s: float) -> Fields:
    """What is told of a walking stride, which has no load of its own, and of a hop."""
    z, walks = begun.z, begun.gait is Gait.WALK
    state = HeelState.REARFOOT if walks else _heel_state(StrikeType.FOREFOOT, 2.0 + 2.0 * z[Z_HEEL])
    return {
        "strike_type": StrikeType.REARFOOT if walks else StrikeType.FOREFOOT,
        "strike_angle_deg": (20.0 if walks else -20.0) + STRIKE_SPREAD_DEG * z[Z_STRIKE],
        "heel_drop_deg": 0.0 if walks else 19.0,
        "heel_height_mm": 1.6 if walks else 2.0 + 2.0 * z[Z_HEEL],
        "heel_state": state,
        "ball_time_s": (0.35 if walks else 0.4) * contact_s,
        "push_off_rate_dps": (336.0 if walks else 432.0) * max(0.2, 1.0 + PUSH_SPREAD * z[Z_PUSH]),
        "impact_g": (2.7 if walks else 5.9) * max(0.3, 1.0 + IMPACT_SPREAD * z[Z_IMPACT]),
        "speed_mps": begun.speed_mps if walks else 0.01,
        "slope_deg": begun.slope_deg,
        "calf_load": None if walks else _HOP_LOAD * (0.5 if begun.together else 1.0),
    }


def calf_load(begun: Begun, body: Body) -> float:
    """A running stride's proxy: less with speed as contacts get short, more for a held heel and a hard push.

    The line over speed is read off the full virtual runner at 2.4 and 3.2 m/s; the rest is our own choice.
    """
    z = begun.z
    held = 0.0
    if body.strike is not StrikeType.REARFOOT:
        held = min(1.0, max(0.0, _heel_height_mm(begun, body) / _HELD_LOAD_MM))
    push = max(0.0, PUSH_SPREAD * z[Z_PUSH])
    load = (1.28 - 0.073 * begun.speed_mps) * _STRIKE_LOAD[body.strike]
    return max(0.2, load * (1.0 + 0.1 * held) * (1.0 + 0.1 * push) * (1.0 + LOAD_SPREAD * z[Z_LOAD]))


def _doubts(begun: Begun, stride_s: float | None) -> tuple[tuple[str, ...], float]:
    """The flags of this stride, and the quality that they leave."""
    chance = begun.z[Z_CHANCE]
    raised = (
        ("after_gap", begun.after_gap, 0.5),
        ("cut_short", stride_s is None, 0.8),
        ("pitch_unsure", chance < _UNSURE and begun.gait is Gait.RUN, 0.6),
        ("weak_contact", _NO_PULL <= chance < _WEAK, 0.6),
        ("feet_together", begun.together, 1.0),
    )
    quality = 0.25 + 0.1 * chance if begun.turning else 1.0
    if not any(holds for _, holds, _ in raised):
        return (), quality
    for _, holds, share in raised:
        quality *= share if holds else 1.0
    return tuple(flag for flag, holds, _ in raised if holds), quality
