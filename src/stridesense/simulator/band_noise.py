"""Random motion whose frequencies lie within a band, with its exact derivatives."""

from math import pi
from typing import Final

import numpy as np

from stridesense.model.samples import FloatArray

KNOT_HZ: Final = 50.0


def band_noise(
    rng: np.random.Generator,
    duration_s: float,
    band_hz: tuple[float, float],
    *,
    flat_order: int,
    rms: float,
) -> FloatArray:
    """Knots (n, 4) of time s, value, rate and acceleration at 50 Hz, from 0 to `duration_s`.

    The derivative of `flat_order` has a flat spectrum within the band and the standard deviation `rms`.
    """
    count = max(16, int(duration_s * KNOT_HZ) + 1)
    frequency_hz = np.fft.rfftfreq(count, 1.0 / KNOT_HZ)
    inside = (frequency_hz >= band_hz[0]) & (frequency_hz <= band_hz[1])
    spectrum = inside * (rng.normal(size=len(inside)) + 1j * rng.normal(size=len(inside)))
    turn = 2j * pi * np.maximum(frequency_hz, band_hz[0])
    flat = np.fft.irfft(spectrum, count)
    scale = rms / max(float(flat.std()), np.finfo(float).tiny)
    courses = [np.fft.irfft(scale * spectrum * turn ** (order - flat_order), count) for order in range(3)]
    return np.stack((np.arange(count) / KNOT_HZ, *courses), axis=1)
