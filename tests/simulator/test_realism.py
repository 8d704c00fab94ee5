"""Does the virtual foot pod feel like a real one? Six proofs against published and measured figures."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from simulator.falbriard import features_ms
from simulator.sessions import norm_g, steady_run, steady_strides
from stridesense.model import Foot
from stridesense.model.samples import FloatArray
from stridesense.simulator import SimulatedRun
from stridesense.simulator.analog import felt
from stridesense.simulator.body import GRID_HZ, IdealImu, ideal_imu, rotation
from stridesense.simulator.mount import Mount
from stridesense.simulator.scenario import Pod
from stridesense.simulator.trajectory import FootTrajectory

SPEEDS_MPS = (2.8, 3.9, 5.0)
MODELS = ("rigid_sole", "soft_shoe")
both_models = pytest.mark.parametrize("model", MODELS)
LANDINGS = {
    ("rearfoot", "kiss"): 0.6,
    ("midfoot", "kiss"): 0.2,
    ("forefoot", "kiss"): 0.1,
    ("forefoot", "held"): 0.1,
}
"""Landings and their share: like the runners of the study, most land on the heel."""


def trajectory_of(run: SimulatedRun) -> FootTrajectory:
    return run.feet[Foot.RIGHT].trajectory


def ideal_of(trajectory: FootTrajectory, first: int, count: int) -> IdealImu:
    return ideal_imu(trajectory, Mount.of(Pod(), trajectory), first, count)


Features = dict[tuple[str, str], dict[str, float]]


def median_features(model: str) -> Features:
    """Median offset of each published feature from the true event, in ms, for each landing."""
    medians = {}
    for landing in LANDINGS:
        runs = [
            steady_run(speed, *landing, seconds=14.0, rate_hz=416, noise=1.0, model=model)
            for speed in SPEEDS_MPS
        ]
        found = [features_ms(run) for run in runs]
        medians[landing] = {
            name: float(np.median(np.concatenate([each[name] for each in found]))) for name in found[0]
        }
    return medians


@pytest.fixture(scope="module")
def features() -> Features:
    return median_features("rigid_sole")


@pytest.fixture(scope="module")
def soft_features() -> Features:
    return median_features("soft_shoe")


@pytest.mark.parametrize(
    ("feature", "low_ms", "high_ms"),
    [
        ("pitch_rate_zero_crossing_to_contact", -35.0, -20.0),
        ("pitch_rate_minimum_to_contact", 5.0, 15.0),
        ("acc_maximum_to_contact", 10.0, 25.0),
        ("pitch_rate_minimum_to_toe_off", -30.0, -10.0),
        ("acc_first_maximum_to_toe_off", -5.0, 5.0),
    ],
)
def test_published_features_are_as_early_or_late_as_on_real_runners(
    features: Features, feature: str, low_ms: float, high_ms: float
) -> None:
    pooled = sum(share * features[landing][feature] for landing, share in LANDINGS.items())

    assert low_ms <= pooled <= high_ms


def test_pitch_rate_minimum_has_one_mode_late_for_the_heel_and_one_early_for_the_forefoot(
    features: Features,
) -> None:
    offset_ms = {landing: found["pitch_rate_minimum_to_contact"] for landing, found in features.items()}

    assert offset_ms["rearfoot", "kiss"] > 15.0
    assert -20.0 < offset_ms["forefoot", "kiss"] < -5.0
    assert -20.0 < offset_ms["forefoot", "held"] < -5.0


@pytest.mark.parametrize("landing", LANDINGS)
def test_the_soft_shoe_has_other_features_at_other_places(
    features: Features, soft_features: Features, landing: tuple[str, str]
) -> None:
    firm, soft = features[landing], soft_features[landing]

    assert abs(firm["acc_first_maximum_to_toe_off"]) < 5.0
    assert soft["acc_first_maximum_to_toe_off"] > 15.0
    assert -60.0 < soft["pitch_rate_zero_crossing_to_contact"] < -8.0
    assert soft["pitch_rate_minimum_to_toe_off"] < -10.0
    unlike = [name for name in firm if abs(soft[name] - firm[name]) > 4.0]
    assert len(unlike) >= 3


@pytest.mark.parametrize("speed_mps", SPEEDS_MPS)
def test_the_loading_of_the_soft_shoe_fades_and_leaves_no_peak_at_toe_off(speed_mps: float) -> None:
    def peaks_at_toe_off(model: str) -> int:
        from scipy.signal import find_peaks

        run = steady_run(speed_mps, rate_hz=833, model=model)
        samples = run.feet[Foot.RIGHT].samples
        since_s = np.arange(-0.06, 0.06, 0.001)
        courses = [
            np.interp(s.terminal_contact_s + since_s, samples.t_s, norm_g(samples.acc_mps2))
            for s in steady_strides(run)
        ]
        peaks, _ = find_peaks(np.median(courses, axis=0), prominence=0.05)
        return int((np.abs(since_s[peaks]) < 0.010).sum())

    assert peaks_at_toe_off("rigid_sole") == 1
    assert peaks_at_toe_off("soft_shoe") == 0


def test_the_push_of_the_soft_shoe_comes_sooner_before_toe_off_the_faster_it_runs() -> None:
    leads_ms = []
    for speed_mps in (2.8, 3.9, 5.0):
        run = steady_run(speed_mps, model="soft_shoe")
        pitch = trajectory_of(run).pitch
        since_s = np.arange(-0.1, 0.02, 0.0005)
        lowest = [pitch.slope(s.terminal_contact_s + since_s).argmin() for s in steady_strides(run)]
        leads_ms.append(-1000.0 * float(np.median(since_s[lowest])))

    assert leads_ms == sorted(leads_ms, reverse=True)
    assert 25.0 < leads_ms[0] < 45.0
    assert 5.0 < leads_ms[-1] < 20.0


@pytest.mark.parametrize("strike", ["rearfoot", "midfoot", "forefoot"])
def test_nothing_kicks_the_soft_shoe_before_it_lands(strike: str) -> None:
    def turns_of_jerk(model: str) -> int:
        """How often the angular acceleration turns in the last 60 ms before a contact, at most."""
        run = steady_run(3.9, strike, model=model)
        before_s = np.arange(-0.06, 0.0, 0.0005)
        curves = [
            trajectory_of(run).pitch.curvature(s.initial_contact_s + before_s) for s in steady_strides(run)
        ]
        return max(int((np.diff(np.sign(np.diff(curve))) != 0).sum()) for curve in curves)

    assert turns_of_jerk("soft_shoe") == 1
    assert turns_of_jerk("rigid_sole") > 1


@pytest.mark.parametrize(("model", "drift_dps"), [("rigid_sole", 1.0), ("soft_shoe", 2.0)])
def test_pitch_closes_from_stride_to_stride_and_the_gyroscope_averages_to_little(
    model: str, drift_dps: float
) -> None:
    """Roll and yaw leave the sideways gyroscope a little even when the pitch closes: the larger, the more."""
    run = steady_run(2.8, model=model)
    foot = run.feet[Foot.RIGHT]
    strides = steady_strides(run)
    middle_s = np.array([s.initial_contact_s + 0.4 * s.contact_time_s for s in strides])

    plateau_deg = np.degrees(foot.trajectory.pitch(middle_s))
    steady = (foot.samples.t_s > middle_s[0]) & (foot.samples.t_s < middle_s[-1])
    mean_pitch_rate_dps = np.degrees(foot.samples.gyr_radps[steady, 1].mean())

    assert np.abs(np.diff(plateau_deg)).max() < 0.2
    assert abs(mean_pitch_rate_dps) < drift_dps


@both_models
def test_acceleration_integrated_twice_gives_speed_times_stride_time(model: str) -> None:
    run = steady_run(3.9, model=model)
    trajectory = trajectory_of(run)
    imu = ideal_of(trajectory, 0, 12 * GRID_HZ)
    world = np.einsum("nij,nj->ni", rotation(trajectory.at(imu.t_s)), imu.acc_mps2)
    world[:, 2] -= 9.80665
    way_m = np.cumsum(np.cumsum(world, axis=0), axis=0)[:, :2] / GRID_HZ**2

    strides = [s for s in steady_strides(run) if s.initial_contact_s < 11.0]
    middle = [round((s.initial_contact_s + 0.4 * s.contact_time_s) * GRID_HZ) for s in strides]
    measured_m = [float(np.linalg.norm(way_m[b] - way_m[a])) for a, b in pairwise(middle)]
    true_m = [s.speed_mps * s.stride_time_s for s in strides[:-1] if s.speed_mps and s.stride_time_s]

    assert measured_m == pytest.approx(true_m, rel=1e-3)


@both_models
def test_gyroscope_turns_the_foot_exactly_as_it_turns(model: str) -> None:
    from scipy.spatial.transform import Rotation

    trajectory = trajectory_of(steady_run(2.8, model=model))
    imu = ideal_of(trajectory, 6 * GRID_HZ, 2 * GRID_HZ)
    pose = Rotation.from_matrix(rotation(trajectory.at(imu.t_s)))
    turned = (pose[:-2].inv() * pose[2:]).as_rotvec() * GRID_HZ / 2

    assert np.abs(turned - imu.gyr_radps[1:-1]).max() < 0.02


@both_models
def test_standing_still_feels_one_g(model: str) -> None:
    ideal, real = (steady_run(2.8, noise=noise, model=model).feet[Foot.RIGHT].samples for noise in (0.0, 1.0))
    standing = ideal.t_s < 1.5

    assert norm_g(ideal.acc_mps2[standing]) == pytest.approx(1.0, abs=1e-6)
    assert norm_g(real.counts[standing, :3] * real.acc_scale) == pytest.approx(1.0, abs=0.08)


@both_models
def test_nothing_of_the_impact_is_felt_before_the_contact(model: str) -> None:
    """Two runs whose soles differ at one contact are the same, to the last digit, until that contact."""
    trajectory = trajectory_of(steady_run(2.8, "rearfoot", model=model))
    contacts = list(trajectory.contacts)
    changed = contacts[8]
    softer = replace(changed, plan=replace(changed.plan, softness_s=1.5 * changed.plan.softness_s))
    other = FootTrajectory(Foot.RIGHT, [*contacts[:8], softer, *contacts[9:]], trajectory.model)

    t = np.arange(0.0, 12.0, 1 / 208)
    difference = norm_g(felt(trajectory, t, Pod())[0] - felt(other, t, Pod())[0])

    assert difference[t <= changed.initial_contact_s].max() == 0.0
    just_after = (t > changed.initial_contact_s) & (t < changed.initial_contact_s + 0.02)
    assert difference[just_after].max() > 0.5


def test_the_ground_turns_the_soft_shoe_only_from_the_contact_on() -> None:
    trajectory = trajectory_of(steady_run(2.8, "rearfoot", model="soft_shoe"))
    contacts = list(trajectory.contacts)
    changed = contacts[8]
    slower = replace(changed, plan=replace(changed.plan, heel_down_s=1.5 * changed.plan.heel_down_s))
    other = FootTrajectory(Foot.RIGHT, [*contacts[:8], slower, *contacts[9:]], trajectory.model)

    t = changed.initial_contact_s + np.arange(-3.0, 0.05, 0.0005)
    differs = np.abs(trajectory.pitch(t) - other.pitch(t))

    assert differs[t <= changed.initial_contact_s].max() == 0.0
    assert differs.max() > np.radians(0.5)


@both_models
@pytest.mark.parametrize("landing", LANDINGS)
@pytest.mark.parametrize("speed_mps", SPEEDS_MPS)
def test_steepest_rise_of_acceleration_follows_the_contact(
    speed_mps: float, landing: tuple[str, str], model: str
) -> None:
    run = steady_run(speed_mps, *landing, seconds=14.0, rate_hz=416, noise=1.0, model=model)
    samples = run.feet[Foot.RIGHT].samples
    rise = np.gradient(norm_g(samples.counts[:, :3] * samples.acc_scale))
    for stride in steady_strides(run):
        since_s = samples.t_s - stride.initial_contact_s
        near = np.flatnonzero(np.abs(since_s) < 0.045)
        assert since_s[near[rise[near].argmax()]] > 0.0


Measure = Callable[[SimulatedRun], float]


def median_of(field: str, scale: float = 1.0) -> Measure:
    """The median over the strides of one field of the truth."""
    return lambda run: scale * float(np.median([getattr(stride, field) for stride in steady_strides(run)]))


def median_peak(
    signal: Callable[[SimulatedRun], FloatArray],
    peak: Callable[[FloatArray], float],
    first_s: float,
    last_s: float,
) -> Measure:
    """The median over the strides of the peak of a measured signal between two times since contact."""

    def measure(run: SimulatedRun) -> float:
        since_s = [run.feet[Foot.RIGHT].samples.t_s - s.initial_contact_s for s in steady_strides(run)]
        return float(np.median([peak(signal(run)[(t > first_s) & (t < last_s)]) for t in since_s]))

    return measure


def felt_g(run: SimulatedRun) -> FloatArray:
    samples = run.feet[Foot.RIGHT].samples
    return norm_g(samples.counts[:, :3] * samples.acc_scale)


def felt_pitch_rate_dps(run: SimulatedRun) -> FloatArray:
    samples = run.feet[Foot.RIGHT].samples
    rate: FloatArray = -np.degrees(samples.counts[:, 4] * samples.gyr_scale)
    return rate


def quiet_g(run: SimulatedRun) -> float:
    contact_s = median_of("contact_time_s")(run)
    return median_peak(felt_g, np.median, 0.25 * contact_s, 0.5 * contact_s)(run)


contact_ms = median_of("contact_time_s", 1000.0)
stride_ms = median_of("stride_time_s", 1000.0)
swing_dps = median_of("swing_rate_dps")
push_dps = median_of("push_off_rate_dps")
pull_dps = median_of("pull_rate_dps")
toe_off_deg = median_of("toe_off_angle_deg")
lowest_deg = median_of("lowest_angle_deg")
slap_dps = median_peak(felt_pitch_rate_dps, np.min, 0.0, 0.06)
heel_drop_dps = median_peak(felt_pitch_rate_dps, np.max, 0.0, 0.06)
peak_g = median_peak(felt_g, np.max, 0.0, 0.06)
late_swing_g = median_peak(felt_g, np.max, -0.15, -0.005)

PEAKS = [
    (contact_ms, 2.8, "rearfoot", 322.0, 322.0),
    (contact_ms, 3.9, "rearfoot", 215.0, 230.0),
    (contact_ms, 5.0, "forefoot", 180.0, 195.0),
    (contact_ms, 7.2, "forefoot", 140.0, 150.0),
    (stride_ms, 2.8, "rearfoot", 740.0, 770.0),
    (stride_ms, 3.9, "rearfoot", 690.0, 690.0),
    (stride_ms, 5.0, "forefoot", 650.0, 650.0),
    (stride_ms, 7.2, "forefoot", 490.0, 560.0),
    (swing_dps, 2.8, "rearfoot", 606.0, 606.0),
    (swing_dps, 3.9, "rearfoot", 681.0, 681.0),
    (swing_dps, 5.0, "forefoot", 780.0, 780.0),
    (swing_dps, 7.2, "forefoot", 1277.0, 1277.0),
    (slap_dps, 2.8, "rearfoot", -655.0, -655.0),
    (slap_dps, 3.9, "rearfoot", -638.0, -638.0),
    (heel_drop_dps, 7.2, "forefoot", 1064.0, 1064.0),
    (push_dps, 2.8, "rearfoot", 511.0, 511.0),
    (push_dps, 3.9, "rearfoot", 695.0, 695.0),
    (push_dps, 5.0, "forefoot", 800.0, 900.0),
    (push_dps, 7.2, "forefoot", 1250.0, 1720.0),
    (pull_dps, 2.8, "rearfoot", 297.0, 297.0),
    (pull_dps, 3.9, "rearfoot", 557.0, 557.0),
    (toe_off_deg, 2.8, "rearfoot", -63.0, -60.0),
    (toe_off_deg, 3.9, "rearfoot", -50.0, -41.0),
    (toe_off_deg, 5.0, "forefoot", -60.0, -60.0),
    (toe_off_deg, 7.2, "forefoot", -100.0, -88.0),
    (lowest_deg, 2.8, "rearfoot", -90.0, -90.0),
    (lowest_deg, 3.9, "rearfoot", -111.0, -111.0),
    (lowest_deg, 5.0, "forefoot", -115.0, -115.0),
    (lowest_deg, 7.2, "forefoot", -134.0, -134.0),
    (peak_g, 2.8, "rearfoot", 10.7, 10.7),
    (peak_g, 3.9, "rearfoot", 15.8, 15.8),
    (peak_g, 5.0, "forefoot", 15.0, 20.0),
    (peak_g, 7.2, "forefoot", 16.0, 17.0),
    (late_swing_g, 2.8, "rearfoot", 6.1, 6.1),
    (late_swing_g, 3.9, "rearfoot", 7.6, 7.6),
    (late_swing_g, 5.0, "forefoot", 9.0, 10.0),
    (late_swing_g, 7.2, "forefoot", 15.0, 15.0),
    (quiet_g, 2.8, "rearfoot", 1.0, 1.3),
    (quiet_g, 3.9, "rearfoot", 1.5, 2.1),
    (quiet_g, 5.0, "forefoot", 2.0, 3.0),
]
"""Figures of annotated real strides (2.8, 3.9, 7.2 m/s; 5.0 between them), lowest and highest seen."""


@pytest.mark.parametrize(("model", "tolerance"), [("rigid_sole", 0.25), ("soft_shoe", 0.30)])
@pytest.mark.parametrize(("measure", "speed_mps", "strike", "low", "high"), PEAKS)
def test_peaks_are_near_those_of_real_strides(
    measure: Measure, speed_mps: float, strike: str, low: float, high: float, model: str, tolerance: float
) -> None:
    value = measure(steady_run(speed_mps, strike, model=model))

    nearest = min(max(value, low), high)
    assert abs(value - nearest) <= tolerance * abs(nearest)
