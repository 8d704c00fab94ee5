"""The page of metrics knows every field of the record, each once and in full, and every flag."""

import re
from collections import Counter
from pathlib import Path

import pytest

from stridesense import pipeline
from stridesense.gait import bilateral, detector, look, parameters, sides
from stridesense.model.strides import RECORD_FIELDS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
ENTRY = re.compile(r"^### `(\w+)`\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
FLAG = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
FLAGS = {
    look.CLIPPED_FLAG,
    look.POD_MOVED,
    detector.AFTER_GAP,
    detector.WEAK_CONTACT,
    parameters.CUT_SHORT,
    parameters.NO_STANDING_START,
    parameters.PITCH_UNSURE,
    parameters.LOW_RATE,
    parameters.FLIGHT_ESTIMATED,
    bilateral.CLOCK_UNSURE,
    bilateral.FEET_TOGETHER,
    sides.SIDES_SWAPPED,
    pipeline.TIMED_BY_ARRIVAL,
}


def test_each_field_of_the_record_has_one_entry() -> None:
    assert Counter(field for field, _ in ENTRY.findall(PAGE)) == Counter(RECORD_FIELDS)


@pytest.mark.parametrize(("name", "text"), ENTRY.findall(PAGE))
def test_an_entry_says_unit_source_and_limits(name: str, text: str) -> None:
    for part in ("**Unit:**", "**Source:**", "**Cannot tell:**"):
        assert text.count(part) == 1, f"{name} has no single {part}"


def test_every_flag_is_explained_once() -> None:
    assert sorted(FLAG.findall(PAGE)) == sorted(FLAGS)


def test_contact_is_defined() -> None:
    assert "5 % of the peak vertical load" in PAGE
