"""Running strides made by hand."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from stridesense.model import Foot, Gait, HeelState, Stride, StrikeType

BOTH = (Foot.LEFT, Foot.RIGHT)
STRIDE_S = 0.7


def stride(
    index: int, foot: Foot = Foot.LEFT, state: HeelState | None = HeelState.KISSED, **changes: Any
) -> Stride:
    """The `index`th running stride, all of 0.7 s."""
    start_s = STRIDE_S * index
    base = Stride(
        foot=foot,
        index=index,
        gait=Gait.RUN,
        initial_contact_s=start_s,
        terminal_contact_s=start_s + 0.25,
        stride_time_s=STRIDE_S,
        contact_time_s=0.25,
        cadence_spm=120.0 / STRIDE_S,
        speed_mps=3.0,
        strike_type=StrikeType.FOREFOOT,
        quality=0.9,
        heel_state=state,
        heel_height_mm=20.0 if state is HeelState.HELD else 1.0,
        push_off_rate_dps=540.0,
        pull_delay_s=0.06,
        braking_index=0.3,
        impact_g=9.0,
        slope_deg=0.0,
        calf_load=1.0,
    )
    return replace(base, **changes)


def varied(
    first: int, count: int, seed: int = 1, feet: tuple[Foot, ...] = BOTH, **factors: float
) -> Iterator[Stride]:
    """Strides with a runner's own scatter; `factors` multiply fields of them."""
    rng = Random(seed + first)
    for index in range(first, first + count):
        for foot in feet:
            made = stride(index, foot)
            values = {
                name: getattr(made, name) * factors.get(name, 1.0) * rng.gauss(1.0, spread)
                for name, spread in SCATTER.items()
            }
            yield replace(made, **values)


SCATTER = {
    "contact_time_s": 0.02,
    "cadence_spm": 0.01,
    "push_off_rate_dps": 0.05,
    "pull_delay_s": 0.08,
    "braking_index": 0.1,
    "impact_g": 0.08,
    "speed_mps": 0.02,
}
