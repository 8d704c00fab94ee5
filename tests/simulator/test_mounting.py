"""Rates of sampling, and a pod that is knocked."""

import struct
from functools import cache

import numpy as np
import pytest

from simulator.sessions import headers, norm_g
from stridesense.model import Foot
from stridesense.model.samples import SampleBlock
from stridesense.simulator import SimulatedRun, parse, simulate

RATES_HZ = (50, 100, 104, 200, 208, 400, 500, 1000, 2000)


def session(pod: str, activity: str = "stand", seconds: float = 6.0) -> SimulatedRun:
    text = f"""
        [pod]
        noise = 0.0
        looseness = 0.0
        {pod}
        [radio]
        rate_error_percent = 0.0
        [[block]]
        activity = "{activity}"
        duration_s = {seconds}
        """
    return simulate(parse(text, "mounting"))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_pod_samples_at_its_rate_says_so_and_all_of_it_arrives(rate_hz: int) -> None:
    run = session(f"rate_hz = {rate_hz}", "run")
    config = next(p.payload for p in run.packets() if p.characteristic == "config" and p.foot is Foot.LEFT)
    found = headers(run, Foot.LEFT)
    stamps_us = np.array([header.device_us for header in found])
    indices = np.array([header.first_index for header in found])

    assert struct.unpack_from("<H", config, 2) == (rate_hz,)
    assert len(run.feet[Foot.LEFT].samples.t_s) == 6 * rate_hz
    assert found[-1].first_index + found[-1].samples > 6 * rate_hz - 19
    assert np.polyfit(indices, stamps_us, 1)[0] == pytest.approx(1e6 / rate_hz, rel=1e-3)


@pytest.mark.parametrize("rate_hz", [100, 200, 400, 500, 1000])
def test_a_host_reads_the_samples_of_every_rate(rate_hz: int) -> None:
    from stridesense.protocol.decoder import Decoder

    run = session(f"rate_hz = {rate_hz}", "run")
    decoder = Decoder()
    items = [item for packet in run.packets() for item in decoder.process(packet)] + decoder.flush()
    blocks = [item for item in items if isinstance(item, SampleBlock) and item.foot is Foot.LEFT]
    t_s = np.concatenate([block.t_s for block in blocks])

    assert len(t_s) > 6 * rate_hz - 19
    assert np.diff(t_s[len(t_s) // 2 :]) == pytest.approx(1.0 / rate_hz, rel=0.02)


KNOCKS_S = (1.0, 2.5, 4.0)


@cache
def knocked(foot: str, peak_g: float, duration_ms: float) -> SimulatedRun:
    return session(
        f"""rate_hz = 1000
        [pod.knock]
        at_s = {list(KNOCKS_S)}
        foot = "{foot}"
        peak_g = {peak_g}
        duration_ms = {duration_ms}
        direction = [1, 2, 0]"""
    )


@pytest.mark.parametrize(("peak_g", "duration_ms"), [(5.0, 50.0), (10.0, 30.0), (15.0, 20.0)])
def test_a_knock_is_a_short_burst_that_turns_nothing(peak_g: float, duration_ms: float) -> None:
    still = session("rate_hz = 1000").feet[Foot.RIGHT].samples
    hit = knocked("both", peak_g, duration_ms).feet[Foot.RIGHT].samples
    burst = (hit.acc_mps2 - still.acc_mps2) / 9.80665
    size_g = np.linalg.norm(burst, axis=1)

    assert np.array_equal(hit.gyr_radps, still.gyr_radps)
    near = np.zeros(len(hit.t_s), dtype=bool)
    for at_s in KNOCKS_S:
        during = (hit.t_s >= at_s) & (hit.t_s <= at_s + duration_ms / 1000.0 + 0.01)
        near |= during
        assert size_g[during].max() == pytest.approx(peak_g, rel=0.1)
        assert burst[during].sum(axis=0) / 1000.0 == pytest.approx(0.0, abs=1e-3)
        strongest = burst[during][size_g[during].argmax()]
        assert np.abs(strongest) == pytest.approx(
            size_g[during].max() * np.array([1, 2, 0]) / 5**0.5, abs=0.05
        )
    assert size_g[~near].max() < 0.05


def test_only_the_named_foot_is_knocked_and_the_left_one_from_its_own_side() -> None:
    left, right = (knocked(foot, 10.0, 30.0).feet for foot in ("left", "right"))
    both = knocked("both", 10.0, 30.0).feet

    assert norm_g(left[Foot.RIGHT].samples.acc_mps2).max() < 1.01
    assert norm_g(right[Foot.LEFT].samples.acc_mps2).max() < 1.01
    mirrored = both[Foot.LEFT].samples.acc_mps2 * np.array([1.0, -1.0, 1.0])
    assert mirrored == pytest.approx(both[Foot.RIGHT].samples.acc_mps2, abs=1e-6)


def test_a_knock_in_mid_run_changes_no_stride() -> None:
    calm = session("", "run")
    hit = session("[pod.knock]\nat_s = [3.21]\npeak_g = 12.0", "run")
    differs = np.abs(hit.feet[Foot.LEFT].samples.acc_mps2 - calm.feet[Foot.LEFT].samples.acc_mps2).max(axis=1)
    t = hit.feet[Foot.LEFT].samples.t_s

    assert [s.initial_contact_s for s in hit.truth] == [s.initial_contact_s for s in calm.truth]
    assert differs.max() > 8.0 * 9.81
    assert differs[(t < 3.2) | (t > 3.3)].max() < 0.05
