"""The truth says what the runner did."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from stridesense.model import Foot, Gait, HeelState, StrikeType
from stridesense.simulator import StrideTruth, load, parse, simulate


@cache
def strides_of(name: str) -> tuple[StrideTruth, ...]:
    return simulate(load(name)).truth


def stride_fields(name: str, field: str) -> np.ndarray:
    return np.array([getattr(stride, field) for stride in strides_of(name)])


def test_a_kissed_heel_comes_down_soon_after_the_contact() -> None:
    for stride in strides_of("easy_run"):
        assert stride.heel_state is HeelState.KISSED
        assert stride.heel_height_mm < 2.0
        assert stride.heel_down_s is not None
        assert 0.02 < stride.heel_down_s - stride.initial_contact_s < 0.09
        assert 0.02 < stride.heel_dwell_s < stride.contact_time_s


def test_a_held_heel_never_comes_down_and_stays_as_high_as_asked() -> None:
    for stride in strides_of("held_heel"):
        assert stride.heel_state is HeelState.HELD
        assert stride.heel_down_s is None
        assert stride.heel_dwell_s == 0.0
        assert stride.heel_height_mm == pytest.approx(20.0, abs=5.0)


def test_a_rearfoot_landing_is_one() -> None:
    assert {s.strike_type for s in strides_of("rearfoot")} == {StrikeType.REARFOOT}
    assert {s.heel_state for s in strides_of("rearfoot")} == {HeelState.REARFOOT}
    assert {s.heel_down_s == s.initial_contact_s for s in strides_of("rearfoot")} == {True}


@pytest.mark.parametrize("name", ["easy_run", "held_heel", "rearfoot", "walk_run_stop", "rope_jump"])
def test_moments_of_a_stride_are_in_their_order(name: str) -> None:
    for stride in strides_of(name):
        heel_down_s = stride.heel_down_s or stride.initial_contact_s
        moments = [stride.initial_contact_s, heel_down_s, stride.heel_off_s, stride.terminal_contact_s]
        assert moments == sorted(moments)
        assert stride.stride_time_s is None or stride.stride_time_s > stride.contact_time_s


def test_an_active_push_off_pushes_harder_and_pulls_less() -> None:
    for field, low, high in (("push_off_rate_dps", 1.3, 1.5), ("pull_rate_dps", 0.6, 0.85)):
        ratio = np.median(stride_fields("active_push_off", field)) / np.median(
            stride_fields("easy_run", field)
        )
        assert low < ratio < high


def test_running_flies_and_walking_has_both_feet_down() -> None:
    for stride in strides_of("walk_run_stop"):
        if stride.stride_time_s is not None and stride.speed_mps is not None:
            share = stride.contact_time_s / stride.stride_time_s
            assert (share < 0.5) is (stride.gait is Gait.RUN)


def test_feet_take_turns_in_running() -> None:
    feet = [stride.foot for stride in strides_of("easy_run")]

    assert all(a is not b for a, b in pairwise(feet))


def test_speed_is_the_speed_of_the_block() -> None:
    steady = [s.speed_mps for s in strides_of("easy_run") if 6.0 < s.initial_contact_s < 40.0]

    assert steady == pytest.approx([2.8] * len(steady), rel=1e-3)


def test_hops_stay_on_the_spot() -> None:
    lengths_m = [s.stride_length_m for s in strides_of("rope_jump") if s.stride_length_m is not None]

    assert {stride.gait for stride in strides_of("rope_jump")} == {Gait.HOP}
    assert max(lengths_m) == pytest.approx(0.0, abs=1e-9)


def test_a_slope_lifts_the_runner_and_leaves_the_heel_down() -> None:
    run = simulate(load("hill"))
    way = run.continuous(Foot.LEFT)
    uphill = [s for s in run.truth if s.foot is Foot.LEFT and 18.0 < s.initial_contact_s < 28.0]
    first, last = (np.searchsorted(way.t_s, s.initial_contact_s) for s in (uphill[0], uphill[-1]))
    climbed = way.position_m[last] - way.position_m[first]

    assert climbed[2] / climbed[0] == pytest.approx(0.05, abs=0.003)
    assert max(stride.heel_height_mm for stride in run.truth) < 2.0
    middle_s = np.array([s.initial_contact_s + 0.35 * s.contact_time_s for s in uphill])
    pitch_deg = np.degrees(run.feet[Foot.LEFT].trajectory.pitch(middle_s))
    assert pitch_deg == pytest.approx(np.degrees(np.arctan(0.05)), abs=0.8)


def test_one_leg_tires_and_the_other_does_not() -> None:
    contacts = {
        foot: [s.contact_time_s for s in strides_of("fatigue_one_sided") if s.foot is foot] for foot in Foot
    }

    def change_percent(foot: Foot) -> float:
        third = len(contacts[foot]) // 3
        return 100.0 * (np.mean(contacts[foot][-third:]) / np.mean(contacts[foot][:third]) - 1.0)

    assert change_percent(Foot.LEFT) > 4.0
    assert abs(change_percent(Foot.RIGHT)) < 1.0


def test_continuous_truth_agrees_with_the_strides() -> None:
    run = simulate(load("easy_run").shortened(15.0))
    for foot in (Foot.LEFT, Foot.RIGHT):
        way = run.continuous(foot)
        for stride in (s for s in run.truth if s.foot is foot):
            at = np.searchsorted(way.t_s, stride.initial_contact_s)
            assert way.theta_deg[at] == pytest.approx(stride.strike_angle_deg, abs=0.2)
            swing = (way.t_s > stride.terminal_contact_s) & (way.t_s < stride.terminal_contact_s + 0.3)
            assert way.heel_height_mm[swing].min() > 40.0


def test_strides_vary_like_a_runner_s_and_not_at_all_when_told_so() -> None:
    times = [s.stride_time_s for s in strides_of("easy_run") if 8.0 < s.initial_contact_s < 40.0]
    still = simulate(
        parse('[variability]\namount = 0\n[[block]]\nactivity = "run"\nduration_s = 9\n', "machine")
    )
    machine = [s.contact_time_s for s in still.truth if s.foot is Foot.LEFT]

    assert 0.006 < np.std(times) / np.mean(times) < 0.02
    assert np.ptp(machine) < 1e-9


def test_the_record_is_plain_json_without_what_does_not_exist() -> None:
    import json

    record = json.loads(json.dumps(strides_of("held_heel")[0].to_record()))

    assert record["type"] == "truth"
    assert record["heel_state"] == "held"
    assert "heel_down_s" not in record
