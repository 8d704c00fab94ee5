"""Polar's frames: the encoder of the virtual pod, the meaning of answers, and whatever else bytes can be."""

import pickle
import random
from copy import deepcopy

import numpy as np
import pytest

from protocol.vectors import payload_of, vectors
from stridesense.protocol.builtin import Builtin, Rows, builtin
from stridesense.simulator.polar import Block, Measurement, best_blocks, pack_samples, serialize_frame

STARTED = bytes.fromhex("F0 02 02 00 00 05 01 40 DA 7F 39")
GYRO_STARTED = bytes.fromhex("F0 02 05 00 00 05 01 29 5C 8F 3D")
BY_NAME = {vector["name"]: payload_of(vector) for vector in vectors("polar_pmd")}
REAL = BY_NAME["accelerometer, a whole frame of 228 bytes from a pod"]
FRAMES = [payload_of(vector) for vector in vectors("polar_pmd") if vector["characteristic"] == "data"]


def started() -> Builtin:
    pod = builtin("polar_pmd")
    assert pod.cut("control", STARTED) == []
    assert pod.cut("control", GYRO_STARTED) == []
    return pod


def one(pod: Builtin, payload: bytes) -> Rows:
    (rows,) = pod.cut("data", payload)
    assert isinstance(rows, Rows)
    return rows


def fault(pod: Builtin, role: str, payload: bytes) -> str:
    (phrase,) = pod.cut(role, payload)
    assert isinstance(phrase, str)
    return phrase


@pytest.mark.parametrize("steps", [1, 300, 32_000])
def test_frames_of_the_virtual_pod_come_back_exactly(steps: int) -> None:
    rng = np.random.default_rng(steps)
    walk = rng.integers(-steps, steps + 1, (400, 3)).cumsum(axis=0) % 65536 - 32768
    counts = walk.astype(np.int16)
    blocks = best_blocks(counts[:256], 216)
    n = 1 + sum(block.count for block in blocks)
    rows = one(started(), serialize_frame(Measurement.GYRO, 7, 0x80, pack_samples(counts[:n], blocks)))
    assert (rows.kind, rows.ticks) == (1, 7)
    factor = np.float32(0.07)
    np.testing.assert_array_equal(rows.numbers, counts[:n] * float(factor))


@pytest.mark.parametrize("bits", range(1, 18))
def test_differences_of_every_width_keep_their_sign(bits: int) -> None:
    low, high = -(1 << bits - 1), (1 << bits - 1) - 1
    differences = np.array([[low, high, -1], [high, low, 0], [-1, 0, high]])
    counts = np.clip(np.vstack([[0, 0, 0], differences]).cumsum(axis=0), -32768, 32767).astype(np.int16)
    if np.abs(np.diff(counts.astype(int), axis=0)).max() <= high:
        payload = serialize_frame(Measurement.ACC, 1, 0x80, pack_samples(counts, [Block(bits, 3)]))
        np.testing.assert_allclose(one(started(), payload).numbers, counts * 0.000244, rtol=1e-6)


def test_samples_that_do_not_change_take_no_bits() -> None:
    content = pack_samples(np.full((1, 3), 4098, np.int16), []) + bytes((0, 9))
    rows = one(started(), serialize_frame(Measurement.ACC, 1, 0x80, content))
    np.testing.assert_allclose(rows.numbers, np.full((10, 3), 4098 * 0.000244), rtol=1e-6)


def test_raw_bytes_and_raw_24_bits_are_thousandths_of_g() -> None:
    octets = one(started(), serialize_frame(Measurement.ACC, 1, 0x00, bytes((1, 0xFF, 0x7F))))
    wide = one(started(), serialize_frame(Measurement.ACC, 1, 0x02, b"\x01\x00\x00\xff\xff\xff\x00\x00\x80"))
    np.testing.assert_allclose(octets.numbers, [[0.001, -0.001, 0.127]])
    np.testing.assert_allclose(wide.numbers, [[0.001, -0.001, -8388.608]])


def test_an_answer_in_pieces_is_read_as_one() -> None:
    pod = builtin("polar_pmd")
    pod.cut("control", STARTED[:4] + b"\x01" + STARTED[5:8])
    assert "factor" in fault(pod, "data", REAL)
    pod.cut("control", STARTED[:4] + b"\x00" + STARTED[8:])
    np.testing.assert_allclose(one(pod, REAL).numbers[0, 0], -3698 * 0.000244, rtol=1e-6)


def test_half_an_answer_is_forgotten_with_its_connection() -> None:
    pod = builtin("polar_pmd")
    pod.cut("control", STARTED[:4] + b"\x01" + STARTED[5:8])
    pod.relink()
    pod.cut("control", STARTED[:4] + b"\x00" + STARTED[8:])
    np.testing.assert_array_equal(one(pod, REAL).numbers[0], [-3698, -1095, -1228])


@pytest.mark.parametrize("factor", ["00 00 00 00", "00 00 80 BF", "00 00 C0 7F", "00 00 80 7F"])
def test_a_factor_that_is_no_positive_number_is_refused(factor: str) -> None:
    assert "factor" in fault(builtin("polar_pmd"), "control", STARTED[:7] + bytes.fromhex(factor))


def test_a_start_that_failed_tells_no_factor() -> None:
    pod = builtin("polar_pmd")
    assert pod.cut("control", bytes.fromhex("F0 02 02 06")) == []
    assert "before the answer" in fault(pod, "data", REAL)


def test_a_pod_that_stops_by_itself_says_which_sensors() -> None:
    assert fault(started(), "control", b"\x01\x02\x05") == (
        "the pod has stopped its accelerometer and gyroscope by itself"
    )
    assert "stopped its stream" in fault(started(), "control", b"\x01\x01")


def test_a_frame_cut_anywhere_or_with_something_after_it_is_malformed_but_between_blocks() -> None:
    ends = [16, 16 + 2 + 87, 16 + 89 + 2 + 38, 16 + 89 + 40 + 2 + 30]
    for length in range(len(REAL)):
        (cut,) = started().cut("data", REAL[:length])
        assert isinstance(cut, Rows) == (length in ends), length
    assert "block" in fault(started(), "data", REAL + b"\x00")
    assert "block" in fault(started(), "data", REAL + b"newer firmware")


def test_what_is_not_described_is_named() -> None:
    assert "measurement 1" in fault(started(), "data", b"\x01" + REAL[1:])
    assert "type 0x82" in fault(started(), "data", REAL[:9] + b"\x82" + REAL[10:])
    assert "no number" in fault(
        started(), "data", serialize_frame(Measurement.GYRO, 1, 0x81, b"\x00\x00\xc0\x7f" * 3)
    )


def test_equal_samples_without_end_are_refused() -> None:
    content = bytes(6) + bytes((0, 255)) * 200
    assert "block" in fault(started(), "data", serialize_frame(Measurement.ACC, 1, 0x80, content))


def test_a_copy_goes_on_where_the_original_stood() -> None:
    pod = started()
    for copy in (deepcopy(pod), pickle.loads(pickle.dumps(pod))):  # noqa: S301  our own bytes
        np.testing.assert_array_equal(one(copy, REAL).numbers, one(pod, REAL).numbers)


def test_no_bytes_make_it_raise() -> None:
    random.seed(5)
    pod = started()
    for _ in range(20_000):
        payload = bytearray(random.choice([*FRAMES, STARTED, random.randbytes(random.randrange(260))]))
        for _ in range(random.randrange(4)):
            if payload:
                payload[random.randrange(len(payload))] = random.randrange(256)
        cut = pod.cut(
            random.choice(["data", "control"]), bytes(payload[: random.randrange(len(payload) + 1)])
        )
        assert all(isinstance(item, Rows | str) for item in cut)
        assert all(np.isfinite(item.numbers).all() for item in cut if isinstance(item, Rows))
