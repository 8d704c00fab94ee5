"""The same run through the pods of four makers: what is found does not depend on whose pod it was."""

from functools import cache

import numpy as np
import pytest

import stage_checks
from protocol.decoding import Item, blocks, decode, gaps, indices, malformed, times
from stridesense.model import Foot, GapCause, PodReading, PodReport, RawPacket, Stride
from stridesense.pipeline import Pipeline
from stridesense.protocol.decoder import Decoder
from stridesense.simulator import SimulatedRun, load, simulate

WITH_SAMPLES = ("sofp", "movesense_gsp", "polar_pmd")
QUIET: dict[str, float] = {}
LOSSY = {"loss_percent": 2.0, "duplicate_percent": 3.0, "overflow_percent": 0.3, "queue_drop_percent": 0.3}
JAMMED = {"burst_every_s": 10.0, "burst_s": 0.8}
every_pod = pytest.mark.parametrize("protocol", WITH_SAMPLES)
both_feet = pytest.mark.parametrize("foot", [Foot.LEFT, Foot.RIGHT])


@cache
def ran(protocol: str, **radio: float) -> SimulatedRun:
    """A minute's easy run; the Movesense ends at 8 g, so all of them do."""
    scenario = load("easy_run").shortened(60.0)
    pod = scenario.pod.model_copy(update={"protocol": protocol, "acc_range_g": 8})
    air = scenario.radio.model_copy(update=radio)
    return simulate(scenario.model_copy(update={"pod": pod, "radio": air}))


@cache
def packets(protocol: str, **radio: float) -> tuple[RawPacket, ...]:
    return tuple(ran(protocol, **radio).packets())


@cache
def strides(protocol: str, **radio: float) -> tuple[Stride, ...]:
    pipeline = Pipeline()
    outcomes = [out for packet in packets(protocol, **radio) for out in pipeline.process(packet)]
    return tuple(out for out in [*outcomes, *pipeline.flush()] if isinstance(out, Stride))


def of_foot(foot: Foot, items: list[Item]) -> list[Item]:
    return [item for item in items if item.foot is foot]


@pytest.mark.parametrize("protocol", ["movesense_gsp", "polar_pmd"])
def test_strides_are_those_of_the_open_pod(protocol: str) -> None:
    """Movesense stamps whole milliseconds, and a Polar's gyroscope is read between its samples."""
    ours, theirs = strides("sofp"), strides(protocol)
    for foot in (Foot.LEFT, Foot.RIGHT):
        mine, other = ([each for each in some if each.foot is foot] for some in (ours, theirs))
        assert len(mine) == len(other) > 45
        for name, within in (("stride_time_s", 0.006), ("contact_time_s", 0.008), ("cadence_spm", 1.5)):
            pairs = [(getattr(a, name), getattr(b, name)) for a, b in zip(mine, other, strict=True)]
            known = np.array([pair for pair in pairs if None not in pair], dtype=np.float64)
            assert len(known) > 0.9 * len(pairs)
            assert np.abs(known[:, 0] - known[:, 1]).max() < within
    assert not any("timed_by_arrival" in stride.flags for stride in theirs)


@every_pod
@both_feet
@pytest.mark.parametrize("radio", [QUIET, LOSSY, JAMMED], ids=["quiet", "lossy", "jammed"])
def test_true_rate_is_found_and_times_rise(protocol: str, foot: Foot, radio: dict[str, float]) -> None:
    items = of_foot(foot, decode(packets(protocol, **radio)))
    true_s = ran(protocol, **radio).feet[foot].samples.t_s
    true_hz = (len(true_s) - 1) / (true_s[-1] - true_s[0])
    assert np.all(np.diff(times(items)) > 0)
    late = [block.sampling_rate_hz for block in blocks(items) if block.t_s[0] > 15]
    np.testing.assert_allclose(late, true_hz, rtol=2e-5)
    assert blocks(items)[-1].sampling_rate_hz == pytest.approx(true_hz, rel=2e-6)


@every_pod
@both_feet
def test_jams_that_lose_nothing_make_no_gap(protocol: str, foot: Foot) -> None:
    items = of_foot(foot, decode(packets(protocol, **JAMMED)))
    assert not gaps(items)
    assert not malformed(items)
    error_s = times(items) - indices(items) / blocks(items)[-1].sampling_rate_hz
    assert np.ptp(error_s[2000:]) < 0.0005


@every_pod
@both_feet
def test_samples_and_missing_ones_add_up(protocol: str, foot: Foot) -> None:
    decoder = Decoder()
    items = of_foot(foot, decode(packets(protocol, **LOSSY), decoder))
    counters = decoder.counters[foot]
    missing = sum(gap.missing_samples for gap in gaps(items))
    assert counters.gaps == len(gaps(items)) > 5
    assert sum(counters.lost.values()) == missing > 0
    assert counters.samples == sum(len(block) for block in blocks(items))
    assert counters.samples + missing == indices(items)[-1] + 1
    assert counters.malformed == len(malformed(items))
    # the last packets may be those that are lost; a Polar's have up to 80 samples
    assert counters.samples + missing == pytest.approx(len(ran(protocol).feet[foot].samples.t_s), abs=240)


def test_causes_are_told_as_far_as_each_protocol_does() -> None:
    found = {}
    for protocol in WITH_SAMPLES:
        decoder = Decoder()
        decode(packets(protocol, **LOSSY), decoder)
        found[protocol] = {cause for counters in decoder.counters.values() for cause in counters.lost}
    assert found["sofp"] == {GapCause.RADIO, GapCause.TRANSMIT, GapCause.SENSOR}
    assert found["movesense_gsp"] == {GapCause.RADIO, GapCause.SENSOR}
    assert found["polar_pmd"] == {GapCause.STALL}


@every_pod
def test_sensor_overflow_alone_is_no_fault_of_the_radio_where_packets_are_whole(protocol: str) -> None:
    decoder = Decoder()
    decode(packets(protocol, overflow_percent=1.0), decoder)
    lost = decoder.counters[Foot.LEFT].lost + decoder.counters[Foot.RIGHT].lost
    if protocol == "polar_pmd":
        assert set(lost) == {GapCause.STALL}
    else:
        # eight samples lost in the sensor look like a Movesense packet lost in the air
        assert lost[GapCause.SENSOR] > 0.8 * lost.total() > 0


@every_pod
def test_packets_that_come_again_change_nothing(protocol: str) -> None:
    """All of them again after two more; the halves of a Movesense packet only make sense in their order."""
    some = packets(protocol)[:400]
    doubled = [
        packet for k, packet in enumerate(some) for packet in ([packet, some[k - 2]] if k > 4 else [packet])
    ]
    decoder = Decoder()
    items = decode(doubled, decoder)
    if protocol == "movesense_gsp":
        assert np.all(np.diff(times(of_foot(Foot.LEFT, items))) > 0)
        assert sum(counters.malformed for counters in decoder.counters.values()) > 0
        return
    for foot in (Foot.LEFT, Foot.RIGHT):
        once = of_foot(foot, decode(some))
        np.testing.assert_array_equal(times(of_foot(foot, items)), times(once))
        assert not gaps(of_foot(foot, items))
        assert decoder.counters[foot].duplicates > 100


@pytest.mark.parametrize("protocol", [*WITH_SAMPLES, "rsc"])
@pytest.mark.parametrize("radio", [QUIET, LOSSY], ids=["quiet", "lossy"])
@pytest.mark.parametrize("stage", [Decoder, Pipeline])
def test_state_moves_and_reset_forgets(
    protocol: str, radio: dict[str, float], stage: type[Decoder | Pipeline]
) -> None:
    some = packets(protocol, **radio)[:600]
    stage_checks.check_state_can_move(stage, some)
    stage_checks.check_reset_equals_new(stage, some)
    stage_checks.check_input_is_left_alone(stage, some)


def test_pod_of_figures_gives_readings_and_no_samples() -> None:
    decoder = Decoder()
    items = [item for packet in packets("rsc") for item in decoder.process(packet)] + decoder.flush()
    readings = [item for item in items if isinstance(item, PodReading)]
    assert not blocks(items)
    assert not malformed(items)
    assert len(readings) > 150
    assert all(isinstance(item, PodReading | PodReport) for item in items)
    cadences = [reading.cadence_spm for reading in readings if reading.running]
    assert 150 < float(np.median([cadence for cadence in cadences if cadence])) < 190
