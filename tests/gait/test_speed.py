"""A runner's own correction of integrated speed."""

import tomllib

import numpy as np
import pytest

from gait.travelling import running, session, travelled
from stridesense.errors import InputError
from stridesense.gait.speed import SpeedCalibration
from stridesense.model import Foot

BELT_SD_MPS = 0.15


def learned_from(pairs: list[tuple[float, float]]) -> SpeedCalibration:
    """Integrated and known speeds, one after the other."""
    calibration = SpeedCalibration()
    for integrated_mps, known_mps in pairs:
        calibration = calibration.learned(integrated_mps, known_mps, BELT_SD_MPS)
    return calibration


def test_without_a_known_speed_it_is_plain_integration() -> None:
    assert [SpeedCalibration().speed_mps(speed) for speed in (1.4, 3.0, 6.5)] == [1.4, 3.0, 6.5]


def test_a_constant_share_and_one_that_grows_with_speed_are_learned() -> None:
    chance = np.random.default_rng(4)
    known = np.repeat((2.5, 3.5, 4.5), 200)
    integrated = known * (1.03 + 0.008 * (known - 3.0)) + chance.normal(0.0, 0.03, len(known))
    calibration = learned_from(list(zip(integrated, known, strict=True)))
    assert calibration.strides == len(known)
    for true_mps in (2.5, 3.0, 5.0):
        seen_mps = true_mps * (1.03 + 0.008 * (true_mps - 3.0))
        assert calibration.speed_mps(seen_mps) == pytest.approx(true_mps, rel=0.006)


def test_one_stride_moves_little_and_one_speed_leaves_the_line_alone() -> None:
    assert learned_from([(3.0, 3.3)]).scale == pytest.approx(1.03, abs=0.01)
    usual = learned_from([(3.0, 2.94)] * 300)
    assert usual.scale == pytest.approx(0.98, abs=0.002)
    assert usual.slope_s_per_m == pytest.approx(0.0, abs=1e-9)
    assert usual.slope_variance == SpeedCalibration().slope_variance


def test_a_mistaken_reference_cannot_run_away() -> None:
    assert learned_from([(3.0, 9.0)] * 500).speed_mps(3.0) < 4.3


def test_it_goes_through_a_profile_unchanged() -> None:
    calibration = learned_from([(2.5, 2.4), (3.5, 3.3), (4.5, 4.2)] * 50)
    text = "\n".join(f"{key} = {value!r}" for key, value in calibration.to_table().items())
    assert SpeedCalibration.from_table(tomllib.loads(text)) == calibration


@pytest.mark.parametrize(
    "table",
    [
        {"scale": 0.0},
        {"scale": float("nan")},
        {"scale_variance": -1.0},
        {"covariance": 1.0},
        {"strides": -3},
        {"pace": 1.0},
    ],
    ids=str,
)
def test_a_spoilt_profile_is_refused_in_one_sentence(table: dict[str, float]) -> None:
    with pytest.raises(InputError, match="speed calibration"):
        SpeedCalibration.from_table(table)


@pytest.mark.parametrize("model", ["rigid_sole", "soft_shoe"])
def test_a_treadmill_makes_both_runners_right_at_a_speed_it_never_had(model: str) -> None:
    def speeds(speed_mps: float) -> list[tuple[float, float]]:
        run = session(model, running(speed_mps, "forefoot", 20.0), seed=6)
        strides = [stride for stride in travelled(run, Foot.LEFT) if stride.true.initial_contact_s > 6.0]
        return [(s.seen.length_m / s.seen.duration_s, s.true.speed_mps or 0.0) for s in strides]

    calibration = learned_from([*speeds(2.5), *speeds(3.5)])
    new = np.array(speeds(4.5))
    before, after = new[:, 0] - new[:, 1], [calibration.speed_mps(x) for x in new[:, 0]] - new[:, 1]
    assert abs(after.mean()) < 0.03
    assert abs(after.mean()) < abs(before.mean())
    assert after.std() < 0.06
