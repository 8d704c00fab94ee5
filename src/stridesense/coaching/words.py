"""The language packs: what a cue is called in the runner's ear.

A pack is a TOML file in `languages/`, named by its language. It has words for every cue, notice and drill, so
a pack that lacks one is refused when it is loaded, not in the middle of a run.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from stridesense.coaching.rules import BY_ID, NOTICES, RULES
from stridesense.errors import UsageError
from stridesense.model import Foot

MOST_WORDS: Final = 6
MOST_LETTERS: Final = 130
"""So long may the explanation of a drill be, to fit into a line (our own choice)."""

DRILLS: Final = frozenset(rule.drill for rule in RULES)
_FOLDER: Final = files("stridesense.coaching").joinpath("languages")


def _short(phrase: str) -> str:
    if not 0 < len(phrase.split()) <= MOST_WORDS:
        msg = f"{phrase!r} has more than {MOST_WORDS} words"
        raise ValueError(msg)
    return phrase


Phrase = Annotated[str, AfterValidator(_short)]


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CueWords(_Words):
    """One correction: about the body or about an effect, to both feet or to one, and the praise after it."""

    internal: Phrase
    internal_one: Phrase | None = None
    external: Phrase
    external_one: Phrase | None = None
    success: Phrase


class NoticeWords(_Words):
    """One notice, about both legs or pods or about one."""

    both: str
    one: str


class DrillWords(_Words):
    """One drill: what it is called, and how it is done."""

    title: Phrase
    how: Annotated[str, Field(min_length=1, max_length=MOST_LETTERS)]


class LanguagePack(_Words):
    """All words of one language; `voice` is the name that espeak-ng knows it by."""

    voice: str
    remember: str
    sides: Mapping[Foot, str]
    cues: Mapping[str, CueWords]
    notices: Mapping[str, NoticeWords]
    drills: Mapping[str, DrillWords]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        lacking = [
            *({Foot.LEFT, Foot.RIGHT} - set(self.sides)),
            *(set(BY_ID) ^ set(self.cues)),
            *(set(NOTICES) ^ set(self.notices)),
            *(DRILLS ^ set(self.drills)),
            *(name for name, words in self.cues.items() if BY_ID[name].one_foot and not words.internal_one),
            *(name for name, words in self.cues.items() if BY_ID[name].one_foot and not words.external_one),
        ]
        if lacking:
            msg = f"words are missing or unknown: {', '.join(sorted(lacking))}"
            raise ValueError(msg)
        return self

    def correction(self, cue_id: str, foot: Foot, *, internal: bool) -> str:
        """What a correction says to one foot, or to both when it is unknown."""
        words = self.cues[cue_id]
        both = words.internal if internal else words.external
        one = words.internal_one if internal else words.external_one
        return one.format(side=self.sides[foot]) if one and foot in self.sides else both

    def recall(self, cue_id: str, *, internal: bool) -> str:
        """The sentence at the start of a run that brings a correction back to mind."""
        return self.remember.format(phrase=self.correction(cue_id, Foot.UNKNOWN, internal=internal))

    def praise(self, cue_id: str) -> str:
        """What is said when a correction has worked."""
        return self.cues[cue_id].success

    def notice(self, notice_id: str, foot: Foot) -> str:
        """What a notice says of one foot, or of both when it is unknown."""
        words = self.notices[notice_id]
        return words.one.format(side=self.sides[foot]) if foot in self.sides else words.both

    def drill(self, drill_id: str) -> str:
        """What a drill is called and how it is done; the name alone of one that nobody knows."""
        words = self.drills.get(drill_id)
        return drill_id if words is None else f"{words.title}. {words.how}"


def languages() -> list[str]:
    """The languages that there are packs of."""
    return sorted(
        file.name.removesuffix(".toml") for file in _FOLDER.iterdir() if file.name.endswith(".toml")
    )


@cache
def language_pack(language: str) -> LanguagePack:
    """The words of a language.

    Raises:
        UsageError: there is no pack of it, or the pack is not whole.
    """
    if language not in languages():
        msg = f"there are no words in {language!r}: choose one of {', '.join(languages())}"
        raise UsageError(msg)
    text = _FOLDER.joinpath(f"{language}.toml").read_text(encoding="utf-8")
    try:
        return LanguagePack(**tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        msg = f"the language pack {language}.toml is not valid: {error}"
        raise UsageError(msg) from None
