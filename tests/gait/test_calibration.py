"""A run that begins with standing tells how the pods sit, what is usual, and the correction of speed."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from statistics import fmean

import numpy as np
import pytest

from gait.making import stride
from stage_checks import run
from stridesense.dsp.alignment import Alignment, foot_axes
from stridesense.errors import InputError, UsageError
from stridesense.gait.calibration import (
    ENOUGH_STRIDES,
    FootFindings,
    Mounting,
    findings,
    learned_speed,
    usual_after,
)
from stridesense.gait.own_line import OwnUsual, OwnUsualState
from stridesense.gait.pod_check import PodCheck
from stridesense.gait.speed import SpeedCalibration
from stridesense.model import Foot, Gait, Gap, GapCause, SampleBlock, Stride, ZeroReference
from stridesense.pipeline import Pipeline, PipelineParams
from stridesense.protocol.decoder import Decoder
from stridesense.simulator import SimulatedRun, parse, simulate

RATE_HZ = 200.0
GRAVITY = np.array([0.5, -1.0, 9.7])
BIAS = np.array([0.01, -0.02, 0.005])
AXES = foot_axes(np.array([0.0, -1.0, 0.0]), np.array([0.0, 0.0, 1.0]), np.zeros(3))
ALIGNED = Alignment(AXES, ZeroReference.STANDING, 0.9)


def blocks(still_s: float, moving_s: float = 2.0, start_s: float = 0.0, size: int = 19) -> list[SampleBlock]:
    """A pod that lies still and is then shaken, in blocks of `size` samples."""
    chance = np.random.default_rng(4)
    still, count = round(still_s * RATE_HZ), round((still_s + moving_s) * RATE_HZ)
    t_s = start_s + np.arange(count) / RATE_HZ
    shaken = (np.arange(count) >= still)[:, np.newaxis]
    acc = GRAVITY + chance.normal(0.0, 0.02, (count, 3)) + shaken * chance.normal(0.0, 20.0, (count, 3))
    gyr = BIAS + chance.normal(0.0, 0.002, (count, 3)) + shaken * chance.normal(0.0, 5.0, (count, 3))
    clipped = np.arange(count) % 100 == 99
    return [
        SampleBlock(
            Foot.LEFT,
            first,
            RATE_HZ,
            t_s[first : first + size].copy(),
            acc[first : first + size].copy(),
            gyr[first : first + size].copy(),
            clipped[first : first + size].copy(),
        )
        for first in range(0, count, size)
    ]


def checked(items: Iterable[SampleBlock | Gap]) -> PodCheck:
    check = PodCheck()
    for item in items:
        check.take(item)
    return check


def running(count: int = 30, start_s: float = 5.0) -> list[Stride]:
    return [stride(start_s + 0.7 * i, push_off_rate_dps=500.0, speed_mps=3.0) for i in range(count)]


def found_in(strides: list[Stride], still_s: float = 3.0) -> FootFindings:
    return findings(Foot.LEFT, checked(blocks(still_s)), ALIGNED, strides)


def test_standing_tells_gravity_and_the_gyroscopes_bias() -> None:
    check = checked(blocks(3.0))
    standing = check.standing_before(4.0)
    assert standing is not None
    assert standing.lasts_s == pytest.approx(3.0, abs=0.26)
    assert standing.acc_mps2 == pytest.approx(GRAVITY, abs=0.01)
    assert standing.gyr_radps == pytest.approx(BIAS, abs=0.001)
    assert standing.gravity_mps2 == pytest.approx(np.linalg.norm(GRAVITY), abs=0.01)
    assert check.clipped / check.samples == pytest.approx(0.01)


@pytest.mark.parametrize("size", [1, 7, 333])
def test_how_samples_are_cut_into_blocks_does_not_matter(size: int) -> None:
    one, other = (checked(blocks(3.0, size=each)).standing_before(4.0) for each in (19, size))
    assert one is not None
    assert other is not None
    assert (one.start_s, one.end_s, one.hops) == (other.start_s, other.end_s, other.hops)
    assert np.array_equal(one.acc_mps2, other.acc_mps2)


def test_a_hole_ends_a_stand() -> None:
    hole = Gap(Foot.LEFT, 2.0, 2.5, 100, GapCause.RADIO)
    check = checked([*blocks(2.0, 0.0), hole, *blocks(1.5, start_s=2.5)])
    assert [round(stand.lasts_s, 1) for stand in check.stands] == [2.0, 1.5]


def test_only_standing_before_the_run_counts() -> None:
    check = checked([*blocks(1.0, 2.0), *blocks(4.0, start_s=3.0)])
    before = check.standing_before(3.5)
    assert before is not None
    assert before.lasts_s == pytest.approx(1.0, abs=0.26)
    assert checked(blocks(0.0)).standing_before(9.0) is None


@pytest.mark.parametrize("turn_deg", [(0, 0, 0), (170, 20, -35), (-90, 10, 100), (15, -60, 175), (5, 5, -90)])
def test_the_turn_of_the_pod_is_told_as_the_simulator_makes_it(turn_deg: tuple[float, ...]) -> None:
    from scipy.spatial.transform import Rotation

    forward, left, up = Rotation.from_euler("xyz", turn_deg, degrees=True).as_matrix()
    mounting = Mounting.of(foot_axes(-left, up, np.zeros(3)))
    told = (mounting.forward_deg, mounting.left_deg, mounting.up_deg)
    assert told == pytest.approx(turn_deg, abs=1e-9)
    assert foot_axes(-left, up, np.zeros(3))[3:6] == pytest.approx(tuple(forward))


def test_flat_is_how_the_foot_stood_and_the_bias_that_of_standing() -> None:
    found = found_in(running())
    assert found.axes.up == pytest.approx(GRAVITY / np.linalg.norm(GRAVITY), abs=0.002)
    assert found.axes.bias_radps == pytest.approx(BIAS, abs=0.001)
    assert abs(float(found.axes.ml @ found.axes.up)) < 1e-12


def test_walking_is_no_running() -> None:
    walked = [replace(each, gait=Gait.WALK) for each in running(50)]
    with pytest.raises(InputError, match=r"saw 0 running strides \(and 50 walked or hopped\), but 20"):
        found_in(walked)
    assert len(found_in([*walked, *running(ENOUGH_STRIDES)]).strides) == ENOUGH_STRIDES


def test_one_stride_short_is_too_few() -> None:
    with pytest.raises(InputError, match="the left pod saw 19 running strides, but 20"):
        found_in(running(ENOUGH_STRIDES - 1))


@pytest.mark.parametrize(("still_s", "words"), [(0.0, "never stood still"), (2.0, "only 2.0 s")])
def test_without_standing_first_there_is_no_calibration(still_s: float, words: str) -> None:
    with pytest.raises(InputError, match=f"{words} before the run: put both feet flat"):
        found_in(running(), still_s)


@pytest.mark.parametrize("flag", ["pod_moved", "no_standing_start"])
def test_a_pod_that_turned_is_not_calibrated(flag: str) -> None:
    strides = running()
    strides[20] = replace(strides[20], flags=(flag,))
    with pytest.raises(InputError, match="turned on the shoe"):
        found_in(strides)


def at_speeds(true_mps: float, factor: float) -> list[Stride]:
    """Sixty strides whose speed is measured wrong by a factor, after three slow ones."""
    measured = [1.0, 1.5, 2.0] + 30 * [0.99 * true_mps / factor, 1.01 * true_mps / factor]
    return [replace(each, speed_mps=v) for each, v in zip(running(len(measured)), measured, strict=True)]


@pytest.mark.parametrize("factor", [0.9, 1.0, 1.08])
def test_a_known_speed_corrects_the_measured_one(factor: float) -> None:
    lesson = learned_speed(at_speeds(3.2, factor), 3.2, SpeedCalibration())
    assert lesson.strides == 60
    assert lesson.before_mps[0] == pytest.approx(3.2 / factor - 3.2, abs=0.01)
    assert lesson.after_mps[0] == pytest.approx(0.0, abs=0.01)
    assert lesson.factor == pytest.approx(factor, abs=0.005)


def test_two_speeds_teach_the_slope() -> None:
    slow = learned_speed(at_speeds(2.5, 0.99), 2.5, SpeedCalibration())
    both = learned_speed(at_speeds(4.5, 1.01), 4.5, slow.calibration)
    assert both.earlier == slow.strides
    assert both.calibration.speed_mps(2.5 / 0.99) == pytest.approx(2.5, rel=0.005)
    assert both.calibration.speed_mps(4.5 / 1.01) == pytest.approx(4.5, rel=0.005)


@pytest.mark.parametrize("known_mps", [30.0, 1.2, -3.0, 0.0, float("nan"), float("inf")])
def test_a_speed_that_nobody_ran_is_refused(known_mps: float) -> None:
    with pytest.raises(UsageError, match="--speed"):
        learned_speed(at_speeds(3.0, 1.0), known_mps, SpeedCalibration())


def test_strides_without_a_speed_teach_none() -> None:
    with pytest.raises(InputError, match="leave it out"):
        learned_speed([replace(each, speed_mps=None) for each in running()], 3.0, SpeedCalibration())


def test_a_later_session_has_its_indices_from_the_first_stride_on() -> None:
    known = usual_after(running(), SpeedCalibration())
    harder = [replace(each, push_off_rate_dps=600.0) for each in running(3, start_s=0.0)]
    compared = [out for out in run(OwnUsual(known=known), harder) if isinstance(out, Stride)]
    assert [out.push_off_index for out in compared] == pytest.approx([1.2] * 3, abs=0.01)
    assert [out.push_off_index for out in run(OwnUsual(), harder)] == [None] * 3


def test_what_is_known_stays_as_it_was_whatever_a_session_learns() -> None:
    known = usual_after(running(), SpeedCalibration())
    stage = OwnUsual(known=known)
    before = stage.state
    run(stage, [replace(each, push_off_rate_dps=900.0) for each in running(200)])
    stage.reset()
    assert stage.state == before
    assert known == usual_after(running(), SpeedCalibration())


def test_own_lines_lie_over_the_corrected_speed() -> None:
    corrected = usual_after(running(), SpeedCalibration(scale=1.1))
    assert corrected.by_speed[Foot.LEFT].push_off.speed_mps == pytest.approx(3.3)
    assert usual_after([], SpeedCalibration()) == OwnUsualState()


RUN = """
seed = {seed}
[pod]
mount_left_deg = {left}
mount_right_deg = [180, 8, -15]
{stand}
[[block]]
activity = "run"
duration_s = 18
heel = "{heel}"
"""
STAND = '[[block]]\nactivity = "stand"\nduration_s = 3\n'


@cache
def session(*, heel: str, stood: bool, left: str = "[0, 0, 12]") -> SimulatedRun:
    text = RUN.format(seed=3, left=left, stand=STAND if stood else "", heel=heel)
    return simulate(parse(text, "made for this test"))


@cache
def calibrated() -> dict[Foot, FootFindings]:
    """What a run with kissed heels, begun from standing, tells."""
    decoder, pipeline = Decoder(), Pipeline()
    checks = {Foot.LEFT: PodCheck(), Foot.RIGHT: PodCheck()}
    strides: list[Stride] = []
    for packet in session(heel="kiss", stood=True).packets():
        for item in decoder.process(packet):
            if isinstance(item, SampleBlock | Gap):
                checks[item.foot].take(item)
        strides += [out for out in pipeline.process(packet) if isinstance(out, Stride)]
    strides += [out for out in pipeline.flush() if isinstance(out, Stride)]
    return {
        foot: findings(foot, check, pipeline.alignments[foot], [s for s in strides if s.foot is foot])
        for foot, check in checks.items()
    }


def test_the_mounting_of_virtual_pods_is_found() -> None:
    for foot, turn_deg in ((Foot.LEFT, (0.0, 0.0, 12.0)), (Foot.RIGHT, (180.0, 8.0, -15.0))):
        mounting = Mounting.of(calibrated()[foot].axes)
        off = np.array((mounting.forward_deg, mounting.left_deg, mounting.up_deg)) - turn_deg
        assert np.abs((off + 180.0) % 360.0 - 180.0).max() < 5.0, foot


def strike_errors_deg(simulated: SimulatedRun, params: PipelineParams) -> dict[Foot, float]:
    """Mean error of the strike angle by foot."""
    errors: dict[Foot, list[float]] = {foot: [] for foot in simulated.feet}
    told = [out for out in run(Pipeline(params), simulated.packets()) if isinstance(out, Stride)]
    for one in told:
        true = min(
            (each for each in simulated.truth if each.foot is one.foot),
            key=lambda each: abs(each.initial_contact_s - one.initial_contact_s),
        )
        if one.strike_angle_deg is not None:
            errors[one.foot].append(one.strike_angle_deg - true.strike_angle_deg)
    assert all("no_standing_start" in one.flags and one.heel_height_mm is None for one in told)
    return {foot: fmean(each) for foot, each in errors.items()}


def known_axes() -> PipelineParams:
    return PipelineParams(known_axes={foot: found.axes for foot, found in calibrated().items()})


def test_a_run_without_standing_takes_flat_from_the_calibration() -> None:
    held = session(heel="held", stood=False)
    unaided = strike_errors_deg(held, PipelineParams())
    aided = strike_errors_deg(held, known_axes())
    assert min(unaided.values()) > 4.0  # the held foot itself passes for flat
    assert max(map(abs, aided.values())) < 2.0


@pytest.mark.parametrize("left", ["[0, 0, 32]", "[0, 0, 192]", "[4.8, 21.5, 12.9]", "[-4.8, -21.5, 12.9]"])
def test_a_pod_that_was_put_on_anew_otherwise_is_not_taken_for_the_old_one(left: str) -> None:
    turned = session(heel="held", stood=False, left=left)
    unaided, aided = strike_errors_deg(turned, PipelineParams()), strike_errors_deg(turned, known_axes())
    assert aided[Foot.LEFT] == unaided[Foot.LEFT]
    assert aided[Foot.RIGHT] != unaided[Foot.RIGHT]


def test_with_a_standing_start_the_session_itself_tells_what_is_flat() -> None:
    stood = session(heel="kiss", stood=True)
    plain, aided = (run(Pipeline(params), stood.packets()) for params in (PipelineParams(), known_axes()))
    assert plain == aided
