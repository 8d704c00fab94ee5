"""What is shown of drills, changes and calves, line by line."""

import io
from dataclasses import replace

import pytest

from strides import stride
from stridesense.model import Band, Bout, CalfBudget, Change, Drill, Foot, HalfChange, Hop
from stridesense.sinks.base import Item
from stridesense.sinks.coach_words import describe_bout, describe_budget, describe_change, describe_half
from stridesense.sinks.console import PlainLines

HOP = Hop(foot=Foot.LEFT, t_s=12.5, number=3, contact_time_s=0.21, heel_touched=True, symmetry_percent=-4.0)
BOUT = Bout(
    drill=Drill.ROPE_JUMP,
    start_s=10.0,
    end_s=40.0,
    hops={Foot.LEFT: 60, Foot.RIGHT: 59},
    load={Foot.LEFT: 38.4, Foot.RIGHT: 37.6},
    hops_per_minute=120.0,
    heel_touch_share=0.9,
    symmetry_percent=2.0,
)
CHANGE = Change(
    metric="contact_time_s", foot=Foot.LEFT, t_s=1500.0, since_s=1410.0, before=0.25, after=0.262, size_sd=1.9
)


async def lines(*items: Item, drill: bool = False) -> list[str]:
    file = io.StringIO()
    sink = PlainLines(file, drill=drill)
    for item in items:
        await sink.handle(item)
    return file.getvalue().splitlines()


async def test_in_a_drill_every_hop_is_told_and_no_stride() -> None:
    assert await lines(stride(0), HOP, drill=True) == [
        "HOP 3 at 12.50 s, left: heel touched, contact 210 ms, left against right -4 %"
    ]


@pytest.mark.parametrize(("touched", "words"), [(False, "heel stayed up"), (None, "heel not seen")])
async def test_a_heel_that_did_not_touch_is_told(touched: bool | None, words: str) -> None:  # noqa: FBT001
    hop = Hop(foot=Foot.RIGHT, t_s=1.0, number=1, contact_time_s=0.2, heel_touched=touched)
    (line,) = await lines(hop, drill=True)
    assert words in line


async def test_in_a_run_a_hop_is_no_line_of_its_own() -> None:
    assert await lines(HOP) == []
    assert len(await lines(stride(0))) == 1


async def test_a_bout_and_a_change_are_told_in_both() -> None:
    for drill in (True, False):
        assert await lines(BOUT, CHANGE, drill=drill) == [
            (
                "DRILL 0:10 to 0:40 rope jump: 60 left + 59 right hops, 120 a minute, heel touched in 90%, "
                "left against right +2 %, calf load 38 left + 38 right"
            ),
            (
                "CHANGE since 23:30 contact time, left: 250 ms became 262 ms at the same speed and cadence "
                "(+1.9 SD, noticed at 25:00)"
            ),
        ]


def test_a_pod_that_nobody_named_has_no_foot_in_its_drill() -> None:
    lone = replace(
        BOUT, hops={Foot.UNKNOWN: 60}, load={Foot.UNKNOWN: 38.0}, contact_time_s={Foot.UNKNOWN: 0.21}
    )
    line = describe_bout(lone)
    assert "60 hops" in line
    assert "contact 210 ms" in line
    assert line.endswith("calf load 38")


def test_a_metric_of_another_version_is_told_by_its_name() -> None:
    line = describe_change(replace(CHANGE, metric="sway\x1b[2J", before=1.5, after=2.25))
    assert line.startswith(r"since 23:30 sway\x1b[2J, left: 1.5 became 2.25 at")
    half = HalfChange(metric="sway", foot=Foot.UNKNOWN, first=1.5, second=2.25, size_sd=-2.0, sure=True)
    assert describe_half(half) == "sway, both: 1.5 became 2.25 at the same speed and cadence (-2.0 SD)"


@pytest.mark.parametrize(
    ("leg", "line"),
    [
        (
            CalfBudget(foot=Foot.LEFT, t_s=60.0, load=80.4, strides=80),
            "left calf: load 80 usual strides, a proxy, limit not known yet",
        ),
        (
            CalfBudget(
                foot=Foot.UNKNOWN, t_s=60.0, load=80.4, strides=80, limit=70.0, ratio=1.149, band=Band.RED
            ),
            "calf: load 80 usual strides, a proxy, 1.15 of its limit (red)",
        ),
    ],
)
def test_a_calf_is_told_with_its_limit_or_that_nobody_knows_it(leg: CalfBudget, line: str) -> None:
    assert describe_budget(leg) == line
