"""What the peers share: the samples that they hear, the way they answer, and the cutting into cycles.

A peer is a program: `python PEER.py ANSWERS_FOLDER SAMPLES.npz...`. Each `.npz` holds `t_s` (n,), `acc_mps2`
(n, 3) and `gyr_radps` (n, 3) in the true axes of the foot (x forward, y left, z up), which is an advantage:
a real method has to find them. For each it writes `NAME.json`, a list of methods:

    {"method": "...", "initial_contact_s": [...], "terminal_contact_s": [...]}   one element a stride
    {"method": "...", "t_s": [...], "pitch_deg": [...]}                          one element a sample, toes up

All are offline: they see the whole recording at once and filter without delay.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, filtfilt, find_peaks

FloatArray = NDArray[np.float64]
Method = dict[str, Any]

WINDOW_S = 5.0
SHORTEST_STRIDE_S, LONGEST_STRIDE_S = 0.4, 1.3
RUNS_ABOVE_RADPS = 3.0


@dataclass(frozen=True)
class Samples:
    """What one pod measured, foot axes; pitch is positive toes up."""

    t_s: FloatArray
    acc_mps2: FloatArray
    gyr_radps: FloatArray

    @cached_property
    def rate_hz(self) -> float:
        """Mean sampling rate."""
        return float((len(self.t_s) - 1) / (self.t_s[-1] - self.t_s[0]))

    @cached_property
    def pitch_rate_radps(self) -> FloatArray:
        """(n,) angular velocity about the axis to the right."""
        return -self.gyr_radps[:, 1]

    def smoothed(self, cut_off_hz: float) -> "Samples":
        """The same after a Butterworth low-pass of second order, run both ways."""
        acc, gyr = (
            low_passed(column, cut_off_hz, self.rate_hz) for column in (self.acc_mps2, self.gyr_radps)
        )
        return Samples(self.t_s, acc, gyr)

    @cached_property
    def mid_swings(self) -> list[int]:
        """The fastest moment of each forward swing: near each peak of the pitch rate's slow course.

        The slow course is the pitch rate below 0.6 of the stride frequency, which comes from the
        autocorrelation of windows of 5 s (Falbriard et al. 2018); its peak leads to the peak of the pitch
        rate within a quarter of a stride.
        """
        found: list[int] = []
        window = round(WINDOW_S * self.rate_hz)
        for first in range(0, max(1, len(self.t_s) - window // 2), window // 2):
            found += [first + peak for peak in self._peaks(self.pitch_rate_radps[first : first + window])]
        return _apart(found, self.pitch_rate_radps, round(0.8 * SHORTEST_STRIDE_S * self.rate_hz))

    def _peaks(self, rate: FloatArray) -> list[int]:
        stride = stride_samples(rate, self.rate_hz)
        if stride is None:
            return []
        slow = low_passed(rate - rate.mean(), 0.6 * self.rate_hz / stride, self.rate_hz)
        reach = stride // 4
        peaks = [
            max(0, peak - reach) + int(rate[max(0, peak - reach) : peak + reach].argmax())
            for peak in find_peaks(slow, distance=stride // 2)[0]
        ]
        return [peak for peak in peaks if rate[peak] > RUNS_ABOVE_RADPS]


def low_passed(column: FloatArray, cut_off_hz: float, rate_hz: float) -> FloatArray:
    """A Butterworth low-pass of second order, run both ways over axis 0, so without delay."""
    result: FloatArray = filtfilt(*butter(2, cut_off_hz, fs=rate_hz), column, axis=0)
    return result


def stride_samples(rate: FloatArray, rate_hz: float) -> int | None:
    """Samples a stride: the lag of the highest autocorrelation among strides that a runner can make."""
    centred = rate - rate.mean()
    correlation = np.correlate(centred, centred, "full")[len(rate) - 1 :]
    first, last = round(SHORTEST_STRIDE_S * rate_hz), round(LONGEST_STRIDE_S * rate_hz)
    if last >= len(correlation):
        return None
    peaks = find_peaks(correlation[first:last])[0]
    return first + int(peaks[correlation[first:last][peaks].argmax()]) if len(peaks) else None


def _apart(places: list[int], height: FloatArray, distance: int) -> list[int]:
    """The places in order; of two that are too close, the higher one."""
    kept: list[int] = []
    for place in sorted(set(places)):
        if kept and place - kept[-1] < distance:
            kept[-1] = max(kept[-1], place, key=lambda i: height[i])
        else:
            kept.append(place)
    return kept


def strides(name: str, contacts: list[tuple[float, float]]) -> Method:
    """A method's answer: initial and terminal contact of each stride, s."""
    landings, leavings = [c[0] for c in contacts], [c[1] for c in contacts]
    return {"method": name, "initial_contact_s": landings, "terminal_contact_s": leavings}


def answer(methods: Callable[[Samples], list[Method]]) -> None:
    """Be the program: hear each file that the command line names and write the answer."""
    folder = Path(sys.argv[1])
    for path in map(Path, sys.argv[2:]):
        with np.load(path) as file:
            samples = Samples(file["t_s"], file["acc_mps2"], file["gyr_radps"])
        (folder / f"{path.stem}.json").write_text(json.dumps(methods(samples)), encoding="utf-8")
