"""Movesense: packets of one notification and of two, and what becomes of halves."""

import random
from copy import deepcopy

import numpy as np

from protocol.vectors import payload_of, vectors
from stridesense.protocol.builtin import builtin
from stridesense.simulator.movesense import notifications, pack_samples

WHOLE = payload_of(vectors("movesense_gsp")[0])
LONG = b"\x02\x63" + pack_samples(12, [np.full((8, 3), 9.81), np.full((8, 3), -70.0)])


def halves(packet: bytes, at: int) -> tuple[bytes, bytes]:
    return packet[:at], b"\x03\x63" + packet[at:]


def test_short_packets_come_as_they_are() -> None:
    assert builtin("movesense_gsp").cut("data", WHOLE) == [WHOLE]


def test_a_long_packet_cut_where_pods_cut_is_joined() -> None:
    for at in range(152, 160):
        pod = builtin("movesense_gsp")
        first, second = halves(LONG, at)
        assert pod.cut("data", first) == []
        assert pod.cut("data", second) == [LONG]


def test_a_short_packet_cut_anywhere_but_between_samples_is_joined() -> None:
    for at in range(7, len(WHOLE)):
        if (at - 6) % 24:
            pod = builtin("movesense_gsp")
            first, second = halves(WHOLE, at)
            assert pod.cut("data", first) == []
            assert pod.cut("data", second) == [WHOLE]


def test_the_notifications_of_the_virtual_pod_become_its_packets() -> None:
    pod = builtin("movesense_gsp")
    sent = notifications(0x63, LONG[2:]) * 3
    assert [frame for payload in sent for frame in pod.cut("data", payload)] == [LONG] * 3


def test_an_answer_between_two_parts_does_no_harm() -> None:
    pod = builtin("movesense_gsp")
    first, second = halves(LONG, 155)
    assert pod.cut("data", first) == []
    assert pod.cut("data", bytes.fromhex("01 63 C8 00")) == []
    assert pod.cut("data", second) == [LONG]


def test_a_first_part_without_its_second_is_malformed_and_the_next_packet_is_not() -> None:
    pod = builtin("movesense_gsp")
    pod.cut("data", LONG[:155])
    torn, next_packet = pod.cut("data", WHOLE)
    assert "no whole number of samples" in str(torn)
    assert next_packet == WHOLE


def test_a_second_part_of_another_subscription_is_malformed() -> None:
    pod = builtin("movesense_gsp")
    pod.cut("data", LONG[:155])
    assert isinstance(pod.cut("data", b"\x03\x64" + LONG[155:])[0], str)


def test_a_long_packet_that_was_whole_is_given_with_the_next() -> None:
    pod = builtin("movesense_gsp")
    assert pod.cut("data", LONG) == []
    assert pod.cut("data", WHOLE) == [LONG, WHOLE]


def test_something_after_a_packet_is_malformed() -> None:
    pod = builtin("movesense_gsp")
    assert pod.cut("data", WHOLE + b"\x00") == []
    torn, _ = pod.cut("data", WHOLE)
    assert isinstance(torn, str)


def test_a_half_is_forgotten_with_its_connection() -> None:
    pod = builtin("movesense_gsp")
    first, second = halves(LONG, 155)
    pod.cut("data", first)
    pod.relink()
    assert "without its first" in str(pod.cut("data", second)[0])


def test_what_is_no_data_is_passed_over() -> None:
    assert builtin("movesense_gsp").cut("command", WHOLE) == []


def test_no_bytes_make_it_raise() -> None:
    random.seed(5)
    pod = builtin("movesense_gsp")
    for _ in range(20_000):
        payload = bytearray(
            random.choice([WHOLE, *halves(LONG, 155), random.randbytes(random.randrange(260))])
        )
        if payload:
            payload[random.randrange(len(payload))] = random.randrange(256)
        for item in deepcopy(pod).cut("data", bytes(payload)) + pod.cut("data", bytes(payload)):
            assert isinstance(item, str) or (len(item) - 6) % 24 == 0
