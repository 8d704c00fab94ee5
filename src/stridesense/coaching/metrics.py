"""What of a stride the coach compares with the runner's own usual, and how it is known to go with speed."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from stridesense.model import Stride

CONTACT_ASYMMETRY: Final = "contact_asymmetry_percent"
"""Contact time of the left foot less that of the right, over their mean; of two feet together."""


class Prior(NamedTuple):
    """What is believed of a slope before the runner has shown it: mean and SD."""

    mean: float
    sd: float


NOT_AT_ALL: Final = Prior(0.0, 1e-6)
"""A slope that is none by definition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A quantity of the stride record that has an own usual.

    Attributes:
        name: its field in `Stride`; the asymmetry has none.
        label: what a runner calls it.
        unit: what it is printed in,
        scale: so many of which are one of the record,
        digits: with so many decimals.
        speed: how much it rises for each m/s, at 3 m/s,
        bend: and how that rise bends, per (m/s)^2: half the second derivative.
        cadence: how much it rises for each 10 steps a minute at the same speed.
        usual_sd: SD of medians over 25 strides at one speed, before it is known; our own choice.
        least_sd: no pod sees finer than this; our own choice.
        carry: what the noise of such a median hands on to the next one, before it is known; our own choice.
    """

    name: str
    label: str
    unit: str
    scale: float = 1.0
    digits: int = 0
    speed: Prior
    bend: Prior
    cadence: Prior
    usual_sd: float
    least_sd: float
    carry: float = 0.1

    def value(self, stride: Stride) -> float | None:
        """What this stride has of it, in the unit of the record; None where it was not measured."""
        value: float | None = getattr(stride, self.name, None)
        return value

    def told(self, value: float) -> str:
        """A value of the record's unit as it is printed."""
        return f"{self.scale * value:.{self.digits}f} {self.unit}".rstrip()


_ALL: Final = (
    Metric(
        name="heel_height_mm",
        label="heel height",
        unit="mm",
        speed=Prior(0.0, 5.0),
        bend=Prior(0.0, 3.0),
        cadence=Prior(0.0, 1.5),
        usual_sd=0.8,
        least_sd=0.5,
    ),
    Metric(
        name="heel_drop_deg",
        label="heel drop",
        unit="deg",
        digits=1,
        speed=Prior(0.0, 4.0),
        bend=Prior(0.0, 2.0),
        cadence=Prior(0.0, 1.0),
        usual_sd=0.4,
        least_sd=0.1,
    ),
    Metric(
        name="strike_angle_deg",
        label="strike angle",
        unit="deg",
        digits=1,
        speed=Prior(0.0, 5.0),
        bend=Prior(0.0, 3.0),
        cadence=Prior(-0.5, 1.0),
        usual_sd=0.5,
        least_sd=0.1,
    ),
    Metric(
        name="push_off_rate_dps",
        label="push-off",
        unit="deg/s",
        speed=Prior(166.0, 60.0),
        bend=Prior(0.0, 30.0),
        cadence=Prior(0.0, 20.0),
        usual_sd=7.0,
        least_sd=2.0,
    ),
    Metric(
        name="pull_rate_dps",
        label="pull",
        unit="deg/s",
        speed=Prior(120.0, 80.0),
        bend=Prior(0.0, 30.0),
        cadence=Prior(0.0, 20.0),
        usual_sd=7.0,
        least_sd=2.0,
    ),
    Metric(
        name="pull_delay_s",
        label="delay of the pull",
        unit="ms",
        scale=1e3,
        speed=Prior(-0.005, 0.010),
        bend=Prior(0.0, 0.004),
        cadence=Prior(0.0, 0.004),
        usual_sd=0.0015,
        least_sd=0.0005,
    ),
    Metric(
        name="ball_time_s",
        label="time on the ball of the foot",
        unit="ms",
        scale=1e3,
        speed=Prior(-0.030, 0.015),
        bend=Prior(0.010, 0.008),
        cadence=Prior(-0.005, 0.005),
        usual_sd=0.0015,
        least_sd=0.0005,
    ),
    Metric(
        name="contact_time_s",
        label="contact time",
        unit="ms",
        scale=1e3,
        speed=Prior(-0.060, 0.020),
        bend=Prior(0.020, 0.010),
        cadence=Prior(-0.010, 0.008),
        usual_sd=0.002,
        least_sd=0.0005,
    ),
    Metric(
        name="cadence_spm",
        label="cadence",
        unit="steps/min",
        speed=Prior(5.1, 4.0),
        bend=Prior(0.0, 1.5),
        cadence=NOT_AT_ALL,
        usual_sd=0.7,
        least_sd=0.15,
        carry=0.65,
    ),
    Metric(
        name="braking_index",
        label="braking",
        unit="",
        digits=2,
        speed=Prior(0.0, 0.08),
        bend=Prior(0.0, 0.04),
        cadence=Prior(0.0, 0.04),
        usual_sd=0.01,
        least_sd=0.002,
    ),
    Metric(
        name="impact_g",
        label="impact",
        unit="g",
        digits=1,
        speed=Prior(4.6, 2.5),
        bend=Prior(0.0, 1.0),
        cadence=Prior(0.0, 1.0),
        usual_sd=0.3,
        least_sd=0.05,
    ),
    Metric(
        name=CONTACT_ASYMMETRY,
        label="contact time of the left foot against the right",
        unit="%",
        digits=1,
        speed=Prior(0.0, 1.0),
        bend=Prior(0.0, 0.5),
        cadence=Prior(0.0, 0.5),
        usual_sd=0.8,
        least_sd=0.2,
    ),
)

METRICS: Final[Mapping[str, Metric]] = MappingProxyType({metric.name: metric for metric in _ALL})
"""Every metric by its name.

From published figures: the contact time's slope and bend at 3 m/s are those of v = 0.58 / (contact time -
0.063), fitted to light-barrier contact times of 4 to 7 m/s; the time on the ball is about half of it. The
cadence rises by 0.085 steps/s for each m/s. Push-off, pull and impact follow annotated jogging strides at 2.8
and 3.9 m/s (511 and 695 deg/s, a pull of 0.7 of the push-off, 10.7 and 15.8 g). That feet land flatter when
the cadence rises has its direction from Heiderscheit et al. 2011. All else is our own choice, wide; that the
cadence wanders more than the rest is too.
"""
