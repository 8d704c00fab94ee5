"""What the runner sees of the pods: on a terminal, and as lines."""

import io
from dataclasses import replace

from rich.console import Console

from stridesense.model import (
    Band,
    Bout,
    CalfBudget,
    Change,
    Drill,
    Foot,
    GapCause,
    LinkState,
    PodReading,
    PodReport,
)
from stridesense.sinks.base import Item
from stridesense.sinks.console import LiveTable, PlainLines

STREAMING = PodReport(
    foot=Foot.LEFT, t_s=1.0, protocol="sofp", state=LinkState.STREAMING, address="F0:F0:F0:F0:F0:01",
    name="StridePod", battery_percent=87, rssi_dbm=-50, sampling_rate_hz=207.96,
)  # fmt: skip
LOST = replace(STREAMING, t_s=9.5, state=LinkState.LOST, reason="the connection to the left pod broke")
BACK = replace(STREAMING, t_s=12.0, reconnects=1, gaps=1, lost={GapCause.LINK: 512}, duplicates=3)
SPEED = PodReading(
    foot=Foot.RIGHT, t_s=3.0, speed_mps=3.0, cadence_spm=172.0, stride_length_m=2.1, running=True
)
POWER = PodReading(foot=Foot.RIGHT, t_s=3.1, power_w=219.0)


async def printed(*items: Item) -> list[str]:
    file = io.StringIO()
    sink = PlainLines(file)
    for item in items:
        await sink.handle(item)
    return file.getvalue().splitlines()


async def shown(*items: Item) -> str:
    console = Console(file=io.StringIO(), width=100)
    sink = LiveTable(console)
    for item in items:
        await sink.handle(item)
    with console.capture() as capture:
        console.print(sink._render())
    return capture.get()


async def test_a_line_tells_each_change_of_a_pod_once() -> None:
    later = replace(STREAMING, t_s=2.0, packets=22)
    facts = "StridePod F0:F0:F0:F0:F0:01, -50 dBm, battery 87 %"
    assert await printed(STREAMING, later, LOST, BACK, replace(BACK, t_s=13.0)) == [
        f"POD at 1.00 s: left pod streaming, {facts}",
        f"POD at 9.50 s: left pod lost, {facts}: the connection to the left pod broke",
        f"POD at 12.00 s: left pod streaming, {facts}, reconnected once",
    ]


async def test_the_pods_of_a_recording_without_links_are_no_news() -> None:
    assert await printed(replace(STREAMING, state=None)) == []


async def test_figures_of_a_pod_are_a_line_each() -> None:
    assert await printed(SPEED, POWER) == [
        "at 3.00 s, right pod: speed 3.00 m/s, cadence 172 /min, stride 2.10 m, running",
        "at 3.10 s, right pod: power 219 W",
    ]


async def test_the_screen_shows_the_newest_of_each_quantity_and_what_was_lost() -> None:
    screen = await shown(SPEED, POWER, replace(SPEED, speed_mps=3.2), BACK)
    assert "right pod: speed 3.20 m/s, cadence 172 /min, stride 2.10 m, power 219 W, running" in screen
    assert "208.0 Hz, lost 512 (link) in 1 gaps, 3 doubled" in " ".join(screen.split())
    assert "heel" not in screen, "a table of strides that nobody can measure"


async def test_a_lost_pod_stays_on_the_screen_with_its_reason() -> None:
    assert "left pod: lost" in await shown(STREAMING, LOST)
    assert "the connection to the left pod broke" in " ".join((await shown(STREAMING, LOST)).split())


async def test_the_screen_shows_the_latest_of_what_the_coach_found() -> None:
    change = Change(
        metric="contact_time_s", foot=Foot.LEFT, t_s=9.0, since_s=5.0, before=0.25, after=0.262, size_sd=1.9
    )
    bout = Bout(drill=Drill.ROPE_JUMP, start_s=1.0, end_s=9.0, hops={Foot.LEFT: 16}, load={Foot.LEFT: 9.0})
    left = CalfBudget(foot=Foot.LEFT, t_s=60.0, load=80.0, strides=80)
    right = replace(left, foot=Foot.RIGHT, limit=100.0, ratio=0.8, band=Band.GREEN)
    earlier = replace(change, metric="pull_rate_dps"), replace(left, load=20.0)
    screen = " ".join((await shown(*earlier, change, bout, left, right)).split())
    assert "left calf: load 80 usual strides, a proxy, limit not known yet right calf: load 80" in screen
    assert "0.80 of its limit (green)" in screen
    assert "changed since 0:05 contact time, left: 250 ms became 262 ms" in screen
    assert "drill 0:01 to 0:09 rope jump: 16 left hops" in screen
    assert "load 20" not in screen
    assert "pull" not in screen.replace("pull deg/s", "").replace("push-off pull", "")
