"""The virtual Polar: the frames of the reference to the byte, and every count back out of what it sends."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.listening import PolarFrame, polar_frame
from stridesense.model import Foot
from stridesense.simulator import SimulatedRun, load, simulate
from stridesense.simulator.polar import (
    COMPRESSED_INT16,
    MAX_FRAME_BYTES,
    Block,
    Command,
    Measurement,
    Status,
    best_blocks,
    factor,
    pack_samples,
    reply,
    serialize_frame,
    settings,
)

REAL_FRAME = bytes.fromhex(
    "02 96 5B 06 5D EE AB 7F 09 80 8E F1 B9 FB 34 FB 08 1D 2A 1A 1D 2B EE E5 ED DB F1 99 02 FB A7 F0 D7 EB"
    "0B D7 04 19 D7 06 38 E7 34 12 10 5B 0C 36 24 07 2F 22 E7 57 DE F3 1B F2 1F 07 E4 05 F4 F4 F4 E7 FC 11"
    "FA 0F FC F3 1A 12 04 2F FD 14 25 E8 1B 15 17 3C 01 F4 32 BA FF 13 06 FA F6 DB FA E4 AC F8 C0 AE FE BC"
    "A0 E1 E0 0A 0A EB E3 DF 3E F4 ED CB 20 80 FD FA 33 00 81 07 32 E4 FF BE 12 DA 07 91 48 FC EE 47 62 C0"
    "0A 3F C4 AF 42 FE FE A3 00 08 0A EC 1D 06 E7 2A FE E7 20 C3 E3 22 FF D0 0F E9 2B F4 01 0D 17 01 D0 08"
    "34 E7 FA 53 CA BA 01 0A 0D BD 27 00 41 EB EA BF 6F 77 F7 B4 5F AC FB E7 E1 33 DF 7C 09 ED 5F 3F 0B FC"
    "1B E4 62 BF 02 47 24 00 02 13 36 D8 4F 01 10 D7 13 F1 02 EE 3F 88 E0 3E"
)
"""A frame of a real Verity Sense: the blocks that a device chooses, and samples that make sense."""

FACTORS = {Measurement.ACC: 0.000488, Measurement.GYRO: 0.07}


@cache
def polar_run() -> SimulatedRun:
    return simulate(load("polar_sense"))


def frames(sensor: Measurement) -> list[PolarFrame]:
    payloads = [s.payload for s in polar_run().stream(Foot.LEFT).sent() if s.payload[0] == sensor]
    return [polar_frame(payload) for payload in payloads]


@pytest.mark.parametrize(
    ("vector", "blocks"),
    [
        ("02 65 00 00 00 00 00 00 00 81 F1 FF 14 00 F0 03 06 01 7B 0F 00", [Block(6, 1)]),
        ("05 FF FF FF FF FF FF FF 7F 80 EA FF 08 00 0D 00 03 01 DF 00", [Block(3, 1)]),
    ],
)
def test_a_frame_of_the_reference_but_for_its_padding_with_its_own_block(
    vector: str, blocks: list[Block]
) -> None:
    payload = bytes.fromhex(vector)
    samples = {
        2: np.array([(-15, 20, 1008), (-20, 17, 1008)], dtype=np.int16),
        5: np.array([(-22, 8, 13), (-23, 11, 16)], dtype=np.int16),
    }[payload[0]]
    stamp_ns = {2: 101, 5: 0x7FFF_FFFF_FFFF_FFFF}[payload[0]]

    assert serialize_frame(payload[0], stamp_ns, payload[9], pack_samples(samples, blocks)) == payload


def test_the_smallest_block_is_chosen() -> None:
    assert best_blocks(np.array([(-22, 8, 13), (-23, 11, 16)], dtype=np.int16), 100) == [Block(3, 1)]


def test_the_frame_of_a_real_device_comes_back_to_the_byte_with_its_own_blocks() -> None:
    heard = polar_frame(REAL_FRAME)
    blocks = [Block(bits, count) for bits, count in heard.blocks]
    counts = np.array(heard.counts, dtype=np.int16)

    assert heard.blocks == [(8, 29), (10, 10), (8, 10), (10, 13)]
    assert tuple(counts.astype(int).sum(axis=0)) == (-236501, -67956, -73290)
    assert serialize_frame(2, heard.stamp_ns, COMPRESSED_INT16, pack_samples(counts, blocks)) == REAL_FRAME


def test_for_real_samples_the_chosen_blocks_are_no_longer_than_the_device_s_own() -> None:
    counts = np.array(polar_frame(REAL_FRAME).counts, dtype=np.int16)

    chosen = best_blocks(counts, 1000)

    assert sum(block.count for block in chosen) == 62
    assert sum(block.size_bytes for block in chosen) <= len(REAL_FRAME) - 16


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (reply(Command.START, Measurement.SDK_MODE, Status.DONE), "F0 02 09 00 00"),
        (reply(Command.STOP, Measurement.SDK_MODE, Status.DONE), "F0 03 09 00 00"),
        (reply(Command.STOP, Measurement.ACC, Status.DONE), "F0 03 02 00 00"),
        (reply(Command.START, Measurement.ACC, Status.ALREADY_IN_STATE), "F0 02 02 06"),
        (
            reply(Command.START, Measurement.ACC, Status.DONE, factor(0.000244)),
            "F0 02 02 00 00 05 01 40 DA 7F 39",
        ),
        (
            reply(Command.SETTINGS, Measurement.ACC, Status.DONE, settings([52], 16, [8], 3)),
            "F0 01 02 00 00 00 01 34 00 01 01 10 00 02 01 08 00 04 01 03",
        ),
        (
            settings([52], 16, [245, 500, 1000, 2000], 3),
            "00 01 34 00 01 01 10 00 02 04 F5 00 F4 01 E8 03 D0 07 04 01 03",
        ),
    ],
)
def test_replies_of_the_reference(value: bytes, said: str) -> None:
    assert value == bytes.fromhex(said)


@given(
    st.lists(st.tuples(*[st.integers(-32768, 32767)] * 3), min_size=2, max_size=60),
    st.integers(20, MAX_FRAME_BYTES),
)
def test_whatever_the_counts_they_come_back_and_fit(rows: list[tuple[int, int, int]], room: int) -> None:
    counts = np.array(rows, dtype=np.int16)
    blocks = best_blocks(counts, room)
    taken = 1 + sum(block.count for block in blocks)

    payload = serialize_frame(2, 0, COMPRESSED_INT16, pack_samples(counts[:taken], blocks))

    assert polar_frame(payload).counts == rows[:taken]
    assert len(payload) <= 16 + room
    assert taken == len(rows) or len(payload) + 2 + 7 * 3 > room


@pytest.mark.parametrize("sensor", [Measurement.ACC, Measurement.GYRO])
def test_every_count_comes_back_in_order(sensor: Measurement) -> None:
    heard = np.concatenate([frame.counts for frame in frames(sensor)])
    columns = slice(0, 3) if sensor is Measurement.ACC else slice(3, 6)
    counts = polar_run().feet[Foot.LEFT].samples.counts[:, columns]

    assert len(counts) - 256 < len(heard) < len(counts)
    assert np.array_equal(heard, counts[: len(heard)])


@pytest.mark.parametrize("sensor", [Measurement.ACC, Measurement.GYRO])
def test_a_frame_is_stamped_with_the_drifting_clock_at_its_last_sample(sensor: Measurement) -> None:
    run = polar_run()
    heard = frames(sensor)
    last = np.cumsum([len(frame.counts) for frame in heard]) - 1
    true_ns = 1e9 * (run.feet[Foot.LEFT].samples.t_s[last] - run.feet[Foot.LEFT].samples.t_s[last[0]])
    told_ns = np.array([frame.stamp_ns - heard[0].stamp_ns for frame in heard])

    assert np.abs(told_ns - true_ns * (1.0 + 25e-6)).max() <= 1e9 / 32768
    assert 600e15 < heard[0].stamp_ns < 900e15


def test_frames_are_full_and_hold_fewer_samples_the_more_the_foot_moves() -> None:
    run = polar_run()
    payloads = [s.payload for s in run.stream(Foot.LEFT).sent()]
    heard = frames(Measurement.ACC)
    standing, running = heard[1:6], heard[25:-25]

    assert max(map(len, payloads)) <= MAX_FRAME_BYTES
    assert np.mean([len(payload) for payload in payloads]) > 0.96 * MAX_FRAME_BYTES
    assert min(len(f.counts) for f in standing) > 1.3 * np.mean([len(f.counts) for f in running])
    assert len({len(f.counts) for f in running}) > 5
    assert np.mean([len(f.blocks) for f in running]) > 2.0


def test_the_pod_answers_with_the_scales_of_its_ranges() -> None:
    values = [value for role, value in polar_run().stream(Foot.RIGHT).greeting() if role == "control"]

    assert values == [
        bytes.fromhex("F0 02 09 00 00"),
        *(reply(Command.START, sensor, Status.DONE, factor(scale)) for sensor, scale in FACTORS.items()),
    ]


def test_over_the_radio_come_the_replies_and_then_both_streams() -> None:
    mine = [p for p in polar_run().packets() if p.foot is Foot.RIGHT]

    assert {p.protocol for p in mine} == {"polar_pmd"}
    assert [p.characteristic for p in mine[:3]] == ["control"] * 3
    assert {p.characteristic for p in mine[3:]} == {"data"}
    assert {p.payload[0] for p in mine[3:]} == {Measurement.ACC, Measurement.GYRO}


def test_a_smaller_mtu_makes_shorter_frames_of_the_same_counts() -> None:
    sent = [s.payload for s in polar_run().stream(Foot.LEFT).sent(max_payload=90) if s.payload[0] == 2]
    heard = np.concatenate([polar_frame(payload).counts for payload in sent])

    assert max(map(len, sent)) <= 90
    assert np.array_equal(heard, polar_run().feet[Foot.LEFT].samples.counts[: len(heard), :3])


def test_switched_on_later_it_begins_with_the_sample_of_that_moment() -> None:
    samples = polar_run().feet[Foot.LEFT].samples
    first = next(polar_run().stream(Foot.LEFT).frames(Measurement.GYRO, begin_s=10.0))
    index = int(np.searchsorted(samples.t_s, 10.0))

    assert polar_frame(first.payload).counts[0] == tuple(samples.counts[index, 3:])
    assert first.ready_s > 10.1


def test_frames_that_the_pod_drops_leave_a_hole_in_the_stamps() -> None:
    scenario = load("polar_sense")
    radio = scenario.radio.model_copy(update={"queue_drop_percent": 10.0})
    run = simulate(scenario.model_copy(update={"radio": radio}))
    sent = [polar_frame(s.payload) for s in run.stream(Foot.LEFT).sent() if s.payload[0] == 2]
    steps_s = [(b.stamp_ns - a.stamp_ns) / 1e9 - len(b.counts) / 208.0 for a, b in pairwise(sent)]

    assert sum(step > 0.1 for step in steps_s) > 3
    assert min(steps_s) > -0.01
