"""The own line learns a runner's habit at each speed, and shows a change of style against it."""

from dataclasses import dataclass, replace
from functools import cache
from random import Random
from statistics import fmean, median

import pytest

from gait.making import stride
from stage_checks import run
from stridesense.gait.own_line import PUSH_OFF_RATE, OwnLine, OwnUsual, OwnUsualParams, contact_speed_mps
from stridesense.model import Foot, Gait, Stride
from stridesense.pipeline import Pipeline
from stridesense.simulator import StrideTruth, parse, simulate

ENOUGH = PUSH_OFF_RATE.enough


def own_rate_dps(speed_mps: float) -> float:
    """A made-up runner who pushes less than the published line, and whose line is steeper."""
    return -20.0 + 155.0 * speed_mps


def strides(
    count: int, seed: int = 1, *, push: float = 1.0, pull: float = 1.0, start_s: float = 0.0
) -> list[Stride]:
    """Strides of that runner at 2.7 ... 3.3 m/s, each a little different."""
    chance = Random(seed)
    made = []
    for i in range(count):
        speed_mps = 3.0 + 0.3 * ((i // 25) % 3 - 1)
        rate_dps = own_rate_dps(speed_mps) * push * chance.gauss(1.0, 0.05)
        made.append(
            stride(
                start_s + 0.7 * i,
                contact_s=0.063 + 0.58 / speed_mps * chance.gauss(1.0, 0.02),
                speed_mps=speed_mps * chance.gauss(1.0, 0.04),
                push_off_rate_dps=rate_dps,
                pull_rate_dps=0.65 * own_rate_dps(speed_mps) * pull * chance.gauss(1.0, 0.05),
            )
        )
    return made


def pushes(compared: list[Stride]) -> list[float]:
    return [out.push_off_index for out in compared if out.push_off_index is not None]


def pulls(compared: list[Stride]) -> list[float]:
    return [out.push_pull_index for out in compared if out.push_pull_index is not None]


def auc(lower: list[float], higher: list[float]) -> float:
    """Chance that one of `higher` exceeds one of `lower` (Mann and Whitney)."""
    pairs = [(a < b) + 0.5 * (a == b) for a in lower for b in higher]
    return fmean(pairs)


def test_the_first_strides_have_no_index() -> None:
    compared = run(OwnUsual(), strides(ENOUGH + 5))
    assert [out.push_off_index is None for out in compared] == [True] * ENOUGH + [False] * 5
    assert [out.push_pull_index is None for out in compared] == [True] * ENOUGH + [False] * 5


def test_each_foot_has_its_own_line() -> None:
    left = strides(60)
    right = [
        replace(each, foot=Foot.RIGHT, push_off_rate_dps=2.0 * (each.push_off_rate_dps or 0.0))
        for each in left
    ]
    mixed = [each for pair in zip(left, right, strict=True) for each in pair]
    compared = run(OwnUsual(), mixed)
    for foot in (Foot.LEFT, Foot.RIGHT):
        assert median(pushes([out for out in compared if out.foot is foot])) == pytest.approx(1.0, abs=0.05)


def test_the_line_becomes_that_of_the_runner() -> None:
    line, chance = OwnLine(), Random(3)
    for _ in range(600):
        speed_mps = chance.uniform(2.5, 4.0)
        line.learn(PUSH_OFF_RATE, speed_mps, own_rate_dps(speed_mps) * chance.gauss(1.0, 0.05))
    for speed_mps in (2.6, 3.2, 3.9):
        assert line.usual(PUSH_OFF_RATE, speed_mps) == pytest.approx(own_rate_dps(speed_mps), rel=0.02)


def test_at_a_speed_never_run_the_line_keeps_the_published_shape() -> None:
    line, chance = OwnLine(), Random(3)
    for _ in range(300):
        line.learn(PUSH_OFF_RATE, 3.0, 400.0 * chance.gauss(1.0, 0.05))
    faster, usual = line.usual(PUSH_OFF_RATE, 4.0), line.usual(PUSH_OFF_RATE, 3.0)
    assert faster is not None
    assert usual is not None
    assert faster / usual == pytest.approx((50 + 166 * 4) / (50 + 166 * 3), rel=0.05)


@pytest.mark.parametrize("with_speed", [True, False])
def test_a_change_of_speed_is_not_a_change_of_style(*, with_speed: bool) -> None:
    compared = run(
        OwnUsual(), [each if with_speed else replace(each, speed_mps=None) for each in strides(400)]
    )
    by_speed = [pushes(compared[i : i + 25]) for i in range(150, 400, 25)]
    assert [fmean(block) for block in by_speed] == pytest.approx([1.0] * len(by_speed), abs=0.06)


def test_a_lasting_change_of_style_stays_visible() -> None:
    """Five minutes of habit, then twenty minutes of pushing a quarter more."""
    habit, pushing = strides(430), strides(1700, seed=2, push=1.25, start_s=301.0)
    compared = run(OwnUsual(), habit + pushing)
    assert fmean(pushes(compared[430:480])) == pytest.approx(1.25, abs=0.05)
    assert fmean(pushes(compared[-50:])) > 1.15


def test_a_habit_learned_in_an_odd_first_minute_is_unlearned() -> None:
    """Twenty-odd strides of warming up must not stand against the rest of the run."""
    compared = run(OwnUsual(), strides(30, push=0.7) + strides(800, seed=2, start_s=21.0))
    assert fmean(pushes(compared[-50:])) == pytest.approx(1.0, abs=0.05)


def test_single_wild_strides_hardly_move_the_line() -> None:
    wild = [
        replace(each, push_off_rate_dps=3000.0) if i % 10 == 0 else each
        for i, each in enumerate(strides(400))
    ]
    assert median(pushes(run(OwnUsual(), wild)[-100:])) == pytest.approx(1.0, abs=0.02)


def test_the_ratio_of_pull_and_push_does_not_depend_on_the_scale_of_the_sensor() -> None:
    plain = strides(100)
    scaled = [
        replace(
            each,
            push_off_rate_dps=0.9 * (each.push_off_rate_dps or 0.0),
            pull_rate_dps=0.9 * (each.pull_rate_dps or 0.0),
        )
        for each in plain
    ]
    assert pulls(run(OwnUsual(), scaled)) == pytest.approx(pulls(run(OwnUsual(), plain)))


def test_only_running_is_compared() -> None:
    walking = [replace(each, gait=Gait.WALK) for each in strides(50)]
    assert pushes(run(OwnUsual(), walking)) == []
    assert pushes(run(OwnUsual(), [replace(each, push_off_rate_dps=None) for each in strides(50)])) == []


def test_doubtful_strides_teach_nothing() -> None:
    params = OwnUsualParams()
    doubtful = [replace(each, quality=params.quality / 2) for each in strides(3 * ENOUGH)]
    assert pushes(run(OwnUsual(), doubtful)) == []


def test_without_a_pull_there_is_no_ratio() -> None:
    compared = run(OwnUsual(), [replace(each, pull_rate_dps=None) for each in strides(50)])
    assert pulls(compared) == []
    assert len(pushes(compared)) == 50 - ENOUGH


def test_a_shorter_contact_stands_for_a_higher_speed() -> None:
    speeds_mps = [contact_speed_mps(contact_s) for contact_s in (0.40, 0.30, 0.20, 0.15, 0.10)]
    assert speeds_mps == sorted(speeds_mps)
    assert contact_speed_mps(0.199) == pytest.approx(4.17, abs=0.15)
    assert contact_speed_mps(0.01) == contact_speed_mps(0.1)


@dataclass(frozen=True)
class Blocks:
    """Strides that the core measured in a simulated run, beside what the scenario asked for."""

    pairs: list[tuple[Stride, StrideTruth]]


@cache
def simulated(strike: str, speed_mps: float) -> Blocks:
    """Six blocks of habit, then pushing and pulling mixed with it, speed changing by 10 % all the time."""
    chance = Random(7)
    styles = [(1.0, 1.0)] * 6 + [(1.25, 1.0), (1.0, 0.7), (1.0, 1.0), (1.0, 1.3)] * 3
    blocks = "".join(
        f'[[block]]\nactivity = "run"\nduration_s = 9\nstrike = "{strike}"\npush = {push}\npull = {pull}\n'
        f"speed_mps = {speed_mps * chance.uniform(0.9, 1.1):.2f}\n"
        for push, pull in styles
    )
    scenario = parse(f'seed = 5\n[[block]]\nactivity = "stand"\nduration_s = 4\n{blocks}', "styles")
    session = simulate(scenario)
    measured = [out for out in run(Pipeline(), session.packets()) if isinstance(out, Stride)]
    truth = {foot: [each for each in session.truth if each.foot is foot] for foot in session.feet}
    pairs = [
        (ours, min(truth[ours.foot], key=lambda true: abs(true.initial_contact_s - ours.initial_contact_s)))
        for ours in measured
    ]
    return Blocks(pairs)


@pytest.mark.parametrize("with_speed", [True, False])
@pytest.mark.parametrize(("strike", "speed_mps"), [("forefoot", 2.9), ("rearfoot", 4.2)])
def test_pushing_and_pulling_move_their_index_while_speed_changes(
    strike: str, speed_mps: float, *, with_speed: bool
) -> None:
    chance, usual = Random(11), OwnUsual()
    told: dict[tuple[float, float], list[Stride]] = {}
    for ours, true in simulated(strike, speed_mps).pairs:
        known_mps = (true.speed_mps or speed_mps) * chance.gauss(1.0, 0.05) if with_speed else None
        (out,) = usual.process(replace(ours, speed_mps=known_mps))
        if isinstance(out, Stride) and out.initial_contact_s > 4 + 6 * 9:
            told.setdefault((true.push_strength, true.pull_strength), []).append(out)
    habit = told[1.0, 1.0]
    assert min(len(block) for block in told.values()) >= 50
    assert auc(pushes(habit), pushes(told[1.25, 1.0])) >= 0.9
    assert auc(pulls(habit), pulls(told[1.0, 1.3])) >= 0.9
    assert auc(pulls(told[1.0, 0.7]), pulls(habit)) >= 0.9
    assert fmean(pushes(habit)) == pytest.approx(1.0, abs=0.08)
