"""The second runner is another one, and what is said of it is measured with its own feet."""

import numpy as np
import pytest

from simulator.sessions import steady_run, steady_strides
from stridesense.model import Foot, HeelState
from stridesense.model.samples import FloatArray
from stridesense.simulator import SimulatedRun, load, parse, simulate
from stridesense.simulator.body import GRID_HZ, ideal_imu
from stridesense.simulator.mount import Mount
from stridesense.simulator.runner_model import MODELS, SOFT_SHOE
from stridesense.simulator.scenario import Pod

SIDES = (Foot.LEFT, Foot.RIGHT)
HEEL_TO_BALL_M = {"rigid_sole": 0.19, "soft_shoe": 0.165}


def median_of(run: SimulatedRun, field: str) -> float:
    return float(np.median([getattr(stride, field) for stride in steady_strides(run)]))


def test_the_default_runner_is_the_first_one() -> None:
    block = '[[block]]\nactivity = "run"\nduration_s = 6\n'
    said = simulate(parse('[runner]\nmodel = "rigid_sole"\n' + block, "x"))

    assert list(said.packets()) == list(simulate(parse(block, "x")).packets())


@pytest.mark.parametrize("model", MODELS)
def test_the_heel_is_as_high_as_the_lever_of_this_foot_lifts_it(model: str) -> None:
    run = steady_run(2.8, "forefoot", "held", model=model)
    way = run.continuous(Foot.RIGHT)
    motion = run.feet[Foot.RIGHT].trajectory.at(way.t_s)
    ball_mm = 1000.0 * (motion.height_m - motion.height_m[500])
    heel_mm = ball_mm - 1000.0 * HEEL_TO_BALL_M[model] * np.sin(motion.ground_pitch_rad)

    assert np.ptp(heel_mm) > 300.0
    assert way.heel_height_mm == pytest.approx(heel_mm, abs=0.1)
    for stride in steady_strides(run):
        assert stride.heel_state is HeelState.HELD
        assert stride.heel_height_mm == pytest.approx(20.0, abs=6.0)


def test_the_soft_shoe_takes_longer_steps_and_a_longer_softer_impact() -> None:
    firm, soft = (steady_run(2.8, "rearfoot", model=model, rate_hz=833) for model in MODELS)

    assert median_of(soft, "contact_time_s") > 1.04 * median_of(firm, "contact_time_s")
    assert median_of(soft, "stride_time_s") > 1.04 * median_of(firm, "stride_time_s")
    assert median_of(soft, "speed_mps") == pytest.approx(2.8, rel=1e-3)
    softness = [
        np.median([contact.plan.softness_s for contact in run.feet[Foot.RIGHT].trajectory.contacts[3:]])
        for run in (firm, soft)
    ]
    assert 1.3 <= softness[1] / softness[0] <= 1.5


def test_the_feet_of_the_soft_shoe_differ_the_other_way_round() -> None:
    def right_over_left(model: str) -> float:
        text = f'[runner]\nmodel = "{model}"\n[variability]\namount = 0\n'
        truth = simulate(parse(text + '[[block]]\nactivity = "run"\nduration_s = 6\n', "machine")).truth
        left, right = (np.mean([s.contact_time_s for s in truth if s.foot is foot]) for foot in SIDES)
        return float(right / left)

    assert right_over_left("rigid_sole") == pytest.approx(1.02, abs=1e-3)
    assert right_over_left("soft_shoe") == pytest.approx(1.02 * 0.955, abs=1e-3)


def test_the_feet_of_the_soft_shoe_point_and_roll_more() -> None:
    firm, soft = (steady_run(2.8, model=model).feet[Foot.RIGHT].trajectory for model in MODELS)
    t = np.arange(5.0, 11.0, 0.002)

    assert np.ptp(soft.at(t).roll_rad) > 1.4 * np.ptp(firm.at(t).roll_rad)
    assert np.degrees(np.abs(soft.at(t).yaw_rad)).max() > 20.0


def felt_at(run: SimulatedRun, foot: Foot, pod: Pod) -> tuple[FloatArray, FloatArray]:
    trajectory = run.feet[foot].trajectory
    imu = ideal_imu(trajectory, Mount.of(pod, trajectory), 6 * GRID_HZ, GRID_HZ)
    return imu.acc_mps2, imu.gyr_radps


def test_a_pod_elsewhere_feels_what_a_rigid_body_feels_there() -> None:
    run = steady_run(2.8, model="soft_shoe")
    here, there = (0.02, 0.03, 0.01), (-0.09, -0.01, 0.06)
    acc, gyr = felt_at(run, Foot.RIGHT, Pod(position_m=here))
    other_acc, other_gyr = felt_at(run, Foot.RIGHT, Pod(position_m=there))

    lever = np.broadcast_to(np.subtract(there, here), gyr.shape)
    angular_acc = np.gradient(gyr, axis=0) * GRID_HZ
    expected = np.cross(angular_acc, lever) + np.cross(gyr, np.cross(gyr, lever))
    assert np.array_equal(gyr, other_gyr)
    assert np.abs(expected).max() > 10.0
    assert np.quantile(np.abs((other_acc - acc) - expected)[2:-2], 0.99) < 0.15


def test_without_a_place_the_pod_sits_where_this_runner_wears_it_and_mirrored_on_the_left() -> None:
    run = simulate(load("soft_shoe").shortened(12.0))
    x, y, z = SOFT_SHOE.pod_position_m

    usual, said = (felt_at(run, Foot.RIGHT, pod)[0] for pod in (Pod(), Pod(position_m=(x, y, z))))
    assert np.array_equal(usual, said)
    assert Mount.of(Pod(), run.feet[Foot.LEFT].trajectory).position_m.tolist() == [x, -y, z]


@pytest.mark.parametrize("activity", ["walk", "hop", "turn"])
def test_the_soft_shoe_also_walks_hops_and_turns(activity: str) -> None:
    run = simulate(
        parse(
            f"""
            [runner]
            model = "soft_shoe"
            [[block]]
            activity = "stand"
            duration_s = 2
            [[block]]
            activity = "{activity}"
            duration_s = 10
            turn_deg = 90
            grade_percent = {0 if activity == "hop" else 4}
            [[block]]
            activity = "stand"
            duration_s = 3
            """,
            "x",
        )
    )
    for foot in (Foot.LEFT, Foot.RIGHT):
        samples, way = run.feet[foot].samples, run.continuous(foot)
        assert np.abs(way.theta_deg).max() < 130.0
        assert np.linalg.norm(samples.acc_mps2, axis=1).max() < 25.0 * 9.81
        assert abs(way.theta_deg[-1]) < 0.5
    assert len(run.truth) > 10
    for stride in run.truth:
        assert stride.initial_contact_s < stride.heel_off_s < stride.terminal_contact_s
