"""When the foot meets and leaves the ground, looked up in the signals around a decision of the phase machine.

Contact begins and ends at 5 % of the peak vertical load. What tells both moments is how fast the specific
force of the BALL of the foot changes: the pod's own, freed from what the turning of the foot adds to it on
the way from the ball to the pod, so that the fast turns of late swing and push-off do not look like the
ground. A nominal place of the pod is good enough for that.

* A landing is the onset of the first strong burst of that jerk. A foot that lands on its heel slaps down, and
  there the onset of the toes-down angular acceleration is sharper still (a relative of feature k5 of
  Falbriard et al. 2018, doi 10.3389/fphys.2018.00610).
* A toe-off is the end of the burst with which the load goes: around the push-off trough the jerk rises while
  the ground lets go of the foot, and calms down when it has.
"""

from collections.abc import Sequence
from math import cos, sin, sqrt
from typing import Final, NamedTuple

from stridesense.dsp.kernels import Lookup
from stridesense.dsp.projection import Rows
from stridesense.units import G_PER_MPS2, RAD_PER_DEG


class ContactParams(NamedTuple):
    """Constants of the look-ups.

    Attributes:
        pod_back_m: nominal place of the pod behind the ball of the foot, m.
        pod_up_m: and above the sole, m.
        begun_share: the landing has begun where the jerk first reaches this share of the window's peak.
        reach_s: what comes later than this after it is no longer the landing, s.
        onset_share: the burst begins where the jerk first reaches this share of the landing's own peak,
        lull_s: after the last lull of this length, s,
        calm_ratio: or, going back from there, where it was below this multiple of the jerk of the swing:
        calm_from_s: the highest from so long before, s,
        calm_until_s: to so long before, s.
        slap_onset_share: the same for the angular acceleration of a slap.
        slap_dps: a heel that lands makes the foot turn toes-down at least this fast, deg/s.
        slap_deg: and by this angle, deg.
        slap_within_s: within this time, s,
        slap_calm_share: after a swing whose jerk stayed below this share of the landing's.
        jerk_delay_samples: samples by which the onset of a jerk is late behind the sensor's own filter.
        slap_delay_samples: the same for an angular acceleration and for the end of a jerk.
        unload_from_s: the unloading burst begins at most so long before the push-off trough, s.
        unload_until_s: and peaks at most so long after it, s.
        unload_share: the load has gone when the jerk falls below this share of the burst's peak.
        unload_span_s: the jerk of unloading is taken over twice this time, s.
        lift_until_s: a foot that is let go softly is so at most so long after the trough, s.
        lift_soon_s: it is lifted as fast from so long after, s,
        lift_s: to so long after, s,
        lift_share: as on the whole, give or take: by at least this share.
        unload_rest_s: the last touch of the toes comes so long after that fall, s.
    """

    pod_back_m: float = 0.07
    pod_up_m: float = 0.065
    begun_share: float = 0.35
    reach_s: float = 0.04
    onset_share: float = 0.35
    lull_s: float = 0.011
    calm_ratio: float = 1.7
    calm_from_s: float = 0.04
    calm_until_s: float = 0.012
    slap_onset_share: float = 0.35
    slap_dps: float = 250.0
    slap_deg: float = 5.0
    slap_within_s: float = 0.035
    slap_calm_share: float = 0.3
    jerk_delay_samples: float = 0.6
    slap_delay_samples: float = 0.54
    unload_from_s: float = 0.012
    unload_until_s: float = 0.045
    unload_share: float = 0.6
    unload_span_s: float = 0.006
    lift_until_s: float = 0.05
    lift_soon_s: float = 0.026
    lift_s: float = 0.036
    lift_share: float = 0.5
    unload_rest_s: float = 0.0045


_LEAST: Final = 1e-9


def _share(before: float, level: float, after: float) -> float:
    """How far between two values a level lies, 0 ... 1."""
    step = after - before
    if abs(step) < _LEAST:
        return 1.0
    return min(1.0, max(0.0, (level - before) / step))


def _ball(p: ContactParams, table: Rows, i: int) -> tuple[float, float]:
    """Specific force of the ball of the foot at sample i, forward and up, g."""
    rate = table[2][i] * RAD_PER_DEG
    turn = (table[2][i + 1] - table[2][i - 1]) / (table[0][i + 1] - table[0][i - 1]) * RAD_PER_DEG
    forward = table[6][i] + (turn * p.pod_up_m - rate * rate * p.pod_back_m) * G_PER_MPS2
    up = table[8][i] + (turn * p.pod_back_m + rate * rate * p.pod_up_m) * G_PER_MPS2
    return forward, up


def _jerk(p: ContactParams, table: Rows, i: int, k: int) -> float:
    """Magnitude of the change of the ball's specific force from sample i to sample k, g/s."""
    f0, u0 = _ball(p, table, i)
    f1, u1 = _ball(p, table, k)
    df, dl, du = f1 - f0, table[7][k] - table[7][i], u1 - u0
    return sqrt(df * df + dl * dl + du * du) / (table[0][k] - table[0][i])


def _burst(p: ContactParams, table: Rows, start: int, stop: int) -> tuple[int, float]:
    """Where the landing's jerk peaks, and how high."""
    highest = 0.0
    for i in range(start, stop):
        highest = max(highest, _jerk(p, table, i - 1, i))
    peak, at, until = 0.0, start, table[0][stop - 1] + 1.0
    for i in range(start, stop):
        jerk = _jerk(p, table, i - 1, i)
        if until > table[0][stop - 1] + p.reach_s and jerk > p.begun_share * highest:
            until = table[0][i] + p.reach_s
        if jerk > peak and table[0][i] <= until:
            peak, at = jerk, i
    return at, peak


def _slap_s(p: ContactParams, table: Rows, start: int, peak: int, stop: int) -> float:
    """When a heel struck: the onset of toes-down angular acceleration before a slap; -1 without a slap."""
    t, w, pitch = table[0], table[2], table[11]
    most, at = _LEAST, start
    for i in range(start, peak + 1):
        turn = (w[i - 1] - w[i]) / (t[i] - t[i - 1])
        if turn > most:
            most, at = turn, i
    level, k = p.slap_onset_share * most, at
    while k > start and (w[k - 2] - w[k - 1]) / (t[k - 1] - t[k - 2]) >= level:
        k -= 1
    if k == start:
        return -1.0
    before, after = (w[k - 2] - w[k - 1]) / (t[k - 1] - t[k - 2]), (w[k - 1] - w[k]) / (t[k] - t[k - 1])
    step_s = t[k] - t[k - 1]
    onset_s = t[k - 1] + (_share(before, level, after) - 0.5) * step_s
    slowest, low, high = 0.0, pitch[k - 1], pitch[k - 1]
    for i in range(k - 1, stop):
        if t[i] <= onset_s + p.slap_within_s:
            slowest, low = min(slowest, w[i]), min(low, pitch[i])
    slaps = slowest < -p.slap_dps and high - low > p.slap_deg
    return onset_s - p.slap_delay_samples * step_s if slaps else -1.0


def _calm(p: ContactParams, table: Rows, first: int, stop: int, onset_s: float) -> float:
    """The highest jerk of the swing shortly before a landing, g/s."""
    calm = 0.0
    for i in range(first, stop):
        if p.calm_until_s <= onset_s - table[0][i] <= p.calm_from_s:
            calm = max(calm, _jerk(p, table, i - 1, i))
    return calm


def _landing(params: Sequence[ContactParams], table: Rows, start: int, stop: int) -> tuple[float, float]:
    p, first = params[0], start + 3
    last = stop - 1  # the angular acceleration of the ball needs a sample on either side
    at, peak = _burst(p, table, first, last)
    slap_s = _slap_s(p, table, first, at, last)
    if slap_s >= 0.0 and _calm(p, table, first, at, slap_s) < p.slap_calm_share * peak:
        return slap_s, 1.0
    level, k = p.onset_share * peak, at
    for i in range(at, first - 1, -1):
        if _jerk(p, table, i - 1, i) >= level:
            k = i
        elif table[0][k] - table[0][i] > p.lull_s:
            break
    calm = _calm(p, table, first, k, table[0][k])
    if 0.0 < p.calm_ratio * calm < level:
        level = p.calm_ratio * calm
        while k > first and _jerk(p, table, k - 2, k - 1) >= level:
            k -= 1
    before, after = _jerk(p, table, k - 2, k - 1), _jerk(p, table, k - 1, k)
    step_s = table[0][k] - table[0][k - 1]
    onset_s = table[0][k - 1] + (_share(before, level, after) - p.jerk_delay_samples) * step_s
    return onset_s, 0.0


landing = Lookup[ContactParams](_landing, inner=(_share, _ball, _jerk, _burst, _slap_s, _calm))
"""Initial contact in s, and 1 if the heel struck first.

The table holds the signals from shortly before the end of swing to the decision, at least eight samples.
"""


def _lift(p: ContactParams, table: Rows, i: int) -> float:
    """Specific force of the ball of the foot along the vertical at sample i, g."""
    forward, up = _ball(p, table, i)
    pitch = (table[11][i] + table[12][i]) * RAD_PER_DEG
    return sin(pitch) * forward + cos(pitch) * up


def _low_s(p: ContactParams, table: Rows, start: int, stop: int, trough_s: float) -> float:
    """When the vertical force of a foot that is let go softly was least; -1 where the sole springs it off.

    A sole that springs the foot off makes a short peak; a foot that is lifted keeps on being lifted.
    """
    t, least, low = table[0], 1e9, start
    for i in range(start, stop):
        if trough_s - p.unload_from_s <= t[i] <= trough_s + p.lift_until_s:
            lift = _lift(p, table, i)
            if lift < least:
                least, low = lift, i
    soon, late = low, low
    while late < stop - 1 and t[late] < t[low] + p.lift_s:
        late += 1
        soon = late if t[late] <= t[low] + p.lift_soon_s + 0.5 * (t[low] - t[low - 1]) else soon
    at_soon, at_late = _lift(p, table, soon), _lift(p, table, late)
    if soon == late or low <= start or low + 1 >= stop:
        return -1.0
    rising = (at_late - at_soon) / (t[late] - t[soon])
    if rising < p.lift_share * (at_late - least) / (t[late] - t[low]):
        return -1.0
    before, after = _lift(p, table, low - 1), _lift(p, table, low + 1)
    bend = before - 2.0 * least + after
    shift = 0.5 * (before - after) / bend if bend > _LEAST else 0.0
    return t[low] + shift * (t[low] - t[low - 1])


def _toe_off(params: Sequence[ContactParams], table: Rows, start: int, stop: int) -> tuple[float, float]:
    p, t = params[0], table[0]
    trough = start
    for i in range(start, stop):
        if table[2][i] < table[2][trough]:
            trough = i
    step_s = t[start + 1] - t[start]
    low_s = _low_s(p, table, start + 1, stop - 1, t[trough])
    if low_s >= 0.0:
        return low_s - p.slap_delay_samples * step_s, table[2][trough]
    span, rest_s = (
        max(1, int(p.unload_span_s / step_s + 0.25)),
        p.unload_rest_s - p.slap_delay_samples * step_s,
    )
    peak, before, before_s = 0.0, 0.0, 0.0
    for i in range(start + span + 1, stop - span - 1):
        if t[i] < t[trough] - p.unload_from_s:
            continue
        jerk = _jerk(p, table, i - span, i + span)
        if t[i] <= t[trough] + p.unload_until_s:
            peak = max(peak, jerk)
        level = p.unload_share * peak
        if t[i] >= t[trough] and jerk < level:
            return before_s + _share(before, level, jerk) * (t[i] - before_s) + rest_s, table[2][trough]
        before, before_s = jerk, t[i]
    return t[stop - 1] if peak == 0.0 else before_s, table[2][trough]


toe_off = Lookup[ContactParams](_toe_off, inner=(_share, _ball, _jerk, _lift, _low_s))
"""Terminal contact in s, and the push-off trough in deg/s, from the signals of the late stance."""
