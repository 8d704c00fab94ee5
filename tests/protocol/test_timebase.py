"""Time: the pod's own clock, its true rate, and how two pods are compared."""

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.decoding import STEADY, blocks, decode, gaps, malformed, times
from protocol.packer import Pod
from stridesense.model import Foot, RawPacket, SampleBlock
from stridesense.protocol.decoder import Decoder


def by_arrival(*streams: list[RawPacket]) -> list[RawPacket]:
    return sorted(chain(*streams), key=lambda packet: packet.arrival_ns)


def of_foot(foot: Foot, found: list[SampleBlock]) -> list[SampleBlock]:
    return [block for block in found if block.foot is foot]


def test_true_rate_is_known_within_50_ppm_after_ten_seconds() -> None:
    pod = Pod(true_rate_hz=207.35, stamp_jitter_us=30, longest_delay_s=0.045)
    found = blocks(decode(pod.session(600)))
    late = [block.sampling_rate_hz for block in found if block.t_s[0] > 10]
    assert found[0].sampling_rate_hz == 208
    assert len(late) > 400
    np.testing.assert_allclose(late, 207.35, rtol=50e-6)


@pytest.mark.parametrize("samples", [1, 6, 19])
def test_rough_stamps_still_give_the_rate(samples: int) -> None:
    pod = Pod(true_rate_hz=207.35, stamp_jitter_us=1000, samples=samples)
    late = [
        block.sampling_rate_hz
        for block in blocks(decode(pod.session(round(4000 / samples))))
        if block.t_s[0] > 15
    ]
    np.testing.assert_allclose(late, 207.35, rtol=1e-3)


def test_sample_times_follow_the_pod_within_its_jitter() -> None:
    pod = Pod(true_rate_hz=207.35, stamp_jitter_us=30)
    t_s = times(decode(pod.session(600)))
    error_s = t_s - np.arange(len(t_s)) / 207.35
    assert np.abs(error_s - error_s.mean()).max() < 300e-6
    assert np.abs(error_s[19:] - error_s[19:].mean()).max() < 60e-6


@STEADY
@given(
    st.floats(0.93, 1.07),
    st.integers(1, 19),
    st.sampled_from([0.0, 30.0, 300.0]),
    st.integers(0, 2**32 - 1),
    st.integers(0, 100),
)
def test_times_always_rise(
    pace: float, samples: int, jitter_us: float, first_time_us: int, seed: int
) -> None:
    pod = Pod(
        true_rate_hz=208 * pace,
        samples=samples,
        stamp_jitter_us=jitter_us,
        first_time_us=first_time_us,
        first_index=first_time_us,
    )
    items = decode(pod.session(120, seed=seed))
    assert len(items) == len(blocks(items)) == 120
    assert np.all(np.diff(times(items)) > 0)


def test_stamps_that_wrap_during_a_long_outage_are_unwrapped_by_the_index() -> None:
    pod = Pod(true_rate_hz=207.35)
    head, tail = pod.session(200), list(pod.data(40_000))[-20:]
    (gap,) = gaps(decode([*head, *tail]))
    assert gap.end_s == pytest.approx((40_000 - 20) * 19 / 207.35, abs=0.01)
    assert gap.missing_samples == (40_000 - 220) * 19


@pytest.mark.parametrize("stated_hz", [104, 120, 150, 300, 350, 416])
def test_rate_that_is_stated_wrong_by_up_to_a_factor_of_two_is_found(stated_hz: int) -> None:
    decoder = Decoder()
    pod = Pod(true_rate_hz=208.3, stated_rate_hz=stated_hz, stamp_jitter_us=30)
    items = decode(pod.session(400), decoder)
    assert not malformed(items)
    assert sum(gap.missing_samples for gap in gaps(items)) == 0
    assert decoder.counters[Foot.LEFT].samples == 400 * 19
    assert blocks(items)[-1].sampling_rate_hz == pytest.approx(208.3, rel=1e-3)
    found_s = times(items)[200 * 19 :]
    assert found_s[-1] - found_s[0] == pytest.approx((200 * 19 - 1) / 208.3, abs=1e-3)


def test_clock_that_steps_forward_by_half_an_hour_does_not_move_the_session() -> None:
    packets = Pod().session(400)
    stepped = packets[:202]
    for packet in packets[202:]:
        time_us = int.from_bytes(packet.payload[8:12], "little") + 1_800_000_000
        payload = packet.payload[:8] + time_us.to_bytes(4, "little") + packet.payload[12:]
        stepped.append(replace(packet, payload=payload))
    items = decode(stepped)
    assert times(items)[-1] == pytest.approx((400 * 19 - 1) / 208, abs=0.05)
    assert [gap.missing_samples for gap in gaps(items)] == [0]


def test_arrival_never_moves_a_sample() -> None:
    packets = Pod().session(100)
    delayed = [
        replace(packet, arrival_ns=packet.arrival_ns + 700_000_000 * (k % 7))
        for k, packet in enumerate(packets)
    ]
    np.testing.assert_array_equal(times(decode(packets)), times(decode(delayed)))


def test_second_foot_is_laid_on_the_session_clock_once() -> None:
    left = Pod(start_s=0.1)
    right = Pod(foot=Foot.RIGHT, start_s=5.0, first_time_us=77)
    found = blocks(decode(by_arrival(left.session(100), right.session(60))))
    assert of_foot(Foot.LEFT, found)[0].t_s[0] == 0.0
    assert of_foot(Foot.RIGHT, found)[0].t_s[0] == pytest.approx(4.9, abs=1e-6)


@pytest.mark.parametrize(("drift_ppm", "largest_s"), [(20, 0.005), (50, 0.005), (200, 0.008)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_drifting_feet_stay_on_the_host_clock(drift_ppm: int, largest_s: float, seed: int) -> None:
    pods = [
        Pod(foot=Foot.LEFT, clock_ppm=drift_ppm, longest_delay_s=0.045, start_s=0.3),
        Pod(
            foot=Foot.RIGHT,
            clock_ppm=-drift_ppm,
            longest_delay_s=0.045,
            start_s=0.31,
            first_time_us=2**32 - 10,
        ),
    ]
    found = blocks(decode(by_arrival(*(pod.session(3000, seed=10 * seed + k) for k, pod in enumerate(pods)))))
    for pod in pods:
        of_pod = of_foot(pod.foot, found)
        taken_s = pod.start_s + (19 * np.arange(len(of_pod)) + 18) / pod.true_rate_hz
        error_s = np.array([block.t_s[-1] + block.host_offset_s for block in of_pod]) - taken_s
        settled = error_s[60:]
        assert settled.min() > -0.001
        assert settled.max() < largest_s
        assert settled.mean() == pytest.approx(0.001, abs=0.001)
