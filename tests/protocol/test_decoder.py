"""The decoder as a stage: no bytes break it, its state can be carried elsewhere, feet do not mix."""

from dataclasses import replace
from itertools import chain, pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.decoding import STEADY, blocks, decode, fingerprint, gaps, malformed, taken, times
from protocol.packer import INFO, Pod, config_bytes
from stridesense.model import Foot, Malformed, RawPacket
from stridesense.protocol.decoder import Decoder

CHARACTERISTICS = ["data", "config", "info", "status", "control", "time_sync", "nonsense"]


def two_feet(packets: int) -> list[RawPacket]:
    left = Pod(true_rate_hz=207.35, stamp_jitter_us=30, longest_delay_s=0.045)
    right = replace(left, foot=Foot.RIGHT, clock_ppm=80, start_s=1.0, first_sequence=2**16 - 30)
    return sorted(chain(left.session(packets), right.session(packets)), key=lambda packet: packet.arrival_ns)


def damaged(packets: list[RawPacket], seed: int) -> list[RawPacket]:
    """The packets as a bad day leaves them: lost, doubled, swapped, bits turned, bytes cut or added."""
    random = Random(seed)
    out: list[RawPacket] = []
    for packet in packets:
        payload = bytearray(packet.payload)
        match random.randrange(12):
            case 0:
                continue
            case 1:
                out.append(packet)
            case 2 if out:
                out.insert(-1, packet)
                continue
            case 3:
                payload[random.randrange(len(payload))] ^= 1 << random.randrange(8)
            case 4:
                del payload[random.randrange(len(payload)) :]
            case 5:
                payload += random.randbytes(random.randrange(1, 30))
            case 6:
                payload[: random.randrange(20)] = random.randbytes(random.randrange(20))
            case _:
                pass
        out.append(replace(packet, payload=bytes(payload)))
    return out


def test_twenty_thousand_mutated_packets_raise_nothing_and_times_rise() -> None:
    decoder = Decoder()
    healthy = two_feet(10_000)
    items = decode([*healthy[:4], *damaged(healthy[4:], seed=5)], decoder)
    for foot in (Foot.LEFT, Foot.RIGHT):
        of_foot = [item for item in items if item.foot is foot]
        found = blocks(of_foot)
        assert np.all(np.diff(times(of_foot)) > 0)
        assert found[-1].t_s[-1] == pytest.approx(found[0].t_s[0] + 190_000 / 207.35, abs=0.05)
        counters = decoder.counters[foot]
        assert counters.samples == sum(len(block) for block in found) > 0.7 * 190_000
        assert counters.samples + sum(counters.lost.values()) == pytest.approx(190_000, abs=60)
        assert all(later.first_index > first.first_index for first, later in pairwise(found))
        assert counters.malformed == len(malformed(of_foot)) > 500


@pytest.mark.parametrize("protocol", ["sofp", "samples"])
def test_random_bytes_raise_nothing(protocol: str) -> None:
    random = Random(7)
    decoder = Decoder()
    decoder.process(RawPacket(Foot.LEFT, protocol, "config", config_bytes(), 0))
    heads = [b"\x11", b"\x11\x00", b"", INFO[:2], config_bytes()[:2]]
    for number in range(10_000):
        payload = random.choice(heads) + random.randbytes(random.choice([0, 5, 24, 56, 112, 242]))
        packet = RawPacket(Foot.LEFT, protocol, random.choice(CHARACTERISTICS), payload, number)
        for item in decoder.process(packet):
            assert item.foot is Foot.LEFT
    decoder.flush()
    assert decoder.counters[Foot.LEFT].packets == 10_001
    assert decoder.counters[Foot.LEFT].malformed > 1000


@STEADY
@given(
    st.binary(max_size=120), st.sampled_from(CHARACTERISTICS), st.sampled_from(["sofp", "samples", "other"])
)
def test_any_bytes_after_a_healthy_stream_are_at_worst_malformed(
    payload: bytes, characteristic: str, protocol: str
) -> None:
    decoder = Decoder()
    for packet in Pod(samples=2).session(5):
        decoder.process(packet)
    strange = RawPacket(Foot.LEFT, protocol, characteristic, payload, 10**9)
    assert len(decoder.process(strange)) <= 2


def test_data_before_config_is_malformed_in_plain_words() -> None:
    (item,) = decode([next(Pod().data(1))])
    assert isinstance(item, Malformed)
    assert item.reason == "data names config 3, which has not been read"


@pytest.mark.parametrize(
    ("offset", "number", "name"),
    [
        (2, b"\0\0", "nominal_rate_hz"),
        (4, b"\0\0", "acc_range_g"),
        (8, b"\0\0\0\x80", "acc_scale_mps2"),
        (12, b"\0\0\xc0\x7f", "gyr_scale_radps"),
    ],
)
def test_config_without_a_positive_number_is_malformed(offset: int, number: bytes, name: str) -> None:
    payload = bytearray(config_bytes())
    payload[offset : offset + len(number)] = number
    (item,) = decode([RawPacket(Foot.LEFT, "sofp", "config", bytes(payload), 0)])
    assert name in malformed([item])[0].reason


def test_protocol_that_is_not_described_is_malformed_and_counted() -> None:
    decoder = Decoder()
    (item,) = decode([RawPacket(Foot.LEFT, "pedometer", "data", b"1", 4)], decoder)
    reason = malformed([item])[0].reason
    assert reason.startswith("no pod protocol is called 'pedometer'; described are: bluest, metamotion, ")
    assert decoder.counters[Foot.LEFT].malformed == 1


def test_foot_does_not_change_its_protocol() -> None:
    items = decode([*Pod().session(3), RawPacket(Foot.LEFT, "samples", "data", bytes(112), 4)])
    assert malformed(items)[0].reason == "the foot's pod speaks sofp, not samples"


@STEADY
@given(st.integers(0, 160))
def test_state_carried_to_another_decoder_goes_on_the_same(cut: int) -> None:
    packets = damaged(two_feet(80), seed=11)
    first, second = Decoder(), Decoder()
    whole = decode(packets)
    before = [item for packet in packets[:cut] for item in taken(first, packet)]
    saved = first.state
    decode(packets[cut:], first)
    second.state = saved
    after = decode(packets[cut:], second)
    assert fingerprint(before + after) == fingerprint(whole)
    assert second.counters == first.counters


def test_state_that_was_taken_out_is_not_touched_any_more() -> None:
    packets = two_feet(60)
    decoder = Decoder()
    decode(packets[:40], decoder)
    saved = decoder.state
    once = decode(packets[40:], decoder)
    decoder.state = saved
    assert fingerprint(decode(packets[40:], decoder)) == fingerprint(once)


def test_reset_decoder_equals_a_new_one() -> None:
    packets = damaged(two_feet(60), seed=3)
    decoder = Decoder()
    decode(packets[17:90], decoder)
    decoder.reset()
    assert decoder.counters == {}
    assert fingerprint(decode(packets, decoder)) == fingerprint(decode(packets))


def test_damage_on_one_foot_does_not_change_the_other() -> None:
    packets = two_feet(60)
    broken = [packet for packet in packets if packet.foot is Foot.LEFT or packet.arrival_ns % 3]
    left = [item for item in decode(broken) if item.foot is Foot.LEFT]
    assert fingerprint(left) == fingerprint([item for item in decode(packets) if item.foot is Foot.LEFT])


def test_blocks_cannot_be_written_to_and_do_not_alias_the_packet() -> None:
    block = blocks(decode(Pod().session(1)))[0]
    for array in (block.t_s, block.acc_mps2, block.gyr_radps, block.clipped):
        assert array.flags.c_contiguous
        assert not array.flags.writeable
        assert array.base is None


def test_no_output_is_later_than_declared() -> None:
    decoder = Decoder()
    packets = [packet for number, packet in enumerate(Pod().session(200)) if number % 7]
    for packet in packets:
        for item in blocks(decoder.process(packet)):
            heard_s = packet.arrival_ns / 1e9
            assert heard_s - item.t_s[-1] <= decoder.latency_s
    assert gaps(decode(packets))


def test_clipped_is_told_by_range_and_by_the_end_of_int16() -> None:
    packet = next(Pod(samples=6).data(1))
    counts = np.zeros((6, 6), "<i2")
    counts[0, 0], counts[1, 1], counts[2, 3], counts[3, 4], counts[4, 2] = 32767, -32768, 28500, 28300, 32000
    payload = packet.payload[:14] + counts.tobytes()
    (block,) = blocks(decode([Pod().config(), replace(packet, payload=payload)]))
    assert block.clipped.tolist() == [True, True, True, False, False, False]
