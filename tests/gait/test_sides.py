"""Two feet that roll like each other's are taken for swapped, one foot or a few strides are not."""

from dataclasses import replace
from random import Random

import pytest

from stage_checks import run
from stridesense.gait.sides import SIDES_SWAPPED, Sides, SidesParams
from stridesense.model import Foot, Stride
from stridesense.pipeline import Pipeline
from stridesense.simulator import load, simulate

PARAMS = SidesParams()


def seen(strides: int, left_dps: float, right_dps: float, spread_dps: float = 30.0) -> Sides:
    """Both feet rolling at about these rates, each stride a little differently."""
    sides, chance = Sides(), Random(5)
    for _ in range(strides):
        sides.learn(Foot.LEFT, chance.gauss(left_dps, spread_dps), PARAMS)
        sides.learn(Foot.RIGHT, chance.gauss(right_dps, spread_dps), PARAMS)
    return sides


@pytest.mark.parametrize(
    ("left_dps", "right_dps", "swapped"),
    [
        (80.0, -70.0, False),
        (-80.0, 70.0, True),
        (80.0, 70.0, False),
        (-80.0, -70.0, False),
        (0.0, 0.0, False),
    ],
    ids=["as they should", "swapped", "right foot odd", "left foot odd", "no roll"],
)
def test_swapped_is_said_when_both_feet_roll_outward(
    left_dps: float, right_dps: float, *, swapped: bool
) -> None:
    assert seen(100, left_dps, right_dps).swapped(PARAMS) is swapped


def test_a_few_strides_prove_nothing() -> None:
    assert not seen(PARAMS.enough - 1, -80.0, 70.0).swapped(PARAMS)


def test_a_foot_of_unknown_side_proves_nothing() -> None:
    sides = Sides()
    for _ in range(100):
        sides.learn(Foot.UNKNOWN, -80.0, PARAMS)
    assert not sides.swapped(PARAMS)


def test_a_single_pod_proves_nothing() -> None:
    sides = Sides()
    for _ in range(100):
        sides.learn(Foot.RIGHT, 80.0, PARAMS)
    assert not sides.swapped(PARAMS)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("name", ["easy_run", "rearfoot", "soft_shoe"])
def test_pods_on_the_wrong_feet_are_noticed(name: str, *, swapped: bool) -> None:
    other = {Foot.LEFT: Foot.RIGHT, Foot.RIGHT: Foot.LEFT}
    packets = simulate(load(name).shortened(45.0)).packets()
    worn = (replace(packet, foot=other[packet.foot]) if swapped else packet for packet in packets)
    told = [out for out in run(Pipeline(), worn) if isinstance(out, Stride)]
    assert [SIDES_SWAPPED in out.flags for out in told[-10:]] == [swapped] * 10
