"""What is asked of a history. Every answer is in the order of time, the newest last."""

from collections.abc import Iterable
from dataclasses import fields
from sqlite3 import Row
from typing import Final, TypeVar

from stridesense.errors import InputError, UsageError
from stridesense.history.facts import (
    KINDS,
    Fact,
    KeptSession,
    Noun,
    SessionStart,
    SessionState,
    WholeSession,
    decoded,
)
from stridesense.history.presence import is_present
from stridesense.history.store import Store, faults
from stridesense.model import (
    Bout,
    CalfBudget,
    Change,
    CheckIn,
    CoachReport,
    Cue,
    CueEffect,
    PastSession,
    Withheld,
)

LAST: Final = "last"
"""Stands for the session that began last."""

_SHOWN: Final = 60
_START: Final = tuple(field.name for field in fields(SessionStart))
_KEPT: Final = """
    SELECT *,
        (SELECT count(*) FROM facts AS f WHERE f.session_id = s.session_id AND kind = 'cue') AS cues,
        (SELECT max(t_s) FROM facts AS f WHERE f.session_id = s.session_id) AS last_s
    FROM sessions AS s
"""

_Fact = TypeVar("_Fact", bound=Fact)


def past_sessions(
    store: Store, before_unix_s: float | None = None, limit: int | None = None
) -> list[PastSession]:
    """The newest `limit` sessions that ended with a report, began before `before_unix_s`, the newest last.

    Raises:
        InputError: the file cannot be read.
    """
    with faults(store.path):
        rows = store.connection.execute(
            "SELECT session_id, started_unix_s, shoe, report FROM sessions"
            " WHERE report IS NOT NULL AND (?1 IS NULL OR started_unix_s < ?1)"
            " ORDER BY started_unix_s DESC, session_id DESC LIMIT ?2",
            (before_unix_s, -1 if limit is None else limit),
        ).fetchall()
    return [_past(store, row) for row in reversed(rows)]


def check_ins(store: Store) -> list[CheckIn]:
    """All check-ins; of two for the same moment, the later said comes last.

    Raises:
        InputError: the file cannot be read.
    """
    with faults(store.path):
        rows = store.connection.execute("SELECT noun FROM check_ins ORDER BY unix_s, number").fetchall()
    return [_read(store, CheckIn, noun) for (noun,) in rows]


def kept_sessions(store: Store, limit: int | None = None) -> list[KeptSession]:
    """The newest `limit` sessions, whatever became of them.

    Raises:
        InputError: the file cannot be read.
    """
    with faults(store.path):
        rows = store.connection.execute(
            _KEPT + "ORDER BY started_unix_s DESC, session_id DESC LIMIT ?",
            (-1 if limit is None else limit,),
        ).fetchall()
    return [_kept(store, row) for row in reversed(rows)]


def whole_session(store: Store, session_id: str) -> WholeSession:
    """All that is kept of the session with exactly this id.

    Raises:
        UsageError: there is none.
        InputError: the file cannot be read.
    """
    with faults(store.path):
        row = store.connection.execute(_KEPT + "WHERE session_id = ?", (session_id,)).fetchone()
    if row is None:
        msg = f"the session {session_id!r} is not in the history any more"
        raise UsageError(msg)
    return WholeSession(
        kept=_kept(store, row),
        cues=_facts(store, session_id, Cue),
        withheld=_facts(store, session_id, Withheld),
        effects=_facts(store, session_id, CueEffect),
        changes=_facts(store, session_id, Change),
        bouts=_facts(store, session_id, Bout),
    )


def session_ids(store: Store) -> list[str]:
    """The ids of all sessions.

    Raises:
        InputError: the file cannot be read.
    """
    with faults(store.path):
        rows = store.connection.execute("SELECT session_id FROM sessions ORDER BY started_unix_s, session_id")
        return [session_id for (session_id,) in rows]


def find_session(ids: Iterable[str], said: str) -> str:
    """The id that the person means by an id, by the beginning of one, or by `last`.

    Args:
        ids: those there are, the newest last.
        said: whatever was typed.

    Raises:
        UsageError: no id, or more than one, begins like that.
    """
    known = list(ids)
    found = known[-1:] if said == LAST else [one for one in known if one == said]
    found = found or [one for one in known if said and one.startswith(said)]
    if len(found) == 1:
        return found[0]
    shown = repr(said if len(said) <= _SHOWN else f"{said[:_SHOWN]}...")
    if not found:
        msg = f"the history has no session {shown}: `stridesense history list` shows those there are"
        raise UsageError(msg)
    msg = f"{len(found)} sessions begin with {shown}: give more of the id, as in {found[0]!r}"
    raise UsageError(msg)


def _past(store: Store, row: Row) -> PastSession:
    return PastSession(
        session_id=row["session_id"],
        started_unix_s=row["started_unix_s"],
        shoe=row["shoe"],
        report=_read(store, CoachReport, row["report"]),
        effects=_facts(store, row["session_id"], CueEffect),
    )


def _kept(store: Store, row: Row) -> KeptSession:
    start = SessionStart(**{name: row[name] for name in _START})
    budgets = _budgets(store, start.session_id)
    return KeptSession(
        start=start,
        state=_state(store, start.session_id, SessionState(row["state"])),
        report=None if row["report"] is None else _read(store, CoachReport, row["report"]),
        budgets=budgets,
        cues=row["cues"],
        last_s=max(row["last_s"] or 0.0, *(one.t_s for one in budgets), 0.0),
    )


def _state(store: Store, session_id: str, state: SessionState) -> SessionState:
    if state is SessionState.RUNNING and not is_present(store.path, session_id):
        return SessionState.INTERRUPTED
    return state


def _budgets(store: Store, session_id: str) -> tuple[CalfBudget, ...]:
    with faults(store.path):
        rows = store.connection.execute(
            "SELECT noun FROM budgets WHERE session_id = ? ORDER BY foot", (session_id,)
        ).fetchall()
    return tuple(_read(store, CalfBudget, noun) for (noun,) in rows)


def _facts(store: Store, session_id: str, kind: type[_Fact]) -> tuple[_Fact, ...]:
    name = next(name for name, noun in KINDS.items() if noun is kind)
    with faults(store.path):
        rows = store.connection.execute(
            "SELECT noun FROM facts WHERE session_id = ? AND kind = ? ORDER BY number", (session_id, name)
        ).fetchall()
    return tuple(_read(store, kind, noun) for (noun,) in rows)


def _read(store: Store, kind: type[Noun], text: str) -> Noun:
    try:
        return decoded(kind, text)
    except ValueError as error:
        msg = (
            f"the history {store.path} holds a {kind.__name__} that cannot be read: "
            "export what can be read, move the file away, and rebuild the sessions from their recordings"
        )
        raise InputError(msg) from error
