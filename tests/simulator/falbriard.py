"""Features of Falbriard et al. 2018 (Front. Physiol. 9:610), computed offline as the paper does.

Both signals pass a second-order Butterworth low-pass of 30 Hz without delay; the search zones reach from the
first zero crossing of the pitch rate after the fast swing to mid-stance, and from there to its last one.
"""

from typing import TypedDict

import numpy as np
from scipy.signal import argrelmax, butter, filtfilt

from simulator.sessions import steady_strides
from stridesense.model import Foot
from stridesense.model.samples import FloatArray
from stridesense.simulator import SimulatedRun, StrideTruth


class Signals(TypedDict):
    t_s: FloatArray
    pitch_rate_dps: FloatArray
    acc: FloatArray


def features_ms(run: SimulatedRun) -> dict[str, FloatArray]:
    """Time of each feature minus the true event, in ms, one value a stride."""
    samples = run.feet[Foot.RIGHT].samples
    low_pass = butter(2, 30.0, fs=1.0 / (samples.t_s[1] - samples.t_s[0]))
    smooth = filtfilt(*low_pass, samples.counts.astype(float), axis=0)
    signals: Signals = {
        "t_s": samples.t_s,
        "pitch_rate_dps": -np.degrees(smooth[:, 4] * samples.gyr_scale),
        "acc": np.linalg.norm(smooth[:, :3], axis=1),
    }
    strides = [_stride_features(signals, stride) for stride in steady_strides(run)]
    return {name: 1000.0 * np.array([stride[name] for stride in strides]) for name in strides[0]}


def _stride_features(signals: Signals, stride: StrideTruth) -> dict[str, float]:
    t, rate, acc = signals["t_s"], signals["pitch_rate_dps"], signals["acc"]
    contact_s, toe_off_s = stride.initial_contact_s, stride.terminal_contact_s

    def at(time_s: float) -> int:
        return int(np.searchsorted(t, time_s))

    middle = at(contact_s + 0.4 * stride.contact_time_s)
    fast = at(contact_s - 0.25) + int(rate[at(contact_s - 0.25) : at(contact_s)].argmax())
    first = fast + int(np.flatnonzero((rate[fast:middle] > 0) & (rate[fast + 1 : middle + 1] <= 0))[0])
    last = middle + int(np.flatnonzero(rate[middle : at(toe_off_s + 0.25)] < 0)[-1])
    push = middle + int(rate[middle:last].argmin())
    bounce = push + int(argrelmax(acc[push:last])[0][0])
    return {
        "pitch_rate_zero_crossing_to_contact": t[first] - contact_s,
        "pitch_rate_minimum_to_contact": t[first + int(rate[first:middle].argmin())] - contact_s,
        "acc_maximum_to_contact": t[first + int(acc[first:middle].argmax())] - contact_s,
        "pitch_rate_minimum_to_toe_off": t[push] - toe_off_s,
        "acc_first_maximum_to_toe_off": t[bounce] - toe_off_s,
    }
