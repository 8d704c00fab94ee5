"""The rule of thumb that needs an accelerometer alone (as in Strohrmann et al. 2012).

Landing: the peak of |a|, of at least 50 m/s^2, once a stride. Toe-off: the first moment from 80 ms after it
on at which |a| reaches 2 g.
"""

import numpy as np
from peer import SHORTEST_STRIDE_S, Method, Samples, answer, strides
from scipy.signal import find_peaks

LANDING_MPS2 = 50.0
LEAVING_MPS2 = 2 * 9.80665
DEAD_S, LONGEST_CONTACT_S = 0.080, 0.5


def methods(samples: Samples) -> list[Method]:
    """Both events of every stride."""
    norm = np.linalg.norm(samples.acc_mps2, axis=1)
    distance = round(SHORTEST_STRIDE_S * samples.rate_hz)
    contacts = []
    for landing in find_peaks(norm, height=LANDING_MPS2, distance=distance)[0]:
        dead, reach = (landing + round(time_s * samples.rate_hz) for time_s in (DEAD_S, LONGEST_CONTACT_S))
        strong = np.flatnonzero(norm[dead:reach] >= LEAVING_MPS2)
        if len(strong):
            contacts.append((samples.t_s[landing], samples.t_s[dead + strong[0]]))
    return [strides("|a| peak", contacts)]


if __name__ == "__main__":
    answer(methods)
