"""What is said of a second is the mean of the strides that were under way in it, foot by foot."""

import pytest

from recording.exporting import PLANS, made, session
from strides import stride
from stridesense.model import Foot, HeelState, PodReading, Stride
from stridesense.recording.export_activity import Row, activity_rows, split
from stridesense.recording.export_seconds import seconds

CONTACT_S = 0.25


def at(
    start_s: float, foot: Foot = Foot.LEFT, *, lasts_s: float | None = 0.5, contact_s: float = CONTACT_S
) -> Stride:
    """A stride from `start_s` on."""
    return stride(
        0,
        foot,
        initial_contact_s=start_s,
        terminal_contact_s=start_s + contact_s,
        stride_time_s=lasts_s,
        contact_time_s=contact_s,
    )


def rows_of(*strides: Stride, end_s: float = 5.0) -> list[Row]:
    """The rows of a session whose second 0 is a whole second."""
    return activity_rows(session(strides=strides, zero_unix_s=1_790_000_000.0, end_s=end_s))


def test_a_stride_counts_in_each_second_by_how_long_it_was_under_way() -> None:
    rows = rows_of(at(0.0, lasts_s=0.75, contact_s=0.2), at(0.75, lasts_s=0.75, contact_s=0.3))
    assert rows[0]["stance_time"] == pytest.approx(0.75 * 200.0 + 0.25 * 300.0)
    assert rows[1]["stance_time"] == pytest.approx(300.0)
    assert rows[2]["stance_time"] is None


def test_a_last_stride_is_under_way_until_toe_off() -> None:
    rows = rows_of(at(0.9, lasts_s=None, contact_s=0.25))
    assert [row["stance_time"] is not None for row in rows[:3]] == [True, True, False]


def test_both_feet_count_the_same_however_many_strides_were_seen() -> None:
    strides = (at(0.0, contact_s=0.2), at(0.5, contact_s=0.2), at(0.25, Foot.RIGHT, contact_s=0.3))
    (row, *_) = rows_of(*strides)
    assert row["stance_time"] == pytest.approx(250.0)
    assert row["stance_time_balance"] == pytest.approx(40.0)


def test_the_balance_needs_both_feet() -> None:
    assert rows_of(at(0.0))[0]["stance_time_balance"] is None


def test_heels_are_counted_where_they_were_seen() -> None:
    states = (HeelState.HELD, HeelState.KISSED, None)
    strides = [
        stride(0, state=state, initial_contact_s=0.3 * number, stride_time_s=0.3)
        for number, state in enumerate(states)
    ]
    assert rows_of(*strides)[0]["Heel held"] == pytest.approx(50.0)


def test_the_way_goes_over_the_time_in_which_strides_were_seen() -> None:
    rows = rows_of(at(0.0), at(3.0))
    assert [row["distance"] for row in rows] == [
        pytest.approx(1.5),
        None,
        None,
        pytest.approx(3.0),
        None,
        None,
    ]


def test_a_pod_that_counts_from_zero_again_takes_no_way_back() -> None:
    counts_m = [100.0, 103.0, 106.0, 2.0, 5.0]
    readings = [
        PodReading(foot=Foot.LEFT, t_s=float(second), distance_m=count_m)
        for second, count_m in enumerate(counts_m)
    ]
    ways_m = [row["distance"] for row in activity_rows(session(readings=readings))]
    assert ways_m[:6] == [2.25, 5.25, 6.0, 8.25, 9.0, None]  # second 0 is a quarter of a second late


@pytest.mark.parametrize("strides_pm", [79.996, 80.0, 80.004, 80.5, 89.999])
def test_cadence_is_split_so_that_its_parts_add_up(strides_pm: float) -> None:
    whole, part = split(strides_pm)
    assert whole is not None
    assert part is not None
    assert whole == int(whole)
    assert 0.0 <= part < 1.0
    assert whole + part == pytest.approx(strides_pm, abs=0.5 / 128)


def test_seconds_without_an_end_are_none_too_many() -> None:
    assert len(seconds(session(end_s=0.0))) == 1
    assert len(seconds(made(PLANS["rope"]))) == 21
