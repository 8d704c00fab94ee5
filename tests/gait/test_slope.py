"""The slope of the ground, on virtual runners who know it."""

from itertools import pairwise

import numpy as np
import pytest

from gait.travelling import Travelled, running, session, travelled
from stridesense.gait.slope import SlopeParams, SlopeState, follow_slope
from stridesense.model import Foot
from stridesense.units import DEG_PER_RAD

PARAMS = SlopeParams()
UP_8_DEG = float(np.degrees(np.arctan(0.08)))


def followed(strides: list[Travelled], *, stood: bool = True) -> list[SlopeState]:
    """The state after each stride."""
    states = [SlopeState.begin(PARAMS, strides[0].true.initial_contact_s, stood=stood)]
    for stride in strides:
        seen_deg = stride.seen.slope_rad * DEG_PER_RAD
        states.append(follow_slope(states[-1], PARAMS, seen_deg, stride.following.initial_contact_s))
    return states[1:]


@pytest.mark.parametrize("strike", ["forefoot", "rearfoot"])
@pytest.mark.parametrize("model", ["rigid_sole", "soft_shoe"])
def test_a_hill_is_known_after_twenty_strides(model: str, strike: str) -> None:
    grades = (0.0, 8.0, -8.0)
    blocks = "".join(running(3.0, strike, 20.0, grade_percent=grade) for grade in grades)
    for foot in (Foot.LEFT, Foot.RIGHT):
        strides = travelled(session(model, blocks, seed=3), foot)
        states = followed(strides)
        for begin_s, slope_deg in ((3.0, 0.0), (23.0, UP_8_DEG), (43.0, -UP_8_DEG)):
            block = [i for i, s in enumerate(strides) if begin_s < s.true.initial_contact_s < begin_s + 19.0]
            errors = [states[i].slope_deg - slope_deg for i in block[20:]]
            assert errors
            assert max(np.abs(errors)) < 1.2


def test_level_ground_stays_level_for_ten_minutes() -> None:
    """A constant error of two degrees and chance of 0.4 deg from stride to stride."""
    chance = np.random.default_rng(8)
    states = [SlopeState.begin(PARAMS, 0.0, stood=True)]
    for i in range(800):
        states.append(follow_slope(states[-1], PARAMS, 2.0 + chance.normal(0.0, 0.4), 0.75 * (i + 1)))
    assert max(abs(state.slope_deg) for state in states) < 0.7
    assert states[-1].offset_deg == pytest.approx(2.0, abs=0.5)


def test_what_is_said_of_the_error_is_true() -> None:
    chance, outside = np.random.default_rng(9), 0
    for _ in range(200):
        offset_deg = chance.normal(0.0, PARAMS.offset_deg)
        state = SlopeState.begin(PARAMS, 0.0, stood=True)
        slope_deg = chance.normal(0.0, PARAMS.start_deg)
        for i in range(60):
            slope_deg += chance.normal(0.0, PARAMS.drift_deg * np.sqrt(0.7))
            seen_deg = slope_deg + offset_deg + chance.normal(0.0, PARAMS.noise_deg)
            state = follow_slope(state, PARAMS, seen_deg, 0.7 * (i + 1))
        outside += abs(state.slope_rad * DEG_PER_RAD - slope_deg) > 2.0 * state.slope_sd_rad * DEG_PER_RAD
    assert 1 <= outside <= 24


def test_without_a_standing_start_the_slope_is_unsure() -> None:
    strides = travelled(session("rigid_sole", running(3.0, "midfoot")), Foot.LEFT)
    stood, unknown = followed(strides)[-1], followed(strides, stood=False)[-1]
    assert unknown.slope_sd_rad > 2.0 * stood.slope_sd_rad


def test_a_stair_is_no_slope_and_a_pause_makes_unsure() -> None:
    state = SlopeState.begin(PARAMS, 0.0, stood=True)
    for i in range(20):
        state = follow_slope(state, PARAMS, 0.3, 0.7 * (i + 1))
    after = follow_slope(state, PARAMS, 35.0, 80.0)
    assert after.slope_deg == state.slope_deg
    assert after.slope_sd_rad > 1.5 * state.slope_sd_rad
    steps = [state, *(follow_slope(state, PARAMS, 3.0, 15.0 + pause_s) for pause_s in (0.0, 20.0, 80.0))]
    assert all(later.slope_deg > earlier.slope_deg for earlier, later in pairwise(steps))
