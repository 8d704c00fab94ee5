"""The tables of the history, and how an older file becomes a newer one.

The file's `user_version` counts the migrations that it has seen. All that are missing run in one transaction:
a kill in between leaves the file as it was. A migration is never changed once it was released, and it reads
the JSON with SQLite's own functions, as the nouns of the model go on changing.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

from stridesense.errors import InputError

APPLICATION_ID: Final = 0x53747253
"""Marks the file as ours ("StrS"), so that no other program's database is taken for a history."""

_SESSIONS: Final = (
    """
    CREATE TABLE sessions (
        session_id TEXT PRIMARY KEY,
        started_unix_s REAL NOT NULL,
        source TEXT NOT NULL,
        shoe TEXT,
        recording TEXT,
        software_version TEXT NOT NULL,
        setup TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('running', 'ended', 'interrupted')),
        report TEXT
    )
    """,
    "CREATE INDEX sessions_in_time ON sessions (started_unix_s)",
    """
    CREATE TABLE facts (
        number INTEGER PRIMARY KEY,
        session_id TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
        kind TEXT NOT NULL,
        t_s REAL NOT NULL,
        noun TEXT NOT NULL
    )
    """,
    "CREATE INDEX facts_of_a_session ON facts (session_id, kind)",
    "CREATE TABLE check_ins (number INTEGER PRIMARY KEY, unix_s REAL NOT NULL, noun TEXT NOT NULL)",
)

# A session that is cut short has no report; the load that its legs took must be known all the same.
_BUDGETS: Final = (
    """
    CREATE TABLE budgets (
        session_id TEXT NOT NULL REFERENCES sessions ON DELETE CASCADE,
        foot TEXT NOT NULL,
        t_s REAL NOT NULL,
        noun TEXT NOT NULL,
        PRIMARY KEY (session_id, foot)
    )
    """,
    """
    INSERT INTO budgets
    SELECT session_id, json_extract(value, '$.foot'), json_extract(value, '$.t_s'), value
    FROM sessions, json_each(report, '$.budgets')
    WHERE report IS NOT NULL
    """,
)

MIGRATIONS: Final[Sequence[Sequence[str]]] = (_SESSIONS, _BUDGETS)
"""The statements that lead from each version to the next, from an empty file on."""

VERSION: Final = len(MIGRATIONS)


def version_of(connection: sqlite3.Connection) -> int:
    """How many migrations the file has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check_ours(connection: sqlite3.Connection, name: str) -> None:
    """Refuse a file that is not a history, or one of a newer program.

    Raises:
        InputError: it is the database of another program, or its version is newer than ours.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application != APPLICATION_ID and (application or tables):
        msg = f"{name} is the database of another program: name another file for the history"
        raise InputError(msg)
    if (version := version_of(connection)) > VERSION:
        msg = (
            f"the history {name} was written by a newer StrideSense (version {version}, this one knows "
            f"{VERSION}): install that one, or name another file"
        )
        raise InputError(msg)


def migrate(connection: sqlite3.Connection, upto: int = VERSION) -> None:
    """Bring the file to the version `upto`; to be called within a transaction."""
    for number in range(version_of(connection), upto):
        for statement in MIGRATIONS[number]:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {upto}")
