"""Order and loss: what is missing, where it was lost, and what comes again or too late."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.decoding import STEADY, blocks, decode, fingerprint, gaps, indices, malformed, taken, times
from protocol.packer import Pod, counts_of, data_bytes, flagged
from stridesense.model import Foot, GapCause, RawPacket
from stridesense.protocol.decoder import Decoder

OVERFLOW, DROP = 1, 2
POD = Pod()


def without(packets: list[RawPacket], *positions: int) -> list[RawPacket]:
    return [packet for position, packet in enumerate(packets) if position not in positions]


def shifted(packets: list[RawPacket], samples: int, *, pod: Pod = POD) -> list[RawPacket]:
    """The packets with `samples` lost in the sensor before the first of them."""
    out = []
    for packet in packets:
        payload = bytearray(packet.payload)
        index = int.from_bytes(payload[4:8], "little") + samples
        time_us = int.from_bytes(payload[8:12], "little") + round(samples / pod.true_rate_hz * 1e6)
        payload[4:12] = index.to_bytes(4, "little") + time_us.to_bytes(4, "little")
        out.append(replace(packet, payload=bytes(payload)))
    return out


def test_stream_without_loss_has_no_gap_and_every_sample() -> None:
    decoder = Decoder()
    items = decode(POD.session(50), decoder)
    assert len(items) == len(blocks(items)) == 50
    assert indices(items).tolist() == list(range(950))
    acc = np.concatenate([block.acc_mps2 for block in blocks(items)])
    np.testing.assert_allclose(acc, counts_of(0, 950)[:, :3] * 0.0047856452, rtol=1e-6)
    counters = decoder.counters[Foot.LEFT]
    assert (counters.packets, counters.samples, counters.lost) == (52, 950, {})


def test_counters_that_wrap_do_not_show() -> None:
    wrapping = Pod(first_index=2**32 - 100, first_sequence=2**16 - 7, first_time_us=2**32 - 1_000_000)
    assert fingerprint(decode(wrapping.session(60))[1:3])[0][1] == 19
    np.testing.assert_allclose(times(decode(wrapping.session(60))), times(decode(POD.session(60))), atol=1e-9)
    assert not gaps(decode(wrapping.session(60)))


@pytest.mark.parametrize(
    ("flags", "cause"), [(0, GapCause.RADIO), (DROP, GapCause.TRANSMIT)], ids=["radio", "transmit"]
)
def test_lost_packets_are_told_by_their_flag(flags: int, cause: GapCause) -> None:
    packets = POD.session(40)
    packets[14] = flagged(packets[14], flags)
    decoder = Decoder()
    items = decode(without(packets, 12, 13), decoder)
    (gap,) = gaps(items)
    assert (gap.missing_samples, gap.cause) == (38, cause)
    assert gap.end_s - gap.start_s == pytest.approx(39 / 208, abs=1e-4)
    assert decoder.counters[Foot.LEFT].lost == {cause: 38}
    assert indices(items).tolist() == [*range(190), *range(228, 760)]


def test_sensor_overflow_is_told_at_once() -> None:
    packets = POD.session(40)
    packets = packets[:20] + shifted([flagged(packets[20], OVERFLOW), *packets[21:]], 33)
    decoder = Decoder()
    for packet in packets[:20]:
        taken(decoder, packet)
    gap, block = taken(decoder, packets[20])
    assert (gap.missing_samples, gap.cause) == (33, GapCause.SENSOR)
    assert block.first_index == 18 * 19 + 33
    assert (gap.start_s, gap.end_s) == pytest.approx((341 / 208, 375 / 208), abs=1e-4)


def test_overflow_and_lost_packet_in_one_gap_are_counted_apart() -> None:
    packets = POD.session(40)
    packets = packets[:20] + shifted(packets[21:], 5)
    decoder = Decoder()
    (gap,) = gaps(decode(packets, decoder))
    assert (gap.missing_samples, gap.cause) == (24, GapCause.RADIO)
    assert decoder.counters[Foot.LEFT].lost == {GapCause.RADIO: 19, GapCause.SENSOR: 5}


def test_number_skipped_by_a_packet_of_another_kind_is_no_loss() -> None:
    packets = POD.session(10)
    marker = replace(packets[6], payload=b"\x13" + packets[6].payload[1:4])
    later = [
        replace(packet, payload=packet.payload[:2] + (4 + k + 1).to_bytes(2, "little") + packet.payload[4:])
        for k, packet in enumerate(packets[6:])
    ]
    items = decode([*packets[:6], marker, *later])
    assert len(malformed(items)) == 1
    assert not gaps(items)


def test_duplicates_are_dropped_and_counted() -> None:
    packets = POD.session(30)
    decoder = Decoder()
    twice = [packet for packet in packets for _ in range(2)]
    items = decode([*twice, *packets[-10:]], decoder)
    assert fingerprint(items) == fingerprint(decode(packets))
    assert decoder.counters[Foot.LEFT].duplicates == 40


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_packets_up_to_three_late_are_put_in_order(order: tuple[int, ...]) -> None:
    packets = POD.session(30)
    swapped = [*packets[:10], *(packets[10 + place] for place in order), *packets[14:]]
    items = decode(swapped)
    assert not gaps(items)
    np.testing.assert_array_equal(indices(items), indices(decode(packets)))
    np.testing.assert_array_equal(times(items), times(decode(packets)))


def test_packet_four_late_is_a_gap_and_then_counted_late() -> None:
    packets = POD.session(30)
    decoder = Decoder()
    items = decode([*packets[:10], *packets[11:15], packets[10], *packets[15:]], decoder)
    (gap,) = gaps(items)
    assert gap.missing_samples == 19
    assert decoder.counters[Foot.LEFT].late == 1


def test_short_packets_are_not_waited_for_longer_than_three_packets() -> None:
    packets = Pod(samples=2).session(30)
    decoder = Decoder()
    given_out = [bool(taken(decoder, packet)) for packet in without(packets, 10)[:14]]
    assert given_out == [False] * 2 + [True] * 8 + [False] * 3 + [True]


def test_flush_gives_out_what_waits() -> None:
    packets = without(POD.session(11), 11)
    decoder = Decoder()
    before = [item for packet in packets for item in taken(decoder, packet)]
    gap, block = decoder.flush()
    assert len(before) == 9
    assert gap.missing_samples == 19
    assert block.first_index == 190


def test_two_holes_are_two_gaps() -> None:
    packets = without(POD.session(30), 10, 12)
    assert [gap.missing_samples for gap in gaps(decode(packets))] == [19, 19]


def test_pod_that_starts_again_is_a_link_gap_and_goes_on_cleanly() -> None:
    before = POD.session(40)
    again = replace(POD, first_time_us=5_000, start_s=10.0)
    decoder = Decoder()
    items = decode([*before, *again.data(40)], decoder)
    (gap,) = gaps(items)
    assert gap.cause is GapCause.LINK
    assert not malformed(items)
    assert gap.end_s == pytest.approx(10.0, abs=0.02)
    assert np.all(np.diff(times(items)) > 0)
    assert decoder.counters[Foot.LEFT].samples == 2 * 40 * 19
    after = blocks(items)[40:]
    np.testing.assert_allclose(after[-1].t_s[-1] - after[0].t_s[0], 759 / 208, atol=1e-4)
    assert after[0].first_index == pytest.approx(10.0 * 208, abs=4)


def test_pod_that_repeats_its_very_first_counters_after_a_new_link_is_no_duplicate() -> None:
    before = POD.session(20)
    again = replace(POD, start_s=10.0).session(20)
    items = decode([*before, *again])
    assert [gap.cause for gap in gaps(items)] == [GapCause.LINK]
    assert len(blocks(items)) == 40


def test_loss_across_a_new_link_is_a_link_gap_and_not_waited_for() -> None:
    packets = POD.session(60)
    decoder = Decoder()
    for packet in [*packets[:20], *packets[:2]]:
        taken(decoder, packet)
    gap, _ = taken(decoder, packets[40])
    assert (gap.cause, gap.missing_samples) == (GapCause.LINK, 20 * 19)


def test_config_that_is_read_again_does_not_disturb() -> None:
    packets = POD.session(30)
    items = decode([*packets[:10], packets[1], *packets[10:]])
    assert fingerprint(items) == fingerprint(decode(packets))


def test_other_config_is_a_gap_and_starts_the_rate_anew() -> None:
    packets = POD.session(20)
    last = POD.samples * 20
    other = replace(
        POD, config_id=4, stated_rate_hz=416, true_rate_hz=416, first_sequence=20, first_index=last,
        first_time_us=1_000_000 + round(last / 208 * 1e6), start_s=last / 208,
    )  # fmt: skip
    items = decode([*packets, other.config(), *other.data(20)])
    (gap,) = gaps(items)
    assert (gap.cause, gap.missing_samples) == (GapCause.LINK, 0)
    assert [round(block.sampling_rate_hz) for block in blocks(items)] == [208] * 20 + [416] * 20
    assert np.all(np.diff(times(items)) > 0)


def test_stamp_that_jumps_ahead_is_a_stall() -> None:
    packets = POD.session(40)
    ahead = [
        replace(packet, payload=data_bytes(counts_of(0, 19), sequence=18 + k, index=(18 + k) * 19,
                                           time_us=1_500_000 + round((18 + k) * 19 / 208 * 1e6)))
        for k, packet in enumerate(packets[20:])
    ]  # fmt: skip
    items = decode([*packets[:20], *ahead])
    (gap,) = gaps(items)
    assert gap.cause is GapCause.STALL
    assert gap.end_s - gap.start_s == pytest.approx(0.5 + 1 / 208, abs=1e-3)
    assert gap.missing_samples == 104


@pytest.mark.parametrize("position", range(4, 13))
@pytest.mark.parametrize("bit", range(8))
def test_one_broken_header_costs_at_most_its_neighbourhood(position: int, bit: int) -> None:
    packets = POD.session(60)
    payload = bytearray(packets[30].payload)
    payload[position] ^= 1 << bit
    packets[30] = replace(packets[30], payload=bytes(payload))
    items = decode(packets)
    assert np.all(np.diff(times(items)) > 0)
    assert blocks(items)[-1].t_s[-1] == pytest.approx((60 * 19 - 1) / 208, abs=0.05)
    assert len(blocks(items)) >= 58


@STEADY
@given(st.sets(st.integers(2, 81)), st.integers(1, 19))
def test_samples_and_missing_ones_always_add_up(lost: set[int], samples: int) -> None:
    pod = Pod(samples=samples, first_index=2**32 - 200, first_sequence=2**16 - 20)
    decoder = Decoder()
    items = decode(without(pod.session(80), *lost), decoder)
    if not blocks(items):
        return
    inside = indices(items)
    counters = decoder.counters[Foot.LEFT]
    assert sum(gap.missing_samples for gap in gaps(items)) == inside[-1] + 1 - len(inside)
    assert sum(counters.lost.values()) == inside[-1] + 1 - len(inside)
    assert set(counters.lost) <= {GapCause.RADIO}
    assert np.all(np.diff(times(items)) > 0)
    for gap in gaps(items):
        assert gap.end_s - gap.start_s == pytest.approx((gap.missing_samples + 1) / 208, abs=1e-3)
