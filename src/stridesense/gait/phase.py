"""Where in the gait cycle the foot is: one state machine, one pass, one sample at a time.

    IDLE -> SWING -> ARMED -> LANDING -> STANCE -> SWING

The swing is known by its lobe of toes-up rotation, the landing by the jolt at its end, the toe-off by the
trough of toes-down rotation that has turned the foot well away from where it stood.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from stridesense.dsp.kernels import Kernel, Memory
from stridesense.dsp.projection import Rows

IDLE: Final = 0
SWING: Final = 1
ARMED: Final = 2
LANDING: Final = 3
STANCE: Final = 4

MARK_ARMED: Final = 1.0
MARK_CONTACT: Final = 2.0
MARK_WEAK_CONTACT: Final = 3.0
MARK_TOE_OFF: Final = 4.0
MARK_LOST: Final = 5.0
MARK_TOUCH: Final = 6.0
MARK_HEEL: Final = 7.0


class PhaseParams(NamedTuple):
    """Thresholds of the cycle.

    Attributes:
        lobe_min_dps: lowest peak of a swing, deg/s.
        lobe_share: lowest peak as a share of the runner's own.
        lobe_memory_s: after this time without a contact the runner's own peak no longer counts, s.
        lobe_min_s: shortest lobe, s.
        arm_share: a swing ends when the rate has fallen to this share of its peak.
        relapse_share: a rate that rises to this share of the peak again means that the swing goes on.
        own_gain: share by which the runner's own peak and jolt follow each contact.
        jolt_min_gps: weakest jolt of a landing, g/s.
        jolt_share: weakest jolt as a share of the runner's own.
        touch_share: a jolt of this share of the runner's own is told at once, as a landing to be confirmed.
        jolt_after_s: a jolt stands when none stronger follows for this time, s.
        arm_limit_s: longest wait for a jolt, s.
        rebound_share: a forefoot landing turns the toes up again at this share of the swing's peak; then the
            stance has begun at once.
        settle_s: earliest end of the landing after the jolt, s.
        settle_dps: the landing is over when the foot turns toes-down slower than this, deg/s.
        sinking_dps: a heel that comes down turns the foot toes-up faster than this, deg/s,
        stopped_dps: and is down when it is slower than this, deg/s.
        heel_limit_s: so long after the jolt the heel's verdict is due at the latest, s.
        slap_deg: no foot slaps down further than this: turned more, it has left the ground, deg.
        swept_deg: least turn away from the stance that a toe-off needs, deg.
        trough_dps: slowest toes-down rotation of a toe-off, deg/s.
        trough_share: a trough is over when the rate has risen to this share of it.
        trough_limit_s: or this time after its lowest point, s.
        after_trough_s: the toe-off is decided at the earliest so long after the lowest point, s,
        after_share: or this share of the stance so far.
        lobe_after_s: a lobe so long after contact means that the toe-off was missed, s.
        stance_limit_s: a longer stance is standing, s.
        swing_limit_s: a longer swing is no swing, s.
    """

    lobe_min_dps: float = 110.0
    lobe_share: float = 0.4
    lobe_memory_s: float = 1.5
    lobe_min_s: float = 0.06
    arm_share: float = 0.35
    relapse_share: float = 0.6
    own_gain: float = 0.3
    jolt_min_gps: float = 60.0
    jolt_share: float = 0.3
    touch_share: float = 0.45
    jolt_after_s: float = 0.04
    arm_limit_s: float = 0.25
    rebound_share: float = 0.45
    settle_s: float = 0.03
    settle_dps: float = 120.0
    sinking_dps: float = 60.0
    stopped_dps: float = 20.0
    heel_limit_s: float = 0.1
    slap_deg: float = 50.0
    swept_deg: float = 15.0
    trough_dps: float = 120.0
    trough_share: float = 0.6
    trough_limit_s: float = 0.06
    after_trough_s: float = 0.072
    after_share: float = 0.29
    lobe_after_s: float = 0.15
    stance_limit_s: float = 2.0
    swing_limit_s: float = 1.5


@dataclass(slots=True)
class PhaseState:
    """What the machine remembers."""

    phase: int = IDLE
    since_s: float = 0.0
    lobe_s: float = 0.0
    lobe_peak_dps: float = 0.0
    own_peak_dps: float = 0.0
    jolt_gps: float = 0.0
    jolt_t_s: float = 0.0
    own_jolt_gps: float = 0.0
    contact_t_s: float = -1e9
    settled: int = 0
    touched: int = 0
    sinking: int = 0
    stance_pitch_deg: float = 0.0
    trough_dps: float = 0.0
    trough_t_s: float = 0.0


def after_gap(memory: Memory) -> Memory:
    """The cycle begins anew; what is known of the runner stays."""
    fresh = advance.begin()
    for name in ("own_peak_dps", "own_jolt_gps", "contact_t_s"):
        fresh[name] = memory[name]
    return fresh


def _swinging(s: PhaseState, p: PhaseParams, t: float, w: float) -> float:
    """The lobe of toes-up rotation grows, and ends where the landing may come."""
    if w <= 0.0:
        s.lobe_s, s.lobe_peak_dps = t, 0.0
    elif w > s.lobe_peak_dps:
        s.lobe_peak_dps = w
    floor = p.lobe_share * s.own_peak_dps if t - s.contact_t_s < p.lobe_memory_s else 0.0
    high = s.lobe_peak_dps > max(p.lobe_min_dps, floor)
    if high and w < p.arm_share * s.lobe_peak_dps and t - s.lobe_s > p.lobe_min_s:
        s.phase, s.since_s, s.jolt_gps, s.settled, s.touched = ARMED, t, 0.0, 0, 0
        return MARK_ARMED
    if s.phase == SWING and t - s.since_s > p.swing_limit_s:
        s.phase = IDLE
        return MARK_LOST
    return 0.0


def _armed(s: PhaseState, p: PhaseParams, t: float, w: float, jerk: float, pitch: float) -> float:
    """The strongest jolt is the landing, once none stronger follows."""
    if jerk > s.jolt_gps:
        s.jolt_gps, s.jolt_t_s = jerk, t
        s.stance_pitch_deg = s.stance_pitch_deg if s.settled == 1 else pitch
    elif w > p.rebound_share * s.lobe_peak_dps:
        s.stance_pitch_deg, s.settled = pitch, 1
    strong = s.jolt_gps > max(p.jolt_min_gps, p.jolt_share * s.own_jolt_gps)
    if (strong and t - s.jolt_t_s >= p.jolt_after_s) or t - s.since_s > p.arm_limit_s:
        own_peak, own_jolt = s.own_peak_dps, s.own_jolt_gps
        s.own_peak_dps += p.own_gain * (s.lobe_peak_dps - own_peak) if own_peak > 0.0 else s.lobe_peak_dps
        s.own_jolt_gps += p.own_gain * (s.jolt_gps - own_jolt) if own_jolt > 0.0 else s.jolt_gps
        s.phase = STANCE if s.settled == 1 else LANDING
        s.contact_t_s, s.trough_dps, s.sinking = s.jolt_t_s, 0.0, s.settled
        return MARK_CONTACT if strong else MARK_WEAK_CONTACT
    if not strong and w > p.relapse_share * s.lobe_peak_dps:
        s.phase, s.since_s = SWING, t
    elif s.touched == 0 and s.jolt_gps > max(p.jolt_min_gps, p.touch_share * s.own_jolt_gps):
        s.touched = 1
        return MARK_TOUCH
    return 0.0


def _trough_over(s: PhaseState, p: PhaseParams, t: float, w: float) -> bool:
    """Whether the foot turns out of its fastest toes-down rotation, long enough ago to tell the toe-off."""
    if w < s.trough_dps:
        s.trough_dps, s.trough_t_s = w, t
    since_s = t - s.trough_t_s
    wait_s = min(p.after_trough_s, p.after_share * (s.trough_t_s - s.contact_t_s))
    past = w > p.trough_share * s.trough_dps or since_s > p.trough_limit_s
    return w > 0.0 or (past and since_s >= wait_s)


def _planted(s: PhaseState, p: PhaseParams, t: float, w: float, pitch: float) -> float:
    """The foot settles, stands, and turns off the ground; a sprinter's goes on turning without settling."""
    settling, since_s = s.phase == LANDING, t - s.contact_t_s
    s.stance_pitch_deg = s.stance_pitch_deg if settling else max(s.stance_pitch_deg, pitch)
    over, turned_deg = _trough_over(s, p, t, w), s.stance_pitch_deg - pitch
    deep = settling or s.trough_dps < -p.trough_dps
    if over and deep and turned_deg > (p.slap_deg if settling else p.swept_deg):
        s.phase, s.since_s, s.lobe_s, s.lobe_peak_dps = SWING, t, t, 0.0
        return MARK_TOE_OFF
    if settling:
        if since_s >= p.settle_s and w > -p.settle_dps:
            s.phase, s.stance_pitch_deg, s.trough_dps = STANCE, pitch, 0.0
        return 0.0
    if over and deep and w > -p.settle_dps:
        s.trough_dps = 0.0
    if since_s > p.stance_limit_s or (w > p.lobe_min_dps and since_s > p.lobe_after_s):
        s.phase, s.since_s, s.lobe_s, s.lobe_peak_dps = IDLE, t, t, 0.0
        return MARK_LOST
    return 0.0


def _heel_due(s: PhaseState, p: PhaseParams, t: float, w: float) -> bool:
    """Whether the heel's verdict is due, once in a stance: it came down and stopped, or time is up."""
    if s.sinking == 2:
        return False
    if w > p.sinking_dps:
        s.sinking = 1
    due = t - s.contact_t_s > p.heel_limit_s or (s.sinking == 1 and w < p.stopped_dps)
    if due:
        s.sinking = 2
    return due


def _advance(
    state: Sequence[PhaseState], params: Sequence[PhaseParams], rows: Rows, out: list[list[float]]
) -> None:
    s, p = state[0], params[0]
    t_s, smooth_dps, jerk_gps, pitch_deg, mark = rows[0], rows[3], rows[10], rows[11], out[0]
    for i in range(len(t_s)):
        t, w, decided = t_s[i], smooth_dps[i], 0.0
        if s.phase <= SWING:
            decided = _swinging(s, p, t, w)
        elif s.phase == ARMED:
            decided = _armed(s, p, t, w, jerk_gps[i], pitch_deg[i])
        else:
            decided = _planted(s, p, t, w, pitch_deg[i])
        if decided == 0.0 and s.phase >= LANDING and _heel_due(s, p, t, w):
            decided = MARK_HEEL
        mark[i] = decided


advance = Kernel[PhaseParams](
    _advance, state=PhaseState, inner=(_swinging, _armed, _trough_over, _planted, _heel_due)
)
"""The columns of a block to a row of marks, 0 where nothing was decided."""
