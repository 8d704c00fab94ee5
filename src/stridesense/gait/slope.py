"""The slope of the ground, from rise and run of each stride.

A stride's rise over its run has a constant error of up to some degrees, mostly the accelerometer's bias, and
changes little by chance. A runner who stood on the level when the run began tells that constant within the
first strides; a Kalman filter of slope and constant then follows the ground.
"""

from math import sqrt
from typing import NamedTuple

from stridesense.units import RAD_PER_DEG


class SlopeParams(NamedTuple):
    """How fast slopes come and how far one stride is trusted.

    Attributes:
        noise_deg: standard deviation of a single stride's slope, deg; more than strides show one by one, as
            neighbours err alike.
        drift_deg: growth of the slope's standard deviation, deg per root second.
        start_deg: standard deviation of the slope where the runner stood first, deg.
        unknown_deg: the same for a session that begins in mid-run, deg.
        offset_deg: standard deviation of the constant error before the first stride, deg.
        widest_deg: a stride steeper than this is a stair or an error and is left out, deg.
    """

    noise_deg: float = 0.6
    drift_deg: float = 0.11
    start_deg: float = 0.3
    unknown_deg: float = 3.0
    offset_deg: float = 2.0
    widest_deg: float = 20.0


class SlopeState(NamedTuple):
    """Slope and constant error in deg, uphill positive, with their variances and covariance in deg^2."""

    slope_deg: float
    offset_deg: float
    slope_variance: float
    covariance: float
    offset_variance: float
    at_s: float

    @classmethod
    def begin(cls, params: SlopeParams, at_s: float, *, stood: bool) -> "SlopeState":
        """Before the first stride; `stood` says whether the runner stood still, on the level, just before."""
        sd_deg = params.start_deg if stood else params.unknown_deg
        return cls(0.0, 0.0, sd_deg * sd_deg, 0.0, params.offset_deg * params.offset_deg, at_s)

    @property
    def slope_rad(self) -> float:
        """Slope of the ground, uphill positive, rad."""
        return self.slope_deg * RAD_PER_DEG

    @property
    def slope_sd_rad(self) -> float:
        """Standard deviation of the slope, rad."""
        return sqrt(self.slope_variance) * RAD_PER_DEG


def follow_slope(state: SlopeState, params: SlopeParams, seen_deg: float, at_s: float) -> SlopeState:
    """Take in one stride.

    Args:
        state: what is known so far.
        params: constants.
        seen_deg: slope of the stride's way, `atan(rise / run)`, deg.
        at_s: when the stride ended; the same clock as before.
    """
    elapsed_s = max(0.0, at_s - state.at_s)
    variance = state.slope_variance + params.drift_deg * params.drift_deg * elapsed_s
    if abs(seen_deg) > params.widest_deg:
        return state._replace(slope_variance=variance, at_s=at_s)
    of_slope, of_offset = variance + state.covariance, state.covariance + state.offset_variance
    total = of_slope + of_offset + params.noise_deg * params.noise_deg
    gain, offset_gain = of_slope / total, of_offset / total
    error_deg = seen_deg - state.slope_deg - state.offset_deg
    return SlopeState(
        state.slope_deg + gain * error_deg,
        state.offset_deg + offset_gain * error_deg,
        variance - gain * of_slope,
        state.covariance - gain * of_offset,
        state.offset_variance - offset_gain * of_offset,
        at_s,
    )
