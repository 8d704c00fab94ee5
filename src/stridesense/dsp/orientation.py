"""Foot pitch by integrating angular velocity, corrected by gravity: the second pass.

The direction of the vertical is turned along with the foot, and its angle in the plane of the foot is the
pitch. It is never taken from `asin` (the foot passes -90 deg in swing) and never set to zero in mid-stance
(that would erase a held heel). A level direction is turned along as well, so that specific force can be
summed up level between planted moments; see `dsp.gravity` for what that says. The correction runs in a term
of its own, so that it never looks like a movement of the foot.
"""

from collections.abc import Sequence
from math import atan2, cos, sin, sqrt
from typing import Final

import numpy as np

from stridesense.dsp.gravity import (
    Vector,
    follow_pace,
    grow,
    hide,
    keep_calm,
    measure_stride,
    recall_planted,
    settle_sideways,
    stand,
    weigh,
)
from stridesense.dsp.kernels import Kernel, Memory
from stridesense.dsp.projection import FootAxes, Rows
from stridesense.dsp.tilt import RESTLESS, OrientationState, TiltParams
from stridesense.model.samples import FloatArray
from stridesense.units import DEG_PER_RAD, RAD_PER_DEG

__all__ = [
    "OrientationState",
    "TiltParams",
    "after_gap",
    "forget_planted",
    "orient",
    "planted_up",
    "reframed",
]

_KEPT: Final = (
    "up_forward",
    "up_left",
    "up_up",
    "tilt_rad",
    "pitch_deg",
    "offset_deg",
    "bias_dps",
    "lean_deg",
    "pace_hz",
    "var_bias",
    "var_lean",
    "strides",
    "usual_pitch_deg",
    "usual_left",
    "jumped_deg",
)


def after_gap(memory: Memory) -> Memory:
    """The foot has moved unseen: the pitch is no longer trusted, what was learned of the runner stays."""
    fresh = orient.begin()
    for name in _KEPT:
        fresh[name] = memory[name]
    return fresh


def reframed(memory: Memory, old: FootAxes, new: FootAxes) -> Memory:
    """The same attitude told in other axes of the foot; the integral goes on, its offset takes the step."""
    s = OrientationState(*memory[0].item())
    planted = _seen(old, _planted(s.usual_pitch_deg, s.usual_left))
    s.up_forward, s.up_left, s.up_up = _told(new, _seen(old, (s.up_forward, s.up_left, s.up_up)))
    ahead = _seen(old, (s.ahead_forward, s.ahead_left, s.ahead_up))
    s.ahead_forward, s.ahead_left, s.ahead_up = _told(new, ahead)
    tilt_rad = atan2(s.up_forward, s.up_up)
    step_deg = (tilt_rad - s.tilt_rad) * DEG_PER_RAD
    s.tilt_rad = tilt_rad
    s.offset_deg += step_deg - 360.0 * round(step_deg / 360.0)
    forward, s.usual_left, up = _told(new, planted)
    s.usual_pitch_deg = atan2(forward, up) * DEG_PER_RAD
    shift_x, shift_y, shift_z = new.bias_x - old.bias_x, new.bias_y - old.bias_y, new.bias_z - old.bias_z
    s.bias_dps -= (new.ml_x * shift_x + new.ml_y * shift_y + new.ml_z * shift_z) * DEG_PER_RAD
    return orient.begin(s)


def _seen(axes: FootAxes, foot: Vector) -> Vector:
    """A direction told forward, left and up, as the sensor sees it."""
    mx, my, mz, fx, fy, fz, ux, uy, uz = axes[:9]
    f, left, u = foot
    return f * fx - left * mx + u * ux, f * fy - left * my + u * uy, f * fz - left * mz + u * uz


def _told(axes: FootAxes, seen: Vector) -> Vector:
    """A direction that the sensor sees, told forward, left and up."""
    mx, my, mz, fx, fy, fz, ux, uy, uz = axes[:9]
    x, y, z = seen
    return x * fx + y * fy + z * fz, -(x * mx + y * my + z * mz), x * ux + y * uy + z * uz


def _planted(pitch_deg: float, left: float) -> Vector:
    """The vertical in the axes of a foot that is planted at this pitch."""
    pitch_rad, along = pitch_deg * RAD_PER_DEG, sqrt(max(0.0, 1.0 - left * left))
    return along * sin(pitch_rad), left, along * cos(pitch_rad)


def planted_up(memory: Memory, axes: FootAxes) -> FloatArray:
    """(3,) the vertical as the pod sees it while the foot is planted, sensor frame: the usual of late."""
    pitch_deg, left = float(memory["usual_pitch_deg"][0]), float(memory["usual_left"][0])
    return np.array(_seen(axes, _planted(pitch_deg, left)))


def forget_planted(memory: Memory) -> None:
    """What is usual of the planted foot begins anew, as axes or pod have changed."""
    for name in ("strides", "usual_pitch_deg", "usual_left", "jumped_deg"):
        memory[name] = 0


def turn_level(ahead: Vector, turn_rad: Vector, up: Vector) -> Vector:
    """A level direction in the foot's axes after the foot has pitched, rolled and yawed by small angles."""
    hf, hl, hu = ahead
    p, r, y = turn_rad
    uf, ul, uu = up
    df, dl, du = hl * y + hu * p, hu * r - hf * y, -hf * p - hl * r
    hf, hl, hu = (
        hf + df + 0.5 * (dl * y + du * p),
        hl + dl + 0.5 * (du * r - df * y),
        hu + du - 0.5 * (df * p + dl * r),
    )
    tipped = hf * uf + hl * ul + hu * uu
    hf, hl, hu = hf - tipped * uf, hl - tipped * ul, hu - tipped * uu
    scale = 1.0 / sqrt(hf * hf + hl * hl + hu * hu)
    return hf * scale, hl * scale, hu * scale


def tip_over(angle_rad: float, forward: float, up: float) -> tuple[float, float]:
    """A direction's components after a turn in the plane of the foot, from up to forward."""
    return forward * cos(angle_rad) + up * sin(angle_rad), up * cos(angle_rad) - forward * sin(angle_rad)


def _orient(  # noqa: PLR0915  one pass with its state in locals
    state: Sequence[OrientationState], params: Sequence[TiltParams], rows: Rows, out: list[list[float]]
) -> None:
    s, c = state[0], params[0]
    t_s, clipped, pitch_rate_dps, roll_rate_dps, yaw_rate_dps = rows[0], rows[1], rows[2], rows[4], rows[5]
    forward_g, left_g, up_g, acc_g = rows[6], rows[7], rows[8], rows[9]
    pitch_deg, offset_deg, pitch_sd_deg, up_left = out[0], out[1], out[2], out[3]
    calm_spin2, still_spin2 = c.calm_spin_dps * c.calm_spin_dps, c.still_spin_dps * c.still_spin_dps
    last_t, last_pitch, last_roll, last_yaw = s.last_t_s, s.last_pitch_dps, s.last_roll_dps, s.last_yaw_dps
    uf, ul, uu, tilt, pitch = s.up_forward, s.up_left, s.up_up, s.tilt_rad, s.pitch_deg
    hf, hl, hu, unrest = s.ahead_forward, s.ahead_left, s.ahead_up, s.unrest
    for i in range(len(t_s)):
        t, w, roll, yaw = t_s[i], pitch_rate_dps[i] - s.bias_dps, roll_rate_dps[i], yaw_rate_dps[i]
        if s.primed == 0:
            s.primed, s.known_t_s, last_t, last_pitch, last_roll, last_yaw = 1, t, t, w, roll, yaw
        dt, half = t - last_t, 0.5 * RAD_PER_DEG * (t - last_t)
        p, r, y = half * (w + last_pitch), half * (roll + last_roll), half * (yaw + last_yaw)
        df, dl, du = ul * y + uu * p, uu * r - uf * y, -uf * p - ul * r
        uf += df + 0.5 * (dl * y + du * p)
        ul += dl + 0.5 * (du * r - df * y)
        uu += du - 0.5 * (df * p + dl * r)
        scale = 1.0 / sqrt(uf * uf + ul * ul + uu * uu)
        uf, ul, uu = uf * scale, ul * scale, uu * scale
        hf, hl, hu = turn_level((hf, hl, hu), (p, r, y), (uf, ul, uu))
        lf, ll, lu = ul * hu - uu * hl, uu * hf - uf * hu, uf * hl - ul * hf
        force_f, force_l, force_u, before, tilt = forward_g[i], left_g[i], up_g[i], tilt, atan2(uf, uu)
        s.speed_ahead_gs += dt * (force_f * hf + force_l * hl + force_u * hu)
        s.speed_left_gs += dt * (force_f * lf + force_l * ll + force_u * lu)
        s.speed_up_gs += dt * (force_f * uf + force_l * ul + force_u * uu)
        turned = (tilt - before) * DEG_PER_RAD
        pitch += turned - 360.0 * round(turned / 360.0)
        spin2, off_g, tip = w * w + roll * roll + yaw * yaw, acc_g[i] - 1.0, 0.0
        unrest += (off_g * off_g + spin2 / calm_spin2 - unrest) * min(1.0, dt / c.calm_s)
        if clipped[i] > 0.0:
            hide(s, c.hidden_share * dt, sqrt(spin2), acc_g[i])
        if w > c.lobe_dps:
            s.in_stance, s.calm_pitch_deg, s.calm_unrest = 1, pitch, RESTLESS
        elif s.in_stance == 1:
            if pitch < s.calm_pitch_deg - c.heel_off_deg:
                s.in_stance = 0
                tip, aside = measure_stride(s, c, t)
                ul += aside
            elif unrest <= s.calm_unrest:
                s.calm_t_s, s.calm_pitch_deg = t, pitch
                keep_calm(s, c, unrest, (hf, lf, uf), (hu, lu, uu))
        if spin2 > still_spin2 or abs(off_g) > c.still_g:
            s.still_samples = 0
        else:
            tip += stand(s, c, t, (force_f, force_u, pitch))
            ul += min(1.0, dt / c.still_s) * c.roll_gain * (force_l - ul)
        if tip != 0.0:
            uf, uu = tip_over(tip * RAD_PER_DEG, uf, uu)
            hf, hu = tip_over(tip * RAD_PER_DEG, hf, hu)
            tilt = atan2(uf, uu)
        last_t, last_pitch, last_roll, last_yaw, since = t, w, roll, yaw, t - s.known_t_s
        pitch_deg[i], offset_deg[i], up_left[i] = pitch, s.offset_deg, ul
        pitch_sd_deg[i] = sqrt(s.var_offset + s.hidden_deg * s.hidden_deg + since * since * s.var_bias)
    s.last_t_s, s.last_pitch_dps, s.last_roll_dps, s.last_yaw_dps = last_t, last_pitch, last_roll, last_yaw
    s.up_forward, s.up_left, s.up_up, s.tilt_rad, s.pitch_deg = uf, ul, uu, tilt, pitch
    s.ahead_forward, s.ahead_left, s.ahead_up, s.unrest = hf, hl, hu, unrest


orient = Kernel[TiltParams](
    _orient,
    state=OrientationState,
    inner=(
        turn_level,
        tip_over,
        hide,
        grow,
        weigh,
        recall_planted,
        follow_pace,
        settle_sideways,
        measure_stride,
        keep_calm,
        stand,
    ),
)
"""Columns `t_s` ... `jerk_gps` of a block to `pitch_deg`, `tilt_offset_deg`, `pitch_sd_deg` and `up_left`."""
