"""Pods without a clock: their rate is found, a radio that is only late makes no gap, a real loss is told."""

import json
from collections.abc import Iterable

import numpy as np
import pytest

from protocol.decoding import Item, blocks, decode, gaps, indices, taken, times
from protocol.other_pods import ARRIVAL_TIMED, Air, nilspod, nilspod_rows, witmotion
from stridesense.model import Foot, Gap, GapCause, RawPacket, SampleBlock, Stride
from stridesense.pipeline import Pipeline
from stridesense.protocol.decoder import Decoder
from stridesense.protocol.frames import codec
from stridesense.simulator import load, simulate

RUN_S = 30.0
STALLS = ((8.0, 8.5), (14.0, 14.5), (20.2, 20.7))
PACES = [0.6, 0.97, 1.0, 1.03, 1.4]
"""How the true rate compares with the stated one."""

every_pod = pytest.mark.parametrize("protocol", sorted(ARRIVAL_TIMED))
every_pace = pytest.mark.parametrize("pace", PACES)


def rate_hz(protocol: str, pace: float) -> float:
    time = codec(protocol).spec.time
    assert time is not None
    return float(time.nominal_rate_hz) * pace


def heard(protocol: str, air: Air) -> list[Item]:
    ready = ARRIVAL_TIMED[protocol](round(RUN_S * air.rate_hz))
    return decode(air.carried(protocol, ready))


def rates_hz(items: list[Item], after_s: float) -> list[float]:
    return [block.sampling_rate_hz for block in blocks(items) if block.t_s[0] > after_s]


def acc_numbers(items: Iterable[Item]) -> list[int]:
    """The running numbers of the samples modulo 1000, as they were measured."""
    acc = np.concatenate([block.acc_mps2 for block in items if isinstance(block, SampleBlock)])
    return [round(float(x) / 9.80665 * 2048) for x in acc[:, 0]]


@every_pod
@every_pace
def test_true_rate_is_found_in_five_seconds_and_times_rise(protocol: str, pace: float) -> None:
    air = Air(rate_hz(protocol, pace))
    items = heard(protocol, air)
    assert not gaps(items)
    assert np.all(np.diff(times(items)) > 0)
    np.testing.assert_allclose(rates_hz(items, 5.0), air.rate_hz, rtol=3e-3)
    np.testing.assert_allclose(rates_hz(items, 15.0), air.rate_hz, rtol=2e-4)
    error_s = times(items) - indices(items) / air.rate_hz
    assert np.ptp(error_s[times(items) > 15.0]) < 0.010
    ahead = np.array(acc_numbers(items)) - indices(items)
    assert len({int(number) % 1000 for number in ahead}) == 1


@every_pod
@every_pace
def test_stalls_that_lose_nothing_make_no_gap(protocol: str, pace: float) -> None:
    air = Air(rate_hz(protocol, pace), stalls=STALLS)
    items = heard(protocol, air)
    assert not gaps(items)
    assert np.all(np.diff(times(items)) > 0)
    np.testing.assert_allclose(rates_hz(items, 5.0), air.rate_hz, rtol=3e-3)
    error_s = times(items) - indices(items) / air.rate_hz
    assert np.ptp(error_s[times(items) > 15.0]) < 0.020


@every_pod
@every_pace
def test_a_second_that_is_lost_is_told_within_two(protocol: str, pace: float) -> None:
    """Where nothing is counted, how much is missing is only known to a connection interval or two."""
    air = Air(rate_hz(protocol, pace), losses=((18.0, 19.0),))
    decoder, told = Decoder(), []
    ready = ARRIVAL_TIMED[protocol](round(RUN_S * air.rate_hz))
    for packet in air.carried(protocol, ready):
        told += [(packet.arrival_ns / 1e9, gap) for gap in gaps(taken(decoder, packet))]
    ((told_s, gap),) = told
    counters = decoder.counters[Foot.LEFT]
    assert told_s < 19.0 + 2.0
    assert gap.cause is GapCause.STALL
    assert counters.lost == {GapCause.STALL: gap.missing_samples}
    counted = codec(protocol).counters.indexed
    # a whole packet of NilsPod is 16 samples, some of which may stand on the other side of the second
    assert gap.missing_samples == pytest.approx(air.rate_hz, abs=16 if counted else 0.06 * air.rate_hz)
    sent = round(RUN_S * air.rate_hz) // 48 * 48 if counted else RUN_S * air.rate_hz
    assert counters.samples + gap.missing_samples == pytest.approx(sent, abs=48 if counted else 12)


@every_pod
def test_loss_over_a_new_connection_is_told_at_once(protocol: str) -> None:
    air = Air(rate_hz(protocol, 1.0), losses=((20.0, 24.0),))
    packets = list(air.carried(protocol, ARRIVAL_TIMED[protocol](round(30 * air.rate_hz))))
    link = json.dumps({"state": "connecting"}).encode()
    cut = next(k for k, packet in enumerate(packets) if packet.arrival_ns > 24e9)
    packets.insert(cut, RawPacket(Foot.LEFT, protocol, "link", link, 23_900_000_000))
    decoder, told = Decoder(), []
    for packet in packets:
        told += [(packet.arrival_ns / 1e9, gap) for gap in gaps(taken(decoder, packet))]
    ((told_s, gap),) = told
    assert told_s < 24.2
    assert gap.cause is GapCause.LINK
    assert gap.end_s - gap.start_s == pytest.approx(4.0, abs=0.15)
    assert gap.missing_samples == pytest.approx(4.0 * air.rate_hz, abs=0.05 * 4.0 * air.rate_hz)


@every_pod
def test_state_carried_elsewhere_in_mid_run_goes_on_the_same(protocol: str) -> None:
    air = Air(rate_hz(protocol, 1.03), stalls=((3.0, 3.5),), losses=((5.0, 6.0),))
    packets = list(air.carried(protocol, ARRIVAL_TIMED[protocol](round(9 * air.rate_hz))))
    whole = decode(packets)
    for cut in (1, 7, len(packets) // 3, len(packets) // 2, len(packets) - 5):
        first, second = Decoder(), Decoder()
        before = [item for packet in packets[:cut] for item in taken(first, packet)]
        second.state = first.state
        after = decode(packets[cut:], second)
        assert times([*before, *after]).tolist() == times(whole).tolist()
        assert [*gaps(before), *gaps(after)] == gaps(whole)


def test_counter_in_each_row_splits_a_packet_where_it_jumps() -> None:
    numbers = [*range(8), *range(20, 28)]
    items = decode(
        [RawPacket(Foot.LEFT, "nilspod", "data", nilspod_rows(zip(numbers, numbers, strict=True)), 0)]
    )
    assert [len(block) for block in blocks(items)] == [8, 8]
    assert [gap.missing_samples for gap in gaps(items)] == [12]
    assert indices(items).tolist() == numbers
    assert acc_numbers(items) == numbers


@pytest.mark.parametrize("wraps_at", [1 << 15, 1 << 16])
def test_counter_may_wrap_at_15_bits_or_at_16(wraps_at: int) -> None:
    air = Air(204.8)
    ready = nilspod(4000, first_count=wraps_at - 1000, wraps_at=wraps_at)
    items = decode(air.carried("nilspod", ready))
    assert not gaps(items)
    assert indices(items).tolist() == list(range(4000))
    assert acc_numbers(items) == [i % 1000 for i in range(4000)]


def test_the_same_packet_again_is_a_duplicate_where_rows_are_counted() -> None:
    packets = list(Air(204.8).carried("nilspod", nilspod(800)))
    decoder = Decoder()
    items = decode([packet for packet in packets for _ in range(2)], decoder)
    assert decoder.counters[Foot.LEFT].duplicates == len(packets)
    assert indices(items).tolist() == list(range(800))


def test_several_frames_in_one_value_are_as_good_as_one() -> None:
    ready = witmotion(4000)
    bundles = [ready[k : k + 6] for k in range(0, len(ready), 6)]
    joined = [type(ready[0])(b"".join(one.payload for one in few), few[-1].last) for few in bundles]
    items = decode(Air(200.0).carried("witmotion", joined))
    assert not gaps(items)
    assert acc_numbers(items) == [i % 1000 for i in range(4000)]
    np.testing.assert_allclose(rates_hz(items, 10.0), 200.0, rtol=1e-3)


def run_of_witmotions() -> tuple[list[RawPacket], int]:
    """An easy run with a WitMotion on each foot: what its pods would measure, in WitMotion's counts."""
    scenario = load("easy_run").shortened(40.0)
    scenario = scenario.model_copy(update={"pod": scenario.pod.model_copy(update={"rate_hz": 200})})
    run = simulate(scenario)
    packets: list[RawPacket] = []
    for foot, worn in run.feet.items():
        samples = worn.samples
        acc = samples.counts[:, :3] * samples.acc_scale / 9.80665 * 2048
        gyr = np.degrees(samples.counts[:, 3:] * samples.gyr_scale) / 0.06103515625
        rows = np.clip(np.rint(np.column_stack([acc, gyr, 0 * acc])), -32768, 32767).astype("<i2")
        ready = [type(witmotion(1)[0])(b"\x55\x61" + row.tobytes(), i) for i, row in enumerate(rows)]
        rate = (len(samples.t_s) - 1) / (samples.t_s[-1] - samples.t_s[0])
        packets += Air(float(rate), seed=ord(foot[0])).carried("witmotion", ready, foot)
    return sorted(packets, key=lambda packet: packet.arrival_ns), len(run.truth)


def test_strides_of_such_pods_say_so() -> None:
    packets, truth = run_of_witmotions()
    pipeline = Pipeline()
    outcomes = [outcome for packet in packets for outcome in pipeline.process(packet)] + pipeline.flush()
    strides = [outcome for outcome in outcomes if isinstance(outcome, Stride)]
    assert len(strides) > 0.8 * truth > 20
    assert all("timed_by_arrival" in stride.flags for stride in strides)
    assert pipeline.decoder.is_timed_by_arrival(Foot.LEFT)
    assert not any(isinstance(outcome, Gap) for outcome in outcomes)
