"""Foot pitch by integrating angular velocity, corrected by gravity in quiet moments: the second pass.

The direction of the vertical is turned along with the foot, and its angle in the plane of the foot is the
pitch. It is never taken from `asin` (the foot passes -90 deg in swing) and never set to zero in mid-stance
(that would erase a held heel). In quiet moments, standing or amid a stance, specific force is close to
gravity, and its direction, freed from what the foot's turning about the ball adds to it, measures the tilt.
Amid a stance that measurement leans by some degrees, as the planted shoe still gives way; how much is a habit
of runner and shoe, learned while the standing reference is fresh. A Kalman filter of the two, the integral's
offset and the lean, weighs them. The correction runs in a term of its own, so that it never looks like a
movement of the foot.
"""

from math import atan2, cos, sin, sqrt
from typing import Final, NamedTuple

from stridesense.dsp.kernels import Kernel
from stridesense.units import DEG_PER_RAD, G_PER_MPS2, RAD_PER_DEG

_STRIDE_S: Final = 0.45
_PAUSE_S: Final = 3.0
_STANDING_G: Final = 0.05


class TiltParams(NamedTuple):
    """How far the integral and gravity are trusted.

    Attributes:
        quiet_rate_dps: the foot is quiet below this pitch rate, deg/s.
        quiet_spin_dps: and below this angular velocity about all axes together, deg/s.
        quiet_low_g: specific force from which a quiet foot counts as measured by gravity, g.
        quiet_high_g: and up to which, g.
        quiet_min_s: shortest quiet moment that counts, s; one that ends toes-up lies in swing.
        quiet_max_s: a longer one is cut into measurements of this length, s.
        moment_sd_deg: standard deviation of the tilt from a moment of 0.1 s, deg; falls with its root.
        moving_sd_deg: what specific force that differs from 1 g by 1 g adds to it, deg.
        lever_back_m: how far behind the ball of the foot the sensor sits, m.
        lever_up_m: and how far above the sole, m.
        drift_dps: growth of the integral's standard deviation, deg per root second.
        lean_drift_dps: the same for the lean of stance, deg per root second.
        clipped_deg: what one sample at the end of the range may hide, deg.
        bias_gain: share of the drift from one stride's quiet moment to the next that is taken for bias.
        roll_time_s: time constant of the sideways tilt's correction, s: over whole strides the mean sideways
            force is gravity's, while single stances lean by a lot.
    """

    quiet_rate_dps: float = 90.0
    quiet_spin_dps: float = 200.0
    quiet_low_g: float = 0.7
    quiet_high_g: float = 1.7
    quiet_min_s: float = 0.02
    quiet_max_s: float = 0.25
    moment_sd_deg: float = 2.0
    moving_sd_deg: float = 15.0
    lever_back_m: float = 0.07
    lever_up_m: float = 0.065
    drift_dps: float = 0.5
    lean_drift_dps: float = 0.2
    clipped_deg: float = 3.0
    bias_gain: float = 0.03
    roll_time_s: float = 10.0


class OrientationState(NamedTuple):
    """The vertical in the foot's axes, the pitch with its doubts, and the quiet moment in progress."""

    primed: bool = False
    last_t_s: float = 0.0
    last_pitch_dps: float = 0.0
    last_roll_dps: float = 0.0
    last_yaw_dps: float = 0.0
    up_forward: float = 0.0
    up_left: float = 0.0
    up_up: float = 1.0
    tilt_rad: float = 0.0
    pitch_deg: float = 0.0
    offset_deg: float = 0.0
    offset_variance: float = 900.0
    lean_deg: float = 0.0
    lean_variance: float = 25.0
    covariance: float = 0.0
    rate_bias_dps: float = 0.0
    clipped: float = 0.0
    anchor_t_s: float = -1e9
    anchor_pitch_deg: float = 0.0
    quiet_samples: int = 0
    quiet_since_s: float = 0.0
    quiet_forward_g: float = 0.0
    quiet_up_g: float = 0.0
    quiet_pitch_deg: float = 0.0

    def after_gap(self) -> "OrientationState":
        """The foot has moved unseen: the pitch is no longer trusted, what was learned of the runner stays."""
        return OrientationState(
            up_forward=self.up_forward,
            up_left=self.up_left,
            up_up=self.up_up,
            tilt_rad=self.tilt_rad,
            pitch_deg=self.pitch_deg,
            offset_deg=self.offset_deg,
            lean_deg=self.lean_deg,
            lean_variance=self.lean_variance,
            rate_bias_dps=self.rate_bias_dps,
        )


def _weigh(
    c: TiltParams, variance: float, covariance: float, lean_variance: float, seen: tuple[float, float, float]
) -> tuple[float, float, float, float, float]:
    """Gains of offset and lean for one measured tilt, and the variances after it.

    `seen` is how long the foot was quiet (s), by how much specific force was off 1 g (g), and whether the
    measurement leans (1 amid a stance, 0 in standing).
    """
    lasted_s, excess_g, leans = seen
    moving = c.moving_sd_deg * excess_g
    noise = c.moment_sd_deg * c.moment_sd_deg * 0.1 / lasted_s + moving * moving
    of_offset, of_lean = variance + leans * covariance, covariance + leans * lean_variance
    total = of_offset + leans * of_lean + noise
    gain, lean_gain = of_offset / total, of_lean / total
    covariance_after = covariance - gain * of_lean
    return gain, lean_gain, variance - gain * of_offset, covariance_after, lean_variance - lean_gain * of_lean


def _orient(  # noqa: PLR0915  one pass with its state in locals
    state: OrientationState, c: TiltParams, inputs: tuple[list[float], ...], outputs: tuple[list[float], ...]
) -> OrientationState:
    t_s, pitch_rate_dps, roll_rate_dps, yaw_rate_dps, forward_g, right_g, up_g, acc_g, clipped = inputs
    pitch_deg, offset_deg, sd_deg = outputs
    primed, last_t, last_pitch, last_roll, last_yaw, uf, ul, uu, tilt, pitch, offset = state[:11]
    variance, lean, lean_variance, covariance, bias, clips, anchor_t, anchor_p = state[11:19]
    quiet_n, quiet_t, quiet_f, quiet_u, quiet_p = state[19:]
    for i in range(len(t_s)):
        w, roll, yaw = pitch_rate_dps[i] - bias, roll_rate_dps[i], yaw_rate_dps[i]
        if not primed:
            primed, last_t, last_pitch, last_roll, last_yaw = True, t_s[i], w, roll, yaw
        dt = t_s[i] - last_t
        half = 0.5 * dt * RAD_PER_DEG
        p, r, y = half * (w + last_pitch), half * (roll + last_roll), half * (yaw + last_yaw)
        df, dl, du = ul * y + uu * p, uu * r - uf * y, -uf * p - ul * r
        uf += df + 0.5 * (dl * y + du * p)
        ul += dl + 0.5 * (du * r - df * y) - dt / c.roll_time_s * (right_g[i] + ul)
        uu += du - 0.5 * (df * p + dl * r)
        length = sqrt(uf * uf + ul * ul + uu * uu)
        uf, ul, uu = uf / length, ul / length, uu / length
        turned, tilt = (atan2(uf, uu) - tilt) * DEG_PER_RAD, atan2(uf, uu)
        pitch += turned - 360.0 * round(turned / 360.0)
        variance += c.drift_dps * c.drift_dps * dt + clipped[i] * c.clipped_deg * c.clipped_deg
        lean_variance, clips = lean_variance + c.lean_drift_dps * c.lean_drift_dps * dt, clips + clipped[i]
        still = abs(w) < c.quiet_rate_dps and sqrt(w * w + roll * roll + yaw * yaw) < c.quiet_spin_dps
        quiet = still and c.quiet_low_g < acc_g[i] < c.quiet_high_g
        if quiet:
            quiet_t, quiet_n = t_s[i] if quiet_n == 0 else quiet_t, quiet_n + 1
            turn = (w - last_pitch) / dt * RAD_PER_DEG * G_PER_MPS2 if dt > 0.0 else 0.0
            swing = w * w * RAD_PER_DEG * RAD_PER_DEG * G_PER_MPS2
            quiet_f += forward_g[i] + turn * c.lever_up_m - swing * c.lever_back_m
            quiet_u += up_g[i] + turn * c.lever_back_m + swing * c.lever_up_m
            quiet_p += pitch
        lasted = t_s[i] - quiet_t
        if quiet_n > 0 and (not quiet or lasted >= c.quiet_max_s):
            if lasted >= c.quiet_min_s and w < 0.5 * c.quiet_rate_dps:
                mean_pitch, apart = quiet_p / quiet_n, t_s[i] - anchor_t
                if apart > _STRIDE_S:
                    known = clips == 0.0 and apart < _PAUSE_S
                    bias += c.bias_gain * (mean_pitch - anchor_p) / apart if known else 0.0
                    clips, anchor_t, anchor_p = 0.0, t_s[i], mean_pitch
                excess = sqrt(quiet_f * quiet_f + quiet_u * quiet_u) / quiet_n - 1.0
                leans = 0.0 if lasted >= c.quiet_max_s and abs(excess) < _STANDING_G else 1.0
                seen = (lasted, excess, leans)
                gain, lean_gain, variance, covariance, lean_variance = _weigh(
                    c, variance, covariance, lean_variance, seen
                )
                error = atan2(quiet_f, quiet_u) * DEG_PER_RAD - mean_pitch - offset - leans * lean
                error -= 360.0 * round(error / 360.0)
                offset, lean = offset + gain * error, lean + lean_gain * error
                tilt, length = tilt + gain * error * RAD_PER_DEG, sqrt(uf * uf + uu * uu)
                uf, uu = length * sin(tilt), length * cos(tilt)
            quiet_n, quiet_f, quiet_u, quiet_p = 0, 0.0, 0.0, 0.0
        last_t, last_pitch, last_roll, last_yaw = t_s[i], w, roll, yaw
        pitch_deg[i], offset_deg[i], sd_deg[i] = pitch, offset, sqrt(variance)
    head = (primed, last_t, last_pitch, last_roll, last_yaw, uf, ul, uu, tilt, pitch, offset)
    middle = (variance, lean, lean_variance, covariance, bias, clips, anchor_t, anchor_p)
    return OrientationState(*head, *middle, quiet_n, quiet_t, quiet_f, quiet_u, quiet_p)


orient = Kernel[OrientationState](_orient, outputs=3, inner=(_weigh,))
"""Columns (t, rates in deg/s, specific force in g, clipped 0/1) to pitch, offset and SD, all in deg."""
