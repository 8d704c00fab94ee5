"""What one run, begun from standing, tells of a pod on its shoe and of the runner in it: pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import asin, atan2, inf
from statistics import fmean, median, pstdev
from typing import Final

from stridesense.dsp.alignment import Alignment, foot_axes, unit
from stridesense.dsp.projection import FootAxes
from stridesense.errors import InputError, UsageError
from stridesense.gait.look import POD_MOVED
from stridesense.gait.own_line import OwnUsual, OwnUsualState
from stridesense.gait.parameters import NO_STANDING_START
from stridesense.gait.pod_check import HOP_S, PodCheck, Standing
from stridesense.gait.speed import SpeedCalibration
from stridesense.model import Foot, Gait, Stride
from stridesense.units import DEG_PER_RAD

STAND_S: Final = 3.0
"""How long the runner is asked to stand still, s; a hop at either end may be cut by the first movement."""

ENOUGH_STRIDES: Final = 20
"""Running strides of each foot that a calibration needs."""

BELT_SD_MPS: Final = 0.1
"""Standard deviation of a known speed: what a treadmill's display is usually off by, m/s."""

_TURNED: Final = {POD_MOVED, NO_STANDING_START}
_STEADY: Final = 0.1
_POSSIBLE: Final = (0.7, 1.4)
"""A known speed this many times the integrated one is no matter of calibration."""


@dataclass(frozen=True, slots=True)
class Mounting:
    """How the pod sits: its axes are the foot's, turned about forward, then left, then up, deg."""

    forward_deg: float
    left_deg: float
    up_deg: float

    @classmethod
    def of(cls, axes: FootAxes) -> "Mounting":
        """The turn that takes the foot's axes to the sensor's."""
        rise = max(-1.0, min(1.0, axes.up_x))
        return cls(
            atan2(axes.up_y, axes.up_z) * DEG_PER_RAD,
            -asin(rise) * DEG_PER_RAD,
            atan2(-axes.ml_x, axes.forward_x) * DEG_PER_RAD,
        )


@dataclass(frozen=True, slots=True)
class FootFindings:
    """What the run told of one foot.

    Attributes:
        foot: the foot.
        axes: of the foot in the sensor's frame; flat is how the foot stood.
        confidence: in the medio-lateral axis, 0..1.
        standing: the standing start.
        sampling_rate_hz: the pod's true rate.
        clipped_share: share of the samples at the end of the range.
        strides: the running strides.
    """

    foot: Foot
    axes: FootAxes
    confidence: float
    standing: Standing
    sampling_rate_hz: float
    clipped_share: float
    strides: tuple[Stride, ...]


@dataclass(frozen=True, slots=True)
class SpeedLesson:
    """A correction of speed and what it was learned from.

    Attributes:
        calibration: the correction.
        usual_mps: median of the integrated speeds.
        strides: steady strides that taught it in this run.
        before_mps: mean and standard deviation of measured minus known speed, with the correction so far.
        after_mps: the same with the new one.
    """

    calibration: SpeedCalibration
    usual_mps: float
    strides: int
    before_mps: tuple[float, float]
    after_mps: tuple[float, float]

    @property
    def earlier(self) -> int:
        """Strides of earlier runs that it rests on, too."""
        return self.calibration.strides - self.strides

    @property
    def factor(self) -> float:
        """By what a measured speed near the usual one is multiplied."""
        return self.calibration.speed_mps(self.usual_mps) / self.usual_mps


def pod_of(foot: Foot) -> str:
    """The pod in a sentence."""
    return "the pod" if foot is Foot.UNKNOWN else f"the {foot} pod"


def findings(
    foot: Foot, check: PodCheck, alignment: Alignment | None, strides: Iterable[Stride]
) -> FootFindings:
    """What a run tells of one foot.

    Args:
        foot: the foot.
        check: of its samples.
        alignment: how the pod sits, as known at the end of the run.
        strides: all strides of this foot.

    Raises:
        InputError: too few running strides, no standing start, or a pod that has turned on the shoe.
    """
    strides = tuple(strides)
    running = tuple(stride for stride in strides if stride.gait is Gait.RUN)
    if len(running) < ENOUGH_STRIDES or alignment is None:
        others = (
            f" (and {len(strides) - len(running)} walked or hopped)" if len(strides) > len(running) else ""
        )
        msg = (
            f"{pod_of(foot)} saw {len(running)} running strides{others}, but {ENOUGH_STRIDES} are needed: "
            f"stand still for {STAND_S:.0f} s, then run at least {ENOUGH_STRIDES} strides with each foot"
        )
        raise InputError(msg)
    standing = _standing_start(foot, check, running)
    if any(_TURNED & set(stride.flags) for stride in running):
        msg = (
            f"{pod_of(foot)} turned on the shoe in mid-run: fasten it, then stand still for {STAND_S:.0f} s "
            "and run again"
        )
        raise InputError(msg)
    return FootFindings(
        foot=foot,
        axes=foot_axes(alignment.axes.ml, unit(standing.acc_mps2), standing.gyr_radps),
        confidence=alignment.confidence,
        standing=standing,
        sampling_rate_hz=check.sampling_rate_hz,
        clipped_share=check.clipped / check.samples,
        strides=running,
    )


def _standing_start(foot: Foot, check: PodCheck, running: Sequence[Stride]) -> Standing:
    found = check.standing_before(min((stride.initial_contact_s for stride in running), default=inf))
    if found is None or found.lasts_s < STAND_S - 2.0 * HOP_S:
        still = "never stood still" if found is None else f"stood still for only {found.lasts_s:.1f} s"
        msg = (
            f"{pod_of(foot)} {still} before the run: put both feet flat on the ground, do not move for "
            f"{STAND_S:.0f} s, then run"
        )
        raise InputError(msg)
    return found


def learned_speed(strides: Sequence[Stride], known_mps: float, start: SpeedCalibration) -> SpeedLesson:
    """Learn from strides whose speed is known; only those near their median count, as one has to get there.

    Args:
        strides: running strides of both feet, their speed as integrated.
        known_mps: the true speed.
        start: what is known from earlier runs.

    Raises:
        UsageError: no stride can have had that speed.
        InputError: no stride has a speed at all.
    """
    integrated = sorted((each.initial_contact_s, each.speed_mps) for each in strides if each.speed_mps)
    if not integrated:
        msg = "no stride has a measured speed that could be compared with --speed: leave it out"
        raise InputError(msg)
    usual_mps = median(speed_mps for _, speed_mps in integrated)
    if not _POSSIBLE[0] < known_mps / usual_mps < _POSSIBLE[1]:
        msg = f"--speed says {known_mps:g} m/s, but the strides measured {usual_mps:.2f} m/s: correct it"
        raise UsageError(msg)
    steady = [speed for _, speed in integrated if abs(speed / usual_mps - 1.0) < _STEADY]
    calibration = start
    for speed_mps in steady:
        calibration = calibration.learned(speed_mps, known_mps, BELT_SD_MPS)
    return SpeedLesson(
        calibration,
        usual_mps,
        len(steady),
        _residual(steady, known_mps, start),
        _residual(steady, known_mps, calibration),
    )


def _residual(
    speeds: Sequence[float], known_mps: float, calibration: SpeedCalibration
) -> tuple[float, float]:
    errors = [calibration.speed_mps(speed) - known_mps for speed in speeds]
    return fmean(errors), pstdev(errors)


def usual_after(strides: Iterable[Stride], speed: SpeedCalibration) -> OwnUsualState:
    """The runner's own lines after these strides.

    Args:
        strides: running strides, their speed as integrated.
        speed: the correction that their speed will have from now on.
    """
    stage = OwnUsual()
    for stride in sorted(strides, key=lambda each: each.initial_contact_s):
        known = stride.speed_mps
        stage.process(stride if known is None else replace(stride, speed_mps=speed.speed_mps(known)))
    return stage.learned()
