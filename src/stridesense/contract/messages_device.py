"""Messages of the device and the session: states, most of them retained, and answers to commands."""

from typing import ClassVar, Literal

from pydantic import Field

from stridesense.contract.commands import RefusalReason
from stridesense.contract.messages_base import Count, Enveloped, Message, Percent, SessionStateName, ThemeName


class StatusMessage(Message):
    """Whether the device is there. Plain text, no JSON: the broker says `offline` when the link is lost."""

    about: ClassVar = "at begin and end; the broker says `offline` when the link is lost"

    status: Literal["online", "offline"] = Field(description="the whole payload")


class InfoMessage(Enveloped):
    """What is speaking."""

    about: ClassVar = "at the begin of a session"

    type: Literal["info"] = Field(description="kind of message")
    software: str = Field(description="name of the program")
    software_version: str = Field(description="version of the program")


class BatteryMessage(Enveloped):
    """How full the pods are, as far as they said."""

    about: ClassVar = "when a level changes"

    type: Literal["battery"] = Field(description="kind of message")
    left_percent: Percent | None = Field(None, description="pod of the left foot [%]")
    right_percent: Percent | None = Field(None, description="pod of the right foot [%]")
    unknown_percent: Percent | None = Field(None, description="pod without a side [%]")


class SessionMessage(Enveloped):
    """Where the session stands."""

    about: ClassVar = "when it changes"

    type: Literal["session"] = Field(description="kind of message")
    state: SessionStateName = Field(description="where it stands")
    started: float | None = Field(None, description="when it began [s, Unix time]")
    muted: bool = Field(default=False, description="whether the coach is silent on demand")
    theme: ThemeName | None = Field(None, description="what the session is about, when one is set")


class ResultMessage(Enveloped):
    """The answer to one command."""

    about: ClassVar = "after each command"

    type: Literal["result"] = Field(description="kind of message")
    id: str = Field(description="`id` of the command, empty when it had none or could not be read")
    command: str | None = Field(None, description="the command, where it could be read")
    ok: bool = Field(description="whether it was obeyed")
    text: str = Field(description="what was done, or why not, in one sentence")
    reason: str | None = Field(None, description="why not", examples=list(RefusalReason))
    refused: Count = Field(description="commands refused so far in this session")
