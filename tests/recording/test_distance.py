"""There is one distance of a session, wherever it is told."""

from dataclasses import replace

import pytest

from recording.exporting import PLANS, made, session
from report.making import html
from report.reading import Page
from strides import stride
from stridesense.model import Foot, PodReading, Stride
from stridesense.recording.distance import distance_m
from stridesense.recording.export_activity import activity_rows, whole_of
from stridesense.recording.export_session import SessionRecord
from stridesense.report.measures import of_readings


def told(*counts_m: float, foot: Foot = Foot.LEFT, start_s: float = 0.0) -> list[PodReading]:
    """What a pod has counted, once a second."""
    return [
        PodReading(foot=foot, t_s=start_s + second, distance_m=count_m)
        for second, count_m in enumerate(counts_m)
    ]


def of(start_s: float, foot: Foot, speed_mps: float | None = 3.0) -> Stride:
    return stride(
        0,
        foot,
        initial_contact_s=start_s,
        terminal_contact_s=start_s + 0.3,
        stride_time_s=1.0,
        speed_mps=speed_mps,
    )


@pytest.mark.parametrize("zero_unix_s", [1_790_000_000.0, 1_790_000_000.7])
@pytest.mark.parametrize(
    "record",
    [*(made(plan) for plan in PLANS.values()), session(readings=told(100.0, 110.0, 10.0, 30.0))],
    ids=[*PLANS, "a pod that began again"],
)
def test_the_fit_file_and_the_report_tell_the_same(record: SessionRecord, zero_unix_s: float) -> None:
    record = replace(record, zero_unix_s=zero_unix_s)
    way_m = distance_m(record.strides, record.readings)
    assert whole_of(record, activity_rows(record)).totals()["total_distance"] == pytest.approx(way_m)
    heading = Page(html(*record.strides, *record.readings)).words[""]
    assert ("Distance" in heading) == (way_m is not None)
    assert f"{(way_m or 0.0) / 1e3:.2f} km" in heading or way_m is None


def test_a_pod_that_began_again_has_one_distance_on_a_page() -> None:
    readings = told(100.0, 130.0, 10.0, 20.0)
    assert distance_m([], readings) == pytest.approx(40.0)
    assert ("distance, m", "40") in of_readings(readings).rows
    assert "0.04 km" in Page(html(*readings)).text


@pytest.mark.parametrize(
    ("strides", "way_m"),
    [
        ([of(0.0, Foot.LEFT), of(0.0, Foot.RIGHT)], 3.0),
        ([of(0.0, Foot.LEFT), of(0.5, Foot.RIGHT)], 4.5),
        ([of(0.0, Foot.LEFT), of(0.0, Foot.RIGHT, 4.0)], 3.5),
        ([of(0.0, Foot.LEFT), of(0.0, Foot.RIGHT, None), of(5.0, Foot.RIGHT)], 6.0),
        ([of(0.0, Foot.LEFT, None)], None),
    ],
    ids=["both", "in turns", "mean", "one foot at a time", "no speed"],
)
def test_a_foot_that_is_not_heard_costs_no_way(strides: list[Stride], way_m: float | None) -> None:
    assert distance_m(strides) == (None if way_m is None else pytest.approx(way_m))


def test_pods_tell_the_way_only_where_no_stride_does() -> None:
    strides = [of(1.0, Foot.LEFT), of(2.0, Foot.LEFT)]
    assert distance_m(strides, told(0.0, 2.0, 4.0, 6.0, 8.0, foot=Foot.RIGHT)) == pytest.approx(6.0 + 4.0)


def test_a_speed_without_a_count_holds_for_some_seconds_only() -> None:
    times_s = (0.0, 1.0, 100.0)
    readings = [PodReading(foot=Foot.LEFT, t_s=t_s, speed_mps=2.0) for t_s in times_s]
    assert distance_m([], readings) == pytest.approx(2.0 + 10.0)
