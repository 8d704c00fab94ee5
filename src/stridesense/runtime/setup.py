"""What a session starts from besides its packets: the shoe's profile and the coach's briefing.

It is recorded with the packets, so that a replay says what was said when it happened.
"""

from dataclasses import replace
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from stridesense.coaching.briefing import Briefing
from stridesense.coaching.history_digest import brief
from stridesense.coaching.words import language_pack
from stridesense.errors import InputError
from stridesense.history.reading import check_ins, past_sessions
from stridesense.history.store import Store
from stridesense.pipeline import Pipeline, PipelineParams
from stridesense.recording.reader import Recording
from stridesense.runtime.config import Settings
from stridesense.runtime.profile import ShoeProfile
from stridesense.sources.replay import Recorded


class Setup(BaseModel):
    """The start of a session.

    Attributes:
        version: of this layout.
        shoe: what is known of the shoe that is worn, where it has a profile.
        briefing: what the coach knows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    shoe: ShoeProfile | None = None
    briefing: Briefing = Briefing()

    @classmethod
    def first(cls, settings: Settings, shoe: ShoeProfile | None, started_unix_s: float = 0.0) -> Self:
        """The start of a session of which no earlier one is known.

        Raises:
            UsageError: there are no words in the language of the settings.
        """
        language_pack(settings.coach.language)
        sections = (settings.coach, settings.budget, settings.forecast)
        return cls(shoe=shoe, briefing=brief([], [], sections, started_unix_s, None))

    def pipeline(self) -> Pipeline:
        """A fresh pipeline that starts from it."""
        params = PipelineParams() if self.shoe is None else self.shoe.params()
        return Pipeline(params.briefed(self.briefing))

    def to_record(self) -> dict[str, object]:
        """The setup as plain JSON values."""
        return self.model_dump(mode="json", exclude_none=True)


def recorded_setup(recorded: Recorded, path: Path) -> Setup | None:
    """What the recorded session started from; None where it says nothing of that.

    Raises:
        InputError: it was recorded by a later version.
    """
    record = recorded.setup() if isinstance(recorded, Recording) else None
    if record is None:
        return None
    try:
        return Setup.model_validate(record)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        why = f"{where}: {first['msg']}"
        msg = f"what {path} says of its start is of another version ({why}): update stridesense"
        raise InputError(msg) from None


def next_setup(
    settings: Settings,
    shoe: ShoeProfile | None,
    history: Path,
    started_unix_s: float,
    *,
    from_sessions: bool = True,
) -> Setup:
    """The start of a session that follows those of the history.

    How the legs feel counts in any case: a red flag or a sore calf must not be lost with the earlier runs.

    Args:
        settings: the person's.
        shoe: that is worn, if it has a profile.
        history: where the earlier sessions and the check-ins are kept.
        started_unix_s: when the session begins, Unix time.
        from_sessions: whether earlier sessions are looked at.

    Raises:
        UsageError: there are no words in the language of the settings.
        InputError: the history cannot be read.
    """
    first = Setup.first(settings, shoe, started_unix_s)
    store = Store.existing(history)
    if store is None:
        return first
    with store:
        # A host without a clock of its own may have gone back in time since; what was said still counts.
        told = [replace(one, unix_s=min(one.unix_s, started_unix_s)) for one in check_ins(store)]
        past = past_sessions(store, started_unix_s) if from_sessions else []
    sections = (settings.coach, settings.budget, settings.forecast)
    worn = None if shoe is None else shoe.shoe
    return Setup(shoe=shoe, briefing=brief(past, told, sections, started_unix_s, worn))
