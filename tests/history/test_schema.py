"""Older histories become newer ones, whole or not at all; newer ones are refused."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from stridesense.errors import InputError
from stridesense.history import schema
from stridesense.history.reading import check_ins, kept_sessions, past_sessions
from stridesense.history.store import Store
from stridesense.model import Foot

VERSION_1 = Path(__file__).with_name("version_1.sqlite3")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A history as the first version wrote it."""
    return Path(shutil.copy(VERSION_1, tmp_path / "history.sqlite3"))


def version(path: Path) -> int:
    with sqlite3.connect(path) as history:
        return schema.version_of(history)


def test_a_new_history_has_every_table_of_a_migrated_one(old: Path, tmp_path: Path) -> None:
    def tables(path: Path) -> list[str]:
        with Store(path) as store:
            return [sql for (sql,) in store.connection.execute("SELECT sql FROM sqlite_schema ORDER BY name")]

    assert version(old) == 1
    assert tables(old) == tables(tmp_path / "new.sqlite3")
    assert version(old) == schema.VERSION == 2


def test_what_the_first_version_kept_is_there_after_migration(old: Path) -> None:
    with Store(old) as store:
        whole, cut = kept_sessions(store)
        (past,) = past_sessions(store)
        (morning,) = check_ins(store)
    assert past.effects[0].gain_sd == pytest.approx(1.2)
    assert morning.soreness == {Foot.LEFT: 3, Foot.RIGHT: 1}
    assert [(one.foot, one.load) for one in whole.budgets] == [(Foot.LEFT, 2600.0), (Foot.RIGHT, 2400.0)]
    assert (cut.start.session_id, cut.budgets, cut.report) == ("cut", (), None)


def test_a_migration_that_fails_leaves_the_file_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = old.read_bytes()
    half_way = (
        *schema.MIGRATIONS[:1],
        ("CREATE TABLE budgets (foot TEXT)", "INSERT INTO nowhere VALUES (1)"),
    )
    monkeypatch.setattr(schema, "MIGRATIONS", half_way)
    with pytest.raises(InputError, match="nowhere"):
        Store(old)
    assert version(old) == 1
    with sqlite3.connect(old) as history, sqlite3.connect(":memory:") as original:
        original.deserialize(before)
        assert list(history.iterdump()) == list(original.iterdump())


def test_a_history_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    Store(path).close()
    with sqlite3.connect(path) as history:
        history.execute("PRAGMA user_version = 99")
    with pytest.raises(InputError, match=r"newer StrideSense \(version 99, this one knows 2\)"):
        Store(path)
    assert version(path) == 99


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "music.sqlite3"
    with sqlite3.connect(path) as music:
        music.execute("CREATE TABLE sessions (title TEXT)")
    before = path.read_bytes()
    with pytest.raises(InputError, match="another program"):
        Store(path)
    assert path.read_bytes() == before
