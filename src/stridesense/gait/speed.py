"""A runner's own correction of integrated speed, learned from a speed that is known.

The speed of a stride from integration is right to about 2 % in the mean and better than 1 % from stride to
stride. Shoe, pod and style leave a constant share and a little that grows with speed; a treadmill's belt or a
satellite receiver tells both, by recursive least squares (personalised model of Falbriard et al. 2021).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from typing import Final, Self

from stridesense.errors import InputError

USUAL_SPEED_MPS: Final = 3.0
"""At this speed the correction is `scale` alone."""

_TIGHTEST, _WIDEST = 0.7, 1.4


@dataclass(frozen=True, slots=True)
class SpeedCalibration:
    """True speed over integrated speed, as a line over integrated speed, with what is known of it.

    The default is plain integration. All fields are plain numbers, to be kept in a profile.

    Attributes:
        scale: the factor at `USUAL_SPEED_MPS`.
        slope_s_per_m: change of the factor per m/s.
        scale_variance: variance of `scale`.
        covariance: of `scale` and `slope_s_per_m`, s/m.
        slope_variance: variance of `slope_s_per_m`, s^2/m^2.
        strides: how many strides it was learned from.
    """

    scale: float = 1.0
    slope_s_per_m: float = 0.0
    scale_variance: float = 0.03**2
    covariance: float = 0.0
    slope_variance: float = 0.01**2
    strides: int = 0

    def __post_init__(self) -> None:
        variances = self.scale_variance * self.slope_variance - self.covariance * self.covariance
        numbers = (self.scale, self.slope_s_per_m, variances)
        known = all(isfinite(number) for number in numbers) and self.strides >= 0
        if not known or min(self.scale_variance, self.slope_variance, variances) < 0.0 or self.scale <= 0.0:
            msg = "the speed calibration in the profile is not valid; remove it and calibrate again"
            raise InputError(msg)

    @classmethod
    def from_table(cls, table: Mapping[str, float]) -> Self:
        """Read back what `to_table` wrote.

        Raises:
            InputError: a key is unknown, or a value is not possible.
        """
        unknown = sorted(set(table) - {field.name for field in fields(cls)})
        if unknown:
            msg = f"the speed calibration in the profile has an unknown key {unknown[0]!r}; remove it"
            raise InputError(msg)
        return cls(**{**table, "strides": int(table.get("strides", 0))})  # type: ignore[arg-type]

    def to_table(self) -> dict[str, float]:
        """The calibration as plain numbers."""
        return asdict(self)

    def speed_mps(self, integrated_mps: float) -> float:
        """Speed of a stride whose integrated speed is this."""
        factor = self.scale + self.slope_s_per_m * (integrated_mps - USUAL_SPEED_MPS)
        return integrated_mps * min(max(factor, _TIGHTEST), _WIDEST)

    def learned(self, integrated_mps: float, known_mps: float, known_sd_mps: float) -> "SpeedCalibration":
        """Take in one stride at a known speed.

        Args:
            integrated_mps: speed of the stride from integration.
            known_mps: its true speed.
            known_sd_mps: standard deviation of that, 0.1 m/s or more for a belt: the strides of one minute
                share the belt's error.
        """
        by_scale, by_slope = integrated_mps, integrated_mps * (integrated_mps - USUAL_SPEED_MPS)
        of_scale = self.scale_variance * by_scale + self.covariance * by_slope
        of_slope = self.covariance * by_scale + self.slope_variance * by_slope
        total = by_scale * of_scale + by_slope * of_slope + known_sd_mps * known_sd_mps
        error = known_mps - by_scale * self.scale - by_slope * self.slope_s_per_m
        return SpeedCalibration(
            self.scale + of_scale / total * error,
            self.slope_s_per_m + of_slope / total * error,
            self.scale_variance - of_scale * of_scale / total,
            self.covariance - of_scale * of_slope / total,
            self.slope_variance - of_slope * of_slope / total,
            self.strides + 1,
        )
