"""What is no stride: it has no truth, moves like what it is called, and leaves the runner alone."""

from functools import cache
from time import perf_counter

import numpy as np
import pytest

from simulator.sessions import norm_g
from stridesense.model import Foot
from stridesense.simulator import SimulatedRun, load, parse, simulate
from stridesense.simulator.band_noise import band_noise
from stridesense.simulator.truth import ContinuousTruth

ACTIVITIES = ("fidget", "stairs", "crawl", "random")
FEET = (Foot.LEFT, Foot.RIGHT)
BEGIN_S, END_S = 3.0, 33.0


@cache
def session(activity: str, seed: int = 3) -> SimulatedRun:
    """Three seconds of standing, thirty of the activity, ten of running."""
    return simulate(
        parse(
            f"""
            seed = {seed}
            [pod]
            noise = 0.0
            looseness = 0.0
            [[block]]
            activity = "stand"
            duration_s = {BEGIN_S}
            [[block]]
            activity = "{activity}"
            duration_s = {END_S - BEGIN_S}
            [[block]]
            activity = "run"
            duration_s = 10
            """,
            activity,
        )
    )


def course(activity: str, foot: Foot) -> ContinuousTruth:
    return session(activity).continuous(foot, BEGIN_S, END_S)


def felt_g(activity: str, foot: Foot) -> np.ndarray:
    samples = session(activity).feet[foot].samples
    return norm_g(samples.acc_mps2[(samples.t_s > BEGIN_S) & (samples.t_s < END_S)])


def turned_dps(activity: str, foot: Foot) -> np.ndarray:
    samples = session(activity).feet[foot].samples
    return np.degrees(samples.gyr_radps[(samples.t_s > BEGIN_S) & (samples.t_s < END_S)])


def rising(way: ContinuousTruth) -> np.ndarray:
    """Where the foot goes up faster than any knock lets it, 20 cm/s."""
    return np.gradient(way.position_m[:, 2]) > 2e-4


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_an_activity_without_strides_has_no_truth_and_the_run_after_it_has(activity: str) -> None:
    run = session(activity)

    assert len(run.truth) > 10
    assert min(stride.initial_contact_s for stride in run.truth) > END_S
    assert {stride.foot for stride in run.truth} == set(FEET)


def test_the_shipped_session_without_strides_has_none() -> None:
    run = simulate(load("no_strides"))

    assert run.truth == ()
    assert sum(packet.characteristic == "data" for packet in run.packets()) > 1000


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_both_feet_move_and_the_same_seed_moves_them_the_same(activity: str) -> None:
    again = simulate(session(activity).scenario)
    other = session(activity, seed=4)
    for foot in FEET:
        assert felt_g(activity, foot).std() > 0.02
        assert np.array_equal(again.feet[foot].samples.counts, session(activity).feet[foot].samples.counts)
        assert not np.array_equal(
            other.feet[foot].samples.counts, session(activity).feet[foot].samples.counts
        )


@pytest.mark.parametrize("activity", ACTIVITIES)
def test_nothing_jumps(activity: str) -> None:
    for foot in FEET:
        way = session(activity).continuous(foot, 0.0, END_S + 0.3)
        assert np.abs(np.diff(way.position_m, axis=0)).max() < 0.004
        assert np.abs(np.diff(way.theta_deg)).max() < 1.5


@pytest.mark.parametrize("foot", FEET)
def test_fidgeting_is_small_and_slow_and_mostly_still(foot: Foot) -> None:
    way = course("fidget", foot)

    assert 10.0 < way.heel_height_mm.max() < 55.0
    assert way.heel_height_mm.min() > -2.0
    assert 15.0 < np.abs(turned_dps("fidget", foot)).max() < 60.0
    assert np.median(np.abs(felt_g("fidget", foot) - 1.0)) < 0.02


@pytest.mark.parametrize("foot", FEET)
def test_stairs_lift_the_foot_slowly_and_hardly_turn_it(foot: Foot) -> None:
    way = course("stairs", foot)
    cycles = int((np.diff(rising(way).astype(int)) == 1).sum())

    assert (END_S - BEGIN_S) / 1.45 - 2 < cycles < (END_S - BEGIN_S) / 1.05
    assert 0.19 < (way.position_m[-1, 2] - way.position_m[0, 2]) / cycles < 0.35
    assert np.ptp(way.theta_deg) < 40.0
    forward_swing_dps = -turned_dps("stairs", foot)[:, 1].min()
    assert forward_swing_dps < 350.0
    assert 1.8 < felt_g("stairs", foot).max() < 5.0


def test_the_feet_take_turns_on_the_same_stairs() -> None:
    left, right = (course("stairs", foot) for foot in FEET)
    lifts_s = [way.t_s[np.flatnonzero(np.diff(rising(way).astype(int)) == 1)] for way in (left, right)]

    assert len(lifts_s[0]) == len(lifts_s[1])
    assert (np.abs(lifts_s[1] - lifts_s[0] - 0.62) < 0.15).all()
    assert left.position_m[-1, 2] == pytest.approx(right.position_m[-1, 2], abs=0.005)


@pytest.mark.parametrize("foot", FEET)
def test_crawling_points_the_toes_down_and_drags_them(foot: Foot) -> None:
    way = course("crawl", foot)
    crawling = (way.t_s > BEGIN_S + 2.0) & (way.t_s < END_S - 1.0)

    assert way.theta_deg[crawling].max() < -49.0
    assert way.theta_deg[crawling].min() > -112.0
    assert np.ptp(way.theta_deg[crawling]) > 20.0
    assert way.position_m[-1, 0] - way.position_m[0, 0] > 3.0
    assert np.ptp(way.position_m[crawling, 2]) < 0.06
    assert felt_g("crawl", foot).max() > 2.0
    assert abs(way.theta_deg[-1]) < 1.0


@pytest.mark.parametrize("foot", FEET)
def test_random_motion_turns_about_all_axes_and_shakes_along_all(foot: Foot) -> None:
    samples = session("random").feet[foot].samples
    within = (samples.t_s > BEGIN_S) & (samples.t_s < END_S)
    peak_dps = np.abs(turned_dps("random", foot)).max(axis=0)
    usual_g = np.quantile(np.abs(samples.acc_mps2[within]), 0.99, axis=0) / 9.80665

    assert (peak_dps > 200.0).all()
    assert (peak_dps < 1200.0).all()
    assert (usual_g > 1.5).all()
    assert (usual_g < 4.5).all()
    assert 5.0 < felt_g("random", foot).max() < 14.0


def test_noise_within_a_band_stays_within_it_and_knows_its_derivatives() -> None:
    t, value, rate, acceleration = band_noise(
        np.random.default_rng(1), 60.0, (0.5, 5.0), flat_order=1, rms=100.0
    ).T
    power = np.abs(np.fft.rfft(rate)) ** 2
    frequency_hz = np.fft.rfftfreq(len(rate), t[1])

    assert rate.std() == pytest.approx(100.0)
    assert power[(frequency_hz < 0.45) | (frequency_hz > 5.05)].sum() < 1e-6 * power.sum()
    assert power[(frequency_hz > 0.5) & (frequency_hz < 2.75)].sum() / power.sum() == pytest.approx(
        0.5, abs=0.1
    )
    assert np.std(np.gradient(value, t) - rate) < 0.05 * rate.std()
    assert np.std(np.gradient(rate, t) - acceleration) < 0.05 * acceleration.std()


def test_an_activity_waits_until_the_runner_has_run_out() -> None:
    run = simulate(
        parse(
            '[[block]]\nactivity = "run"\nduration_s = 8\n[[block]]\nactivity = "random"\nduration_s = 10\n',
            "x",
        )
    )

    assert max(stride.terminal_contact_s for stride in run.truth) < 10.2
    samples = run.feet[Foot.LEFT].samples
    calm = (samples.t_s > 9.9) & (samples.t_s < 10.2)
    assert norm_g(samples.acc_mps2[calm]) == pytest.approx(1.0, abs=0.2)


def test_two_minutes_without_a_stride_take_seconds() -> None:
    scenario = parse('[[block]]\nactivity = "random"\nduration_s = 120\n', "x")
    begin_s = perf_counter()
    simulate(scenario)

    assert perf_counter() - begin_s < 8.0
