"""A history as the tests of its commands want it."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from history.making import BEGAN_UNIX_S, start
from stridesense.history.store import Store
from stridesense.history.writing import Kept, begin_session, keep
from stridesense.model import CoachReport, Practice, Theme

DAY_S = 86_400.0

Run = Callable[..., tuple[int, str, str]]
"""Runs a command on a history: exit code, what it prints, what it notes."""


def judged(of: CoachReport) -> CoachReport:
    """The same session, in which more than the heel was judged."""
    done = Practice(coached_strides=900, coached_off=20)
    return replace(of, practice={**of.practice, Theme.PUSH_OFF: done})


def add(store: Store, session_id: str, kept: Iterable[Kept], *, began_unix_s: float = BEGAN_UNIX_S) -> None:
    begin_session(store, start(session_id, began_unix_s=began_unix_s))
    keep(store, session_id, kept)
