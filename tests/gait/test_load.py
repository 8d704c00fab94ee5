"""The load index orders landings as physiology does, and says nothing where it knows nothing."""

from dataclasses import replace
from math import pi
from typing import Any, Literal

import numpy as np
import pytest

from gait.making import stride
from stage_checks import run
from stridesense.gait.bilateral import CLOCK_UNSURE, FEET_TOGETHER
from stridesense.gait.load import DEFAULT, Mechanics, calf_load, lever_course, stance_load_bwms
from stridesense.gait.spring_mass import peak_force_bw
from stridesense.model import Foot, Gait, HeelState, Stride, StrikeType
from stridesense.pipeline import Pipeline
from stridesense.simulator import Scenario, simulate
from stridesense.simulator.scenario import Block

USUAL = stride(
    contact_s=0.25,
    flight_time_s=0.10,
    strike_type=StrikeType.MIDFOOT,
    heel_state=HeelState.KISSED,
    heel_height_mm=0.0,
)
LANDINGS = {
    "rearfoot": replace(USUAL, strike_type=StrikeType.REARFOOT, heel_state=HeelState.REARFOOT),
    "midfoot": USUAL,
    "kissed": replace(USUAL, strike_type=StrikeType.FOREFOOT),
    "held": replace(USUAL, strike_type=StrikeType.FOREFOOT, heel_state=HeelState.HELD, heel_height_mm=20.0),
}

HOP = stride(contact_s=0.20, stride_s=0.45, gait=Gait.HOP, heel_state=HeelState.KISSED, heel_height_mm=0.0)


def load(of: Stride) -> float:
    told = calf_load(of)
    assert told is not None
    return told


def test_a_usual_midfoot_stride_is_one() -> None:
    assert load(USUAL) == pytest.approx(1.0)


def test_held_heels_load_more_than_kissed_ones_midfoot_and_rearfoot_landings() -> None:
    rearfoot, midfoot, kissed, held = (load(landing) for landing in LANDINGS.values())
    assert rearfoot < midfoot < kissed < held
    assert 1.09 <= held / kissed <= 1.18
    assert held / midfoot == pytest.approx(1.12, abs=0.02)
    assert held / rearfoot == pytest.approx(1.28, abs=0.03)


@pytest.mark.parametrize("strike", list(StrikeType))
@pytest.mark.parametrize("held", [0.0, 0.4, 1.0])
def test_the_integral_is_exact(strike: StrikeType, held: float) -> None:
    lever = lever_course(strike, held, 0.22, 0.47, DEFAULT)
    share = np.linspace(0.0, 1.0, 100_001)
    knots, levers_m = zip(*lever, strict=True)
    lever_m = np.interp(share, knots, levers_m)
    force_bw = peak_force_bw(0.24, 0.11) * np.sin(pi * share)
    expected = 0.24 * np.trapezoid(force_bw * lever_m, share)
    assert stance_load_bwms(0.24, 0.11, lever) == pytest.approx(float(expected), rel=1e-6)


def test_load_rises_with_the_height_of_the_heel_and_then_no_further() -> None:
    forefoot = replace(USUAL, strike_type=StrikeType.FOREFOOT)
    loads = [load(replace(forefoot, heel_height_mm=height)) for height in (0.0, 4.0, 8.0, 12.0)]
    assert loads == sorted(set(loads))
    assert load(replace(forefoot, heel_height_mm=30.0)) == loads[-1]


def test_a_heel_that_leaves_sooner_loads_more() -> None:
    assert load(replace(USUAL, heel_off_s=0.30 * 0.25)) > load(replace(USUAL, heel_off_s=0.60 * 0.25))


def test_a_heel_that_cannot_have_left_yet_counts_as_unseen() -> None:
    assert load(replace(LANDINGS["rearfoot"], heel_off_s=0.1 * 0.25)) == load(LANDINGS["rearfoot"])


def test_a_heel_that_nobody_saw_lies_between_kissed_and_held() -> None:
    unseen = replace(LANDINGS["kissed"], heel_state=None, heel_height_mm=None)
    assert load(LANDINGS["kissed"]) < load(unseen) < load(LANDINGS["held"])


@pytest.mark.parametrize(
    "unknown",
    [{"gait": Gait.WALK}, {"flight_time_s": None}, {"strike_type": None}],
    ids=lambda unknown: next(iter(unknown)),
)
def test_what_cannot_be_told_is_absent(unknown: dict[str, Any]) -> None:
    assert calf_load(replace(USUAL, **unknown)) is None
    assert run(Mechanics(), [replace(USUAL, **unknown)])[0].calf_load is None


def test_moments_out_of_order_do_no_harm() -> None:
    odd = replace(LANDINGS["kissed"], heel_down_s=0.24, heel_off_s=0.01)
    assert 0.5 < load(odd) < 2.0


def test_the_stage_adds_the_load_and_the_model_values() -> None:
    (told,) = run(Mechanics(), [LANDINGS["held"]])
    assert told.calf_load == load(LANDINGS["held"])
    assert told.model_peak_force_bw == peak_force_bw(0.25, 0.10)
    assert told.model_com_drop_m is not None
    assert told.model_vertical_stiffness_npmkg is not None


def test_a_hop_on_one_leg_carries_the_body_through_its_whole_cycle() -> None:
    lever = lever_course(StrikeType.FOREFOOT, 0.0, DEFAULT.heel_down_share, DEFAULT.heel_off_share, DEFAULT)
    usual = lever_course(StrikeType.MIDFOOT, 0.0, DEFAULT.heel_down_share, DEFAULT.heel_off_share, DEFAULT)
    expected = stance_load_bwms(0.20, 0.25, lever) / stance_load_bwms(0.25, 0.10, usual)
    assert load(HOP) == pytest.approx(expected)
    assert load(HOP) == pytest.approx(1.31, abs=0.1)


@pytest.mark.parametrize(
    "other_foot",
    [{"flags": (FEET_TOGETHER,)}, {"flags": (CLOCK_UNSURE,)}, {"step_time_s": 0.22}],
    ids=["together", "in turn, clocks unsure", "in turn"],
)
def test_two_legs_share_a_hop(other_foot: dict[str, Any]) -> None:
    assert load(replace(HOP, **other_foot)) == pytest.approx(0.5 * load(HOP))


@pytest.mark.parametrize("strike", [None, *StrikeType])
def test_a_hop_lands_on_the_ball_whatever_is_known_of_its_strike(strike: StrikeType | None) -> None:
    assert load(replace(HOP, strike_type=strike)) == load(HOP)


def test_a_hop_with_its_heel_held_loads_more() -> None:
    held = replace(HOP, heel_state=HeelState.HELD, heel_height_mm=20.0)
    unseen = replace(HOP, heel_state=None, heel_height_mm=None)
    assert load(HOP) < load(unseen) < load(held)


@pytest.mark.parametrize("stride_s", [None, 1.5], ids=["the last hop", "a hop before a wait"])
def test_a_hop_whose_flight_is_unknown_has_no_load(stride_s: float | None) -> None:
    assert calf_load(replace(HOP, stride_time_s=stride_s)) is None


def test_the_stage_bills_hops_and_gives_them_no_model_values() -> None:
    (told,) = run(Mechanics(), [HOP])
    assert told.calf_load == load(HOP)
    assert told.model_peak_force_bw is None


@pytest.mark.parametrize(("on", "expected"), [("both", 0.64), ("left", 1.29)])
def test_simulated_hops_are_billed_to_the_legs_that_make_them(
    on: Literal["both", "left"], expected: float
) -> None:
    stand, hops = Block(activity="stand", duration_s=4.0), Block(activity="hop", duration_s=8.0, hop_on=on)
    scenario = Scenario(name="hops", seed=3, feet=("left", "right"), block=(stand, hops, stand))
    told = [one for one in run(Pipeline(), simulate(scenario).packets()) if isinstance(one, Stride)]
    settled = [one.calf_load for one in told if one.initial_contact_s > 8.0 and one.calf_load is not None]
    assert {one.foot for one in told} == ({Foot.LEFT, Foot.RIGHT} if on == "both" else {Foot.LEFT})
    assert float(np.median(settled)) == pytest.approx(expected, abs=0.08)
