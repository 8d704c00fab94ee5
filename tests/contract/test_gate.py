"""What is let in of what anybody may send, and what is said to the rest."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stridesense.contract.commands import (
    MAX_COMMAND_BYTES,
    CheckInNow,
    Command,
    CommandError,
    Mark,
    Mute,
    RefusalReason,
    SetTheme,
)
from stridesense.contract.gate import BURST, COMMANDS_PER_S, Gate, parse
from stridesense.model import RedFlag, Theme

MUTE = b'{"command": "mute"}'


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ('{"command": "mute"}', Mute(command="mute")),
        (
            '{"v": 1, "id": "a", "command": "mark", "text": "Hügel"}',
            Mark(id="a", command="mark", text="Hügel"),
        ),
        ('{"command": "theme", "theme": "heel"}', SetTheme(command="theme", theme=Theme.HEEL)),
        (
            '{"command": "check_in", "left": 3, "red_flags": ["swelling"]}',
            CheckInNow(command="check_in", left=3, red_flags=[RedFlag.SWELLING]),
        ),
    ],
)
def test_a_valid_command_is_let_in(text: str, command: Command) -> None:
    assert parse(text.encode()) == command


@pytest.mark.parametrize(
    ("payload", "reason", "sentence"),
    [
        (b" " * (MAX_COMMAND_BYTES + 1), "too_large", "a command has at most 4096 bytes, not 4097"),
        (b"mute", "not_json", "a command is a JSON object in UTF-8, and this is none"),
        (b"\xff\xfe", "not_json", "a command is a JSON object in UTF-8, and this is none"),
        (MUTE.decode().encode("utf-16"), "not_json", "a command is a JSON object in UTF-8, and this is none"),
        (b"[" * MAX_COMMAND_BYTES, "not_json", "a command is a JSON object in UTF-8, and this is none"),
        (b'{"command": "check_in", "left": NaN}', "not_json", "NaN is no value in JSON"),
        (b'{"command": "check_in", "left": -Infinity}', "not_json", "-Infinity is no value in JSON"),
        (b'["mute"]', "not_valid", 'a command is a JSON object, as in {"command": "mute"}'),
        (b'{"command": "mute", "command": "stop"}', "not_valid", "a command has each field once"),
        (
            b"{}",
            "not_valid",
            "command is one of start, stop, mute, unmute, mark, theme, check_in, which is missing",
        ),
        (b'{"command": "explode the pod"}', "not_valid", "check_in, not 'explode the\\.\\.\\.$"),
        (b'{"command": ["mute"]}', "not_valid", "check_in, not \\['mute'\\]"),
        (b'{"command": "mute", "reply": 1}', "not_valid", "the command mute has no field 'reply'"),
        (
            b'{"command": "check_in", "left": 11}',
            "not_valid",
            "left: input should be less than or equal to 10",
        ),
        (b'{"command": "check_in", "left": 3.5}', "not_valid", "left: input should be a valid integer"),
        (b'{"command": "check_in", "left": true}', "not_valid", "left: input should be a valid integer"),
        (
            b'{"command": "check_in", "red_flags": ["bored"]}',
            "not_valid",
            "red_flags.0: input should be 'sudden_pain",
        ),
        (b'{"command": "theme", "theme": "../../x"}', "not_valid", "theme: input should be 'heel'"),
        (b'{"command": "mark", "text": 7}', "not_valid", "text: input should be a valid string"),
        (b'{"command": "mark", "text": "\\ud800"}', "not_valid", "text: input should be a valid string"),
        (b'{"command": "mark", "text": "\\u001b[2J"}', "not_valid", "text: a text must have no line breaks"),
        (
            b'{"command": "mark", "text": "%s"}' % (b"x" * 201),
            "not_valid",
            "text: string should have at most 200",
        ),
        (b'{"command": "mute", "id": "%s"}' % (b"x" * 65), "not_valid", "id: string should have at most 64"),
        (b'{"command": "mute", "v": 2}', "not_valid", "v: input should be 1"),
    ],
)
def test_anything_else_is_refused_with_one_short_sentence(payload: bytes, reason: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as refusal:
        parse(payload)
    assert refusal.value.reason == reason
    assert len(str(refusal.value)) < 160


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(
    st.binary()
    | st.dictionaries(st.sampled_from(("command", "id", "text", "v")), json_values).map(json.dumps)
)
def test_whatever_comes_is_a_command_or_a_refusal(told: bytes | str) -> None:
    try:
        answer = parse(told if isinstance(told, bytes) else told.encode()).model_dump_json()
    except CommandError as refusal:
        answer = f"{refusal.id}{refusal}"
    assert answer.isprintable()
    assert answer.encode()


def test_a_refusal_tells_the_id_where_it_could_be_read() -> None:
    with pytest.raises(CommandError) as refusal:
        parse(b'{"id": "button 1", "command": "jump"}')
    assert refusal.value.id == "button 1"


def test_ten_a_second_are_let_in_and_each_refusal_is_counted() -> None:
    gate, let_in = Gate(), 0
    for number in range(2000):
        with suppress(CommandError):
            gate.admit(MUTE, number / 1000.0, retained=False)
            let_in += 1
    assert BURST + 1.9 * COMMANDS_PER_S <= let_in <= BURST + 2.0 * COMMANDS_PER_S
    assert gate.refused == {RefusalReason.TOO_MANY: 2000 - let_in}
    assert gate.admit(MUTE, 3.0, retained=False) == Mute(command="mute")


def test_of_too_many_one_a_second_is_answered_and_of_the_others_each() -> None:
    gate = Gate()
    too_many, too_large = (
        CommandError(reason, "") for reason in (RefusalReason.TOO_MANY, RefusalReason.TOO_LARGE)
    )
    assert sum(gate.answers(too_many, number / 1000.0) for number in range(2500)) == 3
    assert all(gate.answers(too_large, 1.0) for _ in range(5))


def test_a_retained_command_is_not_obeyed() -> None:
    gate = Gate()
    with pytest.raises(CommandError, match="send it without retain"):
        gate.admit(MUTE, 0.0, retained=True)
    assert gate.refused == {RefusalReason.RETAINED: 1}
