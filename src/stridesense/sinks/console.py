"""The strides and cues on the screen: a live view, or plain lines where there is no terminal."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final

from rich.console import Console

from stridesense.contract.commands import Desk
from stridesense.model import Bout, Change, Cue, Foot, Hop, PodReading, PodReport, Stride, Theme
from stridesense.sinks.base import Item, Sink
from stridesense.sinks.coach_words import describe_bout, describe_change, describe_hop
from stridesense.sinks.pod_words import describe_link, describe_reading, pod_name

UNMEASURED: Final = "-"


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


def console_sink(
    console: Console,
    *,
    drill: bool = False,
    desk: Desk | None = None,
    muted: bool = False,
    theme: Theme | None = None,
) -> Sink:
    """The sink that suits `console`: the live view on a terminal, lines otherwise.

    Args:
        console: where it is printed.
        drill: whether every hop is shown.
        desk: who obeys the keys for mute and mark; without one they are not offered.
        muted: whether the coach is silent from the start.
        theme: what the run is about, where that is known from the start.
    """
    if not _has_terminal(console):
        return PlainLines(console.file, drill=drill)
    # Loaded here alone, because textual takes 0.4 s: who pipes the lines somewhere does not wait for it.
    from stridesense.sinks.live_view import LiveView  # noqa: PLC0415
    from stridesense.sinks.live_view_facts import Facts  # noqa: PLC0415

    return LiveView(Facts(drill=drill, muted=muted, theme=theme), desk)


def _has_terminal(console: Console) -> bool:
    """Whether there is a whole one: keys come from stdin, and textual paints on stderr."""
    streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    return (
        console.is_terminal
        and not console.is_dumb_terminal
        and all(stream is not None and not stream.closed and stream.isatty() for stream in streams)
    )


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
