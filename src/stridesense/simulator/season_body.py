"""What one virtual runner does at a speed, and how much each stride differs from that.

The usual values are rounded from the records that the full virtual runner leaves behind at 2.4 and 3.2 m/s,
the spreads too, but for the height of the heel, where a pod's own error is added. What differs from runner to
runner is our own choice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Final

import numpy as np

from stridesense.model import StrikeType
from stridesense.model.samples import FloatArray
from stridesense.simulator.season_plan import FaultKind

_BLOCK: Final = 512
_TAILS: Final = 5.0
_SLOW_MEMORY: Final = 0.9876


COLUMNS: Final = 13
(
    Z_CONTACT,
    Z_BALL,
    Z_STEP,
    Z_HEEL,
    Z_STRIKE,
    Z_PUSH,
    Z_PULL,
    Z_PULL_DELAY,
    Z_BRAKING,
    Z_IMPACT,
    Z_LOAD,
    Z_SPEED,
    Z_CHANCE,
) = range(COLUMNS)
"""Columns of what varies from stride to stride, in spreads; the last says whether something is missing."""

CONTACT_SPREAD: Final = 0.022
BALL_SPREAD: Final = 0.03
STEP_SPREAD: Final = 0.012
HEEL_SPREAD_MM: Final = 1.5
STRIKE_SPREAD_DEG: Final = 1.3
PUSH_SPREAD: Final = 0.05
PULL_SPREAD: Final = 0.04
PULL_DELAY_SPREAD_S: Final = 0.004
BRAKING_SPREAD: Final = 0.033
IMPACT_SPREAD: Final = 0.10
LOAD_SPREAD: Final = 0.02
SPEED_SPREAD: Final = 0.015

SHIFTS: Final[Mapping[FaultKind, Mapping[int, float]]] = MappingProxyType(
    {
        FaultKind.HELD_HEEL: {Z_HEEL: 1.0},
        FaultKind.HARD_PUSH: {Z_PUSH: 1.0},
        FaultKind.LATE_PULL: {Z_PULL_DELAY: 1.0, Z_PULL: -0.5},
        FaultKind.BRAKING: {Z_BRAKING: 1.0, Z_IMPACT: 0.3},
        FaultKind.HARD_LANDING: {Z_IMPACT: 1.0},
        FaultKind.LONG_CONTACT: {Z_CONTACT: 1.0},
        FaultKind.SLOW_CADENCE: {Z_STEP: 1.0},
        FaultKind.UNEVEN: {Z_CONTACT: 1.0, Z_STEP: 1.0},
    }
)
"""What a fault of one spread does to the columns of that foot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What distinguishes one runner: factors on the usual values, and values where the name has a unit.

    Attributes:
        strike: where the feet land.
        stride_time: longer or shorter strides at a speed.
        contact: longer or shorter contacts.
        right_contact: contact of the right foot over that of the left.
        push: harder or softer push-off.
        pull: pull rate over push-off rate.
        pull_delay_s: from toe-off to the fastest lifting, s.
        braking: forward speed of the foot at landing over that of the body.
        impact: harder or softer landings.
        heel_mm: usual lowest height of the heel, mm.
        restless: more or less difference from stride to stride.
        memory: correlation of one stride's difference with the next one's.
        slow_share: share of the variance that wanders over a minute; none in a steady runner.
    """

    strike: StrikeType = StrikeType.FOREFOOT
    stride_time: float = 1.0
    contact: float = 1.0
    right_contact: float = 1.0
    push: float = 1.0
    pull: float = 0.67
    pull_delay_s: float = 0.1
    braking: float = 0.2
    impact: float = 1.0
    heel_mm: float = 1.5
    restless: float = 1.0
    memory: float = 0.25
    slow_share: float = 0.0

    @classmethod
    def random(cls, chance: Random) -> "Body":
        """One runner of many."""
        strikes = (StrikeType.FOREFOOT, StrikeType.FOREFOOT, StrikeType.MIDFOOT, StrikeType.REARFOOT)
        return cls(
            strike=chance.choice(strikes),
            stride_time=chance.gauss(1.0, 0.03),
            contact=chance.gauss(1.0, 0.04),
            right_contact=chance.gauss(1.0, 0.015),
            push=chance.gauss(1.0, 0.08),
            pull=chance.gauss(0.67, 0.04),
            pull_delay_s=chance.uniform(0.09, 0.11),
            braking=chance.uniform(0.15, 0.25),
            impact=chance.gauss(1.0, 0.1),
            heel_mm=chance.uniform(0.0, 3.0),
            restless=chance.uniform(0.7, 1.4),
            memory=chance.uniform(0.1, 0.4),
            slow_share=chance.uniform(0.0, 0.2),
        )

    def stride_time_s(self, speed_mps: float) -> float:
        """Usual stride time at this speed, s."""
        return self.stride_time * (0.755 - 0.055 * (speed_mps - 2.8))

    def contact_time_s(self, speed_mps: float) -> float:
        """Usual contact time at this speed, s."""
        return float(self.contact * 0.286 * (2.8 / speed_mps) ** 0.55)

    def push_off_rate_dps(self, speed_mps: float) -> float:
        """Usual peak plantarflexion rate at this speed, deg/s."""
        return self.push * (50.0 + 166.0 * speed_mps)

    def impact_g(self, speed_mps: float) -> float:
        """Usual peak specific force at landing, g."""
        return self.impact * (3.0 + 2.5 * speed_mps)


def wandering(body: Body, seed: tuple[int, int]) -> Iterator[list[float]]:
    """Differences of one foot's strides without end, one row of `COLUMNS` values each.

    In spreads: Student's t with 5 degrees of freedom, scaled to variance 1, with a quick memory and a part
    that wanders slowly (time constant 80 strides). The last column is even between 0 and 1, without memory.
    """
    rng = np.random.default_rng(seed)
    quick, slow = rng.normal(size=COLUMNS), rng.normal(size=COLUMNS)
    quick_part = body.restless * (1.0 - body.slow_share) ** 0.5
    slow_part = body.restless * body.slow_share**0.5
    while True:
        news = rng.standard_t(_TAILS, size=(2, _BLOCK, COLUMNS)) * ((_TAILS - 2.0) / _TAILS) ** 0.5
        quicks, slows = _remembered(news[0], quick, body.memory), _remembered(news[1], slow, _SLOW_MEMORY)
        quick, slow = quicks[-1], slows[-1]
        rows = quick_part * quicks + slow_part * slows
        rows[:, Z_CHANCE] = rng.uniform(size=_BLOCK)
        yield from rows.tolist()


def _remembered(news: FloatArray, last: FloatArray, memory: float) -> FloatArray:
    """First-order memory down the rows (n, k), going on from the row `last` (k,); variance 1 stays 1."""
    sums = (1.0 - memory**2) ** 0.5 * news
    reach = 1
    while reach < len(sums):
        sums[reach:] = sums[reach:] + memory**reach * sums[:-reach]
        reach *= 2
    fading = memory ** np.arange(1.0, len(sums) + 1.0)
    remembered: FloatArray = sums + fading[:, None] * last
    return remembered
