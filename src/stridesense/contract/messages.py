"""What is said on each topic, as models to read it with.

Whoever reads with these survives every later version: fields that are not known are passed over, names of
lists that may grow are strings.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError
from pydantic_core import from_json

from stridesense.contract.messages_base import Enveloped, Message, SessionState
from stridesense.contract.messages_coach import (
    BudgetMessage,
    ChangeMessage,
    CueMessage,
    DrillMessage,
    EffectMessage,
    MarkMessage,
    SummaryMessage,
)
from stridesense.contract.messages_device import (
    BatteryMessage,
    InfoMessage,
    ResultMessage,
    SessionMessage,
    StatusMessage,
)
from stridesense.contract.messages_run import (
    HopMessage,
    LinkMessage,
    ReadingMessage,
    ShapeMessage,
    StrideMessage,
)
from stridesense.contract.topics import Kind
from stridesense.errors import InputError

__all__ = [
    "MAX_MESSAGE_BYTES",
    "MESSAGES",
    "BatteryMessage",
    "BudgetMessage",
    "ChangeMessage",
    "CueMessage",
    "DrillMessage",
    "EffectMessage",
    "Enveloped",
    "HopMessage",
    "InfoMessage",
    "LinkMessage",
    "MarkMessage",
    "Message",
    "ReadingMessage",
    "ResultMessage",
    "SessionMessage",
    "SessionState",
    "ShapeMessage",
    "StatusMessage",
    "StrideMessage",
    "SummaryMessage",
    "read",
]

MAX_MESSAGE_BYTES: Final = 65_536
"""No message of ours comes near it; a longer one is not looked at (our own choice)."""

MESSAGES: Final[Mapping[Kind, type[Message]]] = MappingProxyType(
    {
        Kind.STRIDE: StrideMessage,
        Kind.SHAPE: ShapeMessage,
        Kind.READING: ReadingMessage,
        Kind.LINK: LinkMessage,
        Kind.HOP: HopMessage,
        Kind.SUMMARY: SummaryMessage,
        Kind.CUE: CueMessage,
        Kind.EFFECT: EffectMessage,
        Kind.CHANGE: ChangeMessage,
        Kind.DRILL: DrillMessage,
        Kind.MARK: MarkMessage,
        Kind.BUDGET: BudgetMessage,
        Kind.STATUS: StatusMessage,
        Kind.INFO: InfoMessage,
        Kind.BATTERY: BatteryMessage,
        Kind.SESSION: SessionMessage,
        Kind.RESULT: ResultMessage,
    }
)
"""The model of each kind that StrideSense says; what it is told, `cmd`, is in `contract.commands`."""


def read(kind: Kind, payload: bytes) -> Message:
    """The message in a payload that may come from anybody.

    Args:
        kind: the last level of its topic; any but `Kind.COMMAND`.
        payload: as it was received.

    Raises:
        InputError: it is too long, no JSON, or not what such a message is.
    """
    if len(payload) > MAX_MESSAGE_BYTES:
        msg = f"a {kind} message of {len(payload)} bytes is too long: {MAX_MESSAGE_BYTES} are allowed"
        raise InputError(msg)
    try:
        if kind is Kind.STATUS:
            return StatusMessage.model_validate({"status": payload.decode(errors="replace")})
        # The model passes over what it does not know, this looks at all of it: NaN is no JSON anywhere.
        from_json(payload, allow_inf_nan=False)
        return MESSAGES[kind].model_validate_json(payload)
    except ValueError as error:
        raise InputError(_sentence(kind, error)) from None


def _sentence(kind: Kind, error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return f"a {kind} message is no JSON: {error}"
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"a {kind} message is not valid: {where + ': ' if where else ''}{first['msg']}"
