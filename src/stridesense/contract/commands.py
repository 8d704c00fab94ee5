"""What may be told over MQTT: a closed set of commands; `stridesense.contract.gate` lets them in."""

import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Final, Literal, Protocol, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter
from pydantic_core import PydanticCustomError

from stridesense.errors import StrideSenseError
from stridesense.model import RedFlag, Theme

MAX_COMMAND_BYTES: Final = 4096
MAX_TEXT: Final = 200
MAX_ID: Final = 64

_CONTROLS: Final = frozenset({"Cc", "Zl", "Zp"})


def _readable(text: str) -> str:
    # A mark is shown on terminals, which obey some of these.
    if any(unicodedata.category(letter) in _CONTROLS for letter in text):
        kind, message = "control_characters", "a text must have no line breaks or other control characters"
        raise PydanticCustomError(kind, message)
    return text


Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_readable)]
Soreness = Annotated[int, Field(ge=0, le=10)]


class _Command(BaseModel):
    """What every command has: `id` is chosen by who sends it and comes back with the answer."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    v: Literal[1] = 1
    id: Annotated[str, Field(max_length=MAX_ID), AfterValidator(_readable)] = ""


class Start(_Command):
    """Begin a session, where `stridesense run --wait` waits for one."""

    command: Literal["start"]


class Stop(_Command):
    """End the session that runs, in good order."""

    command: Literal["stop"]


class Mute(_Command):
    """Say nothing until `unmute`."""

    command: Literal["mute"]


class Unmute(_Command):
    """Speak again."""

    command: Literal["unmute"]


class Mark(_Command):
    """Keep a mark at this moment of the recording, with a word beside it."""

    command: Literal["mark"]
    text: Text = ""


class SetTheme(_Command):
    """Go on with this theme."""

    command: Literal["theme"]
    theme: Annotated[Theme, Field(strict=False)]


class CheckInNow(_Command):
    """How each calf feels, 0 (nothing) to 10 (worst imaginable), for the history."""

    command: Literal["check_in"]
    left: Soreness | None = None
    right: Soreness | None = None
    red_flags: Annotated[Sequence[Annotated[RedFlag, Field(strict=False)]], Field(max_length=4)] = ()
    note: Text = ""


_AnyCommand = Start | Stop | Mute | Unmute | Mark | SetTheme | CheckInNow
Command = Annotated[_AnyCommand, Field(discriminator="command")]
COMMAND: Final[TypeAdapter[Command]] = TypeAdapter(Command)
COMMAND_NAMES: Final = tuple(
    get_args(one.model_fields["command"].annotation)[0] for one in get_args(_AnyCommand)
)


class Desk(Protocol):
    """Who obeys commands, wherever they come from: the broker, a key on the keyboard."""

    async def obey(self, command: Command) -> str:
        """Do it; what was done, in one sentence.

        Raises:
            CommandError: it was not done.
        """
        ...


class RefusalReason(StrEnum):
    """Why a command was not obeyed."""

    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    NOT_VALID = "not_valid"
    RETAINED = "retained"
    TOO_MANY = "too_many"
    NOT_NOW = "not_now"
    FAILED = "failed"


class CommandError(StrideSenseError):
    """A command was not obeyed; the message is one sentence for its sender.

    `id` is that of the command where it could be read, and empty otherwise.
    """

    def __init__(self, reason: RefusalReason, sentence: str, id: str = "") -> None:  # noqa: A002 - as in the payload
        super().__init__(sentence)
        self.reason = reason
        self.id = id
