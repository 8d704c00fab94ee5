"""What is said and what is read are the same, and nobody can break the reader."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stridesense.contract.messages import MAX_MESSAGE_BYTES, MESSAGES, CueMessage, Enveloped, read
from stridesense.contract.records import record
from stridesense.contract.topics import A_FOOT, Envelope, Kind, topic
from stridesense.errors import InputError
from stridesense.model import (
    Bout,
    CalfBudget,
    Change,
    Cue,
    CueEffect,
    Drill,
    Foot,
    GapCause,
    Hop,
    Obeyed,
    Order,
    PodReading,
    PodReport,
    Stride,
    StrideShape,
    Theme,
)
from stridesense.sinks.summary import AVERAGED

NOUNS: Mapping[Kind, type] = {
    Kind.STRIDE: Stride,
    Kind.SHAPE: StrideShape,
    Kind.READING: PodReading,
    Kind.LINK: PodReport,
    Kind.HOP: Hop,
    Kind.CUE: Cue,
    Kind.EFFECT: CueEffect,
    Kind.CHANGE: Change,
    Kind.DRILL: Bout,
    Kind.BUDGET: CalfBudget,
}
BY_LEG = {
    "hops": [f"hops_{foot}" for foot in Foot],
    "load": [f"load_{foot}" for foot in Foot],
    "contact_time_s": [f"contact_time_{foot}_s" for foot in Foot],
}
ADDED = {Kind.CUE: ["valid_until"], Kind.EFFECT: ["gain_sd"]}
MARK: dict[str, Any] = {"v": 1, "sid": "a", "seq": 0, "t": 1.5, "type": "mark", "t_s": 2.5, "text": "x"}


def own_fields(kind: Kind) -> list[str]:
    return [name for name in MESSAGES[kind].model_fields if name not in Enveloped.model_fields]


def expected_fields(kind: Kind) -> list[str]:
    names = [field.name for field in fields(NOUNS[kind])]
    if kind is Kind.LINK:
        return [*names[:-1], *(f"lost_{cause}" for cause in GapCause)]
    if kind is Kind.DRILL:
        names = [flat for name in names for flat in BY_LEG.get(name, [name])]
    return names + ADDED.get(kind, [])


@pytest.mark.parametrize("kind", NOUNS)
def test_a_message_has_the_fields_of_its_noun_and_no_others(kind: Kind) -> None:
    assert sorted(own_fields(kind)) == sorted(expected_fields(kind))


def test_a_summary_has_the_means_that_are_taken() -> None:
    assert set(own_fields(Kind.SUMMARY)) == {"gait", "strides", "heel_held_ratio", *AVERAGED}


def test_each_kind_but_the_commands_has_a_model_that_explains_each_field() -> None:
    assert set(MESSAGES) == set(Kind) - {Kind.COMMAND}
    described = [field.description for model in MESSAGES.values() for field in model.model_fields.values()]
    assert all(described)
    assert all(model.about for model in MESSAGES.values())


@pytest.mark.parametrize(
    ("item", "kind", "said"),
    [
        (
            Bout(drill=Drill.ROPE_JUMP, start_s=1.0, end_s=9.0, hops={Foot.LEFT: 9}, load={Foot.LEFT: 0.5}),
            Kind.DRILL,
            {"drill": "rope_jump", "start_s": 1.0, "end_s": 9.0, "hops_left": 9, "load_left": 0.5},
        ),
        (
            CueEffect(cue_id="heel_kiss", foot=Foot.LEFT, t_s=9.0, given=True, before_sd=2.0, after_sd=0.5),
            Kind.EFFECT,
            {"cue_id": "heel_kiss", "foot": "left", "t_s": 9.0, "given": True, "before_sd": 2.0,
             "after_sd": 0.5, "gain_sd": 1.5},
        ),
        (
            Obeyed(order=Order.MARK, t_s=2.5, value="bridge"),
            Kind.MARK,
            {"t_s": 2.5, "text": "bridge"},
        ),
        (
            Hop(foot=Foot.RIGHT, t_s=3.0, number=4, contact_time_s=0.25, heel_touched=True),
            Kind.HOP,
            {"foot": "right", "t_s": 3.0, "number": 4, "contact_time_s": 0.25, "heel_touched": True},
        ),
    ],
)  # fmt: skip
def test_what_is_told_of_an_item_is_flat_and_is_read_back(
    item: object, kind: Kind, said: dict[str, object]
) -> None:
    payload = Envelope("sid").wrap(
        topic("pod", kind, Foot.LEFT if kind in A_FOOT else None), 1.0, record(item)
    )
    assert json.loads(payload) == {"v": 1, "sid": "sid", "seq": 0, "t": 1.0, "type": kind, **said}
    assert read(kind, payload).model_dump(mode="json", exclude_unset=True) == json.loads(payload)


@pytest.mark.parametrize("item", [object(), Obeyed(order=Order.THEME, t_s=0.0, value=Theme.HEEL)])
def test_nobody_is_told_of_other_items(item: object) -> None:
    with pytest.raises(TypeError, match="nobody is told"):
        record(item)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (b'"t_s":NaN', "no JSON"),
        (b'"new":NaN', "no JSON"),
        (b'"new":-Infinity', "no JSON"),
        (b'"t_s":1e999', "finite"),
        (b'"t_s":' + b"9" * 400, "finite"),
        (b'"t_s":"2.5"', "t_s: .* number"),
        (b'"t_s":true', "t_s: .* number"),
        (b'"t_s":null', "t_s: .* number"),
        (b'"text":5', "text: .* string"),
        (b'"text":"\\ud800"', "JSON"),
        (b'"text":"\xff"', "JSON"),
        (b'"seq":-1', "seq: .* greater"),
        (b'"seq":0.5', "seq: .* integer"),
        (b'"v":2', "v: "),
        (b'"type":"cue"', "type: "),
        (b'"new":' + b"[" * 20_000 + b"]" * 20_000, "recursion"),
        (b'"new":"' + b"x" * MAX_MESSAGE_BYTES + b'"', "too long"),
    ],
)
def test_a_message_that_is_none_is_refused_in_one_sentence(change: bytes, fault: str) -> None:
    payload = json.dumps(MARK).encode()
    assert read(Kind.MARK, payload)
    with pytest.raises(InputError, match=fault) as refused:
        read(Kind.MARK, payload[:-1] + b"," + change + b"}")
    assert len(str(refused.value)) < 200
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("payload", [b"", b"[]", b"null", b"1", b'"x"', b"{}", b"\x00\xff", b"{" * 1000])
@pytest.mark.parametrize("kind", MESSAGES)
def test_no_kind_takes_something_else_for_a_message(kind: Kind, payload: bytes) -> None:
    with pytest.raises(InputError):
        read(kind, payload)


@given(st.binary(max_size=200), st.integers(0, 80), st.integers(0, 80))
def test_whatever_is_spliced_into_a_message_nothing_but_an_input_error_comes_of_it(
    noise: bytes, start: int, length: int
) -> None:
    payload = json.dumps(MARK).encode()
    with suppress(InputError):
        read(Kind.MARK, payload[:start] + noise + payload[start + length :])


def test_fields_and_names_of_later_versions_are_survived() -> None:
    cue = {
        **{name: MARK[name] for name in ("v", "sid", "seq", "t", "t_s", "text")},
        "type": "cue", "cue_id": "x", "theme": "breathing", "kind": "praise", "foot": "left", "reason": "",
        "metric": "x", "value": 1, "window_strides": 10, "valid_for_s": 2, "valid_until": 5,
        "later": {"a": [1]},
    }  # fmt: skip
    message = read(Kind.CUE, json.dumps(cue).encode())
    assert isinstance(message, CueMessage)
    assert (message.theme, message.kind, message.foot) == ("breathing", "praise", Foot.LEFT)
