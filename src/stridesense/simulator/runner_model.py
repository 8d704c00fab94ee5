"""The two virtual runners: their feet, their shoes and their ways of running.

The second one is unlike the first wherever a detector could lean on a habit of the first: other levers, a
softer and longer impact, a toe-off that fades, another shape of the pitch, other times at a speed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

import numpy as np

from stridesense.simulator.foot import Sole
from stridesense.simulator.rebound import FADING, SNAPPING, Rebound

SPEED_MPS: Final = (1.5, 2.8, 3.9, 5.0, 7.2, 9.0)
"""The speeds at which the tables of a runner stand."""


@dataclass(frozen=True, slots=True)
class Turning:
    """Roll and yaw of a right foot in degrees: left edge up and toes out are positive."""

    landing_roll_deg: float
    stance_roll_deg: float
    leaving_roll_deg: float
    toe_out_deg: float
    swing_out_deg: float


@dataclass(frozen=True, slots=True)
class SwingShape:
    """How the foot flies; all figures are shares of the swing.

    Attributes:
        apex: when the ball of the foot is highest.
        handover: over how much of the swing the acceleration at toe-off fades.
        forward: begin, end, rise and fall of the bump of horizontal acceleration that swings it forward.
        backward: the same for the bump that slows it down.
    """

    apex: float
    handover: float
    forward: tuple[float, float, float, float]
    backward: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class RunnerModel:
    """What distinguishes one virtual runner from another at the same speed and with the same landing.

    Attributes:
        sole: outline of the shoe's sole.
        pod_position_m: from the ball of the foot to the pod: forward, left, up; a right foot, m.
        pitch_shape: how the pitch is put together, see `pitch` and `strokes`.
        turning: roll and yaw.
        swing: how the foot flies.
        rebound: how the loaded sole springs back at the end of contact.
        softest_s: the longest time that an impact takes before chance, s.
        right_contact: contact time of the right foot over that of the left.
        right_strike_deg: how much more toes up the right foot lands.
        walking_stride: stride time in walking, over the usual one.
        running: tables of the stride plan over `SPEED_MPS`.
    """

    sole: Sole
    pod_position_m: tuple[float, float, float]
    pitch_shape: Literal["knots", "strokes"]
    turning: Turning
    swing: SwingShape
    rebound: Rebound
    softest_s: float
    right_contact: float
    right_strike_deg: float
    walking_stride: float
    running: Mapping[str, tuple[float, ...]]

    def at_speed(self, name: str, speed_mps: float) -> float:
        """One quantity of the tables at this speed, interpolated."""
        return float(np.interp(speed_mps, SPEED_MPS, self.running[name]))


RIGID_SOLE: Final = RunnerModel(
    sole=Sole(heel_to_ball_m=0.19, toe_m=0.075, toe_spring_m=0.015, sharpness_per_m=250.0),
    pod_position_m=(-0.07, 0.0, 0.065),
    pitch_shape="knots",
    turning=Turning(6.0, -7.0, 2.0, 6.0, 4.0),
    swing=SwingShape(0.42, 0.12, (0.0, 0.63, 0.25, 0.25), (0.48, 1.08, 0.25, 0.20)),
    rebound=SNAPPING,
    softest_s=0.024,
    right_contact=1.0,
    right_strike_deg=0.0,
    walking_stride=1.0,
    running=MappingProxyType(
        {
            "stride_time_s": (0.800, 0.755, 0.690, 0.650, 0.525, 0.460),
            "contact_time_s": (0.360, 0.300, 0.228, 0.188, 0.145, 0.115),
            "heel_down_s": (0.075, 0.065, 0.052, 0.042, 0.028, 0.025),
            "foot_flat_s": (0.044, 0.042, 0.039, 0.037, 0.030, 0.028),
            "heel_off_share": (0.48, 0.46, 0.48, 0.45, 0.33, 0.30),
            "push_dps": (370, 511, 695, 850, 1450, 1700),
            "push_lead_s": (0.017, 0.018, 0.020, 0.022, 0.028, 0.028),
            "release_share": (0.88, 0.88, 0.90, 0.85, 0.50, 0.45),
            "dip_share": (0.50, 0.50, 0.50, 0.42, 0.20, 0.15),
            "pull_share": (0.62, 0.67, 0.75, 0.60, 0.30, 0.25),
            "swing_dps": (500, 606, 681, 780, 1277, 1400),
            "sink_mps": (0.80, 1.05, 1.25, 1.30, 1.00, 1.10),
            "forward_mps": (0.35, 0.55, 0.75, 0.85, 0.70, 0.80),
            "softness_s": (0.018, 0.017, 0.015, 0.014, 0.0185, 0.0185),
            "rebound_mps2": (25.0, 33.0, 39.0, 45.0, 58.0, 62.0),
            "toes_down_deg": (0.0, 0.0, 0.5, 1.0, 3.0, 3.0),
            "apex_m": (0.18, 0.24, 0.29, 0.35, 0.48, 0.55),
        }
    ),
)
"""A runner with a firm shoe, fitted to annotated strides at 2.8, 3.9 and 7.2 m/s."""

SOFT_SHOE: Final = RunnerModel(
    sole=Sole(heel_to_ball_m=0.165, toe_m=0.06, toe_spring_m=0.010, sharpness_per_m=120.0),
    pod_position_m=(-0.105, 0.02, 0.055),
    pitch_shape="strokes",
    turning=Turning(9.0, -11.0, 4.0, 15.0, 7.0),
    swing=SwingShape(0.47, 0.30, (0.06, 0.68, 0.30, 0.30), (0.44, 1.08, 0.28, 0.22)),
    rebound=FADING,
    softest_s=0.034,
    right_contact=0.955,
    right_strike_deg=-3.0,
    walking_stride=1.06,
    running=MappingProxyType(
        {
            "stride_time_s": (0.850, 0.805, 0.740, 0.690, 0.560, 0.490),
            "contact_time_s": (0.390, 0.335, 0.262, 0.216, 0.165, 0.132),
            "heel_down_s": (0.090, 0.078, 0.062, 0.050, 0.031, 0.029),
            "foot_flat_s": (0.045, 0.043, 0.041, 0.039, 0.033, 0.031),
            "heel_off_share": (0.56, 0.54, 0.52, 0.47, 0.42, 0.40),
            "push_dps": (390, 520, 680, 830, 1350, 1600),
            "push_lead_s": (0.045, 0.040, 0.028, 0.012, 0.007, 0.005),
            "release_share": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
            "dip_share": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
            "pull_share": (0.60, 0.62, 0.68, 0.60, 0.40, 0.35),
            "swing_dps": (520, 640, 710, 790, 1200, 1350),
            "sink_mps": (1.00, 1.30, 1.60, 1.75, 1.45, 1.50),
            "forward_mps": (0.30, 0.45, 0.60, 0.70, 0.60, 0.70),
            "softness_s": (0.025, 0.024, 0.021, 0.020, 0.0245, 0.0245),
            "rebound_mps2": (7.0, 8.0, 7.0, 5.0, 3.0, 3.0),
            "toes_down_deg": (0.0, 0.0, 0.5, 1.0, 3.0, 3.0),
            "apex_m": (0.16, 0.21, 0.26, 0.31, 0.43, 0.50),
        }
    ),
)
"""A runner in a soft shoe with a shorter foot, a lower cadence and feet that point and roll more."""

MODELS: Final[Mapping[str, RunnerModel]] = MappingProxyType(
    {"rigid_sole": RIGID_SOLE, "soft_shoe": SOFT_SHOE}
)
