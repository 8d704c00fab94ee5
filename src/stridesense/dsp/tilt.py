"""How the tilt is measured, and what of it is remembered from sample to sample."""

from dataclasses import dataclass
from typing import Final, NamedTuple

NEVER_S: Final = -1e9
RESTLESS: Final = 1e9
"""Unrest before any moment of a stance has been looked at."""


class TiltParams(NamedTuple):
    """How planted moments are found, and how far the integral and gravity are trusted.

    Attributes:
        lobe_dps: while the toes turn up faster than this the foot is not planted, deg/s.
        heel_off_deg: the stance is over when the toes have turned down by this from its calmest moment, deg;
            more than a heel strike slaps down.
        calm_s: time constant over which unrest is judged, s.
        calm_floor: unrest below this (squared, 1 g off is 1) is none; of moments without unrest the latest
            counts, as a foot may hover calmly before it lands.
        calm_spin_dps: angular velocity that is as much unrest as 1 g, deg/s.
        stride_min_s: shortest time between two planted moments, s.
        stride_max_s: over a longer one no gravity is measured, s.
        still_s: a foot that is still for so long stands, s.
        still_spin_dps: angular velocity of a still foot at most, deg/s.
        still_g: departure of its specific force from 1 g at most, g.
        still_sd_deg: standard deviation of the tilt felt in `still_s`, deg.
        stride_sd_deg: standard deviation of the tilt from a stride, deg.
        unrest_sd_deg: the same for each root of unrest (1 g off) in its planted moment, deg.
        drift_dps: growth of the integral's standard deviation, deg per root second.
        bias_drift_dps2: growth of the bias' standard deviation, deg/s per root second.
        lean_drift_dps: growth of the lean's standard deviation, deg per root second.
        pace_step_hz: a change of the stride's frequency by more than this is another gait, Hz.
        lean_per_hz: how far the lean may be another in it, deg per Hz.
        sideways_sd_deg: standard deviation of the sideways tilt, which a bend makes one of the pitch, deg.
        hidden_share: what a sample at the end of the range may hide, as a share of what it shows.
        doubt_sd: a measurement off by so many standard deviations is doubted.
        doubt_deg: one that is off by less is never doubted, deg; nor is any while the tilt is lost.
        doubted_most: so many doubted ones in a row that agree are believed: the pod has moved unseen.
        far_share: standard deviation that an error has as a share of itself: far from level it is rough.
        lost_deg: with a standard deviation above this the first stride decides alone, deg.
        roll_gain: share of the sideways tilt's error taken over per stride.
        planted_sd_deg: how far the planted foot may lie from its attitude of late, deg.
        planted_gain: share by which the usual attitude of the planted foot follows each stride.
    """

    lobe_dps: float = 150.0
    heel_off_deg: float = 35.0
    calm_s: float = 0.02
    calm_floor: float = 0.04
    calm_spin_dps: float = 200.0
    stride_min_s: float = 0.35
    stride_max_s: float = 3.0
    still_s: float = 0.25
    still_spin_dps: float = 30.0
    still_g: float = 0.05
    still_sd_deg: float = 0.3
    stride_sd_deg: float = 0.5
    unrest_sd_deg: float = 0.35
    drift_dps: float = 0.05
    bias_drift_dps2: float = 0.03
    lean_drift_dps: float = 0.02
    pace_step_hz: float = 0.12
    lean_per_hz: float = 2.5
    sideways_sd_deg: float = 4.0
    hidden_share: float = 0.1
    doubt_sd: float = 4.0
    doubt_deg: float = 5.0
    doubted_most: int = 3
    far_share: float = 0.15
    lost_deg: float = 10.0
    roll_gain: float = 0.3
    planted_sd_deg: float = 1.5
    planted_gain: float = 0.2


@dataclass(slots=True)
class OrientationState:
    """The vertical in the foot's axes, the pitch with its doubts, and the planted moments.

    `up_*` is the vertical and `ahead_*` a level direction, both in the foot's axes; `speed_*` are the sums of
    specific force (g s) along the latter, to its left and up. `planted_*` is the last planted moment that a
    stride was measured to, `calm_*` the calmest moment since the last swing,
    with the foot's forward (`f`) and up (`u`) axes told along ahead (`h`), left (`l`) and the vertical (`u`).
    """

    primed: int = 0
    last_t_s: float = 0.0
    last_pitch_dps: float = 0.0
    last_roll_dps: float = 0.0
    last_yaw_dps: float = 0.0
    up_forward: float = 0.0
    up_left: float = 0.0
    up_up: float = 1.0
    ahead_forward: float = 1.0
    ahead_left: float = 0.0
    ahead_up: float = 0.0
    tilt_rad: float = 0.0
    pitch_deg: float = 0.0
    offset_deg: float = 0.0
    bias_dps: float = 0.0
    lean_deg: float = 0.0
    var_offset: float = 1e4
    cov_offset_bias: float = 0.0
    cov_offset_lean: float = 0.0
    var_bias: float = 1.0
    cov_bias_lean: float = 0.0
    var_lean: float = 2.0
    known_t_s: float = 0.0
    hidden_deg: float = 0.0
    hidden_gs: float = 0.0
    doubted: int = 0
    doubted_deg: float = 0.0
    speed_ahead_gs: float = 0.0
    speed_left_gs: float = 0.0
    speed_up_gs: float = 0.0
    unrest: float = 10.0
    in_stance: int = 0
    calm_unrest: float = RESTLESS
    calm_t_s: float = 0.0
    calm_ahead_gs: float = 0.0
    calm_left_gs: float = 0.0
    calm_up_gs: float = 0.0
    calm_hf: float = 1.0
    calm_lf: float = 0.0
    calm_uf: float = 0.0
    calm_hu: float = 0.0
    calm_lu: float = 0.0
    calm_uu: float = 1.0
    calm_pitch_deg: float = 0.0
    planted_t_s: float = NEVER_S
    pace_hz: float = 0.0
    still_since_s: float = 0.0
    still_samples: int = 0
    still_forward_g: float = 0.0
    still_up_g: float = 0.0
    still_pitch_deg: float = 0.0
    strides: int = 0
    usual_pitch_deg: float = 0.0
    usual_left: float = 0.0
    heading_rad: float = 0.0
    bend_deg: float = 0.0
    jumped_deg: float = 0.0
