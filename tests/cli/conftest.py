"""Recordings and histories that the tests of several commands read."""

import shutil
from pathlib import Path

import pytest

from cli.sessions import DAY_S, Run, add, judged
from history.making import BEGAN_UNIX_S, budget, cue, items, report
from stridesense.cli.main import main
from stridesense.history.store import Store

SHORT_RUN = """
seed = 3
[[block]]
activity = "stand"
duration_s = 3
[[block]]
activity = "run"
duration_s = 9
"""


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 12 s as a scenario file."""
    path = tmp_path_factory.mktemp("scenario") / "short.toml"
    path.write_text(SHORT_RUN, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def recording(scenario: Path) -> Path:
    """The same run, recorded."""
    path = scenario.with_suffix(".mcap")
    assert main(["simulate", str(scenario), "-o", str(path)]) == 0
    return path


@pytest.fixture
def database(three_sessions: Path, tmp_path: Path) -> Path:
    """Three sessions in a file of this test's own."""
    return Path(shutil.copy(three_sessions, tmp_path))


@pytest.fixture(scope="module")
def three_sessions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with everything, one in which nothing was due, one cut short."""
    path = tmp_path_factory.mktemp("history") / "history.sqlite3"
    told = {
        "aaaa1111": [*items()[:-1], judged(report())],
        "aaaa2222": [judged(report(cues=0, theme=None))],
        "cccc3333": [cue(), budget(t_s=640.0, load=900.0)],
    }
    with Store(path) as store:
        for number, (session_id, kept) in enumerate(told.items()):
            add(store, session_id, kept, began_unix_s=BEGAN_UNIX_S + number * DAY_S)
    return path


@pytest.fixture
def history(database: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on that history: exit code, what it prints, what it notes."""

    def run(*words: str, database: Path = database) -> tuple[int, str, str]:
        code = main(["history", *words, "--database", str(database)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run
