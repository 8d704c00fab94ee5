"""What a hop adds up to, against the sums of numpy; and the axis that is found in it, against its solver."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from stridesense.dsp.alignment import along, foot_axes, mediolateral_axis, stillness
from stridesense.dsp.kernels import Packed
from stridesense.dsp.survey import NOTHING, SurveyParams, SurveyState, opened, survey, surveyed
from stridesense.model.samples import FloatArray
from stridesense.units import G_PER_MPS2, RAD_PER_DEG, STANDARD_GRAVITY_MPS2

BIAS_RADPS = np.array([0.02, -0.03, 0.01])
AXES = foot_axes(np.array([0.1, -0.9, 0.2]), np.array([0.0, 0.0, 1.0]), BIAS_RADPS)
PARAMS = SurveyParams()
TRIANGLE = ("turn_xx", "turn_xy", "turn_xz", "turn_yy", "turn_yz", "turn_zz")


def hop(seed: int, spin_radps: float, n: int = 80) -> FloatArray:
    """Rows (8, n) of a foot that turns at random, faster and faster."""
    rng = np.random.default_rng(seed)
    gyr = rng.normal(0.0, spin_radps, (3, n)) * np.linspace(0.0, 1.0, n)
    acc = rng.normal([[0.5], [-0.3], [9.7]], 1.0, (3, n))
    return np.array([np.arange(n) / 208.0, *acc, *gyr, np.zeros(n)])


def added_up(rows: FloatArray, cuts: list[int], *, aligned: bool) -> SurveyState:
    """The sums over rows that come in pieces."""
    memory = opened(AXES if aligned else None, BIAS_RADPS)
    for start, stop in pairwise([0, *cuts, rows.shape[1]]):
        survey(memory, Packed.of(PARAMS), np.ascontiguousarray(rows[:, start:stop]), NOTHING)
    return surveyed(memory)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("aligned", [False, True])
def test_products_are_those_of_the_moving_samples(seed: int, *, aligned: bool) -> None:
    rows = hop(seed, 6.0)
    turning = rows[4:7] - BIAS_RADPS[:, None]
    if aligned:
        moving = AXES.ml @ turning > PARAMS.swing_dps * RAD_PER_DEG
    else:
        moving = np.linalg.norm(turning, axis=0) > PARAMS.moving_dps * RAD_PER_DEG
    sums = added_up(rows, [], aligned=aligned)
    assert 3 < sums.moving < len(moving) - 3
    assert sums.moving == moving.sum()
    expected = (turning[:, moving] @ turning[:, moving].T)[np.triu_indices(3)]
    assert [getattr(sums, name) for name in TRIANGLE] == pytest.approx(expected, rel=1e-12)


def test_sums_of_standing_end_at_the_first_restless_sample() -> None:
    rows = hop(1, 1.5)
    first = int(np.argmax(np.abs(rows[4:7]).max(axis=0) > PARAMS.restless_dps * RAD_PER_DEG))
    sums = added_up(rows, [], aligned=False)
    assert first > 10
    assert (sums.restless, sums.calm) == (1, first)
    acc, gyr = rows[1:4, :first], rows[4:7, :first]
    force_g = np.linalg.norm(acc, axis=0) * G_PER_MPS2
    assert (sums.acc_x, sums.acc_y, sums.acc_z) == pytest.approx(acc.sum(axis=1))
    assert (sums.acc_g, sums.acc_g2) == pytest.approx((force_g.sum(), (force_g**2).sum()))
    assert (sums.gyr_x, sums.gyr_y, sums.gyr_z) == pytest.approx(gyr.sum(axis=1))
    assert (sums.gyr_x2, sums.gyr_y2, sums.gyr_z2) == pytest.approx((gyr**2).sum(axis=1))


@pytest.mark.parametrize("cuts", [[1], [7, 8, 40], list(range(1, 80))])
def test_pieces_add_up_to_the_same_bits_as_the_whole(cuts: list[int]) -> None:
    rows = hop(2, 4.0)
    assert added_up(rows, cuts, aligned=True) == added_up(rows, [], aligned=True)


def test_stillness_tells_the_means() -> None:
    rng = np.random.default_rng(3)
    acc = rng.normal((1.0, 2.0, 9.5), 0.05, (52, 3))
    gyr = rng.normal((0.05, -0.02, 0.1), 0.002, (52, 3))
    seen = stillness(acc, gyr)
    assert seen is not None
    assert seen.bias_radps == pytest.approx(gyr.mean(axis=0))
    assert seen.up == pytest.approx(acc.mean(axis=0) / np.linalg.norm(acc.mean(axis=0)))


@pytest.mark.parametrize(
    ("what", "most"),
    [("jolt_dps", 45.0), ("bias_dps", 12.0), ("sway_dps", 3.0), ("shake_g", 0.03), ("heavy_g", 0.12)],
)
def test_a_foot_is_still_up_to_a_limit(what: str, most: float) -> None:
    for share, still in ((0.98, True), (1.02, False)):
        size = {what: share * most}
        sway = np.where(np.arange(1000) % 2 == 0, 1.0, -1.0)
        gyr, acc = np.zeros((1000, 3)), np.zeros((1000, 3))
        gyr[:, 0] = size.get("bias_dps", 0.0) + size.get("sway_dps", 0.0) * sway
        gyr[5, 1] = -size.get("jolt_dps", 0.0)
        acc[:, 2] = 1.0 + size.get("heavy_g", 0.0) + size.get("shake_g", 0.0) * sway
        seen = stillness(acc * STANDARD_GRAVITY_MPS2, gyr * RAD_PER_DEG)
        assert (seen is not None) is still


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    "up", [*np.eye(3), -np.eye(3)[1], *Rotation.random(4, random_state=1).as_matrix()[0]]
)
def test_the_level_axis_is_the_principal_one_of_the_level_part(seed: int, up: FloatArray) -> None:
    turning = np.random.default_rng(seed).normal(0.0, (1.0, 3.0, 2.0), (200, 3))
    rotation = turning.T @ turning
    level = np.eye(3) - np.outer(up, up)
    values, vectors = np.linalg.eigh(level @ rotation @ level)
    axis, share = mediolateral_axis(rotation, up)
    assert share == pytest.approx(values[-1] / np.trace(rotation), rel=1e-9)
    assert abs(along(axis, vectors[:, -1])) == pytest.approx(1.0, abs=1e-9)
    assert along(axis, up) == pytest.approx(0.0, abs=1e-9)
