"""Shimmer's stream of bytes: cut anywhere, torn, with checksums of every length and with none."""

import pickle
import random
from copy import deepcopy
from itertools import pairwise

import numpy as np
import pytest

from protocol.vectors import payload_of, vectors
from stridesense.protocol.builtin import Builtin, Rows, builtin
from stridesense.protocol.builtin.shimmer3 import checksum

BY_NAME = {vector["name"]: payload_of(vector) for vector in vectors("shimmer3r")}
ACK = BY_NAME["checksums are on"]
MEMORY = BY_NAME["configuration: 2 g"]
INQUIRY = BY_NAME["answer to the inquiry"]
PACKETS = [BY_NAME[f"packet {number} of 5"] for number in range(1, 6)]
TICKS = [10519714, 10520354, 10520994, 10550434, 10551714]
GREETING = ACK + MEMORY + INQUIRY + ACK


def with_checksums(crc_bytes: int) -> bytes:
    """The whole session as a pod sends it that appends so many bytes to each answer and packet."""
    parts = [part[:-1] for part in (ACK, MEMORY, INQUIRY, ACK, *PACKETS, ACK)]
    return b"".join(part + checksum(part)[:crc_bytes] for part in parts)


def cut(pod: Builtin, stream: bytes, size: int) -> tuple[list[Rows], list[str]]:
    """What comes of a stream in notifications of `size` bytes."""
    items = [it for at in range(0, len(stream), size) for it in pod.cut("data", stream[at : at + size])]
    return [it for it in items if isinstance(it, Rows)], [it for it in items if isinstance(it, str)]


@pytest.mark.parametrize("crc_bytes", [0, 1, 2])
@pytest.mark.parametrize("size", [1, 2, 3, 13, 24, 25, 26, 120, 1000])
def test_a_session_in_notifications_of_any_size(crc_bytes: int, size: int) -> None:
    rows, faults = cut(builtin("shimmer3"), with_checksums(crc_bytes), size)
    assert [one.ticks for one in rows] == TICKS
    assert faults == []


def test_a_session_cut_at_every_byte() -> None:
    stream = GREETING + b"".join(PACKETS)
    for at in range(len(stream)):
        pod = builtin("shimmer3")
        items = pod.cut("data", stream[:at]) + pod.cut("data", stream[at:])
        assert [one.ticks for one in items if isinstance(one, Rows)] == TICKS
        assert len(items) == len(TICKS)


def test_numbers_are_those_of_shimmers_own_software() -> None:
    rows, _ = cut(builtin("shimmer3"), GREETING + PACKETS[0], 20)
    expected = [[0.926435, 9.755981, 0.078947, 0.070175, 0.210526, -0.008772]]
    np.testing.assert_allclose(rows[0].numbers, expected, atol=1e-6)
    assert rows[0].rate_hz == 51.2
    assert rows[0].limits is not None
    np.testing.assert_allclose(rows[0].limits, [19.6133] * 3 + [250.0] * 3)


@pytest.mark.parametrize(("code", "range_g", "per_mps2"), [(1, 4, 836), (2, 8, 418), (3, 16, 209)])
def test_the_configuration_tells_the_range_of_the_accelerometer(
    code: int, range_g: int, per_mps2: int
) -> None:
    memory = bytearray(MEMORY[:-1])
    memory[12] = code << 6 | 0x2A
    rows, _ = cut(builtin("shimmer3"), bytes(memory) + INQUIRY + PACKETS[0], 1000)
    assert rows[0].limits is not None
    assert rows[0].limits[0] == pytest.approx(range_g * 9.80665)
    assert rows[0].numbers[0, 1] == pytest.approx(16312 / per_mps2)


@pytest.mark.parametrize(
    ("code", "range_dps", "per_dps"),
    [(0, 125, 229), (2, 500, 57), (3, 1000, 29), (4, 2000, 14), (5, 4000, 7)],
)
def test_the_inquiry_tells_the_range_of_the_gyroscope(code: int, range_dps: int, per_dps: int) -> None:
    inquiry = bytearray(INQUIRY[:-1])
    inquiry[6] = 0x0C | code & 3
    inquiry[8] = code >> 2 << 2
    rows, _ = cut(builtin("shimmer3"), MEMORY + bytes(inquiry) + checksum(inquiry)[:1] + PACKETS[0], 1000)
    assert rows[0].limits is not None
    assert rows[0].limits[3] == range_dps
    assert rows[0].numbers[0, 4] == pytest.approx(24 / per_dps)


def test_bytes_lost_in_the_middle_cost_the_packets_that_they_touch() -> None:
    stream = b"".join(PACKETS)
    for at in range(len(stream) - 7):
        pod = builtin("shimmer3")
        cut(pod, GREETING, 1000)
        rows, _ = cut(pod, stream[:at] + stream[at + 7 :] + PACKETS[0] + ACK, 1000)
        touched = {at // 25, (at + 6) // 25}
        assert [row.ticks for row in rows] == [
            ticks for number, ticks in enumerate([*TICKS, TICKS[0]]) if number not in touched
        ]


def test_stray_bytes_are_told_once() -> None:
    pod = builtin("shimmer3")
    cut(pod, GREETING, 1000)
    rows, faults = cut(pod, b"\x11\x22\x33" + PACKETS[0] + ACK, 1000)
    assert [row.ticks for row in rows] == TICKS[:1]
    assert faults == ["data has 3 bytes that belong to no packet"]


def test_a_stream_from_before_is_passed_over_until_the_inquiry() -> None:
    rows, faults = cut(builtin("shimmer3"), b"".join(PACKETS)[9:] + GREETING + PACKETS[1], 50)
    assert [row.ticks for row in rows] == TICKS[1:2]
    assert faults == []


def test_a_pod_without_its_gyroscope_says_so() -> None:
    inquiry = bytearray(INQUIRY[:-1])
    inquiry[13 + 3] = 0x14
    _, faults = cut(builtin("shimmer3"), MEMORY + bytes(inquiry) + checksum(inquiry)[:1] + ACK, 1000)
    assert len(faults) == 1
    assert "gyroscope" in faults[0]


def test_a_new_connection_begins_from_nothing() -> None:
    pod = builtin("shimmer3")
    cut(pod, GREETING + PACKETS[0][:10], 1000)
    pod.relink()
    rows, faults = cut(pod, GREETING + PACKETS[1], 1000)
    assert ([row.ticks for row in rows], faults) == (TICKS[1:2], [])


def test_a_copy_goes_on_where_the_original_stood() -> None:
    pod = builtin("shimmer3")
    cut(pod, GREETING + PACKETS[0][:10], 1000)
    for copy in (deepcopy(pod), pickle.loads(pickle.dumps(pod))):  # noqa: S301  our own bytes
        assert cut(copy, PACKETS[0][10:], 1000)[0][0].ticks == TICKS[0]


def test_what_is_no_data_is_passed_over() -> None:
    assert builtin("shimmer3").cut("command", GREETING) == []


def test_no_bytes_make_it_raise_and_little_is_kept() -> None:
    random.seed(5)
    pod = builtin("shimmer3")
    for number in range(20_000):
        payload = bytearray(
            random.choice([*PACKETS, INQUIRY, MEMORY, random.randbytes(random.randrange(60))])
        )
        if payload and number % 3:
            payload[random.randrange(len(payload))] = random.randrange(256)
        items = pod.cut("data", bytes(payload))
        assert all(isinstance(item, Rows | str) for item in items)
        assert len(pickle.dumps(pod)) < 1000
    assert all(len(it.numbers) == 1 for it in items if isinstance(it, Rows))


def test_checksums_of_neighbours_differ() -> None:
    assert all(checksum(one) != checksum(other) for one, other in pairwise(PACKETS))
