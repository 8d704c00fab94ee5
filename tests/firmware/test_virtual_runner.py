"""A virtual runner's samples through the pod's C code: the strides are those of the simulated pod."""

import numpy as np
import pytest

from firmware.driving import Firmware, Script, config, payloads
from simulator.sessions import RUN_BEGINS_S, STEADY_FROM_S, steady_run
from stridesense.model import Foot, RawPacket, Stride
from stridesense.pipeline import Pipeline
from stridesense.simulator import SimulatedRun, parse, simulate

CLOSE_S = 50e-6
BOOT_US = 3_000_000_000


def strides(packets: list[RawPacket]) -> list[Stride]:
    pipeline = Pipeline()
    outcomes = [outcome for packet in packets for outcome in pipeline.process(packet)]
    return [outcome for outcome in outcomes + pipeline.flush() if isinstance(outcome, Stride)]


def through_the_firmware(firmware: Firmware, run: SimulatedRun) -> list[RawPacket]:
    """The run as the C code would have sent it: its pod reads the FIFO as soon as 19 samples are there."""
    pod, samples = run.scenario.pod, run.feet[Foot.RIGHT].samples
    script = Script().add("config", 0, config(pod.rate_hz)).add("read", 0).begin()
    taken_us = BOOT_US + samples.t_s * 1e6
    script.batch(samples.counts[:19], 2 * taken_us[0] - taken_us[1])
    for first in range(0, len(taken_us) - 18, 19):
        script.batch(samples.counts[first : first + 19], taken_us[first + 18]).send()
    events = firmware.run(script)
    data = payloads(events, "data")
    arrivals_s = 0.06 + samples.t_s[18 : 18 + 19 * len(data) : 19]
    greeting = [RawPacket(Foot.RIGHT, "sofp", "config", payloads(events, "config")[0], 0)]
    return greeting + [
        RawPacket(Foot.RIGHT, "sofp", "data", payload, round(arrival_s * 1e9))
        for payload, arrival_s in zip(data, arrivals_s, strict=True)
    ]


@pytest.mark.parametrize(("strike", "heel"), [("forefoot", "held"), ("rearfoot", "kiss")])
def test_strides_are_those_of_the_simulated_pod(firmware: Firmware, strike: str, heel: str) -> None:
    run = steady_run(3.2, strike, heel, noise=1.0)
    assert run.scenario.pod.acc_range_g == 16
    assert run.scenario.pod.gyr_range_dps == 2000
    expected = strides(list(run.packets()))
    found = strides(through_the_firmware(firmware, run))
    assert len(found) == len(expected) >= 12
    for one, other in zip(found, expected, strict=True):
        assert one.initial_contact_s == pytest.approx(other.initial_contact_s, abs=CLOSE_S)
        for name, value in other.to_record().items():
            slack = CLOSE_S if name.endswith("_s") else 5e-3
            same = pytest.approx(value, rel=1e-3, abs=slack) if isinstance(value, float) else value
            assert one.to_record().get(name) == same, name


def watched(firmware: Firmware, run: SimulatedRun) -> list[tuple[float, bytes]]:
    """What a watch is told each second: when, and the bytes."""
    pod, samples = run.scenario.pod, run.feet[Foot.RIGHT].samples
    script = Script().add("rsc_start", pod.rate_hz, pod.gyr_range_dps)
    for first in range(0, len(samples.counts), pod.rate_hz):
        script.add("rsc_take", samples.counts[first : first + pod.rate_hz, 3:].astype("<i2").tobytes())
    measured = firmware.payloads(script, "rsc")
    return [(float(second + 1), payload) for second, payload in enumerate(measured)]


def true_cadence(run: SimulatedRun, at_s: float) -> float:
    times = [
        s.stride_time_s for s in run.truth if s.stride_time_s and at_s - 4 < s.initial_contact_s < at_s - 1
    ]
    return 60.0 / float(np.mean(times))


@pytest.mark.parametrize("strike", ["rearfoot", "forefoot"])
@pytest.mark.parametrize("speed_mps", [2.2, 3.2, 4.5])
def test_a_watch_is_told_the_cadence_of_a_run(firmware: Firmware, speed_mps: float, strike: str) -> None:
    run = steady_run(speed_mps, strike, noise=1.0)
    told = watched(firmware, run)
    assert all(payload == bytes(4) for at_s, payload in told if at_s <= RUN_BEGINS_S)
    settled = [(at_s, payload) for at_s, payload in told if STEADY_FROM_S + 3 < at_s < 13]
    assert len(settled) >= 4
    for at_s, payload in settled:
        assert payload[3] == pytest.approx(true_cadence(run, at_s), abs=3)
        assert payload[0] == 0x05
        assert int.from_bytes(payload[4:6], "little") == 220
        assert int.from_bytes(payload[1:3], "little") / 256 == pytest.approx(
            payload[3] / 60 * 2.2, abs=1 / 256
        )


def test_a_watch_is_told_of_a_walk_and_of_its_end(firmware: Firmware) -> None:
    blocks = [("stand", 2.0), ("walk", 12.0), ("stand", 5.0)]
    text = "seed = 5\nfeet = ['right']\n" + "".join(
        f"[[block]]\nactivity = '{activity}'\nduration_s = {seconds}\n"
        + ("speed_mps = 1.4\n" if activity == "walk" else "")
        for activity, seconds in blocks
    )
    run = simulate(parse(text, "walk"))
    told = watched(firmware, run)
    for at_s, payload in told:
        if 8 <= at_s <= 13:
            assert payload[3] == pytest.approx(true_cadence(run, at_s), abs=3)
            assert payload[0] == 0x01
    assert told[-1][1] == bytes(4)
