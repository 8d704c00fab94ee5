"""What is kept comes back as it was, and what cannot be opened is said in one sentence."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from math import nan
from pathlib import Path

import pytest

from history.making import BEGAN_UNIX_S, bout, budget, change, cue, effect, items, report, start, withheld
from stridesense.errors import InputError, UsageError
from stridesense.history.facts import SessionState
from stridesense.history.presence import Presence
from stridesense.history.reading import (
    check_ins,
    find_session,
    kept_sessions,
    past_sessions,
    session_ids,
    whole_session,
)
from stridesense.history.store import Store
from stridesense.history.writing import (
    add_check_in,
    begin_session,
    close_session,
    delete_session,
    keep,
    replace_session,
)
from stridesense.model import CheckIn, Foot, Silence

HOUR_S = 3600.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "data" / "history.sqlite3") as opened:
        yield opened


def add(store: Store, session_id: str, *, began_unix_s: float = BEGAN_UNIX_S) -> None:
    """An ended session with everything in it."""
    begin_session(store, start(session_id, began_unix_s=began_unix_s))
    keep(store, session_id, items())


def test_everything_comes_back_as_it_was_given(store: Store) -> None:
    add(store, "5e55ab")
    whole = whole_session(store, "5e55ab")
    assert whole.kept.start == start("5e55ab")
    assert whole.kept.state is SessionState.ENDED
    assert whole.kept.report == report()
    assert whole.kept.budgets == report().budgets
    assert whole.cues == (cue(),)
    assert whole.withheld == (
        withheld(120.0, 140.0, why=Silence.WARM_UP),
        withheld(630.0, 660.0, why=Silence.GAP, times=9),
    )
    assert (whole.effects, whole.changes, whole.bouts) == ((effect(),), (change(),), (bout(),))


def test_a_session_that_was_cut_short_still_tells_its_load_and_cues(store: Store) -> None:
    begin_session(store, start("cut"))
    keep(store, "cut", [cue(t_s=620.0), budget(t_s=600.0, load=800.0), budget(t_s=640.0, load=900.0)])
    (kept,) = kept_sessions(store)
    assert kept.state is SessionState.INTERRUPTED
    assert kept.budgets == (budget(t_s=640.0, load=900.0),)
    assert (kept.cues, kept.last_s, kept.report) == (1, 640.0, None)
    assert past_sessions(store) == []


def test_past_sessions_are_the_newest_before_a_moment_the_newest_last(store: Store) -> None:
    for number in (3, 1, 2, 4):
        add(store, f"s{number}", began_unix_s=BEGAN_UNIX_S + number * HOUR_S)
    assert [past.session_id for past in past_sessions(store)] == ["s1", "s2", "s3", "s4"]
    before = past_sessions(store, BEGAN_UNIX_S + 4 * HOUR_S, limit=2)
    assert [past.session_id for past in before] == ["s2", "s3"]
    assert (before[0].report, before[0].effects, before[0].shoe) == (report(), (effect(),), "racer")


def test_check_ins_come_in_the_order_of_their_mornings(store: Store) -> None:
    late = CheckIn(unix_s=200.0, soreness={Foot.LEFT: 3, Foot.RIGHT: 1}, red_flags=("swelling",), note="ö\n")
    early = CheckIn(unix_s=100.0, soreness={Foot.LEFT: 0})
    corrected = replace(late, soreness={Foot.LEFT: 2})
    for check_in in (late, early, corrected):
        add_check_in(store, check_in)
    assert check_ins(store) == [early, late, corrected]


def test_a_session_is_kept_once_and_the_second_is_refused(store: Store) -> None:
    add(store, "5e55ab")
    with pytest.raises(UsageError, match="in the history already"):
        begin_session(store, start("5e55ab"))
    assert whole_session(store, "5e55ab").kept.report == report()


def test_a_rebuilt_session_takes_the_place_of_the_old_one_or_leaves_it(store: Store) -> None:
    add(store, "5e55ab")
    with pytest.raises(ValueError, match="JSON"):
        replace_session(store, start("5e55ab"), [cue(), replace(effect(), after_sd=nan)])
    assert len(whole_session(store, "5e55ab").withheld) == 2
    replace_session(store, start("5e55ab"), [cue(), cue(t_s=900.0), report(cues=2)])
    whole = whole_session(store, "5e55ab")
    assert (len(whole.cues), whole.withheld, whole.effects) == (2, (), ())
    assert whole.kept.report == report(cues=2)


def test_a_running_session_is_neither_deleted_nor_replaced(store: Store) -> None:
    presence = Presence(store.path, "now")
    begin_session(store, start("now"))
    assert [kept.state for kept in kept_sessions(store)] == [SessionState.RUNNING]
    with pytest.raises(UsageError, match="still running"):
        delete_session(store, "now")
    with pytest.raises(UsageError, match="still running"):
        replace_session(store, start("now"), [])
    with pytest.raises(UsageError, match="written by another program"):
        Presence(store.path, "now")
    close_session(store, "now", SessionState.ENDED)
    presence.leave()
    assert [kept.state for kept in kept_sessions(store)] == [SessionState.ENDED]


def test_what_is_deleted_cannot_be_found_in_the_file_again(store: Store) -> None:
    add(store, "keep-me")
    begin_session(store, start("delete-me"))
    keep(store, "delete-me", [cue(text="nobody shall read this")] * 50)
    delete_session(store, "delete-me")
    assert session_ids(store) == ["keep-me"]
    assert store.connection.execute("SELECT count(DISTINCT session_id) FROM facts").fetchone()[0] == 1
    remains = b"".join(path.read_bytes() for path in store.path.parent.iterdir())
    assert b"nobody shall read this" not in remains
    assert b"keep-me" in remains


@pytest.mark.parametrize(
    "session_id", ["../../etc/passwd", "x'; DROP TABLE sessions; --", "a\0b", "ü" * 5000]
)
def test_an_id_is_only_ever_an_id(store: Store, session_id: str) -> None:
    add(store, session_id)
    assert find_session(session_ids(store), session_id) == session_id
    assert whole_session(store, session_id).cues == (cue(),)
    Presence(store.path, session_id).leave()
    assert {path.name for path in store.path.parent.parent.iterdir()} == {"data"}
    delete_session(store, session_id)
    assert session_ids(store) == []


@pytest.mark.parametrize(
    ("said", "found"), [("last", "beef"), ("abc1", "abc1"), ("abc12", "abc123"), ("b", "beef")]
)
def test_a_session_is_found_by_id_by_its_beginning_or_as_the_last(said: str, found: str) -> None:
    assert find_session(["abc1", "abc123", "beef"], said) == found


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("abc", "2 sessions begin with 'abc'"),
        ("", "no session ''"),
        ("%", "no session '%'"),
        ("\0", r"no session '\\x00'"),
        ("x" * 9999, r"no session 'x{60}\.\.\.'"),
        ("\udcff", r"no session '\\udcff'"),
    ],
)
def test_what_means_no_session_or_several_is_one_short_sentence(said: str, fault: str) -> None:
    with pytest.raises(UsageError, match=fault) as told:
        find_session(["abc1", "abc123", "beef"], said)
    assert len(str(told.value)) < 200


def test_a_path_that_is_no_text_is_kept_readably(store: Store) -> None:
    begin_session(store, replace(start("odd"), recording="/runs/\udcff.mcap"))
    assert whole_session(store, "odd").kept.start.recording == "/runs/?.mcap"


def test_nothing_is_made_where_a_history_is_only_looked_for(tmp_path: Path) -> None:
    assert Store.existing(tmp_path / "none" / "history.sqlite3") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("folder", "is a folder"),
        ("letter.txt", "is not a history"),
        ("letter.txt/history.sqlite3", "cannot be reached"),
        ("nul\0", "holds a NUL"),
        ("long" * 500, "cannot be reached: File name too long"),
    ],
)
def test_what_cannot_be_a_history_is_said_in_one_sentence(tmp_path: Path, name: str, fault: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "letter.txt").write_text("dear runner, " * 500, encoding="utf-8")
    with pytest.raises(InputError, match=fault):
        Store(tmp_path / name)


def test_a_history_that_another_program_holds_is_said_to_be_locked(store: Store) -> None:
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store(store.path, busy_timeout_s=0.05) as waiting:
        assert check_ins(waiting) == []
        with pytest.raises(InputError, match="locked by another program"):
            add_check_in(waiting, CheckIn(unix_s=0.0, soreness={}))
    other.execute("ROLLBACK")
    other.close()
    add_check_in(store, CheckIn(unix_s=0.0, soreness={}))


def test_a_damaged_row_is_said_by_its_kind(store: Store) -> None:
    add(store, "5e55ab")
    store.connection.execute("UPDATE facts SET noun = '{}' WHERE kind = 'cue'")
    with pytest.raises(InputError, match="holds a Cue that cannot be read"):
        whole_session(store, "5e55ab")
    assert len(kept_sessions(store)) == 1
