"""What is told at the desk of a session is found again by a replay, whose own desk changes nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from coached import TALKATIVE
from runtime.test_session import Collector, Endless
from stridesense.contract.commands import COMMAND, Command, CommandError
from stridesense.history.reading import check_ins
from stridesense.history.store import Store
from stridesense.model import Cue, Foot, Instruction, Obeyed, Order, RawPacket, SessionZero
from stridesense.pipeline import Pipeline
from stridesense.recording.format import SessionMeta
from stridesense.recording.reader import Recording
from stridesense.runtime.desk import SessionDesk
from stridesense.runtime.replay_desk import ReplayDesk
from stridesense.runtime.session import SessionReport, outcomes, run_session
from stridesense.runtime.setup import Setup, recorded_setup
from stridesense.simulator import load, simulate
from stridesense.sinks.base import Item, Sink
from stridesense.sinks.recorder import Recorder
from stridesense.sources.base import Source

PACKET = RawPacket(Foot.LEFT, "sofp", "data", b"", 7)


def told(command: str, **fields: object) -> Command:
    return COMMAND.validate_python({"command": command, **fields})


@pytest.fixture(scope="module")
def packets() -> list[RawPacket]:
    """A run with held heels, and at this coach's pace several cues."""
    return list(simulate(load("demo")).packets())


class Interrupted(Source):
    """Packets, with something done at each of some of them."""

    def __init__(self, packets: Sequence[RawPacket], done: dict[int, Callable[[], object]]) -> None:
        self._packets = packets
        self._done = done

    async def __aiter__(self) -> AsyncIterator[RawPacket]:
        for number, packet in enumerate(self._packets):
            if number in self._done:
                self._done[number]()
                await asyncio.sleep(0)
            yield packet


async def run_told(
    packets: Sequence[RawPacket], desk: SessionDesk, commands: dict[float, Command], *sinks: Sink
) -> tuple[SessionReport, list[str]]:
    """A session in which commands come at shares of its packets, and the answers."""
    answers = []

    def obey(command: Command) -> Callable[[], object]:
        return lambda: answers.append(asyncio.ensure_future(desk.obey(command)))

    at = {int(share * len(packets)): obey(command) for share, command in commands.items()}
    setup = Setup(briefing=TALKATIVE)
    report = await run_session(Interrupted(packets, at), setup.pipeline(), sinks, desk)
    return report, [await answer for answer in answers]


async def test_a_replay_obeys_at_the_same_place_what_came_while_it_was_recorded(
    packets: list[RawPacket], tmp_path: Path
) -> None:
    path = tmp_path / "run.mcap"
    recorder = Recorder(path, SessionMeta.new("run"), setup=Setup(briefing=TALKATIVE).to_record())
    commands = {
        0.3: told("mute"),
        0.4: told("mark", text="the ../../hill"),
        0.6: told("unmute"),
        0.7: told("theme", theme="pull"),
    }
    live, answers = await run_told(packets, SessionDesk(), commands, recorder)
    assert answers[:2] == ["the coach is silent until it is unmuted", "the moment is marked"]
    assert answers[2:] == ["the coach speaks again", "the theme is pull"]
    recording = Recording.open(path)
    kept = [item for item in recording.flow() if isinstance(item, Instruction)]
    assert [(one.order, one.value) for one in kept] == [
        (Order.MUTE, ""), (Order.MARK, "the ../../hill"), (Order.UNMUTE, ""), (Order.THEME, "pull"),
    ]  # fmt: skip
    setup, again = recorded_setup(recording, path), SessionReport()
    assert setup is not None
    list(outcomes(recording.flow(), setup.pipeline(), again))
    assert again.coach == live.coach
    untold, _ = await run_told(packets, SessionDesk(), {})
    assert live.coach != untold.coach
    assert files(tmp_path) == ["run.mcap"]  # no word of a command names a file


async def test_a_muted_coach_gives_no_cue_after_the_answer(packets: list[RawPacket]) -> None:
    untold, _ = await run_told(packets, SessionDesk(), {})
    desk, answers = SessionDesk(), []

    class Annoyed(Sink):
        async def handle(self, item: Item) -> None:
            if isinstance(item, Cue):
                answers.append(asyncio.create_task(desk.obey(told("mute"))))

    report, _ = await run_told(packets, desk, {}, Annoyed())
    assert len(untold.cues) > 1
    assert report.cues == untold.cues[:1]
    assert [await answer for answer in answers] == ["the coach is silent until it is unmuted"]


async def test_an_instruction_is_stamped_with_the_newest_packet_even_where_none_follows() -> None:
    desk, sink = SessionDesk(), Collector()

    class Held(Source):
        async def __aiter__(self) -> AsyncIterator[RawPacket]:
            yield PACKET
            assert await desk.obey(told("mark", text="here")) == "the moment is marked"

    await run_session(Held(), Pipeline(), [sink], desk)
    assert Instruction(order=Order.MARK, arrival_ns=7, value="here") in sink.items


async def test_stop_ends_a_session_whose_source_has_no_end() -> None:
    desk = SessionDesk()
    session = asyncio.create_task(run_session(Endless(PACKET), Pipeline(), [Collector()], desk))
    await asyncio.sleep(0)
    assert await desk.obey(told("stop")) == "the session ends"
    report = await asyncio.wait_for(session, 5.0)
    assert report.coach is not None
    with pytest.raises(CommandError, match="the session has ended"):
        await desk.obey(told("mute"))


async def test_what_waits_when_the_session_ends_is_answered() -> None:
    desk = SessionDesk(end=lambda: None)
    desk.open(lambda: None)
    waiting = asyncio.create_task(desk.obey(told("mute")))
    await asyncio.sleep(0)
    desk.close()
    with pytest.raises(CommandError, match="the session has ended"):
        await waiting


async def test_a_second_start_is_not_now() -> None:
    with pytest.raises(CommandError, match="a session runs already: stop it first") as refusal:
        await SessionDesk().obey(told("start"))
    assert refusal.value.reason == "not_now"


async def test_a_check_in_is_kept_in_the_history_and_a_red_flag_silences_the_coach(tmp_path: Path) -> None:
    desk, sink = SessionDesk(tmp_path / "history.sqlite3"), Collector()

    class Asking(Source):
        async def __aiter__(self) -> AsyncIterator[RawPacket]:
            assert await desk.obey(told("check_in", left=3, note="after hills")) == "kept: left 3"
            flagged = await desk.obey(told("check_in", right=6, red_flags=["swelling"]))
            assert "let a doctor or physiotherapist look at it soon; the coach is silent now" in flagged
            yield PACKET

    await run_session(Asking(), Pipeline(), [sink], desk)
    with Store(tmp_path / "history.sqlite3") as store:
        first, second = check_ins(store)
    assert (first.soreness, first.note) == ({Foot.LEFT: 3}, "after hills")
    assert (second.soreness, second.red_flags) == ({Foot.RIGHT: 6}, ("swelling",))
    assert [item.order for item in told_of(sink.items)] == [Order.MUTE]


@pytest.mark.parametrize(
    ("history", "fields", "reason", "sentence"),
    [
        (None, {"left": 3}, "not_now", "no history is kept here"),
        ("h.sqlite3", {"note": "fine"}, "not_valid", "say how sore the calves are"),
        (".", {"left": 3}, "failed", "it cannot be kept: the computer that runs the session says why$"),
    ],
)
async def test_a_check_in_that_cannot_be_kept_is_refused(
    history: str | None, fields: dict[str, object], reason: str, sentence: str, tmp_path: Path
) -> None:
    desk = SessionDesk(None if history is None else tmp_path / history)
    with pytest.raises(CommandError, match=sentence) as refusal:
        await desk.obey(told("check_in", **fields))
    assert refusal.value.reason == reason
    assert str(tmp_path) not in str(refusal.value)


async def test_a_muted_replay_tells_no_cue_and_stays_what_it_was(packets: list[RawPacket]) -> None:
    desk, shown, kept = ReplayDesk(), Collector(), Collector()
    untold, _ = await run_told(packets, SessionDesk(), {})
    commands = {0.0: told("mute"), 0.95: told("unmute")}
    report, answers = await run_told(packets, desk, commands, desk.facing(shown), kept)
    assert answers == ["no cue is told until it is unmuted", "cues are told again"]
    assert report.cues == untold.cues == [item for item in kept.items if isinstance(item, Cue)]
    assert report.coach == untold.coach
    assert not [item for item in shown.items if isinstance(item, Cue)]
    assert [item.order for item in told_of(shown.items)] == [Order.MUTE, Order.UNMUTE]
    assert told_of(kept.items) == []


@pytest.mark.parametrize("began_muted", [True, False])
async def test_what_was_muted_then_stays_muted_and_says_so(*, began_muted: bool) -> None:
    desk, shown = ReplayDesk(muted=began_muted), Collector()
    facing = desk.facing(shown)
    await facing.handle(SessionZero(10.0))
    await facing.handle(replace(PACKET, arrival_ns=14_000_000_000))
    if not began_muted:
        await facing.handle(Obeyed(order=Order.MUTE, t_s=3.0))
    assert "was muted at this place of the session" in await desk.obey(told("unmute"))
    assert told_of(shown.items)[-1] == Obeyed(order=Order.MUTE, t_s=4.0)
    await facing.handle(Obeyed(order=Order.UNMUTE, t_s=5.0))
    assert await desk.obey(told("unmute")) == "cues are told again"
    assert told_of(shown.items)[-1].order is Order.UNMUTE


@pytest.mark.parametrize(
    "command", [told("mark"), told("theme", theme="pull"), told("check_in", left=1), told("start")]
)
async def test_a_replay_cannot_be_changed(command: Command) -> None:
    with pytest.raises(CommandError, match=f"it obeys mute, unmute and stop, not {command.command}"):
        await ReplayDesk().obey(command)


def told_of(items: Sequence[Item]) -> list[Obeyed]:
    return [item for item in items if isinstance(item, Obeyed)]


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]
