"""When the foot meets and leaves the ground, looked up in the signals around a decision of the phase machine.

Contact begins and ends at 5 % of the peak vertical load. Initial contact is a constant time before the steep
part of the jolt: the foot's own deceleration in late swing is smoother than that. Terminal contact is the
first local maximum of specific force after the push-off trough (feature t9 of Falbriard et al. 2018,
doi 10.3389/fphys.2018.00610).
"""

from typing import NamedTuple

import numpy as np

from stridesense.gait.history import Stretch


class ContactParams(NamedTuple):
    """Constants of the look-up.

    Attributes:
        look_back_s: how far before arming the onset may lie, s.
        onset_share: the steep part of the jolt begins where it reaches this share of its peak.
        onset_lead_s: contact comes this long before, s.
        after_trough_s: usual time from the push-off trough to terminal contact, s.
        search_s: how far around that the maximum of specific force is looked for, s.
    """

    look_back_s: float = 0.02
    onset_share: float = 0.45
    onset_lead_s: float = 0.012
    after_trough_s: float = 0.02
    search_s: float = 0.02


def initial_contact_s(stretch: Stretch, armed_s: float, params: ContactParams) -> float | None:
    """Onset of the strongest jolt since arming, in session seconds, between two samples.

    None when the signals begin too late, so that the contact itself was not seen.

    Args:
        stretch: signals up to the decision.
        armed_s: when the swing was found to end.
        params: constants.
    """
    window = stretch.between(armed_s - params.look_back_s, stretch.t_s[-1] + 1.0)
    peak = int(window.jerk_gps.argmax())
    threshold = params.onset_share * window.jerk_gps[peak]
    calm = np.flatnonzero(window.jerk_gps[:peak] < threshold)
    first = int(calm[-1]) + 1 if len(calm) else 0
    onset_s = float(window.t_s[first])
    if first > 0:  # a jerk stands for the step that leads to its sample, so it happened half a step earlier
        before, after = window.jerk_gps[first - 1], window.jerk_gps[first]
        share = (threshold - before) / max(after - before, 1e-9)
        onset_s = float(window.t_s[first - 1] + (share - 0.5) * (window.t_s[first] - window.t_s[first - 1]))
    contact_s = onset_s - params.onset_lead_s
    return contact_s if contact_s >= stretch.t_s[0] else None


def terminal_contact_s(stretch: Stretch, trough: int, delay_s: float, params: ContactParams) -> float:
    """Toe-off in session seconds: the peak of specific force nearest to its usual place after the trough.

    Args:
        stretch: signals up to the decision.
        trough: index of the lowest smoothed pitch rate.
        delay_s: delay of the smoothing, s.
        params: constants.
    """
    expected_s = float(stretch.t_s[trough]) - delay_s + params.after_trough_s
    window = stretch.between(expected_s - params.search_s, expected_s + params.search_s)
    acc = window.acc_g
    rises = (acc[1:-1] > acc[:-2]) & (acc[1:-1] >= acc[2:])
    peaks = np.flatnonzero(rises) + 1
    if len(peaks) == 0:
        return expected_s
    return float(window.t_s[peaks[np.abs(window.t_s[peaks] - expected_s).argmin()]])
