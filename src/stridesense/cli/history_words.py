"""What the pages about past sessions share: moments, loads, and text that cannot steer a terminal."""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from stridesense.errors import InputError
from stridesense.history.facts import KeptSession
from stridesense.history.reading import session_ids
from stridesense.history.store import Store, history_path
from stridesense.model import CalfBudget, Foot
from stridesense.runtime.config import Settings, load_settings

Database = Annotated[
    Path | None,
    typer.Option("--database", metavar="FILE", help="The history's file, where it is not your usual one."),
]
"""The option that every command on the history has."""

WIDE: Final = 200
"""Columns of a table that goes into a file or a pipe, where no terminal says how many there are."""


def place(database: Path | None, settings: Settings | None = None) -> Path:
    """The history's file: the one named on the command line, by the settings, or the usual one.

    Raises:
        UsageError, InputError: see `load_settings`.
    """
    return database or (settings or load_settings()).history.path or history_path()


def known_as(session_id: str, settings: Settings) -> str | None:
    """What the history calls a session; None where it does not have it, or cannot be read."""
    try:
        store = Store.existing(place(None, settings))
        if store is None:
            return None
        with store:
            return short_ids(session_ids(store)).get(session_id)
    except InputError:
        return None


def page() -> Console:
    """Where tables are printed: as wide as the terminal, or wide enough that nothing is cut."""
    return Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else WIDE)


def when(unix_s: float) -> str:
    """A moment in local time, to the minute."""
    return f"{datetime.fromtimestamp(unix_s, UTC).astimezone():%Y-%m-%d %H:%M}"


def lasted_s(kept: KeptSession) -> float:
    """How long a session was, s; of one that was cut short, as far as anything is known."""
    return kept.last_s if kept.report is None else kept.report.duration_s


def by_foot(budgets: Sequence[CalfBudget]) -> dict[Foot, CalfBudget]:
    """The budgets by leg."""
    return {budget.foot: budget for budget in budgets}


def sides(words: dict[Foot, str]) -> str:
    """Left and right in this order; a foot that nobody named stands alone."""
    if set(words) <= {Foot.UNKNOWN}:
        return words.get(Foot.UNKNOWN, "")
    return f"{words.get(Foot.LEFT, '-')} / {words.get(Foot.RIGHT, '-')}"


def short_ids(ids: Iterable[str]) -> dict[str, str]:
    """For each id its shortest beginning, of 8 letters or more, that no other has."""
    known = list(ids)
    return {each: _shortest(each, known) for each in known}


def _shortest(session_id: str, known: Sequence[str]) -> str:
    length = 8
    while length < len(session_id) and sum(one.startswith(session_id[:length]) for one in known) > 1:
        length += 1
    return session_id[:length]
