"""What is shown of drills and changes, line by line."""

import io

import pytest

from strides import stride
from stridesense.model import Bout, Change, Drill, Foot, Hop
from stridesense.sinks.base import Item
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
        bout, change = await lines(BOUT, CHANGE, drill=drill)
        assert bout.startswith(
            "DRILL at 10 s, rope jump: 30 s, 60 left + 59 right hops, 120 a minute, heel touched"
        )
        assert change == (
            "CHANGE since 23.5 min, left: contact time 250 ms -> 262 ms at the same speed and cadence"
        )
