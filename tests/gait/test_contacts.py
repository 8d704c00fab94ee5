"""Contacts of both virtual runners against the exact truth, the samples stamped with true time."""

from collections import Counter
from functools import cache
from statistics import fmean, pstdev

import numpy as np
import pytest

from stage_checks import run
from stridesense.dsp.conditioner import Conditioner
from stridesense.gait.detector import GaitDetector, Moment
from stridesense.gait.segmentation import StrideBuilder
from stridesense.model import EventKind, Foot, Gait, GaitEvent, SampleBlock, Stride
from stridesense.simulator import SimulatedRun, StrideTruth, parse, simulate

STRIKES = ("rearfoot", "midfoot", "forefoot")
MODELS = ("rigid_sole", "soft_shoe")
BLOCK = 4
EARLY_S = 0.03
"""A kick of the foot in late swing may tell a landing too soon."""


def blocks(simulated: SimulatedRun) -> list[SampleBlock]:
    """What the left pod measured, at its true times, a few samples at a time."""
    samples = simulated.feet[Foot.LEFT].samples
    rate_hz = (len(samples.t_s) - 1) / (samples.t_s[-1] - samples.t_s[0])
    acc, gyr = samples.counts[:, :3] * samples.acc_scale, samples.counts[:, 3:] * samples.gyr_scale
    clipped = samples.acc_clipped | samples.gyr_clipped
    parts = [slice(i, i + BLOCK) for i in range(0, len(samples.t_s), BLOCK)]
    return [
        SampleBlock(
            Foot.LEFT, part.start, rate_hz, samples.t_s[part].copy(), acc[part], gyr[part], clipped[part]
        )
        for part in parts
    ]


@cache
def heard(
    activity: str, model: str = "rigid_sole", strike: str = "forefoot", rate_hz: int = 208
) -> tuple[list[Moment | Stride], tuple[StrideTruth, ...]]:
    """Everything between samples and strides of one foot, and the truth."""
    seconds = 60 if activity in ("stairs", "crawl", "random", "fidget") else 20
    text = f"""
        seed = 11
        feet = ["left"]
        [runner]
        model = "{model}"
        [pod]
        rate_hz = {rate_hz}
        mount_left_deg = [180, 20, 10]
        [[block]]
        activity = "stand"
        duration_s = 4
        [[block]]
        activity = "{activity}"
        duration_s = {seconds}
        strike = "{strike}"
        [[block]]
        activity = "stand"
        duration_s = 2
    """
    simulated = simulate(parse(text, activity))
    signals = run(Conditioner(), blocks(simulated))
    moments = run(GaitDetector(), signals)
    return [*moments, *(s for s in run(StrideBuilder(), moments) if isinstance(s, Stride))], simulated.truth


def pairs(model: str, strike: str, rate_hz: int = 208) -> list[tuple[Stride, StrideTruth]]:
    """Our strides beside the true ones, one to one; none missed, none invented."""
    found, truth = heard("run", model, strike, rate_hz)
    strides = [item for item in found if isinstance(item, Stride)]
    assert len(strides) == len(truth)
    return list(zip(strides, truth, strict=True))


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("rate_hz", [208, 833])
def test_contact_begins_and_ends_within_milliseconds(model: str, strike: str, rate_hz: int) -> None:
    both = pairs(model, strike, rate_hz)
    begins_ms = [1e3 * (ours.initial_contact_s - true.initial_contact_s) for ours, true in both]
    ends_ms = [1e3 * (ours.terminal_contact_s - true.terminal_contact_s) for ours, true in both]
    assert abs(fmean(begins_ms)) < 5.0
    assert pstdev(begins_ms) < 3.0
    assert abs(fmean(ends_ms)) < 8.0
    assert pstdev(ends_ms) < 5.0


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("model", MODELS)
def test_a_slow_sensor_still_finds_the_landing(model: str, strike: str) -> None:
    begins_ms = [1e3 * (o.initial_contact_s - t.initial_contact_s) for o, t in pairs(model, strike, 100)]
    assert pstdev(begins_ms) < 7.0


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("model", MODELS)
def test_decisions_fall_in_time(model: str, strike: str) -> None:
    """Landing within 30 ms, the verdict on the heel within 150 ms, toe-off within 70 ms, mostly."""
    found, truth = heard("run", model, strike)
    events = [item for item in found if isinstance(item, GaitEvent)]
    begins = np.array([true.initial_contact_s for true in truth])
    ends = np.array([true.terminal_contact_s for true in truth])
    limits = (
        (EventKind.INITIAL_CONTACT, True, begins, 0.030),
        (EventKind.HEEL_DOWN, True, begins, 0.150),
        (EventKind.TERMINAL_CONTACT, False, ends, 0.070),
    )
    for kind, provisional, true_s, limit_s in limits:
        told = np.array([e.known_at_s for e in events if e.kind is kind and e.provisional is provisional])
        late_s = [(told[told > moment - EARLY_S] - moment).min(initial=9.9) for moment in true_s]
        assert np.percentile(late_s, 90) <= limit_s, kind


@pytest.mark.parametrize("activity", ["fidget", "stairs", "crawl", "random"])
def test_what_is_no_stride_gives_none(activity: str) -> None:
    found, truth = heard(activity)
    assert truth == ()
    assert [item for item in found if isinstance(item, Stride)] == []


def test_hops_are_called_hops() -> None:
    found, truth = heard("hop")
    gaits = Counter(item.gait for item in found if isinstance(item, Stride))
    assert gaits[Gait.HOP] >= 0.9 * len(truth)


def test_walking_is_never_called_running() -> None:
    found, truth = heard("walk")
    gaits = Counter(item.gait for item in found if isinstance(item, Stride))
    assert gaits == {Gait.WALK: len(truth)}


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("model", MODELS)
def test_the_way_of_a_stride_has_its_length(model: str, strike: str) -> None:
    errors = [
        ours.stride_length_m / true.stride_length_m - 1.0
        for ours, true in pairs(model, strike)[3:]
        if ours.stride_length_m and true.stride_length_m
    ]
    assert len(errors) > 15
    assert abs(fmean(errors)) < 0.03
    assert pstdev(errors) < 0.05
