"""The examples of docs/commands.md are what a session takes and says."""

import re
import shlex
from pathlib import Path

import pytest

from stridesense.contract.commands import COMMAND_NAMES, RefusalReason
from stridesense.contract.gate import parse
from stridesense.contract.messages import ResultMessage
from stridesense.contract.topics import Kind, topic
from stridesense.model import FORM_THEMES, RedFlag


@pytest.fixture(scope="module")
def page(checkout: Path) -> str:
    return (checkout / "docs" / "commands.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[list[str]]:
    found = re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return [block.splitlines() for block in found]


def test_every_command_is_shown_with_every_field(page: str) -> None:
    shown = [parse(line.encode()) for line in blocks(page, "json")[0]]
    assert sorted(command.command for command in shown) == sorted(COMMAND_NAMES)
    for command in shown:
        assert command.model_fields_set == set(type(command).model_fields)


def test_the_answers_shown_are_answers(page: str) -> None:
    shown = [ResultMessage.model_validate_json(line) for line in blocks(page, "json")[1]]
    assert {answer.ok for answer in shown} == {True, False}


def test_the_lines_for_mosquitto_speak_to_the_right_topics(page: str) -> None:
    lines = [shlex.split(line) for line in blocks(page, "console")[0]]
    told = dict(zip(["mosquitto_pub", "mosquitto_sub"], lines, strict=True))
    assert [words[0] for words in lines] == list(told)
    assert told["mosquitto_pub"][2] == topic("pod", Kind.COMMAND)
    assert told["mosquitto_sub"][2] == topic("pod", Kind.RESULT)
    parse(told["mosquitto_pub"][-1].encode())


@pytest.mark.parametrize("names", [RefusalReason, RedFlag, FORM_THEMES, COMMAND_NAMES])
def test_what_can_be_said_is_named_on_the_page(names: tuple[str, ...], page: str) -> None:
    assert [name for name in names if f"`{name}`" not in page] == []
