"""A program that keeps a session is killed at any moment: at most its last second is lost."""

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from history.making import report, start
from stridesense.history.facts import SessionState
from stridesense.history.reading import check_ins, kept_sessions, session_ids, whole_session
from stridesense.history.store import Store
from stridesense.history.writing import add_check_in, begin_session, keep
from stridesense.model import CheckIn, Foot

TESTS = Path(__file__).resolve().parents[1]
PROGRAM = Path(__file__).with_name("keep_until_killed.py")
MOMENTS = 10
LONGEST_S = 2.0

Running = tuple[subprocess.Popen[bytes], Path, str]


@contextmanager
def running(programs: list[tuple[Path, str]]) -> Iterator[list[Running]]:
    """Programs that keep sessions, each past its first fact."""
    paths = os.pathsep.join([str(TESTS), *sys.path])
    runs = [
        subprocess.Popen(
            [sys.executable, PROGRAM, path, name],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": paths},
        )
        for path, name in programs
    ]
    try:
        assert all(run.stdout and run.stdout.read(8) for run in runs)
        yield [(run, path, name) for run, (path, name) in zip(runs, programs, strict=True)]
    finally:
        for run in runs:
            run.kill()
            run.wait()


def test_a_kill_at_ten_moments_costs_at_most_a_second_each(tmp_path: Path) -> None:
    """A third of them share one history, so that others write it while one dies."""
    shared = tmp_path / "shared.sqlite3"
    programs = [
        (tmp_path / f"{number}.sqlite3" if number % 3 else shared, f"session-{number}")
        for number in range(MOMENTS)
    ]
    chance = random.Random(20)
    with running(programs) as runs:
        began_s = time.monotonic()
        for (run, _, _), moment_s in zip(
            runs, sorted(chance.uniform(0.1, LONGEST_S) for _ in runs), strict=True
        ):
            time.sleep(max(0.0, began_s + moment_s - time.monotonic()))
            run.kill()
        losses_s = [lost_s(*each) for each in runs]
    assert max(losses_s) <= 1.0
    assert min(losses_s) > -1e-6  # what is handed over is told in whole nanoseconds


def lost_s(run: subprocess.Popen[bytes], path: Path, session_id: str) -> float:
    """Seconds from the last fact in the history to the last one handed over."""
    handed_over = run.communicate()[0]
    last_s = int.from_bytes(handed_over[-8:], "little") / 1e9
    with sqlite3.connect(path) as history:
        assert history.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with Store(path) as store:
        if session_id not in session_ids(store):
            return last_s
        whole = whole_session(store, session_id)
    assert whole.kept.state is SessionState.INTERRUPTED
    moments_s = [change.t_s for change in whole.changes]
    assert moments_s == sorted(moments_s)
    kept_s = max([0.0, *moments_s])
    if moments_s:
        (budget,) = whole.kept.budgets
        assert kept_s - budget.t_s < 0.5
    return last_s - kept_s


def test_a_second_program_reads_and_writes_in_between_and_sees_who_is_alive(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    with running([(path, "first")]) as [(run, _, _)], Store(path) as store:
        assert [one.state for one in kept_sessions(store)] == [SessionState.RUNNING]
        add_check_in(store, CheckIn(unix_s=1.0, soreness={Foot.LEFT: 2}))
        run.kill()
        run.wait()
        assert [one.state for one in kept_sessions(store)] == [SessionState.INTERRUPTED]
        begin_session(store, start("second"))
        keep(store, "second", [report()])
        states = store.connection.execute("SELECT session_id, state FROM sessions ORDER BY session_id")
        assert [tuple(row) for row in states] == [("first", "interrupted"), ("second", "ended")]
        assert [one.soreness for one in check_ins(store)] == [{Foot.LEFT: 2}]
    assert list(tmp_path.glob("*.run")) == []


def test_programs_that_make_the_same_history_at_once_all_get_into_it(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from stridesense.history.store import Store\n"
        "from stridesense.history.writing import add_check_in\n"
        "from stridesense.model import CheckIn\n"
        "sys.stdin.read(1)\n"
        "for number in range(8):\n"
        "    with Store(sys.argv[1]) as store:\n"
        "        add_check_in(store, CheckIn(unix_s=float(number), soreness={}))\n"
    )
    path = tmp_path / "new" / "history.sqlite3"
    gate, opener = os.pipe()
    runs = [subprocess.Popen([sys.executable, "-c", program, path], stdin=gate) for _ in range(4)]
    os.close(gate)
    os.close(opener)
    assert [run.wait(timeout=30) for run in runs] == [0, 0, 0, 0]
    with Store(path) as store:
        assert len(check_ins(store)) == 32
