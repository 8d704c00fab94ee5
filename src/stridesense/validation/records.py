"""The best published figures that were found, quoted with their conditions and sources."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Record:
    """A published figure."""

    quantity: str
    figure: str
    conditions: str
    source: str


_FALBRIARD_2018: Final = "Falbriard et al. 2018, Front. Physiol. 9:610"
_FALBRIARD_2020: Final = "Falbriard et al. 2020, Front. Bioeng. Biotechnol. 8:65 (abstract)"
_FALBRIARD_2021: Final = "Falbriard et al. 2021 (abstract)"
_35_RUNNERS: Final = (
    "foot sensor, 500 Hz, 35 runners, 10 ... 20 km/h, force plate at 7 % of body weight, offline"
)

RECORDS: Final = (
    Record(
        "initial contact", "k1: +11 ms, precision 2 ms; k12: +2, 3; k5: -4, 4", _35_RUNNERS, _FALBRIARD_2018
    ),
    Record("toe-off", "t1: -21 ms, precision 4 ms; t5: -4, 4; t9: 0, 5", _35_RUNNERS, _FALBRIARD_2018),
    Record(
        "toe-off",
        "+0.47 +- 3.84 ms",
        "foot sensor, 3.4 m/s, free of thresholds, offline",
        "Bailey and Harle 2015, SciTePress 56565 (abstract)",
    ),
    Record(
        "initial contact and toe-off",
        "median 5 and 0 ms",
        "10 runners, natural, rear-, mid- and forefoot strike, video at 200 Hz, 7056 events",
        "Prijot et al. 2020 (abstract)",
    ),
    Record(
        "contact time",
        "k1, t1: -30 ms, precision 4 ms; after a linear correction -2 +- 14 ms",
        _35_RUNNERS,
        _FALBRIARD_2018,
    ),
    Record(
        "contact time",
        "Stryd -5.2 %, RunScribe -2.3 %",
        "49 runners, 3.25 m/s, video at 1000 Hz",
        "Garcia-Pinillos et al. 2019",
    ),
    Record("stride time", "0 ms, precision 3 ms (of a step)", _35_RUNNERS, _FALBRIARD_2018),
    Record(
        "foot pitch just before landing",
        "2.0 +- 5.9 deg, precision 1.6 deg",
        "26 runners, 8, 12 and 16 km/h, optical reference",
        _FALBRIARD_2020,
    ),
    Record(
        "strike type",
        "92.2 % (rearfoot or not)",
        "12 runners, sensor on the dorsum",
        "van Werkhoven et al. 2019",
    ),
    Record(
        "speed",
        "direct integration: bias 0.08 m/s, precision 0.16; personalised: 0.00, 0.09",
        "33 runners outdoors, satellite reference",
        _FALBRIARD_2021,
    ),
    Record(
        "stride length",
        "0.022 +- 0.157 m",
        "sensor in the sole, 27 runners, 2377 strides",
        "Zrenner et al. 2018 (abstract)",
    ),
    Record("heel held, kissed or dropped in running, from a foot sensor", "none found", "", ""),
)
