"""Where in the gait cycle the foot is: one state machine, one pass, one sample at a time.

    IDLE -> SWING -> ARMED -> LANDING -> STANCE -> SWING

The swing is known by its lobe of toes-up rotation, the landing by the jolt at its end, the toe-off by the
trough of toes-down rotation that has turned the foot well away from where it stood.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from stridesense.dsp.kernels import Kernel, Memory

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

    lobe_min_dps: float = 150.0
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
    after_trough_s: float = 0.075
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


def _advance(  # noqa: C901, PLR0912, PLR0915  the state machine is one table; cut up it would hide its order
    state: Sequence[PhaseState],
    params: Sequence[PhaseParams],
    rows: Sequence[Sequence[float]],
    out: list[list[float]],
) -> None:
    s, p = state[0], params[0]
    t_s, smooth_dps, jerk_gps, pitch_deg = rows[0], rows[3], rows[10], rows[11]
    mark = out[0]
    phase, since, lobe_t, lobe_peak, own_peak = s.phase, s.since_s, s.lobe_s, s.lobe_peak_dps, s.own_peak_dps
    jolt, jolt_t, own_jolt, contact_t = s.jolt_gps, s.jolt_t_s, s.own_jolt_gps, s.contact_t_s
    settled, touched, sinking = s.settled, s.touched, s.sinking
    stance_pitch, trough, trough_t = s.stance_pitch_deg, s.trough_dps, s.trough_t_s
    for i in range(len(t_s)):
        t, w = t_s[i], smooth_dps[i]
        mark[i] = 0.0
        if phase <= SWING:
            if w <= 0.0:
                lobe_t, lobe_peak = t, 0.0
            elif w > lobe_peak:
                lobe_peak = w
            floor = p.lobe_share * own_peak if t - contact_t < p.lobe_memory_s else 0.0
            if (
                lobe_peak > max(p.lobe_min_dps, floor)
                and w < p.arm_share * lobe_peak
                and t - lobe_t > p.lobe_min_s
            ):
                phase, since, jolt, mark[i] = ARMED, t, 0.0, MARK_ARMED
                settled, touched = 0, 0
            elif phase == SWING and t - since > p.swing_limit_s:
                phase, mark[i] = IDLE, MARK_LOST
        if phase == ARMED:
            if jerk_gps[i] > jolt:
                jolt, jolt_t = jerk_gps[i], t
                stance_pitch = stance_pitch if settled == 1 else pitch_deg[i]
            elif w > p.rebound_share * lobe_peak:
                stance_pitch, settled = pitch_deg[i], 1
            strong = jolt > max(p.jolt_min_gps, p.jolt_share * own_jolt)
            if (strong and t - jolt_t >= p.jolt_after_s) or t - since > p.arm_limit_s:
                mark[i] = MARK_CONTACT if strong else MARK_WEAK_CONTACT
                own_peak += p.own_gain * (lobe_peak - own_peak) if own_peak > 0.0 else lobe_peak
                own_jolt += p.own_gain * (jolt - own_jolt) if own_jolt > 0.0 else jolt
                phase, contact_t, trough = STANCE if settled == 1 else LANDING, jolt_t, 0.0
                sinking = settled
            elif not strong and w > p.relapse_share * lobe_peak:
                phase, since = SWING, t
            elif touched == 0 and jolt > max(p.jolt_min_gps, p.touch_share * own_jolt):
                touched, mark[i] = 1, MARK_TOUCH
        elif phase == LANDING:
            if w < trough:
                trough, trough_t = w, t
            wait = min(p.after_trough_s, p.after_share * (trough_t - contact_t))
            past = w > p.trough_share * trough or t - trough_t > p.trough_limit_s
            over = w > 0.0 or (past and t - trough_t >= wait)
            if over and stance_pitch - pitch_deg[i] > p.slap_deg:
                phase, since, lobe_t, lobe_peak, mark[i] = SWING, t, t, 0.0, MARK_TOE_OFF
            elif t - contact_t >= p.settle_s and w > -p.settle_dps:
                phase, stance_pitch, trough = STANCE, pitch_deg[i], 0.0
        elif phase == STANCE:
            stance_pitch = max(stance_pitch, pitch_deg[i])
            if w < trough:
                trough, trough_t = w, t
            wait = min(p.after_trough_s, p.after_share * (trough_t - contact_t))
            past = w > p.trough_share * trough or t - trough_t > p.trough_limit_s
            over = w > 0.0 or (past and t - trough_t >= wait)
            if trough < -p.trough_dps and over:
                if stance_pitch - pitch_deg[i] > p.swept_deg:
                    phase, since, lobe_t, lobe_peak, mark[i] = SWING, t, t, 0.0, MARK_TOE_OFF
                elif w > -p.settle_dps:
                    trough = 0.0
            if phase == STANCE and (
                t - contact_t > p.stance_limit_s or (w > p.lobe_min_dps and t - contact_t > p.lobe_after_s)
            ):
                phase, since, lobe_t, lobe_peak, mark[i] = IDLE, t, t, 0.0, MARK_LOST
        if sinking < 2 and phase >= LANDING and mark[i] == 0.0:
            sinking = 1 if w > p.sinking_dps else sinking
            if t - contact_t > p.heel_limit_s or (sinking == 1 and w < p.stopped_dps):
                sinking, mark[i] = 2, MARK_HEEL
    s.phase, s.since_s, s.lobe_s, s.lobe_peak_dps, s.own_peak_dps = phase, since, lobe_t, lobe_peak, own_peak
    s.jolt_gps, s.jolt_t_s, s.own_jolt_gps, s.contact_t_s = jolt, jolt_t, own_jolt, contact_t
    s.settled, s.touched, s.sinking = settled, touched, sinking
    s.stance_pitch_deg, s.trough_dps, s.trough_t_s = stance_pitch, trough, trough_t


advance = Kernel[PhaseParams](_advance, state=PhaseState)
"""The columns of a block to a row of marks, 0 where nothing was decided."""
