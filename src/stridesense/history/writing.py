"""All that is ever written into a history; each function is one whole transaction."""

from collections.abc import Iterable
from dataclasses import asdict
from sqlite3 import Connection

from stridesense.errors import UsageError
from stridesense.history.facts import Fact, SessionStart, SessionState, encoded, kind_of, moment_s
from stridesense.history.presence import forget, is_present
from stridesense.history.store import Store
from stridesense.model import Bout, CalfBudget, Change, CheckIn, CoachReport, Cue, CueEffect, Withheld

Kept = Fact | CalfBudget | CoachReport
"""What a session brings: facts, the budgets of which the latest is kept, and the report that ends it."""

KEPT = Cue | Withheld | CueEffect | Change | Bout | CalfBudget | CoachReport
"""The same, for `isinstance`."""


def begin_session(store: Store, start: SessionStart) -> None:
    """Keep that a session runs now. Sessions that nobody writes any more become interrupted ones.

    Raises:
        UsageError: the session is in the history already.
        InputError: the file cannot be written.
    """
    with store.transaction() as connection:
        _end_the_dead(connection, store)
        _insert(connection, start)


def keep(store: Store, session_id: str, items: Iterable[Kept]) -> None:
    """Keep what a session brought, in this order; all of it or nothing.

    Raises:
        InputError: the file cannot be written.
        ValueError: a number is not finite, or a text is none.
    """
    with store.transaction() as connection:
        _keep(connection, session_id, items)


def close_session(store: Store, session_id: str, state: SessionState) -> None:
    """Keep how a session came to its end, unless its report did that already.

    Raises:
        InputError: the file cannot be written.
    """
    with store.transaction() as connection:
        connection.execute(
            "UPDATE sessions SET state = ? WHERE session_id = ? AND state = ?",
            (state, session_id, SessionState.RUNNING),
        )


def replace_session(store: Store, start: SessionStart, items: Iterable[Kept]) -> None:
    """Put an ended session in the place of what was kept under its id, in one transaction.

    Raises:
        UsageError: the session is running.
        InputError: the file cannot be written.
        ValueError: a number is not finite, or a text is none.
    """
    _check_over(store, start.session_id)
    with store.transaction() as connection:
        connection.execute("DELETE FROM sessions WHERE session_id = ?", (start.session_id,))
        _insert(connection, start)
        _keep(connection, start.session_id, items)
        connection.execute(
            "UPDATE sessions SET state = ? WHERE session_id = ?", (SessionState.ENDED, start.session_id)
        )


def delete_session(store: Store, session_id: str) -> None:
    """Forget a session so that nothing of it stays in the file, nor in its log.

    Raises:
        UsageError: the session is running.
        InputError: the file cannot be written.
    """
    _check_over(store, session_id)
    with store.transaction() as connection:
        connection.execute("DELETE FROM sessions WHERE session_id = ?", (session_id,))
    forget(store.path, session_id)
    store.empty_log()


def add_check_in(store: Store, check_in: CheckIn) -> None:
    """Keep what the runner says of the legs.

    Raises:
        InputError: the file cannot be written.
    """
    with store.transaction() as connection:
        connection.execute(
            "INSERT INTO check_ins (unix_s, noun) VALUES (?, ?)", (check_in.unix_s, encoded(check_in))
        )


def _insert(connection: Connection, start: SessionStart) -> None:
    known = connection.execute("SELECT 1 FROM sessions WHERE session_id = ?", (start.session_id,))
    if known.fetchone():
        msg = f"the session {start.session_id!r} is in the history already: it is left as it was"
        raise UsageError(msg)
    connection.execute(
        "INSERT INTO sessions (session_id, started_unix_s, source, shoe, recording, software_version, setup,"
        " state) VALUES (:session_id, :started_unix_s, :source, :shoe, :recording, :software_version, :setup,"
        " 'running')",
        {name: _text(value) for name, value in asdict(start).items()},
    )


def _text(value: object) -> object:
    """A path's bytes that are no text would stop SQLite: they become question marks."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _keep(connection: Connection, session_id: str, items: Iterable[Kept]) -> None:
    for item in items:
        match item:
            case CalfBudget():
                connection.execute(
                    "INSERT OR REPLACE INTO budgets (session_id, foot, t_s, noun) VALUES (?, ?, ?, ?)",
                    (session_id, item.foot, item.t_s, encoded(item)),
                )
            case CoachReport():
                _keep(connection, session_id, item.budgets)
                connection.execute(
                    "UPDATE sessions SET report = ?, state = ? WHERE session_id = ?",
                    (encoded(item), SessionState.ENDED, session_id),
                )
            case _:
                connection.execute(
                    "INSERT INTO facts (session_id, kind, t_s, noun) VALUES (?, ?, ?, ?)",
                    (session_id, kind_of(item), moment_s(item), encoded(item)),
                )


def _end_the_dead(connection: Connection, store: Store) -> None:
    running = connection.execute("SELECT session_id FROM sessions WHERE state = 'running'").fetchall()
    for (session_id,) in running:
        if not is_present(store.path, session_id):
            connection.execute(
                "UPDATE sessions SET state = 'interrupted' WHERE session_id = ?", (session_id,)
            )
            forget(store.path, session_id)


def _check_over(store: Store, session_id: str) -> None:
    if is_present(store.path, session_id):
        msg = f"the session {session_id!r} is still running: end it first"
        raise UsageError(msg)
