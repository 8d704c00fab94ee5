"""The designed table of cases: each factor over its range, crossed with strike type and runner model."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import count, product
from typing import Any, Final

import numpy as np

from stridesense.model import Foot, StrikeType
from stridesense.validation.cases import MODELS, MOUNTINGS_DEG, USUAL_MOUNTING, Case, Wearer

SPEEDS_MPS: Final = (2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 7.0)
RATES_HZ: Final = (100, 400, 1000)
RATE_SPEEDS_MPS: Final = (2.8, 4.5)
HEELS: Final = (("partial", 8.0), ("held", 10.0), ("held", 20.0))
HEEL_SPEEDS_MPS: Final = (2.8, 4.0)
PUSHES: Final = (0.75, 0.9, 1.2, 1.35)
PULLS: Final = (0.7, 0.85, 1.15, 1.3)
SLOPES_PERCENT: Final = (-8.0, -4.0, 4.0, 8.0)
NOISES: Final = (2.0,)
ALL_AT_ONCE: Final = "all at once"
MIXTURES: Final = 5

_WEARER: Final = frozenset({"rate_hz", "mounting", "noise"})
_FIRST_SEED: Final = 2018
_QUICK_STEP: Final = 11
"""About a tenth; prime to the six pairs of strike and model, so that each of them stays."""


def suite(*, quick: bool = False) -> tuple[Case, ...]:
    """Every case in a fixed order with fixed seeds; `quick` takes about a tenth, of every kind."""
    numbers = count()
    cases = tuple(
        _case(next(numbers), factor, model, strike, choice)
        for factor, choices in _factors().items()
        for choice in choices
        for strike, model in product(StrikeType, MODELS)
        if strike is not StrikeType.REARFOOT or "held_mm" not in choice
    )
    cases += tuple(_mixtures(numbers))
    return cases[::_QUICK_STEP] if quick else cases


def _factors() -> Mapping[str, Iterable[Mapping[str, Any]]]:
    """Each factor with what it sets, one mapping a level."""
    return {
        "speed": [{"speed_mps": speed} for speed in SPEEDS_MPS],
        "rate": [{"rate_hz": r, "speed_mps": v} for r, v in product(RATES_HZ, RATE_SPEEDS_MPS)],
        "mounting": [{"mounting": name} for name in MOUNTINGS_DEG if name != USUAL_MOUNTING],
        "heel": [
            {"heel": heel, "held_mm": mm, "speed_mps": speed}
            for (heel, mm), speed in product(HEELS, HEEL_SPEEDS_MPS)
        ],
        "push": [{"push": push} for push in PUSHES],
        "pull": [{"pull": pull} for pull in PULLS],
        "slope": [{"grade_percent": slope} for slope in SLOPES_PERCENT],
        "noise": [{"noise": noise} for noise in NOISES],
    }


def _mixtures(numbers: Iterator[int]) -> Iterator[Case]:
    """Cases in which every factor takes some level at once, drawn by a fixed seed."""
    rng = np.random.default_rng(_FIRST_SEED)
    for strike, model, _ in product(StrikeType, MODELS, range(MIXTURES)):
        heel, held_mm = [("kiss", None), *HEELS][0 if strike is StrikeType.REARFOOT else rng.integers(4)]
        choice = {
            "speed_mps": float(rng.choice(SPEEDS_MPS[:-1])),
            "rate_hz": int(rng.choice((200, 400, 1000))),
            "mounting": str(rng.choice(list(MOUNTINGS_DEG))),
            "heel": heel,
            "held_mm": held_mm,
            "push": float(rng.choice((1.0, *PUSHES))),
            "pull": float(rng.choice((1.0, *PULLS))),
            "grade_percent": float(rng.choice((0.0, *SLOPES_PERCENT))),
            "noise": float(rng.choice((1.0, *NOISES))),
        }
        yield _case(next(numbers), ALL_AT_ONCE, model, strike, choice)


def _case(number: int, factor: str, model: str, strike: StrikeType, choice: Mapping[str, Any]) -> Case:
    worn = {name: value for name, value in choice.items() if name in _WEARER}
    run = {name: value for name, value in choice.items() if name not in _WEARER}
    foot = (Foot.LEFT, Foot.RIGHT)[(number // 2 + number // 4) % 2]
    wearer = Wearer(model=model, seed=_FIRST_SEED + number, foot=foot, **worn)
    return Case(number=number, factor=factor, wearer=wearer, strike=strike, **run)
