"""What every message has, and the kinds of value that its fields hold.

Names that belong to a list which may grow are open: any string is read, the known ones stand as examples in
the schema. Lists that nature closes (a foot, a strike type) are enumerations.
"""

from enum import StrEnum
from typing import Annotated, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from stridesense.model import CueKind, Drill, Gait, LinkState, Theme, ZeroReference

FLAGS: Final = (
    "clipped",
    "weak_contact",
    "after_gap",
    "cut_short",
    "no_standing_start",
    "pitch_unsure",
    "pod_moved",
    "low_rate",
    "timed_by_arrival",
    "flight_estimated",
    "clock_unsure",
    "feet_together",
    "sides_swapped",
)
"""Named reasons for doubt about a stride; `docs/metrics.md` says what each means."""

Count = Annotated[int, Field(ge=0)]
Percent = Annotated[int, Field(ge=0, le=100)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]

ThemeName = Annotated[str, Field(examples=list(Theme))]
CueKindName = Annotated[str, Field(examples=list(CueKind))]
GaitName = Annotated[str, Field(examples=list(Gait))]
LinkStateName = Annotated[str, Field(examples=list(LinkState))]
DrillName = Annotated[str, Field(examples=list(Drill))]
FlagName = Annotated[str, Field(examples=list(FLAGS))]
ZeroName = Annotated[str, Field(examples=list(ZeroReference))]


class SessionState(StrEnum):
    """Where a session stands."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"


SessionStateName = Annotated[str, Field(examples=list(SessionState))]


class Message(BaseModel):
    """What is said on one topic: frozen, finite, strict about types, deaf to fields of later versions."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)

    about: ClassVar[str] = ""
    """When it is said, in a phrase."""


class Enveloped(Message):
    """A message that is a JSON object; the first four fields are the same in all."""

    v: Literal[1] = Field(description="version of this convention")
    sid: str = Field(description="session")
    seq: Count = Field(description="counts from 0 for each session and topic; a hole is a loss")
    t: float = Field(description="when it happened [s, Unix time]")
    type: str = Field(description="kind of message")
