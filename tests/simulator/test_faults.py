"""Each transport fault does what its name says, and only that."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from simulator.sessions import headers, sequence_steps
from stridesense.model import Foot
from stridesense.model.samples import FloatArray
from stridesense.simulator import SimulatedRun, load, simulate
from stridesense.simulator.pod import (
    ACC_CLIPPED,
    FIFO_OVERFLOW,
    GYR_CLIPPED,
    QUEUE_DROPPED,
    SAMPLES_PER_PACKET,
)
from stridesense.simulator.radio import HOST_LEAD_S

FEET = [Foot.LEFT, Foot.RIGHT]


@cache
def run_of(name: str) -> SimulatedRun:
    return simulate(load(name))


@pytest.mark.parametrize("foot", FEET)
def test_without_faults_nothing_is_missing_and_all_is_in_order(foot: Foot) -> None:
    found = headers(run_of("easy_run"), foot)

    assert set(sequence_steps(found)) == {1.0}
    assert {b.first_index - a.first_index for a, b in pairwise(found)} == {SAMPLES_PER_PACKET}
    assert {header.flags for header in found} == {0}
    assert {header.samples for header in found} == {SAMPLES_PER_PACKET}


@pytest.mark.parametrize("foot", FEET)
def test_arrivals_keep_the_beat_of_the_radio_and_tell_no_sample_times(foot: Foot) -> None:
    run = run_of("easy_run")
    found = headers(run, foot)
    samples = run.feet[foot].samples
    last = [header.first_index + SAMPLES_PER_PACKET - 1 for header in found]
    late_s = np.array([header.arrival_s for header in found]) - samples.t_s[last]

    assert late_s.min() > 0.05
    assert 0.02 < np.ptp(late_s) < 0.05


@pytest.mark.parametrize("foot", FEET)
def test_loss_leaves_holes_in_the_numbers_and_owns_up_to_its_own(foot: Foot) -> None:
    found = headers(run_of("loss"), foot)
    steps = sequence_steps(found)
    missing = int((steps - 1).sum())
    overflowed = [h for h in found if h.flags & FIFO_OVERFLOW]
    jumps = [b.first_index - a.first_index for a, b in pairwise(found)]
    flagged_or_numbered = [
        b.flags & FIFO_OVERFLOW or step > 1 for b, step in zip(found[1:], steps, strict=True)
    ]

    assert 0.015 * len(found) < missing < 0.08 * len(found)
    assert any(header.flags & QUEUE_DROPPED for header in found)
    assert overflowed
    assert all(
        explained
        for jump, explained in zip(jumps, flagged_or_numbered, strict=True)
        if jump > SAMPLES_PER_PACKET
    )


def test_a_jam_holds_packets_back_and_loses_none() -> None:
    run = run_of("bursts")
    found = headers(run, Foot.LEFT)
    waits_s = np.diff([header.arrival_s for header in found])

    assert set(sequence_steps(found)) == {1.0}
    assert (waits_s > 1.4).sum() == int(run.scenario.duration_s / 8.0)
    assert (waits_s < 0.01).sum() > 20


def test_duplicates_arrive_twice_byte_for_byte() -> None:
    payloads = [p.payload for p in run_of("duplicates").packets() if p.characteristic == "data"]
    doubled = len(payloads) - len(set(payloads))

    assert 0.06 < doubled / len(set(payloads)) < 0.14


def test_reordering_swaps_neighbours_and_loses_none() -> None:
    found = headers(run_of("reorder"), Foot.LEFT)
    steps = sequence_steps(found)

    assert sorted(h.first_index for h in found) == [i * SAMPLES_PER_PACKET for i in range(len(found))]
    assert 0.05 < (steps < 0).mean() < 0.14
    assert steps.min() >= -2.0


@pytest.mark.parametrize("name", ["easy_run", "reorder", "duplicates"])
def test_no_packet_arrives_before_its_last_sample_was_taken(name: str) -> None:
    run = run_of(name)
    taken_s = run.feet[Foot.LEFT].samples.t_s
    delays_s = [h.arrival_s - taken_s[h.first_index + h.samples - 1] for h in headers(run, Foot.LEFT)]

    assert min(delays_s) > HOST_LEAD_S


def test_clipping_is_flagged_in_packets_and_in_the_truth() -> None:
    run = run_of("clipping")
    found = headers(run, Foot.LEFT)
    counts = run.feet[Foot.LEFT].samples.counts

    assert (np.abs(counts[:, :3].astype(int)) >= 32767).any()
    assert any(header.flags & ACC_CLIPPED for header in found)
    assert any(header.flags & GYR_CLIPPED for header in found)
    assert sum(stride.gyr_clipped for stride in run.truth) > 0.9 * len(run.truth)


def test_a_slipped_pod_sees_gravity_from_elsewhere() -> None:
    run = run_of("slipped_pod")

    def down_before_and_after(foot: Foot) -> tuple[FloatArray, FloatArray]:
        samples = run.feet[foot].samples
        end_s = samples.t_s[-1]
        before, after = samples.t_s < 2.0, samples.t_s > end_s - 0.5
        means = [samples.acc_mps2[part].mean(axis=0) for part in (before, after)]
        return means[0] / np.linalg.norm(means[0]), means[1] / np.linalg.norm(means[1])

    turned_deg = {
        foot: np.degrees(np.arccos(np.clip(np.dot(*down_before_and_after(foot)), -1.0, 1.0))) for foot in FEET
    }

    assert turned_deg[Foot.LEFT] == pytest.approx(10.0, abs=0.5)
    assert turned_deg[Foot.RIGHT] == pytest.approx(0.0, abs=0.5)


def test_clocks_drift_by_the_parts_per_million_asked_for() -> None:
    run = run_of("clock_drift")
    for foot, ppm in ((Foot.LEFT, 60.0), (Foot.RIGHT, -40.0)):
        found = headers(run, foot)
        t = run.feet[foot].samples.t_s
        true_us = 1e6 * (t[found[-1].first_index] - t[found[0].first_index])
        counted_us = (found[-1].device_us - found[0].device_us) % (1 << 32)
        assert 1e6 * (counted_us / true_us - 1.0) == pytest.approx(ppm, abs=1.0)


def test_pods_have_their_own_rate() -> None:
    rates_hz = [
        1.0 / np.diff(run_of("clock_drift").feet[foot].samples.t_s[:2])[0] for foot in (Foot.LEFT, Foot.RIGHT)
    ]

    assert rates_hz[0] != rates_hz[1]
    assert all(abs(rate / 208.0 - 1.0) <= 0.02 for rate in rates_hz)


def test_a_pod_that_dies_is_silent_and_the_other_goes_on() -> None:
    run = run_of("one_foot_dies")
    last_s = {foot: max(p.arrival_ns for p in run.packets() if p.foot is foot) / 1e9 for foot in FEET}

    assert 24.8 < last_s[Foot.RIGHT] < 25.2
    assert last_s[Foot.LEFT] > run.scenario.duration_s - 0.2
