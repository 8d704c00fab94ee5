"""The designed table of cases."""

from collections import Counter
from itertools import product

import pytest

from stridesense.model import Foot, StrikeType
from stridesense.validation.cases import MODELS, MOUNTINGS_DEG
from stridesense.validation.suite import suite


def test_there_are_enough_cases_each_with_its_own_seed() -> None:
    cases = suite()
    assert len(cases) >= 150
    assert len({case.wearer.seed for case in cases}) == len(cases)
    assert [case.number for case in cases] == list(range(len(cases)))


def test_each_factor_is_crossed_with_strike_and_runner() -> None:
    of_factor = Counter((case.factor, case.strike, case.wearer.model) for case in suite())
    for factor, strike, model in product({case.factor for case in suite()}, StrikeType, MODELS):
        heel_first = factor == "heel" and strike is StrikeType.REARFOOT
        assert (of_factor[factor, strike, model] == 0) == heel_first


def test_every_mounting_and_both_feet_are_worn_in_each_strike() -> None:
    for strike in StrikeType:
        chosen = [case for case in suite() if case.strike is strike]
        assert {case.wearer.mounting for case in chosen} == set(MOUNTINGS_DEG)
        feet = Counter((case.wearer.foot, case.wearer.model) for case in chosen)
        assert min(feet[foot, model] for foot, model in product((Foot.LEFT, Foot.RIGHT), MODELS)) >= 10


def test_a_tenth_still_has_every_strike_and_runner() -> None:
    few = suite(quick=True)
    assert set(few) < set(suite())
    assert len(few) <= 0.11 * len(suite())
    pairs = {(case.strike, case.wearer.model) for case in few}
    assert pairs == set(product(StrikeType, MODELS))


@pytest.mark.parametrize("number", [0, 100, 150, -1])
def test_a_case_becomes_the_session_that_it_says(number: int) -> None:
    case = suite()[number]
    scenario = case.scenario()
    assert scenario.feet == (str(case.wearer.foot),)
    assert scenario.pod.mount_deg(case.wearer.foot) == MOUNTINGS_DEG[case.wearer.mounting]
    assert scenario.pod.rate_hz == case.wearer.rate_hz
    assert scenario.runner.model == case.wearer.model
    run = scenario.block[-1]
    assert (run.strike, run.speed_mps, run.push) == (case.strike, case.speed_mps, case.push)
