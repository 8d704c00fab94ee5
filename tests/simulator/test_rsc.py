"""The virtual pod for watches: values of the reference to the byte, and the runner's own in each second."""

from functools import cache
from itertools import pairwise

import pytest

from simulator.listening import RscValue, rsc_value
from stridesense.model import Foot, Gait
from stridesense.simulator import SimulatedRun, StrideTruth, load, simulate
from stridesense.simulator.rsc import FEATURE, RscMeasurement, serialize_power

RUNS, WALKS = True, False


@cache
def watch_run() -> SimulatedRun:
    return simulate(load("watch_pod"))


def values() -> list[tuple[float, RscValue]]:
    sent = watch_run().stream(Foot.RIGHT).sent()
    return [(s.ready_s, rsc_value(s.payload)) for s in sent if s.characteristic == "measurement"]


def last_stride(at_s: float) -> StrideTruth | None:
    """The stride that was whole at this time, if the foot still runs."""
    whole = [
        s for s in watch_run().truth if s.stride_time_s and s.initial_contact_s + s.stride_time_s <= at_s
    ]
    if not whole or at_s - (whole[-1].initial_contact_s + (whole[-1].stride_time_s or 0.0)) > 2.0:
        return None
    return whole[-1]


@pytest.mark.parametrize(
    ("measurement", "vector"),
    [
        (RscMeasurement(RUNS, 3.5, 86, 2.45, 1234.5), "07 80 03 56 F5 00 39 30 00 00"),
        (RscMeasurement(RUNS, 3.5, 172), "04 80 03 AC"),
        (RscMeasurement(RUNS, 3.0703125, 86, 2.56, 402653184.1), "07 12 03 56 00 01 01 00 00 F0"),
        (RscMeasurement(WALKS, 5.01953125, 80, None, 1684275.1), "02 05 05 50 FF FF 00 01"),
        (RscMeasurement(WALKS, 2.0, 170), "00 00 02 AA"),
        (RscMeasurement(WALKS, 0.0, 160, 1.50), "01 00 00 A0 96 00"),
    ],
)
def test_measurements_of_the_reference(measurement: RscMeasurement, vector: str) -> None:
    assert measurement.serialize() == bytes.fromhex(vector)


def test_a_cadence_past_the_end_of_its_byte_stays_at_the_end() -> None:
    assert RscMeasurement(RUNS, 3.0, 300).serialize()[3] == 255


def test_power_and_what_is_read() -> None:
    assert serialize_power(40.0) == bytes.fromhex("00 00 28 00")
    assert watch_run().stream(Foot.RIGHT).greeting() == (("feature", FEATURE), ("location", b"\x01"))
    assert bytes.fromhex("17 00") == FEATURE


def test_a_value_each_second() -> None:
    waits_s = [b - a for (a, _), (b, _) in pairwise(values())]

    assert len(values()) == watch_run().scenario.duration_s - 1.0
    assert waits_s == pytest.approx([1.0] * len(waits_s), abs=1e-3)


def test_each_value_is_the_last_whole_stride_of_the_runner() -> None:
    for at_s, value in values():
        stride = last_stride(at_s - 0.002)
        if stride is None:
            assert (value.speed_mps, value.cadence, value.is_running) == (0.0, 0, False)
            continue
        assert value.is_running is (stride.gait is Gait.RUN)
        assert value.speed_mps == pytest.approx(stride.speed_mps, abs=0.5 / 256)
        assert value.cadence == pytest.approx(60.0 / (stride.stride_time_s or 1.0), abs=0.5)
        assert value.stride_length_m == pytest.approx(stride.stride_length_m, abs=0.005)


def test_the_distance_grows_to_the_length_of_all_strides() -> None:
    ways_m = [value.distance_m or 0.0 for _, value in values()]
    run_m = sum(stride.stride_length_m or 0.0 for stride in watch_run().truth)

    assert ways_m == sorted(ways_m)
    assert ways_m[0] == 0.0
    assert ways_m[-1] == pytest.approx(run_m, abs=0.06)
    assert 190.0 < run_m < 230.0  # 15 s at 1.4, 30 s at 2.6 and 30 s at 3.6 m/s, without the first steps


def test_walking_running_and_standing_are_told_apart() -> None:
    by_second = {round(at_s): value for at_s, value in values()}

    assert not by_second[4].is_running
    assert by_second[4].speed_mps == 0.0
    assert not by_second[15].is_running
    assert by_second[15].speed_mps == pytest.approx(1.4, rel=0.1)
    assert by_second[40].is_running
    assert by_second[70].speed_mps == pytest.approx(3.6, rel=0.1)
    assert by_second[84].speed_mps == 0.0


def test_over_the_radio_come_what_is_read_and_then_both_values() -> None:
    roles = [p.characteristic for p in watch_run().packets()]

    assert {p.protocol for p in watch_run().packets()} == {"rsc"}
    assert roles[:4] == ["feature", "location", "measurement", "power"]
    assert roles.count("measurement") == roles.count("power")
