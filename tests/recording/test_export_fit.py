"""A FIT file says what we say: the official decoder reads every value back."""

import time
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from recording.exporting import PLANS, ZERO_UNIX_S, Messages, decoded, made, session, told
from strides import stride
from stridesense.model import Foot
from stridesense.recording.export_activity import MOST_LAPS, activity_rows
from stridesense.recording.export_fields import OWN
from stridesense.recording.export_fit import fit_bytes
from stridesense.recording.export_session import SessionRecord
from stridesense.simulator.season_plan import Phase, SessionPlan

RESOLUTION = {
    "enhanced_speed": 1e-3,
    "power": 1.0,
    "stance_time": 0.1,
    "stance_time_percent": 0.01,
    "stance_time_balance": 0.01,
    "step_length": 0.1,
    "cadence": 1e-9,
    "fractional_cadence": 1.0 / 128,
    "distance": 0.01,
}
"""Steps of the native fields, from the scales of the FIT profile."""

FLOAT32 = 1e-6
A_STRIDE_M = 2.5
MOST_DEFINITIONS = 16  # that a FIT file can hold at the same time
AN_HOUR_TAKES_S = 10.0  # what the project promises; it takes about 1 s
SESSIONS = {**{name: made(plan) for name, plan in PLANS.items()}, "own figures": told()}


def check_every_value(messages: Messages, of: SessionRecord) -> None:
    """Each record, field by field, is our row of its second, within what the format can tell apart."""
    numbers = own_fields(messages)
    rows = activity_rows(of)
    assert len(messages["record_mesgs"]) == len(rows)
    for record, row in zip(messages["record_mesgs"], rows, strict=True):
        for name, step in RESOLUTION.items():
            assert record.get(name) == pytest.approx(row[name], abs=0.51 * step), name
        for name, (number, _) in numbers.items():
            value = record.get("developer_fields", {}).get(number)
            assert value == (None if row[name] is None else pytest.approx(row[name], rel=FLOAT32)), name


def own_fields(messages: Messages) -> dict[str, tuple[int, str]]:
    """By name, the number and the unit of each developer field."""
    return {
        one["field_name"]: (one["field_definition_number"], one["units"])
        for one in messages["field_description_mesgs"]
    }


@pytest.mark.parametrize("of", SESSIONS.values(), ids=SESSIONS)
def test_the_official_decoder_reads_every_value(of: SessionRecord) -> None:
    check_every_value(decoded(fit_bytes(of)), of)


def test_an_hour_of_two_feet_is_written_in_seconds_and_read_back_whole() -> None:
    of = made(SessionPlan(phases=(Phase(duration_s=3600.0),)), marks_s=(1800.5,))
    began_s = time.process_time()
    fit = fit_bytes(of)
    assert time.process_time() - began_s < AN_HOUR_TAKES_S
    check_every_value(decoded(fit), of)


def test_seconds_may_lack_any_fields_in_any_order() -> None:
    chance = Random(7)
    fields = ("duty_factor", "cadence_spm", "speed_mps", "heel_height_mm", "push_off_rate_dps", "calf_load")
    strides = [
        stride(index, foot, stride_time_s=0.7, **{name: None for name in fields if chance.random() < 0.5})
        for index in range(0, 300, 3)
        for foot in (Foot.LEFT, Foot.RIGHT)
    ]
    of = session(strides=strides, end_s=215.0)
    messages = decoded(fit_bytes(of))
    kinds = {(*record, *record.get("developer_fields", ())) for record in messages["record_mesgs"]}
    assert len(kinds) > MOST_DEFINITIONS
    check_every_value(messages, of)


def test_own_fields_are_described_for_people() -> None:
    fields = own_fields(decoded(fit_bytes(SESSIONS["two feet"])))
    assert {name: units for name, (_, units) in fields.items()} == {own.name: own.units for own in OWN}
    assert fields["Heel drop"] == (0, "deg")
    assert fields["Calf load right"] == (8, "per stride")


def test_a_second_without_strides_says_nothing_but_its_time() -> None:
    records = decoded(fit_bytes(SESSIONS["three minutes unheard"]))["record_mesgs"]
    assert len(records) == 221
    assert [set(record) for record in records[30:190]] == [{"timestamp"}] * 160
    assert {"stance_time", "cadence", "distance"} < set(records[210])


def test_values_that_were_never_measured_are_not_there() -> None:
    alone = decoded(fit_bytes(SESSIONS["left alone"]))["record_mesgs"]
    assert not any("stance_time_balance" in record for record in alone)
    assert not any("vertical_oscillation" in record or "heart_rate" in record for record in alone)
    figures = decoded(fit_bytes(told()))["record_mesgs"]
    assert {name for record in figures for name in record} == {
        *("timestamp", "cadence", "fractional_cadence", "enhanced_speed", "step_length", "distance", "power")
    }


def test_marks_are_laps_that_add_up_to_the_session() -> None:
    marks_s = (10.2, 10.4, 35.5, 500.0)
    messages = decoded(fit_bytes(made(PLANS["two feet"], marks_s=marks_s)))
    laps, (whole,) = messages["lap_mesgs"], messages["session_mesgs"]
    assert [lap["lap_trigger"] for lap in laps] == ["manual", "manual", "session_end"]
    assert [lap["total_timer_time"] for lap in laps] == pytest.approx([10.2, 25.3, 24.5], abs=1e-3)
    starts_s = [lap["start_time"].timestamp() - int(ZERO_UNIX_S) for lap in laps]
    assert starts_s == [0, 10, 35]
    assert [lap["timestamp"] for lap in laps[:-1]] == [lap["start_time"] for lap in laps[1:]]
    for name, step in (("total_elapsed_time", 1e-3), ("total_distance", 0.01), ("total_strides", 1.0)):
        assert sum(lap[name] for lap in laps) == pytest.approx(whole[name], abs=len(laps) * step), name
    assert whole["num_laps"] == 3


def test_what_is_written_in_a_recording_cannot_be_too_much() -> None:
    marks_s = [t_s / 2.0 for t_s in range(4 * MOST_LAPS)]
    of = session(strides=[stride(1)], marks_s=marks_s, end_s=2.0 * MOST_LAPS, software_version="\u00fc" * 999)
    messages = decoded(fit_bytes(of))
    assert len(messages["lap_mesgs"]) == MOST_LAPS
    assert messages["device_info_mesgs"][0]["descriptor"] == "\u00fc" * 60


def test_totals_are_those_of_the_strides() -> None:
    of = SESSIONS["two feet"]
    messages = decoded(fit_bytes(of))
    (whole,) = messages["session_mesgs"]
    left = [one for one in of.strides if one.foot is Foot.LEFT]
    assert whole["sport"] == "running"
    assert whole["total_strides"] == len(left)
    way_m = sum(one.stride_length_m or 0.0 for one in left)
    assert whole["total_distance"] == pytest.approx(way_m, abs=A_STRIDE_M)
    assert whole["total_distance"] == messages["record_mesgs"][-1]["distance"]
    mean_ms = 1e3 * sum(one.contact_time_s for one in of.strides) / len(of.strides)
    assert whole["avg_stance_time"] == pytest.approx(mean_ms, rel=0.002)
    assert whole["enhanced_avg_speed"] == pytest.approx(whole["total_distance"] / 60.0, abs=2e-3)
    cadence = whole["avg_running_cadence"] + whole["avg_fractional_cadence"]
    assert cadence == pytest.approx(60.0 * len(left) / 60.0, rel=0.02)


def test_a_pods_own_count_is_the_distance() -> None:
    records = decoded(fit_bytes(told()))["record_mesgs"]
    ways_m = [record["distance"] for record in records if "distance" in record]
    assert ways_m == pytest.approx(list(accumulate([2.25, *[3.0] * 28, 0.75])), abs=0.01)


@pytest.mark.parametrize(
    ("began", "offset_h"),
    [
        (datetime(2026, 7, 31, 23, 59, 30, tzinfo=ZoneInfo("Europe/Berlin")), 2),
        (datetime(2026, 10, 25, 2, 59, 30, tzinfo=ZoneInfo("Europe/Berlin")), 1),
        (datetime(2027, 3, 28, 1, 59, 30, tzinfo=ZoneInfo("Europe/Berlin")), 2),
        (datetime(2026, 12, 31, 23, 59, 30, tzinfo=UTC), 0),
    ],
    ids=["midnight", "summer time ends", "summer time begins", "new year"],
)
def test_time_goes_on_evenly_and_the_local_time_is_that_of_the_end(began: datetime, offset_h: int) -> None:
    of = made(PLANS["two feet"], zero_unix_s=began.timestamp())
    messages = decoded(fit_bytes(of, utc_offset_s=3600 * offset_h))
    times = [record["timestamp"] for record in messages["record_mesgs"]]
    assert times[0] == began.astimezone(UTC)
    assert {(later - time).total_seconds() for time, later in pairwise(times)} == {1.0}
    (activity,) = messages["activity_mesgs"]
    ended = activity["timestamp"].astimezone(began.tzinfo).replace(tzinfo=UTC)
    assert activity["local_timestamp"] == ended.timestamp() - datetime(1989, 12, 31, tzinfo=UTC).timestamp()


def test_a_value_without_room_in_its_field_is_left_out() -> None:
    long_stance = stride(1, contact_time_s=7.0, duty_factor=0.4)
    record = decoded(fit_bytes(session(strides=[long_stance])))["record_mesgs"][1]
    assert "stance_time" not in record
    assert record["stance_time_percent"] == 40.0


@pytest.mark.parametrize(
    ("changes", "words"), [({"zero_unix_s": 0.0}, "1990"), ({"end_s": 1e8}, "hours")], ids=["time", "length"]
)
def test_a_clock_that_is_wrong_is_said(changes: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        fit_bytes(session(strides=[stride(1)], **changes))
