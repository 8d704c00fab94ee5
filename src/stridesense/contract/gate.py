"""The gate that every command from outside passes: what it is, and how many of them come.

Pure: the time is passed in, in seconds of any one monotonic clock.
"""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from stridesense.contract.commands import (
    COMMAND,
    COMMAND_NAMES,
    MAX_COMMAND_BYTES,
    MAX_ID,
    Command,
    CommandError,
    RefusalReason,
)

COMMANDS_PER_S: Final = 10.0
BURST: Final = 10.0
"""So many may come at once; our own choice, as the rate is: more than a finger on a button sends."""

TELL_EVERY_S: Final = 1.0
"""Of too many commands one in so many seconds is answered, with the count of all (our own choice)."""

_SHOWN_LETTERS: Final = 12

Fields = dict[str, Any]
"""What a stranger sent, as JSON has it."""


class Quota:
    """So many a second, and so many at once after a pause.

    Args:
        per_s: the rate.
        burst: how many at once.
    """

    def __init__(self, per_s: float, burst: float) -> None:
        self._per_s = per_s
        self._burst = self._left = burst
        self._seen_s: float | None = None

    def allows(self, now_s: float) -> bool:
        """Whether one more is within it; if so it counts."""
        since_s = 0.0 if self._seen_s is None else now_s - self._seen_s
        self._seen_s = now_s
        self._left = min(self._burst, self._left + since_s * self._per_s)
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class Gate:
    """Lets commands in that are valid, fresh and not too many; counts the others by their reason."""

    def __init__(self) -> None:
        self.refused: Counter[RefusalReason] = Counter()
        self._quota = Quota(COMMANDS_PER_S, BURST)
        self._told_s: float | None = None

    def admit(self, payload: bytes, now_s: float, *, retained: bool) -> Command:
        """The command in a payload that anybody may have sent.

        Args:
            payload: as it was received.
            now_s: when.
            retained: whether the broker kept it from earlier.

        Raises:
            CommandError: it is not let in, and counted.
        """
        try:
            if not self._quota.allows(now_s):
                _refuse_too_many()
            _refuse_retained(retained=retained)
            return parse(payload)
        except CommandError as refusal:
            self.count(refusal)
            raise

    def count(self, refusal: CommandError) -> None:
        """Count a command that was let in and then not obeyed."""
        self.refused[refusal.reason] += 1

    def answers(self, refusal: CommandError, now_s: float) -> bool:
        """Whether who sent it is told: of too many, one a second is."""
        if refusal.reason is not RefusalReason.TOO_MANY:
            return True
        if self._told_s is not None and now_s - self._told_s < TELL_EVERY_S:
            return False
        self._told_s = now_s
        return True


def parse(payload: bytes) -> Command:
    """The command in a payload.

    Raises:
        CommandError: it is too long, no JSON object, or none of the commands; the sentence repeats no more
            than a few letters of it.
    """
    if len(payload) > MAX_COMMAND_BYTES:
        msg = f"a command has at most {MAX_COMMAND_BYTES} bytes, not {len(payload)}"
        raise CommandError(RefusalReason.TOO_LARGE, msg)
    return command_of(fields_of(payload))


def fields_of(payload: bytes) -> Fields:
    """The fields of a JSON object, whose length the caller has bounded.

    Raises:
        CommandError: it is none.
    """
    try:
        data = json.loads(payload.decode(), object_pairs_hook=_fields, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        msg = "a command is a JSON object in UTF-8, and this is none"
        raise CommandError(RefusalReason.NOT_JSON, msg) from None
    if not isinstance(data, dict):
        msg = 'a command is a JSON object, as in {"command": "mute"}'
        raise CommandError(RefusalReason.NOT_VALID, msg)
    return data


def command_of(fields: Fields) -> Command:
    """The command that has these fields.

    Raises:
        CommandError: it is none of the closed set, or has what it should not.
    """
    try:
        return COMMAND.validate_python(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise CommandError(RefusalReason.NOT_VALID, _sentence(first, fields), id_of(fields)) from None


def id_of(fields: Fields) -> str:
    """What the sender calls the command; empty where that cannot be said back."""
    told = fields.get("id")
    return told if isinstance(told, str) and len(told) <= MAX_ID and told.isprintable() else ""


def _refuse_too_many() -> None:
    msg = f"too many commands: {COMMANDS_PER_S:.0f} a second are obeyed"
    raise CommandError(RefusalReason.TOO_MANY, msg)


def _refuse_retained(*, retained: bool) -> None:
    if retained:
        msg = "a retained command is not obeyed: it may be from long ago; send it without retain"
        raise CommandError(RefusalReason.RETAINED, msg)


def _fields(pairs: Sequence[tuple[str, Any]]) -> Fields:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        msg = "a command has each field once"
        raise CommandError(RefusalReason.NOT_VALID, msg)
    return fields


def _refuse_constant(name: str) -> None:
    msg = f"{name} is no value in JSON"
    raise CommandError(RefusalReason.NOT_JSON, msg)


def _sentence(error: ErrorDetails, fields: Fields) -> str:
    match error["type"]:
        case "union_tag_invalid" | "union_tag_not_found":
            told = f"not {_shown(fields['command'])}" if "command" in fields else "which is missing"
            return f"command is one of {', '.join(COMMAND_NAMES)}, {told}"
        case "extra_forbidden":
            return f"the command {fields['command']} has no field {_shown(error['loc'][-1])}"
    where = ".".join(map(str, error["loc"][1:]))
    return f"{where}: {error['msg'][0].lower()}{error['msg'][1:]}" if where else error["msg"]


def _shown(told: object) -> str:
    """The first letters of what a stranger said, in letters that every terminal bears."""
    text = ascii(told)
    return text if len(text) <= _SHOWN_LETTERS + 2 else f"{text[:_SHOWN_LETTERS]}..."
