"""What the coach says reaches the history, and nothing that the disk does ends the run."""

import asyncio
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import nan
from pathlib import Path

import pytest

from conftest import missing
from history.making import change, cue, items, report, start
from stridesense.history import store as store_module
from stridesense.history.facts import SessionState, WholeSession
from stridesense.history.journal import BUFFER_ITEMS
from stridesense.history.reading import kept_sessions, whole_session
from stridesense.history.store import Store
from stridesense.model import Foot, RawPacket
from stridesense.sinks.history import HistorySink

PACKET = RawPacket(Foot.LEFT, "sofp", "data", b"\x01", 0)


@pytest.fixture
def small_disk(tmp_path: Path, require_program: Callable[[str], str]) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = [require_program("mount"), "-t", "tmpfs", "-o", "size=400k", "tmpfs", folder]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        missing("the right to mount a small disk (tmpfs)")
    yield folder
    subprocess.run([require_program("umount"), folder], check=True)


def kept(path: Path) -> WholeSession:
    with Store(path) as store:
        return whole_session(store, "5e55ab")


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110 - a thread makes it happen
            await asyncio.sleep(0.01)


async def test_what_the_coach_says_is_kept_and_the_rest_passes_by(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    async with HistorySink(path, start()) as sink:
        for item in (PACKET, *items()):
            await sink.handle(item)
    whole = kept(path)
    assert (whole.kept.state, whole.kept.report) == (SessionState.ENDED, report())
    assert [len(kind) for kind in (whole.cues, whole.withheld, whole.effects, whole.changes)] == [1, 2, 1, 1]
    assert (sink.lost_items, sink.problem) == (0, None)


async def test_it_is_in_the_file_within_a_second_while_the_session_runs(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    async with HistorySink(path, start()) as sink:
        await sink.handle(cue())
        await asyncio.sleep(1.0)
        assert kept(path).cues == (cue(),)
        assert kept(path).kept.state is SessionState.RUNNING


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (asyncio.CancelledError, SessionState.ENDED),
        (RuntimeError, SessionState.INTERRUPTED),
    ],
)
async def test_a_run_that_is_stopped_has_ended_and_one_that_fails_is_interrupted(
    tmp_path: Path, error: type[BaseException], state: SessionState
) -> None:
    path = tmp_path / "history.sqlite3"

    async def run() -> None:
        async with HistorySink(path, start()) as sink:
            await sink.handle(cue())
            raise error

    with pytest.raises(error):
        await run()
    assert kept(path).cues == (cue(),)
    assert kept(path).kept.state is state


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        (".", "is a folder"),
        ("letter.txt", "is not a history"),
        ("letter.txt/deeper/history.sqlite3", "cannot be reached"),
    ],
)
async def test_a_place_that_cannot_be_written_costs_the_history_and_not_the_run(
    tmp_path: Path, place: str, problem: str
) -> None:
    (tmp_path / "letter.txt").write_text("dear runner, " * 500, encoding="utf-8")
    async with HistorySink(tmp_path / place, start()) as sink:
        for item in items():
            await sink.handle(item)
    assert sink.lost_items == len(items())
    assert sink.problem is not None
    assert problem in sink.problem


async def test_a_full_disk_is_said_and_what_waits_is_written_once_there_is_space(small_disk: Path) -> None:
    path = small_disk / "history.sqlite3"
    changes = [replace(change(), t_s=float(number)) for number in range(1500)]
    filler = small_disk / "filler"
    async with HistorySink(path, start()) as sink:
        await until(lambda: path.exists() and bool(kept_sessions_of(path)))
        filler.write_bytes(bytes(100_000))
        for each in changes:
            await sink.handle(each)
        await until(lambda: sink.problem is not None)
        assert "the disk is full" in str(sink.problem)
        filler.unlink()
    assert (sink.lost_items, sink.problem) == (0, None)
    assert list(kept(path).changes) == changes


def kept_sessions_of(path: Path) -> list[SessionState]:
    with Store(path) as store:
        return [one.state for one in kept_sessions(store)]


async def test_a_history_that_is_locked_for_a_while_loses_nothing_and_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "BUSY_TIMEOUT_S", 0.05)
    path = tmp_path / "history.sqlite3"
    Store(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with HistorySink(path, start()) as sink:
        async with asyncio.timeout(0.5):
            for item in items():
                await sink.handle(item)
        await until(lambda: sink.problem is not None)
        assert "locked" in str(sink.problem)
        other.execute("ROLLBACK")
        other.close()
    assert (sink.lost_items, sink.problem) == (0, None)
    assert kept(path).kept.report == report()


async def test_what_has_no_room_while_the_disk_fails_is_counted(tmp_path: Path) -> None:
    surplus = 40
    async with HistorySink(tmp_path, start()) as sink:
        await until(lambda: sink.problem is not None)
        for number in range(BUFFER_ITEMS + surplus):
            await sink.handle(cue())
            if number % 500 == 0:
                await asyncio.sleep(0.01)
    assert sink.lost_items == BUFFER_ITEMS + surplus


async def test_an_item_that_cannot_be_written_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    async with HistorySink(path, start()) as sink:
        for item in (cue(), replace(change(), after=nan), change()):
            await sink.handle(item)
    assert (kept(path).cues, kept(path).changes) == ((cue(),), (change(),))
    assert sink.lost_items == 1
    assert "cannot be kept" in str(sink.problem)


async def test_a_session_that_was_kept_before_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    for said in ("first", "second"):
        async with HistorySink(path, start()) as sink:
            await sink.handle(cue(text=said))
            await sink.handle(report())
    assert [one.text for one in kept(path).cues] == ["first"]
    assert "in the history already" in str(sink.problem)
    assert sink.lost_items == 2
