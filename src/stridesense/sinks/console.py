"""The strides and cues on the screen: a live table, or plain lines where there is no terminal."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Final, Self

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from stridesense.model import (
    Band,
    Bout,
    CalfBudget,
    Change,
    Cue,
    Foot,
    HeelState,
    Hop,
    PodReading,
    PodReport,
    Stride,
)
from stridesense.sinks.base import Item, Sink
from stridesense.sinks.coach_words import describe_bout, describe_budget, describe_change, describe_hop
from stridesense.sinks.pod_words import (
    WORRYING,
    describe_link,
    describe_reading,
    describe_stream,
    newest,
    pod_name,
)

ROWS_PER_FOOT: Final = 5
CUE_STAYS_S: Final = 10.0
UNMEASURED: Final = "-"

HEEL_STYLES: Final = {HeelState.HELD: "red", HeelState.PARTIAL: "yellow", HeelState.KISSED: "green"}
BAND_STYLES: Final = {Band.RED: "red", Band.AMBER: "yellow", Band.GREEN: "green"}


def _number(value: float | None, scale: float = 1.0, digits: int = 0) -> str:
    return UNMEASURED if value is None else f"{value * scale:.{digits}f}"


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing that is shown of a stride."""

    name: str
    unit: str
    value: Callable[[Stride], str]


SHOWN: Final = (
    Shown("at", "s", lambda stride: _number(stride.initial_contact_s, digits=2)),
    Shown("foot", "", lambda stride: stride.foot),
    Shown("contact", "ms", lambda stride: _number(stride.contact_time_s, 1e3)),
    Shown("cadence", "/min", lambda stride: _number(stride.cadence_spm)),
    Shown("lands on", "", lambda stride: stride.strike_type or UNMEASURED),
    Shown("heel", "", lambda stride: stride.heel_state or UNMEASURED),
    Shown("drop", "deg", lambda stride: _number(stride.heel_drop_deg, digits=1)),
    Shown("push-off", "deg/s", lambda stride: _number(stride.push_off_rate_dps)),
    Shown("pull", "deg/s", lambda stride: _number(stride.pull_rate_dps)),
)


def console_sink(console: Console, *, drill: bool = False) -> Sink:
    """The sink that suits `console`: a live table on a terminal, lines otherwise; in a drill every hop."""
    if console.is_terminal and not drill:
        return LiveTable(console)
    return PlainLines(console.file, drill=drill)


class PlainLines(Sink):
    """One line for each stride, cue and change of a pod, and for each reading of a pod of its own figures.

    In a drill the lines are those of the hops instead of the strides.
    """

    def __init__(self, file: IO[str], *, drill: bool = False) -> None:
        self._file = file
        self._drill = drill
        self._known: dict[Foot, tuple[object, ...]] = {}

    async def handle(self, item: Item) -> None:
        """Print what is new."""
        match item:
            case Hop() | Bout() | Change():
                self._print_found(item)
            case Stride() if not self._drill:
                self._print(", ".join(f"{s.name} {s.value(item)} {s.unit}".rstrip() for s in SHOWN))
            case Cue():
                self._print(f"CUE at {item.t_s:.2f} s: {item.text} ({item.reason})")
            case PodReading():
                self._print(f"at {item.t_s:.2f} s, {pod_name(item.foot)}: {describe_reading(item)}")
            case PodReport() if item.state is not None:
                self._print_change(item)

    def _print_found(self, item: Hop | Bout | Change) -> None:
        match item:
            case Hop() if self._drill:
                self._print(describe_hop(item))
            case Bout():
                self._print(f"DRILL {describe_bout(item)}")
            case Change():
                self._print(f"CHANGE {describe_change(item)}")

    def _print_change(self, report: PodReport) -> None:
        """A pod reports each second; only another state is worth a line."""
        known = (report.state, report.reason, report.reconnects)
        if self._known.get(report.foot) != known:
            self._known[report.foot] = known
            self._print(f"POD at {report.t_s:.2f} s: {pod_name(report.foot)} {describe_link(report)}")

    def _print(self, line: str) -> None:
        self._file.write(f"{line}\n")
        self._file.flush()


class LiveTable(Sink):
    """The latest strides of each foot, its pod, what its calf has done, and the cue while it is fresh.

    Of changes and drills it shows the latest.
    """

    def __init__(self, console: Console) -> None:
        self._reports: dict[Foot, PodReport] = {}
        self._readings: dict[Foot, PodReading] = {}
        self._strides = {foot: deque[Stride](maxlen=ROWS_PER_FOOT) for foot in Foot}
        self._budgets: dict[Foot, CalfBudget] = {}
        self._change: Change | None = None
        self._bout: Bout | None = None
        self._cue: Cue | None = None
        self._live = Live(console=console, refresh_per_second=8, get_renderable=self._render)

    async def __aenter__(self) -> Self:
        self._live.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    async def handle(self, item: Item) -> None:
        """Keep the latest strides and the cue; the table draws itself."""
        match item:
            case Stride():
                self._strides[item.foot].append(item)
                self._forget_stale_cue(item.initial_contact_s)
            case Cue():
                self._cue = item
            case CalfBudget():
                self._budgets[item.foot] = item
            case Change():
                self._change = item
            case Bout():
                self._bout = item
            case PodReport():
                self._reports[item.foot] = item
            case PodReading():
                self._readings[item.foot] = newest(self._readings.get(item.foot), item)

    def _forget_stale_cue(self, now_s: float) -> None:
        if self._cue is not None and now_s > self._cue.t_s + CUE_STAYS_S:
            self._cue = None

    def _render(self) -> RenderableType:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for shown in SHOWN:
            table.add_column(f"{shown.name}\n{shown.unit}", justify="right" if shown.unit else "left")
        for strides in self._strides.values():
            for stride in tuple(strides):
                table.add_row(*(shown.value(stride) for shown in SHOWN), style=_row_style(stride))
            table.add_section()
        readings = [
            Text(f"{pod_name(foot)}: {describe_reading(one)}") for foot, one in tuple(self._readings.items())
        ]
        tables = [table] if any(self._strides.values()) or not readings else []
        pods = [_pod_line(report) for report in tuple(self._reports.values())]
        return Group(*tables, *readings, *pods, *self._found(), _cue_panel(self._cue))

    def _found(self) -> list[Text]:
        """What the coach found so far, a line each."""
        budgets = tuple(self._budgets.values())
        lines = [Text(describe_budget(leg), style=BAND_STYLES.get(leg.band, "dim")) for leg in budgets]
        if self._change is not None:
            lines.append(Text(f"changed {describe_change(self._change)}"))
        if self._bout is not None:
            lines.append(Text(f"drill {describe_bout(self._bout)}"))
        return lines


def _row_style(stride: Stride) -> str:
    return HEEL_STYLES.get(stride.heel_state, "") if stride.heel_state else ""


def _pod_line(report: PodReport) -> Text:
    """The link of one pod, and what came over it."""
    style = "red" if report.state in WORRYING else "dim"
    stream = describe_stream(report)
    words = describe_link(report) + (f"; {stream}" if stream else "")
    return Text(f"{pod_name(report.foot)}: {words}", style=style)


def _cue_panel(cue: Cue | None) -> Panel:
    if cue is None:
        return Panel(Text("no cue: carry on", style="dim"), height=4, width=78)
    words = Text.assemble((cue.text, "bold white on blue"), "\n", (cue.reason, "dim"), no_wrap=False)
    return Panel(words, border_style="blue", width=78)
