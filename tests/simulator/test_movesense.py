"""The virtual Movesense: packets of the reference to the byte, and every sample back out of what it sends."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from simulator.listening import MovesensePacket, movesense_packets
from stridesense.model import Foot
from stridesense.simulator import SimulatedRun, load, simulate
from stridesense.simulator.movesense import (
    MAX_NOTIFICATION_BYTES,
    REFERENCE,
    Status,
    command_result,
    hello_result,
    notifications,
    pack_samples,
    samples_per_packet,
)
from stridesense.units import DEG_PER_RAD

STAMP_MS = 172460
ACC_MPS2 = [
    (-0.9715207, 4.2689481, 8.8561525),
    (-0.9882711, 4.2617693, 8.7987232),
    (-0.9858781, 4.2785196, 8.7891512),
    (-0.9451987, 4.2856984, 8.7843657),
]
GYR_DPS = [(-0.98, -1.33, -0.35), (-0.91, -1.33, -0.42), (-0.63, -1.47, -0.42), (-0.63, -1.40, -0.42)]
IMU6 = bytes.fromhex(
    "aca1020094b578bf399b8840cdb20d4155ff7cbf6a60884092c70c4182627cbfa2e988405da00c418bf871bf71248940c38c0c41"
    "48e17abf713daabf3333b3bec3f568bf713daabf3e0ad7beae4721bff628bcbf3e0ad7beae4721bf3333b3bf3e0ad7be"
)
"""What a real Movesense sent of both sensors at 52 Hz."""


@cache
def movesense_run() -> SimulatedRun:
    return simulate(load("movesense"))


def packets(foot: Foot = Foot.LEFT) -> list[MovesensePacket]:
    return movesense_packets([s.payload for s in movesense_run().stream(foot).sent()])


def test_a_packet_of_the_reference_from_its_printed_values() -> None:
    packed = pack_samples(STAMP_MS, [np.array(ACC_MPS2), np.array(GYR_DPS)])

    assert packed[:4] == IMU6[:4]
    # The printed decimals do not always name the very float.
    assert np.abs(np.frombuffer(packed, "<i4") - np.frombuffer(IMU6, "<i4")).max() <= 1


def test_the_floats_of_a_real_packet_give_its_bytes() -> None:
    vectors = np.frombuffer(IMU6[4:], "<f4").reshape(-1, 3).astype(float)

    assert pack_samples(STAMP_MS, [vectors[:4], vectors[4:]]) == IMU6


def test_a_packet_in_two_parts() -> None:
    assert notifications(0x63, IMU6, 62) == [b"\x02\x63" + IMU6[:60], b"\x03\x63" + IMU6[60:]]
    assert notifications(0x63, IMU6) == [b"\x02\x63" + IMU6]


def test_answers_to_commands() -> None:
    assert command_result(0x63, Status.OK) == bytes.fromhex("01 63 C8 00")
    assert command_result(0x63, Status.NO_FREE_SLOT) == bytes.fromhex("01 63 FB 01")
    assert hello_result(7, ["2029", "Movesense"]) == b"\x01\x07\x012029\x00Movesense\x00"


@pytest.mark.parametrize(("rate_hz", "samples", "parts"), [(52, 4, 1), (104, 8, 2), (208, 8, 2)])
def test_faster_pods_need_two_notifications(rate_hz: int, samples: int, parts: int) -> None:
    assert samples_per_packet(rate_hz, 2) == samples
    assert len(notifications(1, bytes(4 + 24 * samples))) == parts


def test_every_sample_comes_back_in_order() -> None:
    samples = movesense_run().feet[Foot.LEFT].samples
    acc = np.concatenate([packet.acc for packet in packets()])
    gyr = np.concatenate([packet.gyr for packet in packets()])

    assert len(samples.counts) - 8 < len(acc) <= len(samples.counts)
    assert np.array_equal(np.rint(acc / samples.acc_scale), samples.counts[: len(acc), :3])
    assert np.array_equal(np.rint(gyr / (samples.gyr_scale * DEG_PER_RAD)), samples.counts[: len(gyr), 3:])


def test_notifications_are_as_long_as_the_pod_can_make_them() -> None:
    payloads = [s.payload for s in movesense_run().stream(Foot.LEFT).sent()]

    assert {len(p) for p in payloads if p[0] == 2} == {MAX_NOTIFICATION_BYTES}
    assert {len(p) for p in payloads if p[0] == 3} == {2 + 4 + 8 * 24 - 153}
    assert {p[1] for p in payloads} == {REFERENCE}


@pytest.mark.parametrize(("foot", "ppm"), [(Foot.LEFT, 30.0), (Foot.RIGHT, -20.0)])
def test_a_packet_is_stamped_with_the_drifting_clock_at_its_first_sample(foot: Foot, ppm: float) -> None:
    t_s = movesense_run().feet[foot].samples.t_s
    stamps_ms = np.array([packet.stamp_ms for packet in packets(foot)])
    told_ms = (stamps_ms - stamps_ms[0]) % (1 << 32)
    true_ms = 1e3 * (1.0 + ppm * 1e-6) * t_s[: 8 * len(told_ms) : 8]

    assert np.abs(told_ms - true_ms).max() <= 1.0


def test_one_sensor_alone_is_a_subscription_of_its_own() -> None:
    stream = movesense_run().stream(Foot.LEFT)
    samples = movesense_run().feet[Foot.LEFT].samples
    first = next(iter(stream.packets("Gyro", 5, begin_s=3.0)))  # type: ignore[attr-defined]
    index = int(np.searchsorted(samples.t_s, 3.0))
    dps = np.frombuffer(first.payload[6:], "<f4").reshape(-1, 3)

    assert first.payload[:2] == b"\x02\x05"
    assert dps == pytest.approx(
        samples.counts[index : index + 8, 3:] * samples.gyr_scale * DEG_PER_RAD, rel=1e-6
    )


def test_over_the_radio_comes_the_answer_and_then_the_data() -> None:
    mine = [p for p in movesense_run().packets() if p.foot is Foot.RIGHT]

    assert {(p.protocol, p.characteristic) for p in mine} == {("movesense_gsp", "data")}
    assert [p.payload[0] for p in mine[:3]] == [1, 2, 3]


def test_parts_that_the_radio_loses_are_missing_one_by_one() -> None:
    scenario = load("movesense")
    radio = scenario.radio.model_copy(update={"loss_percent": 5.0})
    run = simulate(scenario.model_copy(update={"radio": radio}).shortened(15.0))
    kinds = [p.payload[0] for p in run.packets() if p.foot is Foot.LEFT][1:]

    assert abs(kinds.count(2) - kinds.count(3)) < 0.1 * len(kinds)
    assert (kinds.count(2), kinds.count(3)) != (len(kinds) // 2, len(kinds) // 2)
    assert any(a == b for a, b in pairwise(kinds))
