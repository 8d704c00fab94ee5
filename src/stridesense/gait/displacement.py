"""How far the foot travels from one mid-stance to the next: inertial navigation over a single stride.

Angular velocity carries the foot's axes from one quiet moment to the next; specific force is turned into the
axes of the first and integrated twice. The velocity at both ends is known: it is that of a pod above a
planted foot that still turns slowly about its ball. So the mean specific force of the stride, freed from the
change of velocity, is gravity itself. That tells the tilt of the foot, needs no stance without motion and
hardly depends on the pod's place on the shoe; and what the velocity has drifted by is removed with it
(direct integration as in Falbriard et al. 2021, with the zero-velocity update of Skog et al. 2010).
"""

from math import atan2, cos, sin, sqrt
from typing import Final, NamedTuple

from stridesense.dsp.kernels import Lookup
from stridesense.model import StrideTravel
from stridesense.model.samples import FloatArray
from stridesense.model.signals import (
    FORWARD_G,
    LEFT_G,
    PITCH_RATE_DPS,
    ROLL_RATE_DPS,
    T_S,
    UP_G,
    YAW_RATE_DPS,
)
from stridesense.units import DEG_PER_RAD, RAD_PER_DEG, STANDARD_GRAVITY_MPS2

QUIET_FROM: Final = 0.25
QUIET_UNTIL: Final = 0.60
"""The quiet moment is looked for between these shares of contact: landed, and not yet pushing off."""


class TravelParams(NamedTuple):
    """Where the pod sits, roughly: 3 cm more or less change stride length by about 1 %.

    Attributes:
        lever_back_m: how far behind the ball of the foot, m.
        lever_up_m: how far above the ground, m.
        met_early_s: the fall of the foot ends when its vertical acceleration turns upwards, which is looked
            for from so long before the contact that was found, s,
        met_late_s: until so long after it, s.
    """

    lever_back_m: float = 0.085
    lever_up_m: float = 0.06
    met_early_s: float = 0.015
    met_late_s: float = 0.03


def closed_bias_dps(bias_dps: float, before: StrideTravel, after: StrideTravel, gain: float) -> float:
    """The gyroscope's bias about the medio-lateral axis, followed from stride to stride.

    Two strides that share a quiet moment each tell the pitch there, and a bias makes them disagree by what it
    turns in a stride. Strides with clipped samples have lost rotation for another reason and tell nothing.

    Args:
        bias_dps: the bias with which both strides were measured, deg/s.
        before: a stride.
        after: the stride that begins where `before` ends.
        gain: share of the disagreement that is taken for bias.
    """
    apart_deg = before.end_pitch_deg - after.start_pitch_deg
    return bias_dps + gain * apart_deg * 2.0 / (before.duration_s + after.duration_s)


Vector = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]


def _turn(q: Quaternion, v: Vector) -> Vector:
    """Turn a vector by a unit quaternion."""
    w, x, y, z = q
    a, b, c = v
    i, j, k = 2.0 * (y * c - z * b), 2.0 * (z * a - x * c), 2.0 * (x * b - y * a)
    return a + w * i + y * k - z * j, b + w * j + z * i - x * k, c + w * k + x * j - y * i


def _turned_by(q: Quaternion, angle: Vector) -> Quaternion:
    """The attitude after a further small rotation, a vector of rad in the axes already turned."""
    w, x, y, z = q
    a, b, c = angle
    square = a * a + b * b + c * c
    s, e = 0.5 - square / 48.0, 1.0 - square / 8.0 + square * square / 384.0
    a, b, c = s * a, s * b, s * c
    return (
        w * e - x * a - y * b - z * c,
        w * a + x * e + y * c - z * b,
        w * b - x * c + y * e + z * a,
        w * c + x * b - y * a + z * e,
    )


def _rates(table: FloatArray, i: int, pitch_bias_dps: float) -> Vector:
    """Angular velocity of a sample about forward, left and up, rad/s."""
    roll, pitch, yaw = table[ROLL_RATE_DPS][i], table[PITCH_RATE_DPS][i], table[YAW_RATE_DPS][i]
    return roll * RAD_PER_DEG, (pitch_bias_dps - pitch) * RAD_PER_DEG, yaw * RAD_PER_DEG


def _force(table: FloatArray, i: int) -> Vector:
    """Specific force of a sample, m/s^2."""
    g = STANDARD_GRAVITY_MPS2
    return table[FORWARD_G][i] * g, table[LEFT_G][i] * g, table[UP_G][i] * g


def _planted(rate: Vector, back_m: float, up_m: float) -> Vector:
    """Velocity of the pod above a foot that turns about its ball, in the foot's axes, m/s."""
    return rate[1] * up_m, -rate[2] * back_m - rate[0] * up_m, rate[1] * back_m


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _less(a: Vector, share: float, b: Vector) -> Vector:
    """`a` less a multiple of `b`."""
    return a[0] - share * b[0], a[1] - share * b[1], a[2] - share * b[2]


def _unit(a: Vector) -> tuple[float, Vector]:
    """Length and direction; a vector of no length points nowhere."""
    length = sqrt(_dot(a, a))
    scale = 1.0 / length if length > 0.0 else 0.0
    return length, (a[0] * scale, a[1] * scale, a[2] * scale)


def _travel(
    params: tuple[TravelParams],
    table: FloatArray,
    start: int,
    stop: int,
    contact_s: float,
    pitch_deg: float,
    pitch_bias_dps: float,
) -> tuple[float, ...]:
    p, begin_s, g = params[0], table[T_S][start], STANDARD_GRAVITY_MPS2
    gx, gz = g * sin(pitch_deg * RAD_PER_DEG), g * cos(pitch_deg * RAD_PER_DEG)
    q, rate = (1.0, 0.0, 0.0, 0.0), _rates(table, start, pitch_bias_dps)
    vx, vy, vz = _planted(rate, p.lever_back_m, p.lever_up_m)
    fx, fy, fz = _force(table, start)
    fx, fz = fx - gx, fz - gz
    x = y = z = t = push = 0.0
    met, met_t, met_x, met_y, met_z = False, 0.0, 0.0, 0.0, 0.0
    for i in range(start + 1, stop):
        last_t, t = t, table[T_S][i] - begin_s
        dt, (p0, p1, p2), (ax, ay, az), last_push = t - last_t, rate, (fx, fy, fz), push
        rate, half, third = _rates(table, i, pitch_bias_dps), 0.5 * dt, dt * dt / 6.0
        q = _turned_by(q, (half * (p0 + rate[0]), half * (p1 + rate[1]), half * (p2 + rate[2])))
        fx, fy, fz = _turn(q, _force(table, i))
        fx, fz = fx - gx, fz - gz
        x, y = x + dt * vx + third * (2.0 * ax + fx), y + dt * vy + third * (2.0 * ay + fy)
        z += dt * vz + third * (2.0 * az + fz)
        vx, vy, vz = vx + half * (ax + fx), vy + half * (ay + fy), vz + half * (az + fz)
        push, since = fx * gx + fz * gz, begin_s + t - contact_s
        if not met and since <= p.met_late_s:
            met = last_push <= 0.0 < push and since >= -p.met_early_s
            if met or since <= 0.0:
                back = push / (push - last_push) if met else 0.0
                met_t, back = t - back * dt, back * half
                met_x, met_y, met_z = vx - back * (ax + fx), vy - back * (ay + fy), vz - back * (az + fz)
    # What the velocity has drifted by is gravity that was not where it was thought to be.
    px, py, pz = _turn(q, _planted(rate, p.lever_back_m, p.lever_up_m))
    drift = ((vx - px) / t, (vy - py) / t, (vz - pz) / t)
    gravity, up = _unit((gx + drift[0], drift[1], gz + drift[2]))
    way = _less((x, y, z), 0.5 * t * t, drift)
    rise = _dot(way, up)
    length, ahead = _unit(_less(way, rise, up))
    landing = _less((met_x, met_y, met_z), met_t, drift)
    end_up = _turn((q[0], -q[1], -q[2], -q[3]), up)
    pitches = (atan2(up[0], up[2]) * DEG_PER_RAD, atan2(end_up[0], end_up[2]) * DEG_PER_RAD)
    turned = 2.0 * atan2(_dot((q[1], q[2], q[3]), up), q[0]) * DEG_PER_RAD
    return (t, length, rise, gravity / g, *pitches, turned, begin_s + met_t, _dot(landing, ahead))


def _quiet(_: tuple[TravelParams], table: FloatArray, start: int, stop: int) -> tuple[float, ...]:
    least, found = 1e300, start
    for i in range(start, stop):
        rate = _rates(table, i, 0.0)
        square = _dot(rate, rate)
        if square < least:
            least, found = square, i
    return (float(found - start),)


travel = Lookup[TravelParams](
    _travel, inner=(_rates, _force, _planted, _turn, _turned_by, _dot, _less, _unit)
)
"""The fields of `StrideTravel` for samples start ... stop - 1, both quiet moments included, at least two.

Further values: the contact that ends the swing (session s), which only guides the search for the landing;
the foot's pitch at the first moment (deg), a rough guess that only helps to find the landing; and the bias of
pitch rate (deg/s), 0 when unknown.
"""

quiet = Lookup[TravelParams](_quiet, inner=(_rates, _dot))
"""Where angular velocity is least among samples start ... stop - 1, counted from `start`, as one number."""
