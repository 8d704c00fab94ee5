"""What gravity says of the tilt: errors of the integrated pitch, measured and weighed.

From one planted moment to the next a foot's velocity changes by nothing, as it rests on the ground at both.
The mean of specific force over that stride, turned along with the foot, is therefore gravity's alone, and
what is left of it level is the tilt's error. Nothing has to be known of where on the foot the pod sits, and
the lean of a single stance (the shoe gives way, the foot rolls) falls out. While the foot stands still,
gravity is felt directly.

A Kalman filter weighs both against the integral: its states are the integral's offset, the bias of the
gyroscope, and the lean that is left in the measure of a stride, which errors of scale make: a habit of pod
and runner, learned while the standing reference is fresh.
"""

from math import atan2, sqrt

from stridesense.dsp.tilt import RESTLESS, OrientationState, TiltParams
from stridesense.units import DEG_PER_RAD, RAD_PER_DEG

Vector = tuple[float, float, float]


def hide(s: OrientationState, weight_s: float, spin_dps: float, acc_g: float) -> None:
    """A sample at the end of the range: what it shows, times the weight, may be missing from the sums."""
    s.hidden_deg += weight_s * spin_dps
    s.hidden_gs += weight_s * acc_g


def grow(s: OrientationState, c: TiltParams, now_s: float) -> None:
    """Let the doubts grow with the time since gravity was last felt."""
    dt, s.known_t_s = now_s - s.known_t_s, now_s
    s.var_offset += dt * (dt * s.var_bias - 2.0 * s.cov_offset_bias + c.drift_dps * c.drift_dps)
    s.var_offset += s.hidden_deg * s.hidden_deg
    s.cov_offset_bias -= dt * s.var_bias
    s.cov_offset_lean -= dt * s.cov_bias_lean
    s.var_bias += dt * c.bias_drift_dps2 * c.bias_drift_dps2
    s.var_lean += dt * c.lean_drift_dps * c.lean_drift_dps
    s.hidden_deg = 0.0


def weigh(s: OrientationState, c: TiltParams, now_s: float, seen: tuple[float, float, float, float]) -> float:
    """Let one measured error of the tilt correct offset, bias and lean; returns the offset's share in deg.

    `seen` is the error (deg), its variance (deg^2), how long ago it held (s), and whether it leans (0 or 1).
    """
    error, noise, ago, leans = seen
    sighted = s.hidden_deg < c.doubt_deg
    grow(s, c, now_s)
    error -= leans * s.lean_deg
    error -= 360.0 * round(error / 360.0)
    of_offset = s.var_offset + ago * s.cov_offset_bias + leans * s.cov_offset_lean
    of_bias = s.cov_offset_bias + ago * s.var_bias + leans * s.cov_bias_lean
    of_lean = s.cov_offset_lean + ago * s.cov_bias_lean + leans * s.var_lean
    noise += leans * (c.far_share * error) ** 2
    total = of_offset + ago * of_bias + leans * of_lean + noise
    known = s.var_offset < c.lost_deg * c.lost_deg
    if known and abs(error) > c.doubt_deg and error * error > c.doubt_sd * c.doubt_sd * total:
        alike = s.doubted > 0 and abs(error - s.doubted_deg) < c.doubt_deg
        s.doubted, s.doubted_deg = (s.doubted + 1 if alike else 1), error
        if s.doubted < c.doubted_most:
            return 0.0
        s.jumped_deg, s.doubted, s.strides = (error if sighted else s.jumped_deg), 0, 0
        s.var_offset += error * error
        of_offset += error * error
        total += error * error
    else:
        s.doubted = 0
    s.bias_dps += of_bias / total * error
    s.lean_deg += of_lean / total * error
    s.var_offset -= of_offset * of_offset / total
    s.cov_offset_bias -= of_offset * of_bias / total
    s.cov_offset_lean -= of_offset * of_lean / total
    s.var_bias -= of_bias * of_bias / total
    s.cov_bias_lean -= of_bias * of_lean / total
    s.var_lean -= of_lean * of_lean / total
    s.offset_deg += of_offset / total * error
    return of_offset / total * error


def measure_stride(s: OrientationState, c: TiltParams, now_s: float) -> tuple[float, float]:
    """A stance is over: measure the stride up to its calmest moment; returns what to add to tilt and up_left.

    The sum of specific force over the stride points up; in the foot's axes of that moment its direction is
    compared with the vertical that has been turned along.
    """
    lasted, since = s.calm_t_s - s.planted_t_s, now_s - s.calm_t_s
    if s.calm_unrest >= RESTLESS or lasted < c.stride_min_s:
        return 0.0, 0.0
    ahead, left, up = s.calm_ahead_gs, s.calm_left_gs, s.calm_up_gs
    s.speed_ahead_gs, s.speed_left_gs, s.speed_up_gs = (
        s.speed_ahead_gs - ahead,
        s.speed_left_gs - left,
        s.speed_up_gs - up,
    )
    s.planted_t_s, hidden, s.hidden_gs = s.calm_t_s, s.hidden_gs / lasted * DEG_PER_RAD, 0.0
    if lasted > c.stride_max_s:
        return recall_planted(s, c, now_s)
    follow_pace(s, c, 1.0 / lasted)
    felt_forward = ahead * s.calm_hf + left * s.calm_lf + up * s.calm_uf
    felt_up = ahead * s.calm_hu + left * s.calm_lu + up * s.calm_uu
    error = (atan2(felt_forward, felt_up) - atan2(s.calm_uf, s.calm_uu)) * DEG_PER_RAD
    noise = c.stride_sd_deg * c.stride_sd_deg + c.unrest_sd_deg * c.unrest_sd_deg * s.calm_unrest
    lost = s.var_offset > c.lost_deg * c.lost_deg
    turned = weigh(s, c, now_s, (error, noise + hidden * hidden, 0.5 * lasted + since, 1.0))
    if s.doubted != 0:
        return 0.0, 0.0
    s.speed_ahead_gs -= turned * RAD_PER_DEG * since * s.calm_hf
    s.speed_left_gs -= turned * RAD_PER_DEG * since * s.calm_lf
    if lost:  # the sums since then were told in axes that were far off
        s.planted_t_s = now_s - 2.0 * c.stride_max_s
    sideways = settle_sideways(s, c)
    return turned, sideways if lost else c.roll_gain * max(-0.1, min(0.1, sideways))


def recall_planted(s: OrientationState, c: TiltParams, now_s: float) -> tuple[float, float]:
    """After a hole the foot is taken to be planted as it was of late, until a whole stride has told."""
    if s.strides == 0 or s.var_offset < c.lost_deg * c.lost_deg:
        return 0.0, 0.0
    error = s.usual_pitch_deg - s.calm_pitch_deg - s.offset_deg
    turned = weigh(s, c, now_s, (error, c.planted_sd_deg * c.planted_sd_deg, now_s - s.calm_t_s, 0.0))
    s.planted_t_s = now_s - 2.0 * c.stride_max_s
    return turned, s.usual_left - (s.calm_hu * s.calm_lf - s.calm_lu * s.calm_hf)


def follow_pace(s: OrientationState, c: TiltParams, pace_hz: float) -> None:
    """Another gait may lean otherwise, and a bend makes a sideways tilt one of the pitch."""
    change_hz = pace_hz - s.pace_hz
    if abs(change_hz) > c.pace_step_hz:
        s.var_lean += (c.lean_per_hz * change_hz) ** 2 if s.pace_hz > 0.0 else 0.0
        s.pace_hz = pace_hz
    turned = (atan2(s.calm_lf, s.calm_hf) - s.heading_rad) * DEG_PER_RAD
    s.heading_rad += turned * RAD_PER_DEG
    s.bend_deg = turned - 360.0 * round(turned / 360.0)
    s.var_offset += (c.sideways_sd_deg * s.bend_deg * RAD_PER_DEG) ** 2


def settle_sideways(s: OrientationState, c: TiltParams) -> float:
    """Take the planted moment into what is usual; returns the error of `up_left`."""
    left_ahead = s.calm_lu * s.calm_uf - s.calm_uu * s.calm_lf
    left_left = s.calm_uu * s.calm_hf - s.calm_hu * s.calm_uf
    left_up = s.calm_hu * s.calm_lf - s.calm_lu * s.calm_hf
    ahead, left, up = s.calm_ahead_gs, s.calm_left_gs, s.calm_up_gs
    length = sqrt(ahead * ahead + left * left + up * up)
    felt = (ahead * left_ahead + left * left_left + up * left_up) / max(length, 1e-9)
    s.strides += 1
    gain = max(c.planted_gain, 1.0 / s.strides)
    s.usual_pitch_deg += gain * (s.calm_pitch_deg + s.offset_deg - s.usual_pitch_deg)
    s.usual_left += gain * (felt - s.usual_left)
    return felt - left_up


def keep_calm(
    s: OrientationState,
    c: TiltParams,
    unrest: float,
    forward: Vector,
    up: Vector,
) -> None:
    """Remember the calmest moment of a stance so far, with the foot's axes told as ahead, left and up."""
    s.calm_unrest = max(unrest, c.calm_floor)
    s.calm_ahead_gs, s.calm_left_gs, s.calm_up_gs = s.speed_ahead_gs, s.speed_left_gs, s.speed_up_gs
    s.calm_hf, s.calm_lf, s.calm_uf = forward
    s.calm_hu, s.calm_lu, s.calm_uu = up


def stand(s: OrientationState, c: TiltParams, t_s: float, felt: tuple[float, float, float]) -> float:
    """Gather gravity in a still foot; returns what to add to the tilt (deg), once it has been still for long.

    `felt` is specific force forward and up (g) and pitch (deg).
    """
    if s.still_samples == 0:
        s.still_since_s, s.still_forward_g, s.still_up_g, s.still_pitch_deg = t_s, 0.0, 0.0, 0.0
    s.still_samples += 1
    s.still_forward_g += felt[0]
    s.still_up_g += felt[1]
    s.still_pitch_deg += felt[2]
    if t_s - s.still_since_s < c.still_s:
        return 0.0
    pitch_deg = s.still_pitch_deg / s.still_samples
    error = atan2(s.still_forward_g, s.still_up_g) * DEG_PER_RAD - pitch_deg - s.offset_deg
    s.still_samples, s.planted_t_s, s.calm_unrest = 0, t_s, RESTLESS
    s.speed_ahead_gs, s.speed_left_gs, s.speed_up_gs = 0.0, 0.0, 0.0
    s.hidden_gs, s.bend_deg = 0.0, 0.0
    return weigh(s, c, t_s, (error, c.still_sd_deg * c.still_sd_deg, 0.0, 0.0))
