"""Coefficients of the causal filters."""

from math import pi, sqrt, tan
from typing import NamedTuple

from stridesense.errors import InputError


class Biquad(NamedTuple):
    """Second-order section, a0 = 1."""

    b0: float
    b1: float
    b2: float
    a1: float
    a2: float


def butterworth_delay_s(cutoff_hz: float) -> float:
    """Delay of the low-pass below in its pass band, s."""
    return sqrt(2.0) / (2.0 * pi * cutoff_hz)


def usable_cutoff_hz(cutoff_hz: float, sampling_rate_hz: float) -> float:
    """The cut-off, or 0.4 of the sampling rate where that is too slow for it, Hz."""
    return min(cutoff_hz, 0.4 * sampling_rate_hz)


def butterworth_lowpass(cutoff_hz: float, sampling_rate_hz: float) -> Biquad:
    """Second-order Butterworth low-pass by the bilinear transform.

    Raises:
        InputError: the sampling rate is not a positive number.
    """
    if not sampling_rate_hz > 0.0:
        msg = f"the sampling rate must be above 0 Hz, not {sampling_rate_hz:g}"
        raise InputError(msg)
    k = tan(pi * usable_cutoff_hz(cutoff_hz, sampling_rate_hz) / sampling_rate_hz)
    norm = 1.0 / (1.0 + sqrt(2.0) * k + k * k)
    b0 = k * k * norm
    return Biquad(b0, 2.0 * b0, b0, 2.0 * (k * k - 1.0) * norm, (1.0 - sqrt(2.0) * k + k * k) * norm)
