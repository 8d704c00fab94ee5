"""What the history holds, and how it stands in the file: nouns of the model as JSON, checked when read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar

from pydantic import TypeAdapter

from stridesense import __version__
from stridesense.model import Bout, CalfBudget, Change, CheckIn, CoachReport, Cue, CueEffect, Withheld

Noun = TypeVar("Noun")

Fact: TypeAlias = Cue | Withheld | CueEffect | Change | Bout
"""What is kept one by one, in the order in which it came."""

KINDS: Final[Mapping[str, type[Fact]]] = {
    "cue": Cue,
    "withheld": Withheld,
    "effect": CueEffect,
    "change": Change,
    "bout": Bout,
}
"""The name of a kind of fact in the file, as in its record."""

_NAMES: Final = {noun: name for name, noun in KINDS.items()}


class SessionState(StrEnum):
    """How far a session came; one that was never ended, and that nobody writes any more, is interrupted."""

    RUNNING = "running"
    ENDED = "ended"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStart:
    """What is known of a session when it begins.

    Attributes:
        session_id: as in its recording.
        started_unix_s: its time zero, Unix time in seconds.
        source: where its packets come from.
        shoe: what the runner calls the shoe, where it was named.
        recording: path of the recording, where there is one.
        software_version: that heard the session.
        setup: what the coach knew when it began, as JSON text; nothing here reads it.
    """

    session_id: str
    started_unix_s: float
    source: str
    shoe: str | None = None
    recording: str | None = None
    software_version: str = __version__
    setup: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSession:
    """A session at a glance.

    `budgets` is the latest of each leg, `cues` how many were given, `last_s` the last moment that anything
    is known of, s on the session clock. `report` comes with a regular end only.
    """

    start: SessionStart
    state: SessionState
    report: CoachReport | None
    budgets: tuple[CalfBudget, ...]
    cues: int
    last_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeSession:
    """All that is kept of a session; each kind in the order in which it came."""

    kept: KeptSession
    cues: tuple[Cue, ...]
    withheld: tuple[Withheld, ...]
    effects: tuple[CueEffect, ...]
    changes: tuple[Change, ...]
    bouts: tuple[Bout, ...]


def warm_up() -> None:
    """Make all that writing and reading need, which takes a moment the first time."""
    _adapters()


def kind_of(fact: Fact) -> str:
    """The name of the kind of a fact."""
    return _NAMES[type(fact)]


def moment_s(fact: Fact) -> float:
    """When a fact was known, s on the session clock."""
    match fact:
        case Withheld():
            return fact.last_s
        case Bout():
            return fact.end_s
        case _:
            return fact.t_s


def plain(noun: object) -> dict[str, Any]:
    """A noun of the model as plain JSON values."""
    values: dict[str, Any] = _adapters()[type(noun)].dump_python(noun, mode="json")
    return values


def encoded(noun: object) -> str:
    """A noun of the model as JSON text.

    Raises:
        ValueError: a number in it is not finite, or a text is none.
    """
    return json.dumps(plain(noun), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def decoded(kind: type[Noun], text: str) -> Noun:
    """The noun that a JSON text holds.

    Raises:
        ValueError: it does not hold one.
    """
    noun: Noun = _adapters()[kind].validate_json(text)
    return noun


@cache
def _adapters() -> dict[type[object], TypeAdapter[Any]]:
    """By noun, what checks it and writes it out; made when first needed, as that takes a moment."""
    nouns = (*KINDS.values(), CalfBudget, CoachReport, CheckIn, SessionStart)
    return {noun: TypeAdapter(noun) for noun in nouns}
