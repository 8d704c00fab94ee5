"""What is told beside the samples: figures of pods without samples, the link, the battery, the counters."""

import json
import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.decoding import STEADY, malformed
from protocol.packer import Pod
from stridesense.model import Foot, LinkState, Malformed, PodReading, PodReport, RawPacket
from stridesense.protocol.decoder import Decoder
from stridesense.protocol.session import Item

STATUS = struct.pack("<QIIHBBhHI", 1, 2, 3, 4, 87, 1, 2400, 3900, 207_000)

RUNNING = 4


def figures(payload: bytes, role: str = "measurement", arrival_s: float = 0.0) -> RawPacket:
    return RawPacket(Foot.LEFT, "rsc", role, payload, round(arrival_s * 1e9))


def reading(payload: bytes, role: str = "measurement") -> PodReading:
    (item,) = Decoder().process(figures(payload, role))
    assert isinstance(item, PodReading)
    return item


def about(characteristic: str, payload: bytes, arrival_s: float) -> RawPacket:
    return RawPacket(Foot.LEFT, "sofp", characteristic, payload, round(arrival_s * 1e9))


def link(state: str, arrival_s: float, **told: object) -> RawPacket:
    return about("link", json.dumps({"state": state, **told}).encode(), arrival_s)


def reports(items: list[Item]) -> list[PodReport]:
    return [item for item in items if isinstance(item, PodReport)]


def test_all_that_a_pod_of_figures_can_tell() -> None:
    whole = reading(struct.pack("<BHBHI", 0b111, 3 * 256, 172, 210, 123_456))
    assert (whole.speed_mps, whole.cadence_spm, whole.stride_length_m) == (3.0, 172.0, pytest.approx(2.10))
    assert whole.distance_m == pytest.approx(12_345.6)
    assert whole.running is True
    assert whole.power_w is None


@pytest.mark.parametrize(("told", "steps"), [(0, 0.0), (86, 172.0), (119, 238.0), (120, 120.0), (172, 172.0)])
def test_cadence_of_one_foot_is_doubled(told: int, steps: float) -> None:
    assert reading(struct.pack("<BHB", RUNNING, 512, told)).cadence_spm == steps


@pytest.mark.parametrize(("told", "steps"), [(110, 110.0), (75, 75.0), (55, 110.0)])
def test_a_walker_takes_fewer_steps_than_a_runner(told: int, steps: float) -> None:
    assert reading(struct.pack("<BHB", 0, 512, told)).cadence_spm == steps


def test_distance_comes_without_stride_length_and_power_comes_alone() -> None:
    assert reading(struct.pack("<BHBI", 0b010, 512, 80, 50)).distance_m == pytest.approx(5.0)
    assert reading(struct.pack("<BHBI", 0b010, 512, 80, 50)).stride_length_m is None
    power = reading(struct.pack("<Hh", 0, 231), "power")
    assert (power.power_w, power.speed_mps, power.running) == (231.0, None, None)


@pytest.mark.parametrize("role", ["measurement", "power", "feature", "location", "control"])
def test_figures_cut_short_are_malformed(role: str) -> None:
    whole = {"measurement": struct.pack("<BHBHI", 7, 1, 1, 1, 1), "power": bytes(4), "feature": bytes(2),
             "location": bytes(1), "control": b"\x10\x01\x01"}[role]  # fmt: skip
    for length in range(len(whole)):
        decoder = Decoder()
        (item,) = malformed(decoder.process(figures(whole[:length], role)))
        assert f"{role} has {length} bytes" in item.reason
        assert decoder.counters[Foot.LEFT].malformed == 1
    assert not malformed(Decoder().process(figures(whole + b"newer", role)))


def test_reports_come_each_second_and_at_once_after_a_change() -> None:
    decoder = Decoder()
    told: list[tuple[float, PodReport]] = []
    extra = [link("streaming", 2.34, rssi_dbm=-60), about("battery", b"\x50", 4.56), link("silent", 6.78)]
    for packet in sorted([*Pod().session(110), *extra], key=lambda packet: packet.arrival_ns):
        told += [(packet.arrival_ns / 1e9, report) for report in reports(decoder.process(packet))]
    at_once = [
        arrival_s for arrival_s, _ in told if any(abs(arrival_s - t) < 1e-6 for t in (2.34, 4.56, 6.78))
    ]
    assert len(at_once) == 3
    seconds = [int(arrival_s) for arrival_s, _ in told if arrival_s not in at_once]
    assert len(seconds) == len(set(seconds)) >= 8
    last = told[-1][1]
    assert (last.state, last.battery_percent, last.rssi_dbm) == (LinkState.SILENT, 80, -60)
    assert last.samples == pytest.approx(decoder.counters[Foot.LEFT].samples, abs=20 * 19)
    assert last.sampling_rate_hz == pytest.approx(208, rel=1e-3)


def test_battery_of_the_open_pods_status_is_told_and_255_is_unknown() -> None:
    decoder = Decoder()
    for packet in Pod().session(3):
        decoder.process(packet)
    (known,) = reports(decoder.process(about("status", STATUS, 0.5)))
    assert known.battery_percent == 87
    assert not reports(decoder.process(about("status", STATUS, 0.6)))
    (unknown,) = reports(decoder.process(about("status", STATUS[:18] + b"\xff" + STATUS[19:], 0.7)))
    assert unknown.battery_percent is None


@pytest.mark.parametrize("percent", [101, 255])
def test_no_percentage_is_an_unknown_battery(percent: int) -> None:
    decoder = Decoder()
    (known,) = reports(decoder.process(about("battery", b"\x32", 0.0)))
    (unknown,) = reports(decoder.process(about("battery", bytes([percent]), 0.1)))
    assert (known.battery_percent, unknown.battery_percent) == (50, None)


def test_reason_goes_with_the_state_that_it_is_for() -> None:
    decoder = Decoder()
    (lost,) = reports(decoder.process(link("lost", 0.0, reason="out of reach", name="pod")))
    (back,) = reports(decoder.process(link("streaming", 1.0)))
    assert (lost.reason, back.reason, back.name) == ("out of reach", None, "pod")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["address", "name", "firmware", "reason", "rssi_dbm", "reconnects", "t_s", "foot", "state"]


@STEADY
@given(st.dictionaries(st.sampled_from(KEYS), JSON) | JSON, st.sampled_from([*LinkState, None, "far away"]))
def test_any_json_of_a_link_is_a_report_or_malformed(told: object, state: str | None) -> None:
    if isinstance(told, dict) and state is not None:
        told |= {"state": state}
    decoder = Decoder()
    (item,) = decoder.process(about("link", json.dumps(told).encode(), 0.0))[:1]
    assert isinstance(item, PodReport | Malformed)
    if isinstance(item, PodReport):
        json.dumps(item.to_record())
        assert isinstance(item.rssi_dbm, int | None)
        assert isinstance(item.reconnects, int)


@STEADY
@given(st.binary(max_size=40), st.sampled_from(["link", "battery"]))
def test_any_bytes_of_link_and_battery_raise_nothing(payload: bytes, role: str) -> None:
    decoder = Decoder()
    healthy = Pod().session(5)
    before = [item for packet in healthy for item in decoder.process(packet)]
    decoder.process(replace(healthy[-1], characteristic=role, payload=payload))
    after = [item for packet in list(Pod().data(9))[5:] for item in decoder.process(packet)]
    assert before
    assert not malformed(after)


@pytest.mark.parametrize("payload", [b"[" * 100_000, b'{"state": "lost", "rssi_dbm": ' + b"9" * 5000 + b"}"])
def test_json_too_deep_or_too_long_is_malformed(payload: bytes) -> None:
    (item, *_) = Decoder().process(about("link", payload, 0.0))
    assert isinstance(item, Malformed)
