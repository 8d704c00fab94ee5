"""The live view as a program on a terminal: paints the page, obeys the keys."""

import asyncio
import signal
from typing import ClassVar, Final

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from stridesense.contract.commands import Command, Desk, Mark, Mute, Stop, Unmute
from stridesense.errors import StrideSenseError
from stridesense.sinks.live_view_facts import Facts
from stridesense.sinks.live_view_page import Keys, page

REPAINTS_HZ: Final = 8


class Page(Widget):
    """Shows lines of text; paints those again that are others than before."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Text] = []

    def show(self, lines: list[Text]) -> None:
        """Show these lines, as many as there is room for."""
        before, self.lines = self.lines, lines
        if len(before) != len(lines):
            self.refresh()
            return
        changed = [y for y, (old, new) in enumerate(zip(before, lines, strict=True)) if old != new]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        """The line at `y`."""
        line = self.lines[y] if y < len(self.lines) else Text()
        return Strip(line.render(self.app.console)).adjust_cell_length(self.size.width)


class LiveApp(App[None], inherit_bindings=False):
    """Paints what `facts` holds whenever it changed; the keys m and space are there with a desk alone."""

    TITLE = "StrideSense"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "end"),
        Binding("ctrl+c", "interrupt", priority=True),
        Binding("m", "mute"),
        Binding("space", "mark"),
        Binding("question_mark", "help"),
    ]

    def __init__(self, facts: Facts, desk: Desk | None = None) -> None:
        # The terminal's own colours, dark or light, are those that its owner can read.
        super().__init__(ansi_color=True)
        self.theme = "ansi-dark"
        self.animation_level = "none"
        self.shown = asyncio.Event()
        self.fault: Exception | None = None
        self._facts = facts
        self._desk = desk
        self._helping = self._ending = False
        self._page = Page()

    def visible_text(self) -> str:
        """What stands on the page now."""
        return "\n".join(line.plain for line in self._page.lines)

    def compose(self) -> ComposeResult:
        """One page."""
        yield self._page

    def on_ready(self) -> None:
        """Begin to paint."""
        self.set_interval(1.0 / REPAINTS_HZ, self._paint_news)
        self.shown.set()

    def on_resize(self) -> None:
        """Paint for the new size, once it is known to all."""
        self.call_after_refresh(self._paint)

    def action_end(self) -> None:
        """Ask the desk for the end; where that does not help, or at the second press, interrupt."""
        if self._desk is None or self._ending:
            self.action_interrupt()
            return
        self._ending = True
        self._paint()
        self.run_worker(self._stopped(self._desk))

    def action_interrupt(self) -> None:
        """What Ctrl-C does elsewhere: in this mode of the terminal it is a key like any other."""
        self._ending = True
        self._paint()
        signal.raise_signal(signal.SIGINT)

    def action_help(self) -> None:
        """Show what is what, or no longer."""
        self._helping = not self._helping
        self._paint()

    def action_mute(self) -> None:
        """Ask for silence, or for an end of it."""
        self._ask(Unmute(command="unmute") if self._facts.muted else Mute(command="mute"))

    def action_mark(self) -> None:
        """Ask for a mark at this moment."""
        self._ask(Mark(command="mark"))

    def _ask(self, command: Command) -> None:
        """Ask without waiting: the view must not stand still meanwhile."""
        if self._desk is not None:
            self.run_worker(self._obeyed(self._desk, command))

    async def _stopped(self, desk: Desk) -> None:
        try:
            await desk.obey(Stop(command="stop"))
        except StrideSenseError:
            self.action_interrupt()

    async def _obeyed(self, desk: Desk, command: Command) -> None:
        try:
            answer = await desk.obey(command)
        except StrideSenseError as fault:
            answer = f"not done: {fault}"
        self._facts.messages.show(answer)

    def _paint_news(self) -> None:
        if not self._is_behind() and self._facts.news():
            self._paint()

    def _is_behind(self) -> bool:
        """Whether the terminal has not taken yet what was painted; to paint more would hold up the river."""
        writer = getattr(self._driver, "_writer_thread", None)
        # textual has no other way to tell, and waits when its queue is full
        return writer is not None and not writer._queue.empty()  # noqa: SLF001

    def _paint(self) -> None:
        keys = Keys(commands=self._desk is not None, helping=self._helping, ending=self._ending)
        width, height = self.size
        try:
            self._page.show(page(self._facts, width, height, keys))
        except Exception as fault:  # noqa: BLE001 - a fault of the picture must not end the run
            self.fault = fault
            self.exit()
