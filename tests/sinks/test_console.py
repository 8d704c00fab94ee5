"""What the runner sees of the pods where there is no terminal: lines."""

import io
import sys
from dataclasses import replace

import pytest
from rich.console import Console

from stridesense.model import Foot, GapCause, LinkState, PodReading, PodReport
from stridesense.sinks.base import Item
from stridesense.sinks.console import PlainLines, console_sink

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


def test_without_a_terminal_there_are_lines_even_where_colour_is_forced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert isinstance(console_sink(Console(file=io.StringIO())), PlainLines)


class Stream(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize("missing", ["__stdin__", "__stdout__", "__stderr__", "TERM", None])
def test_the_view_needs_the_whole_terminal(missing: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("__stdin__", "__stdout__", "__stderr__"):
        monkeypatch.setattr(sys, name, Stream(terminal=name != missing))
    monkeypatch.setenv("TERM", "dumb" if missing == "TERM" else "xterm")
    sink = console_sink(Console(file=Stream(terminal=True)))
    assert isinstance(sink, PlainLines) == (missing is not None)
