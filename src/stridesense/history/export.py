"""The history as plain JSON objects, whole: whoever reads them misses no fact."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, Final

from stridesense import __version__
from stridesense.history.facts import KINDS, WholeSession, plain
from stridesense.model import CheckIn

FORMAT: Final = 1
"""Counts changes of this layout that an old reader would stumble over."""

_PLURALS: Final = {
    "cue": "cues",
    "withheld": "withheld",
    "effect": "effects",
    "change": "changes",
    "bout": "bouts",
}


def session_object(whole: WholeSession) -> dict[str, Any]:
    """All that is kept of a session as one object; `setup` is the text that was given."""
    kept = whole.kept
    return {
        **asdict(kept.start),
        "state": kept.state,
        "report": None if kept.report is None else plain(kept.report),
        "budgets": [plain(budget) for budget in kept.budgets],
        **{_PLURALS[kind]: [plain(fact) for fact in getattr(whole, _PLURALS[kind])] for kind in KINDS},
    }


def json_text(sessions: Iterable[WholeSession], check_ins: Iterable[CheckIn]) -> Iterator[str]:
    """One JSON object in pieces, so that years of running need no memory."""
    head = {"type": "history", "format": FORMAT, "software_version": __version__}
    yield json.dumps(head)[:-1] + ', "sessions": ['
    yield from _listed(session_object(whole) for whole in sessions)
    yield '], "check_ins": ['
    yield from _listed(plain(check_in) for check_in in check_ins)
    yield "]}\n"


def json_lines(sessions: Iterable[WholeSession], check_ins: Iterable[CheckIn]) -> Iterator[str]:
    """One JSON object a line: each session, then what came in it, and the check-ins at the end."""
    for whole in sessions:
        session = session_object(whole)
        parts = {kind: session.pop(plural) for kind, plural in _PLURALS.items()}
        parts["budget"] = session.pop("budgets")
        yield _line("session", session)
        for kind, facts in parts.items():
            yield from (_line(kind, {"session_id": session["session_id"], **fact}) for fact in facts)
    yield from (_line("check_in", plain(check_in)) for check_in in check_ins)


def _listed(objects: Iterable[dict[str, Any]]) -> Iterator[str]:
    for number, each in enumerate(objects):
        yield (",\n" if number else "\n") + json.dumps(each, ensure_ascii=False)


def _line(kind: str, values: dict[str, Any]) -> str:
    return json.dumps({"type": kind, **values}, ensure_ascii=False) + "\n"
