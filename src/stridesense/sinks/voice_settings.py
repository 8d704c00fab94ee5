"""What the runner can set of the voice: the section `[voice]`."""

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

USUAL_VOLUME: Final = 100


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:
        msg = "the ~ in it means no folder on this machine"
        raise ValueError(msg) from None


PathOfUser = Annotated[Path, AfterValidator(_at_home)]
"""A path as people write it, with `~` for their home."""


class VoiceSettings(BaseModel):
    """`[voice]`: how cues are made heard.

    Attributes:
        mode: spoken sentences, short tones, or nothing.
        volume: 100 is the usual, 200 the loudest, 0 silence.
        words_per_minute: how fast is spoken; 165 is our own choice, a little slower than espeak-ng's 175,
            since who runs listens with half an ear.
        speaker: a voice by espeak-ng's name for it; the one of the language pack where not set.
        program: the espeak-ng program, by name or path.
        folder: write a WAV file for each cue there, instead of playing it.
        timeout_s: an utterance that takes longer hangs and is ended, s; 15 is our own choice.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["speech", "tones", "off"] = "speech"
    volume: Annotated[int, Field(ge=0, le=200)] = USUAL_VOLUME
    words_per_minute: Annotated[int, Field(ge=80, le=450)] = 165
    speaker: Annotated[str, Field(pattern=r"^[A-Za-z][\w+/-]*$")] | None = None
    program: Annotated[str, Field(min_length=1)] = "espeak-ng"
    folder: PathOfUser | None = None
    timeout_s: Annotated[float, Field(ge=0.5, le=60.0)] = 15.0
