"""The rule without thresholds of Bailey and Harle 2015 (SciTePress 56565), by abstract and reimplementation.

Landing: the steepest fall of the pitch rate after mid-swing, then back to where the rate last crossed -0.5
rad/s. Toe-off: the highest vertical acceleration in the second half of the time between the first and the
last zero crossing of the pitch rate. The vertical is that of the world: pitch is integrated from mid-stance,
where the foot is taken for flat.
"""

from itertools import pairwise

import numpy as np
from peer import FloatArray, Method, Samples, answer, strides

CUT_OFF_HZ = 50.0
LEVEL_RADPS = -0.5


def vertical(samples: Samples, begin: int, end: int) -> FloatArray:
    """Specific force along the world's vertical with the foot flat at `begin`, (end - begin,), m/s^2."""
    pitch = np.cumsum(samples.pitch_rate_radps[begin:end]) / samples.rate_hz
    acc = samples.acc_mps2[begin:end]
    upward: FloatArray = acc[:, 0] * np.sin(pitch) + acc[:, 2] * np.cos(pitch)
    return upward


def contact(samples: Samples, begin: int, end: int) -> tuple[int, int] | None:
    """Landing and toe-off within a cycle from mid-swing to mid-swing."""
    rate = samples.pitch_rate_radps
    early, late = begin + round(0.30 * (end - begin)), begin + round(0.45 * (end - begin))
    steepest = begin + int(np.diff(rate[begin:early]).argmin())
    above = np.flatnonzero(rate[begin : steepest + 1] >= LEVEL_RADPS)
    mid_stance = early + int(np.linalg.norm(samples.gyr_radps[early:late], axis=1).argmin())
    falling, negative = np.flatnonzero(rate[begin:end] <= 0.0), np.flatnonzero(rate[mid_stance:end] < 0.0)
    if not len(above) or not len(negative) or end - begin > 1.5 * samples.rate_hz:
        return None
    push_end = mid_stance + int(negative[-1]) + 1
    half_way = max(mid_stance, (begin + int(falling[0]) + push_end) // 2)
    upward = vertical(samples, mid_stance, push_end)
    return begin + int(above[-1]), half_way + int(upward[half_way - mid_stance :].argmax())


def methods(samples: Samples) -> list[Method]:
    """Both events of every cycle."""
    smooth = samples.smoothed(min(CUT_OFF_HZ, 0.4 * samples.rate_hz))
    places = [contact(smooth, begin, end) for begin, end in pairwise(samples.mid_swings)]
    contacts = [(samples.t_s[place[0]], samples.t_s[place[1]]) for place in places if place is not None]
    return [strides("Bailey-Harle 2015", contacts)]


if __name__ == "__main__":
    answer(methods)
