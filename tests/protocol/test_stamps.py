"""Pods that stamp the time and count nothing: what is missing shows in the stamps, which wrap."""

import struct
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from protocol.decoding import Item, blocks, decode, gaps, indices, times
from protocol.other_pods import bluest, movesense, wearable_my_foot, xsens_dot
from stridesense.model import Foot, GapCause, RawPacket
from stridesense.protocol.decoder import Decoder

RUN_S = 20.0

SINGLE: dict[str, tuple[Callable[[int, int], bytes], float, float, int]] = {
    "bluest": (bluest, 51.3, 125.0, 1 << 16),
    "wearable_my_foot": (wearable_my_foot, 98.7, 1e3, 1 << 32),
    "xsens_dot": (xsens_dot, 60.2, 1e6, 1 << 32),
}
"""What packs a sample, the true rate, ticks per second, where they wrap."""

every_pod = pytest.mark.parametrize("protocol", sorted(SINGLE))


def sent(protocol: str, *, before_wrap_s: float = 5.0, without: range = range(0)) -> list[RawPacket]:
    """A straight run whose stamp wraps after some seconds; samples of these numbers are lost."""
    pack, rate_hz, tick_hz, modulus = SINGLE[protocol]
    start = modulus - round(before_wrap_s * tick_hz)
    return [
        raw(protocol, pack(i, start + int(i / rate_hz * tick_hz)), i / rate_hz)
        for i in range(round(RUN_S * rate_hz))
        if i not in without
    ]


def raw(protocol: str, payload: bytes, arrival_s: float) -> RawPacket:
    return RawPacket(Foot.LEFT, protocol, "data", payload, round(arrival_s * 1e9))


def late_rates_hz(items: list[Item]) -> list[float]:
    return [block.sampling_rate_hz for block in blocks(items) if block.t_s[0] > 0.75 * RUN_S]


@every_pod
def test_stamps_that_wrap_do_not_show(protocol: str) -> None:
    _, rate_hz, tick_hz, _ = SINGLE[protocol]
    items = decode(sent(protocol))
    assert not gaps(items)
    assert indices(items).tolist() == list(range(round(RUN_S * rate_hz)))
    assert np.all(np.diff(times(items)) > 0)
    np.testing.assert_allclose(late_rates_hz(items), rate_hz, rtol=1e-3)
    error_s = times(items) - indices(items) / rate_hz
    assert np.ptp(error_s[len(error_s) // 2 :]) < max(0.3 / tick_hz, 20e-6)


@every_pod
def test_what_is_lost_shows_in_the_stamps(protocol: str) -> None:
    _, rate_hz, _, _ = SINGLE[protocol]
    decoder = Decoder()
    items = decode(sent(protocol, without=range(400, 447)), decoder)
    (gap,) = gaps(items)
    assert (gap.missing_samples, gap.cause) == (47, GapCause.STALL)
    assert gap.end_s - gap.start_s == pytest.approx(48 / rate_hz, abs=0.005)
    assert decoder.counters[Foot.LEFT].lost == {GapCause.STALL: 47}


@every_pod
def test_single_losses_are_counted_one_by_one(protocol: str) -> None:
    packets = sent(protocol)
    kept = [packet for k, packet in enumerate(packets) if k < 300 or k % 10]
    items = decode(kept)
    assert (
        indices(items).tolist()
        == [k for k in range(len(packets)) if k < 300 or k % 10][: len(indices(items))]
    )
    assert {gap.missing_samples for gap in gaps(items)} == {1}


@every_pod
def test_the_same_packet_again_is_a_duplicate(protocol: str) -> None:
    packets = sent(protocol)
    decoder = Decoder()
    items = decode([packet for packet in packets for _ in range(2)], decoder)
    assert decoder.counters[Foot.LEFT].duplicates == len(packets)
    assert times(items).tolist() == times(decode(packets)).tolist()


@every_pod
def test_pod_that_is_switched_off_and_on_begins_anew(protocol: str) -> None:
    pack, rate_hz, tick_hz, _ = SINGLE[protocol]
    again = [raw(protocol, pack(i, int(i / rate_hz * tick_hz)), 60.0 + i / rate_hz) for i in range(300)]
    items = decode([*sent(protocol), *again])
    (gap,) = gaps(items)
    assert np.all(np.diff(times(items)) > 0)
    assert len(indices(items)) >= round(RUN_S * rate_hz) + 299
    if protocol == "wearable_my_foot":  # 49 days of milliseconds cannot pass for the wrap
        assert gap.cause is GapCause.LINK
        assert gap.end_s == pytest.approx(60.0, abs=0.1)


def test_movesense_wraps_and_tells_whole_packets_from_samples() -> None:
    rate_hz, start = 207.3, (1 << 32) - 5000

    def packet(first: int) -> RawPacket:
        stamp = start + round(first / rate_hz * 1e3)
        return raw("movesense_gsp", movesense(first, stamp), (first + 3) / rate_hz)

    whole = [packet(4 * k) for k in range(1000)]
    items = decode(whole)
    assert not gaps(items)
    np.testing.assert_allclose(late_rates_hz(items), rate_hz, rtol=1e-4)
    (gap,) = gaps(decode([one for k, one in enumerate(whole) if k not in (700, 701)]))
    assert (gap.missing_samples, gap.cause) == (8, GapCause.RADIO)
    shifted = [*whole[:700], *(packet(4 * k + 3) for k in range(700, 1000))]
    (gap,) = gaps(decode(shifted))
    assert (gap.missing_samples, gap.cause) == (3, GapCause.SENSOR)


def polar(measurement: int, stamp_ns: int, rows: int) -> RawPacket:
    """An uncompressed frame in mg, or a compressed one of equal samples in deg/s."""
    if measurement == 2:
        content = b"".join(struct.pack("<3h", k, 2, 1000) for k in range(rows))
        payload = struct.pack("<BQB", 2, stamp_ns, 1) + content
    else:
        payload = struct.pack("<BQB3hBB", 5, stamp_ns, 0x80, 4, 5, 6, 0, rows - 1)
    return RawPacket(Foot.LEFT, "polar_pmd", "data", payload, stamp_ns)


def test_polar_stamps_the_last_sample_and_spreads_the_others_before_it() -> None:
    """As Polar's own tests have it, at a rate that the description allows: a frame ends at its stamp."""
    second, rows = 10**9, 60
    answer = bytes.fromhex("f0020500000501") + struct.pack("<f", 1.0)
    packets = [RawPacket(Foot.LEFT, "polar_pmd", "control", answer, 0)]
    for k in range(1, 60):
        stamp_ns = (1 << 62) + round(k * rows / 200 * second)
        packets += [polar(2, stamp_ns, rows), polar(5, stamp_ns, rows)]
    packets = [replace(packet, arrival_ns=10**7 * k) for k, packet in enumerate(packets)]
    items = decode(packets)
    assert not gaps(items)
    np.testing.assert_allclose(late_rates_hz(items), 200.0, rtol=1e-3)
    last = blocks(items)[-1]
    ends_s = np.array([block.t_s[-1] for block in blocks(items)])
    np.testing.assert_allclose(np.diff(ends_s)[20:], rows / 200, atol=2e-3)
    assert last.acc_mps2[-1, 0] == pytest.approx((rows - 2) * 9.80665e-3, abs=0.011)


def stepped(protocol: str, steps_s: dict[int, float], *, seconds: float = 10.0) -> list[RawPacket]:
    """A straight run of packets of four or of one; the pod's clock is off by so much from each packet on."""
    rows, rate_hz, tick_hz = (4, 208.0, 1e3) if protocol == "movesense_gsp" else (1, *SINGLE[protocol][1:3])
    pack = movesense if protocol == "movesense_gsp" else SINGLE[protocol][0]
    packets, off_s = [], 0.0
    for k in range(round(seconds * rate_hz / rows)):
        off_s = steps_s.get(k, off_s)
        stamp = 10**6 + int((off_s + k * rows / rate_hz) * tick_hz)
        packets.append(raw(protocol, pack(k * rows, stamp), (k * rows + rows - 1) / rate_hz))
    return packets


def reconnected(protocol: str, *, uptime_s: float, lost_s: float, resumed_s: float) -> list[RawPacket]:
    """Five seconds, a lost connection, five more; the pod's clock stands at `resumed_s` after it."""
    before = sent_from(protocol, uptime_s, 0.0)
    link = RawPacket(Foot.LEFT, protocol, "link", b'{"state": "connecting"}', round((4.9 + lost_s) * 1e9))
    return [*before, link, *sent_from(protocol, resumed_s, 5.0 + lost_s)]


def sent_from(protocol: str, clock_s: float, arrival_s: float) -> list[RawPacket]:
    pack, rate_hz, tick_hz, _ = SINGLE[protocol]
    count = round(5 * rate_hz)
    return [
        raw(protocol, pack(i, int((clock_s + i / rate_hz) * tick_hz)), arrival_s + i / rate_hz)
        for i in range(count)
    ]


@pytest.mark.parametrize("protocol", ["movesense_gsp", *sorted(SINGLE)])
@pytest.mark.parametrize("steps_s", [{200: 3600.0}, {200: 3600.0, 202: 0.0}, {1: 3600.0}])
def test_clock_that_steps_forward_does_not_move_the_session(protocol: str, steps_s: dict[int, float]) -> None:
    items = decode(stepped(protocol, steps_s))
    assert times(items)[-1] == pytest.approx(10.0, abs=0.2)
    assert np.all(np.diff(times(items)) > 0)
    assert sum(gap.missing_samples for gap in gaps(items)) < 20


@pytest.mark.parametrize("years", [8, -8])
def test_polars_clock_may_be_set_to_another_year(years: int) -> None:
    answer = bytes.fromhex("f0020500000501") + struct.pack("<f", 1.0)
    packets = [RawPacket(Foot.LEFT, "polar_pmd", "control", answer, 0)]
    for k in range(1, 400):
        taken_ns = round(k * 6 / 208 * 1e9)
        stamp_ns = 6 * 10**17 + taken_ns + (years * 31_557_600 * 10**9 if k > 200 else 0)
        both = (polar(2, stamp_ns, 6), polar(5, stamp_ns, 6))
        packets += [replace(packet, arrival_ns=taken_ns + 10**7) for packet in both]
    items = decode(packets)
    assert times(items)[-1] == pytest.approx(400 * 6 / 208, abs=0.3)
    assert len(times(items)) > 390 * 6


@pytest.mark.parametrize(
    ("protocol", "lost_s", "resumed_s"),
    [
        ("xsens_dot", 20.0, 2.0),
        ("xsens_dot", 5000.0, 3005.0 + 5000.0),
        ("bluest", 600.0, 3005.0 + 600.0),
        ("bluest", 65536 / 125, 3005.0 + 65536 / 125),
    ],
)
def test_stamps_that_wrap_over_a_lost_connection_are_placed_by_arrival(
    protocol: str, lost_s: float, resumed_s: float
) -> None:
    items = decode(reconnected(protocol, uptime_s=3000.0, lost_s=lost_s, resumed_s=resumed_s))
    (gap,) = gaps(items)
    assert gap.cause is GapCause.LINK
    assert gap.end_s - gap.start_s == pytest.approx(lost_s, abs=0.2)
    assert times(items)[-1] == pytest.approx(10.0 + lost_s, abs=0.2)
