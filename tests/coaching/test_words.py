"""Every language has words for everything, short enough to follow."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import ValidationError

from stridesense.coaching.rules import RULES
from stridesense.coaching.words import MOST_WORDS, LanguagePack, language_pack, languages
from stridesense.errors import UsageError
from stridesense.model import Foot

FORBIDDEN = ("forefoot", "toes", "ball of", "vorfuß", "zehen", "ballen")
"""No cue tells anyone to land on the front of the foot: that loads the calf."""


def test_there_is_english_and_one_more() -> None:
    assert {"en", "de"} <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_what_is_said_while_running_is_short_and_names_the_side(language: str) -> None:
    pack = language_pack(language)
    for rule in RULES:
        for internal in (True, False):
            both = pack.correction(rule.cue_id, Foot.UNKNOWN, internal=internal)
            left, right = (
                pack.correction(rule.cue_id, foot, internal=internal) for foot in (Foot.LEFT, Foot.RIGHT)
            )
            assert all(len(phrase.split()) <= MOST_WORDS for phrase in (both, left, right))
            assert (left != right) is rule.one_foot
            assert both in pack.recall(rule.cue_id, internal=internal)
            assert not [word for word in FORBIDDEN if word in f"{both} {left}".lower()]
        assert len(pack.praise(rule.cue_id).split()) <= MOST_WORDS


def test_a_language_without_words_is_named() -> None:
    with pytest.raises(UsageError, match="there are no words in 'tlh': choose one of de, en"):
        language_pack("tlh")


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("heel_held", "internal", "let both of your heels come down now please"),
        ("heel_held", "internal_one", None),
        ("heel_held", "success", ""),
    ],
)
def test_a_pack_that_lacks_words_or_talks_too_much_is_refused(
    section: str, key: str, value: str | None
) -> None:
    pack = tomllib.loads(
        files("stridesense.coaching").joinpath("languages/en.toml").read_text(encoding="utf-8")
    )
    LanguagePack(**pack)
    pack["cues"][section] |= {key: value}
    with pytest.raises(ValidationError):
        LanguagePack(**pack)


@pytest.mark.parametrize(
    ("section", "name"), [("cues", "cadence_low"), ("notices", "load_red"), ("drills", "shake_out")]
)
def test_a_pack_without_words_for_something_is_refused(section: str, name: str) -> None:
    pack = language_pack("en").model_dump()
    del pack[section][name]
    with pytest.raises(ValidationError, match=name):
        LanguagePack(**pack)


@pytest.mark.parametrize("language", languages())
def test_a_drill_is_explained_in_two_short_sentences_at_most(language: str) -> None:
    pack = language_pack(language)
    for rule in RULES:
        title, *how = pack.drill(rule.drill).removesuffix(".").split(". ")
        assert title == pack.drills[rule.drill].title
        assert 1 <= len(how) <= 2
        assert not [word for word in FORBIDDEN if word in " ".join(how).lower()]


@pytest.mark.parametrize("how", ["", "hop " * 40])
def test_a_drill_without_words_or_with_too_many_is_refused(how: str) -> None:
    pack = language_pack("en").model_dump()
    pack["drills"]["rope_jump"]["how"] = how
    with pytest.raises(ValidationError, match="rope_jump"):
        LanguagePack(**pack)


def test_the_page_of_the_coach_explains_the_drills_in_the_same_words(checkout: Path) -> None:
    page = (checkout / "docs" / "coach.md").read_text(encoding="utf-8")
    for words in language_pack("en").drills.values():
        assert f"| {words.how} |" in page
        assert f"| {words.title} |" in page
