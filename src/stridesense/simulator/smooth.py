"""Smooth beginnings and ends, with the integrals that keep velocity and place exact."""

from math import pi

import numpy as np

from stridesense.model.samples import FloatArray


def ramp_slope(u: FloatArray, width: float) -> FloatArray:
    """Integral of a cosine ramp that rises from 0 to 1 between u = 0 and `width`."""
    within = np.clip(u, 0.0, width)
    return within / 2 - width / (2 * pi) * np.sin(pi * within / width) + np.maximum(u - width, 0.0)


def ramp(u: FloatArray, width: float) -> FloatArray:
    """Integral of `ramp_slope`."""
    within, beyond = np.clip(u, 0.0, width), np.maximum(u - width, 0.0)
    curved = within**2 / 4 - (width / pi) ** 2 / 2 * (1.0 - np.cos(pi * within / width))
    return curved + beyond**2 / 2 + beyond * width / 2


def smooth_step(x: FloatArray) -> FloatArray:
    """From 0 to 1 between x = 0 and 1, without a jump of the second derivative."""
    u = np.clip(x, 0.0, 1.0)
    return u**3 * (10.0 - 15.0 * u + 6.0 * u**2)
