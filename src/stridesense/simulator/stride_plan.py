"""What each stride intends: the numbers that speed, style, habit, chance and fatigue give it.

The tables over speed belong to the runner, see `runner_model`; between their speeds they are interpolated.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from stridesense.model import Foot, Gait, StrikeType
from stridesense.model.samples import FloatArray
from stridesense.simulator.foot import Sole
from stridesense.simulator.runner_model import RunnerModel
from stridesense.simulator.scenario import Block, Fatigue, Variability
from stridesense.units import DEG_PER_RAD, STANDARD_GRAVITY_MPS2

_STRIKE_DEG: Final = {StrikeType.REARFOOT: 15.0, StrikeType.MIDFOOT: 3.0, StrikeType.FOREFOOT: -9.0}
_CONTACT_SHARE: Final = {StrikeType.REARFOOT: 1.05, StrikeType.MIDFOOT: 1.0, StrikeType.FOREFOOT: 0.95}
_SOFTNESS_SHARE: Final = {StrikeType.REARFOOT: 0.9, StrikeType.MIDFOOT: 1.05, StrikeType.FOREFOOT: 1.3}


@dataclass(frozen=True, slots=True, kw_only=True)
class StridePlan:
    """One intended stride: the landing, the stance and the swing after it; angles relative to the ground."""

    gait: Gait
    strike: StrikeType
    stride_time_s: float
    contact_time_s: float
    strike_deg: float
    low_deg: float
    kisses: bool
    heel_down_s: float
    heel_off_share: float
    push_dps: float
    push_lead_s: float
    release_share: float
    dip_share: float
    pull_dps: float
    pull_delay_s: float
    swing_dps: float
    sink_mps: float
    forward_mps: float
    softness_s: float
    rebound_mps2: float
    apex_m: float
    push_strength: float
    pull_strength: float

    @property
    def swing_time_s(self) -> float:
        """Time in the air that the plan allows."""
        return self.stride_time_s - self.contact_time_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """How one stride departs from the usual: factors, and degrees where the name says so."""

    contact: float
    strike_deg: float
    push: float
    sink: float
    forward: float
    apex: float
    softness: float
    low_deg: float


class Habit:
    """One foot's way of doing each stride a little differently, with memory from stride to stride."""

    _SPREAD: Final = (0.022, 1.4, 0.04, 0.08, 0.15, 0.04, 0.10, 0.4)

    def __init__(
        self,
        foot: Foot,
        model: RunnerModel,
        variability: Variability,
        fatigue: Fatigue,
        rng: np.random.Generator,
    ) -> None:
        self._foot, self._model, self._variability, self._rng = foot, model, variability, rng
        self._tires = fatigue.amount if fatigue.foot in ("both", foot) else 0.0
        self._deviation = rng.normal(size=len(self._SPREAD))

    def plan(self, gait: Gait, speed_mps: float, block: Block, progress: float) -> StridePlan:
        """The next stride at this speed; `progress` runs from 0 to 1 over the session."""
        tired = self._tires * max(0.0, progress)
        build = {Gait.RUN: _run, Gait.WALK: _walk, Gait.HOP: _hop}[gait]
        return build(self._model, speed_mps, block, self._deviate(tired, block.strike))

    def _deviate(self, tired: float, strike: StrikeType) -> Deviation:
        """Chance with memory, the difference between the feet, and what fatigue adds."""
        contact, strike_deg, push, sink, forward, apex, softness, low_deg = self._wander(1.0 + 0.3 * tired)
        right = self._foot is Foot.RIGHT
        longer = 1.0 + right * self._variability.right_contact_percent / 100.0
        longer *= self._model.right_contact if right else 1.0
        right_strike_deg = self._variability.right_strike_deg + self._model.right_strike_deg
        tired_deg = 2.0 * tired if strike is StrikeType.FOREFOOT else -2.0 * tired
        return Deviation(
            contact=(1.0 + contact) * (1.0 + 0.045 * tired) * longer,
            strike_deg=strike_deg + tired_deg + right * right_strike_deg,
            push=(1.0 + push) * (1.0 - 0.05 * tired),
            sink=(1.0 + sink) * (1.0 + 0.07 * tired),
            forward=1.0 + forward,
            apex=1.0 + apex,
            softness=1.0 + softness,
            low_deg=low_deg,
        )

    def _wander(self, widened: float) -> FloatArray:
        memory = self._variability.memory
        fresh = self._rng.normal(size=len(self._SPREAD))
        self._deviation = memory * self._deviation + np.sqrt(1.0 - memory**2) * fresh
        spread = np.array(self._SPREAD) * self._variability.amount * widened
        wandered: FloatArray = np.clip(self._deviation, -3.0, 3.0) * spread
        return wandered


def stride_time_s(model: RunnerModel, gait: Gait, speed_mps: float) -> float:
    """Usual time between two contacts of one foot at this speed."""
    if gait is Gait.HOP:
        return 0.46
    if gait is Gait.WALK:
        return (1.35 - 0.2 * min(speed_mps, 2.2)) * model.walking_stride
    return model.at_speed("stride_time_s", speed_mps)


def _low_deg(sole: Sole, block: Block, wander_deg: float) -> float:
    """Pitch of the foot in mid-stance: flat when the heel kisses, toes down when it is held."""
    height_m = block.heel_height_mm / 1000.0
    if height_m == 0.0:
        return 0.0
    return min(-0.5, sole.pitch_for_heel_height_rad(height_m) * DEG_PER_RAD + wander_deg)


def _run(model: RunnerModel, speed: float, block: Block, by: Deviation) -> StridePlan:
    at = {name: model.at_speed(name, speed) for name in model.running}
    rearfoot = block.strike is StrikeType.REARFOOT
    low = 0.0 if rearfoot else _low_deg(model.sole, block, by.low_deg)
    usual_deg = _STRIKE_DEG[block.strike] - at["toes_down_deg"]
    strike = (usual_deg if block.strike_deg is None else block.strike_deg) + by.strike_deg
    return StridePlan(
        gait=Gait.RUN,
        strike=block.strike,
        stride_time_s=at["stride_time_s"],
        contact_time_s=at["contact_time_s"] * by.contact * _CONTACT_SHARE[block.strike],
        strike_deg=strike if rearfoot or low == 0.0 else min(strike, low - 2.0),
        low_deg=low,
        kisses=low == 0.0,
        heel_down_s=at["foot_flat_s"] if rearfoot else at["heel_down_s"],
        heel_off_share=at["heel_off_share"],
        push_dps=at["push_dps"] * by.push * block.push,
        push_lead_s=at["push_lead_s"],
        release_share=at["release_share"],
        dip_share=at["dip_share"],
        pull_dps=at["push_dps"] * at["pull_share"] * block.pull,
        pull_delay_s=0.100 / np.sqrt(block.pull),
        swing_dps=at["swing_dps"],
        sink_mps=at["sink_mps"] * by.sink,
        forward_mps=at["forward_mps"] * by.forward,
        softness_s=min(model.softest_s, at["softness_s"] * _SOFTNESS_SHARE[block.strike]) * by.softness,
        rebound_mps2=at["rebound_mps2"] * by.push * block.push,
        apex_m=at["apex_m"] * by.apex * np.sqrt(block.pull),
        push_strength=block.push,
        pull_strength=block.pull,
    )


def _walk(model: RunnerModel, speed: float, block: Block, by: Deviation) -> StridePlan:
    """Foot flat for most of a long stance, heel first, both feet down at the change."""
    stride_s = stride_time_s(model, Gait.WALK, speed)
    brisk = min(1.3, 0.5 + 0.5 * speed / 1.4)
    return StridePlan(
        gait=Gait.WALK,
        strike=StrikeType.REARFOOT,
        stride_time_s=stride_s,
        contact_time_s=stride_s * (0.64 - 0.02 * min(speed, 2.0)) * by.contact,
        strike_deg=(20.0 if block.strike_deg is None else block.strike_deg) * min(1.0, brisk) + by.strike_deg,
        low_deg=0.0,
        kisses=True,
        heel_down_s=0.1,
        heel_off_share=0.58,
        push_dps=330.0 * brisk * by.push * block.push,
        push_lead_s=0.03,
        release_share=0.8,
        dip_share=0.5,
        pull_dps=100.0,
        pull_delay_s=0.03,
        swing_dps=400.0,
        sink_mps=0.45 * brisk * by.sink,
        forward_mps=0.3 * brisk * by.forward,
        softness_s=0.018 * by.softness,
        rebound_mps2=8.0 * brisk * by.push * block.push,
        apex_m=0.10 * by.apex,
        push_strength=block.push,
        pull_strength=block.pull,
    )


def _hop(model: RunnerModel, speed: float, block: Block, by: Deviation) -> StridePlan:
    """Up and down on the ball of the foot; the body's free flight sets how fast the foot comes down."""
    del speed
    stride_s = stride_time_s(model, Gait.HOP, 0.0)
    contact_s = 0.23 * by.contact
    flight_s = stride_s - contact_s
    low = _low_deg(model.sole, block, by.low_deg)
    strike = (-22.0 if block.strike_deg is None else block.strike_deg) + by.strike_deg
    return StridePlan(
        gait=Gait.HOP,
        strike=StrikeType.FOREFOOT,
        stride_time_s=stride_s,
        contact_time_s=contact_s,
        strike_deg=min(strike, low - 2.0),
        low_deg=low,
        kisses=low == 0.0,
        heel_down_s=0.08,
        heel_off_share=0.5,
        push_dps=430.0 * by.push * block.push,
        push_lead_s=0.02,
        release_share=0.7,
        dip_share=0.3,
        pull_dps=60.0,
        pull_delay_s=0.05,
        swing_dps=0.0,
        sink_mps=0.45 * STANDARD_GRAVITY_MPS2 * flight_s * by.sink,
        forward_mps=0.0,
        softness_s=0.025 * by.softness,
        rebound_mps2=22.0 * by.push * block.push,
        apex_m=(0.04 + STANDARD_GRAVITY_MPS2 * flight_s**2 / 8) * by.apex,
        push_strength=block.push,
        pull_strength=block.pull,
    )
