"""How long to wait before the next try."""

import random
from collections.abc import Iterator
from typing import Final

FIRST_S: Final = 0.1
CAP_S: Final = 2.0
SPREAD: Final = 0.2
"""Share of each delay that is left to chance, so that many clients of one broker do not return at once."""


def delays_s(rng: random.Random) -> Iterator[float]:
    """Delays in seconds without end: doubling from 0.1 s, then never below 2 s and never above 2.4 s."""
    delay_s = FIRST_S
    while True:
        yield delay_s * (1.0 + SPREAD * rng.random())
        delay_s = min(2.0 * delay_s, CAP_S)
