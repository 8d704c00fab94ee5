"""The live view at work: what its keys do, and what it takes of the process and gives back."""

import asyncio
import io
import logging
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import pytest
from textual.drivers._writer_thread import WriterThread
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot

from strides import stride
from stridesense.contract.commands import Command, CommandError, Mark, Mute, RefusalReason, Stop, Unmute
from stridesense.model import CalfBudget, Foot, Obeyed, Order
from stridesense.sinks.live_view import LiveView
from stridesense.sinks.live_view_app import REPAINTS_HZ, LiveApp
from stridesense.sinks.live_view_facts import Facts

LEFT_CALF = CalfBudget(foot=Foot.LEFT, t_s=60.0, load=80.0, strides=80)


class Board:
    """A desk that obeys and writes down what it was told."""

    def __init__(self, fault: CommandError | None = None) -> None:
        self.told: list[Command] = []
        self._fault = fault

    async def obey(self, command: Command) -> str:
        self.told.append(command)
        if self._fault is not None:
            raise self._fault
        return f"done: {command.command}"


@asynccontextmanager
async def shown(
    facts: Facts, desk: Board | None = None, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Pilot[None]]:
    app = LiveApp(facts, desk)
    async with app.run_test(size=size) as pilot:
        yield pilot


def app_of(pilot: Pilot[None]) -> LiveApp:
    assert isinstance(pilot.app, LiveApp)
    return pilot.app


def visible(pilot: Pilot[None]) -> str:
    return app_of(pilot).visible_text()


async def until_seen(pilot: Pilot[None], text: str) -> None:
    async with asyncio.timeout(5.0):
        while text not in visible(pilot):
            await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_app_shows_the_page_and_follows_what_comes(size: tuple[int, int]) -> None:
    facts = Facts()
    async with shown(facts, size=size) as pilot:
        await until_seen(pilot, "waiting for the first stride")
        facts.take(stride(0))
        await until_seen(pilot, "running")
        facts.take(LEFT_CALF)
        await until_seen(pilot, "left calf: load 80")
        await pilot.resize_terminal(40, 10)
        await until_seen(pilot, "q  end")


async def test_m_mutes_and_lets_speak_again_and_space_marks() -> None:
    facts, desk = Facts(), Board()
    async with shown(facts, desk) as pilot:
        await pilot.press("m")
        await until_seen(pilot, "done: mute")
        facts.take(Obeyed(order=Order.MUTE, t_s=0.0))
        await until_seen(pilot, "m  speak")
        await pilot.press("m", "space")
        await until_seen(pilot, "done: mark")
    assert desk.told == [Mute(command="mute"), Unmute(command="unmute"), Mark(command="mark")]


async def test_a_refusal_is_shown() -> None:
    desk = Board(CommandError(RefusalReason.NOT_NOW, "the session has ended"))
    async with shown(Facts(), desk) as pilot:
        await pilot.press("space")
        await until_seen(pilot, "not done: the session has ended")


async def test_without_a_desk_its_keys_are_not_offered() -> None:
    async with shown(Facts()) as pilot:
        await pilot.press("m", "space")
        await until_seen(pilot, "q  end")
        assert "mute" not in visible(pilot)


async def test_help_comes_and_goes() -> None:
    async with shown(Facts()) as pilot:
        await pilot.press("question_mark")
        await until_seen(pilot, "its load is a proxy without a unit")
        await pilot.press("question_mark")
        await until_seen(pilot, "push-off")


@pytest.fixture
def interrupted() -> Iterator[asyncio.Event]:
    asked = asyncio.Event()
    before = signal.signal(signal.SIGINT, lambda *_: asked.set())
    yield asked
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("keys", "desk"),
    [
        (["ctrl+c"], None),
        (["ctrl+c"], Board()),
        (["q"], None),
        (["q"], Board(CommandError(RefusalReason.NOT_NOW, "no"))),
        (["q", "q"], Board()),
    ],
)
async def test_the_end_is_an_interrupt_where_nobody_else_brings_it(
    keys: Sequence[str], desk: Board | None, interrupted: asyncio.Event
) -> None:
    async with shown(Facts(), desk) as pilot:
        await pilot.press(*keys)
        await asyncio.wait_for(interrupted.wait(), 5.0)
        await until_seen(pilot, "ending in good order")


async def test_q_ends_the_session_where_somebody_obeys(interrupted: asyncio.Event) -> None:
    desk = Board()
    async with shown(Facts(), desk) as pilot:
        await pilot.press("q")
        await until_seen(pilot, "ending in good order")
        await pilot.pause()
    assert desk.told == [Stop(command="stop")]
    assert not interrupted.is_set()


async def test_nothing_is_painted_for_a_terminal_that_has_not_taken_the_last() -> None:
    writer = WriterThread(io.StringIO())
    facts = Facts()
    async with shown(facts) as pilot:
        await until_seen(pilot, "waiting for the first stride")
        pilot.app._driver._writer_thread = writer
        writer.write("what the terminal does not take")
        facts.take(LEFT_CALF)
        await pilot.pause(3.0 / REPAINTS_HZ)
        assert "left calf" not in visible(pilot)
        writer.start()
        await until_seen(pilot, "left calf")
    writer.stop()


@pytest.fixture
def no_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LiveApp, "get_driver_class", lambda _: HeadlessDriver)


@pytest.mark.usefixtures("no_screen")
async def test_what_is_said_meanwhile_is_shown_and_said_again(capsys: pytest.CaptureFixture[str]) -> None:
    facts = Facts()
    streams = sys.stdout, sys.stderr
    handlers = [signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)]
    async with LiveView(facts) as view:
        print("a note")  # noqa: T201 - of any library
        assert logging.lastResort is not None
        logging.lastResort.emit(logging.makeLogRecord({"msg": "a warning"}))
        await view.handle(stride(0))
        assert [*facts.messages.shown] == ["a note", "a warning"]
        assert capsys.readouterr() == ("", "")
    assert capsys.readouterr() == ("", "a note\na warning\n")
    assert (sys.stdout, sys.stderr) == streams
    assert handlers == [signal.getsignal(n) for n in (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)]
    assert facts.strides[Foot.LEFT][-1] == stride(0)


@pytest.mark.usefixtures("no_screen")
@pytest.mark.parametrize("fault", [KeyError("x"), asyncio.CancelledError(), KeyboardInterrupt()])
async def test_whatever_ends_the_session_closes_the_view(fault: BaseException) -> None:
    tasks = asyncio.all_tasks()
    with pytest.raises(type(fault)):
        async with LiveView(Facts()):
            raise fault
    assert asyncio.all_tasks() == tasks


@pytest.mark.usefixtures("no_screen")
async def test_a_view_that_breaks_says_so_and_the_run_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = Facts()
    async with LiveView(facts) as view:
        monkeypatch.setattr(facts, "feet", lambda: ())
        await view.handle(stride(0))
        assert view._task is not None
        await asyncio.wait({view._task}, timeout=5.0)
        await view.handle(stride(1))
    said = capsys.readouterr().err
    assert said.startswith("the live view broke (ZeroDivisionError(")
    assert said.endswith("the run goes on, Ctrl-C ends it\n")
    assert said.count("\n") == 1
