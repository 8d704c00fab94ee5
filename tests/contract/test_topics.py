import json
import math
import random
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers import stride
from stridesense.contract.examples import examples
from stridesense.contract.topics import A_FOOT, DELIVERY, Envelope, Kind, device_level, parse, topic
from stridesense.errors import InputError, UsageError
from stridesense.model import Foot
from stridesense.sinks.backoff import delays_s
from stridesense.sinks.summary import Summary


@given(st.text(max_size=80))
def test_whatever_a_device_is_called_it_makes_one_harmless_topic_level(name: str) -> None:
    try:
        level = device_level(name)
    except UsageError:
        assert not any(letter.isalnum() and letter.isascii() for letter in name)
    else:
        assert 0 < len(level) <= 64
        assert not set(level) & set("/+#\0 .*>$\u202e\u200b\n")
        assert device_level(level) == level


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("Ana's pod", "Ana-s-pod"),
        ("a/+/#\0b", "a-b"),
        ("../../etc", "etc"),
        ("Läufer", "Läufer"),
        ("x" * 300, "x" * 64),
    ],
)
def test_a_device_name_stays_recognisable(name: str, level: str) -> None:
    assert device_level(name) == level


def test_a_device_name_without_a_letter_is_refused_with_a_sentence() -> None:
    with pytest.raises(UsageError, match=r"set mqtt\.device"):
        device_level("/#/")


def test_topics_are_those_that_subscribers_know() -> None:
    assert topic("pod", Kind.STRIDE, Foot.LEFT) == "stridesense/1/pod/left/stride"
    assert topic("pod", Kind.LINK, Foot.RIGHT) == "stridesense/1/pod/right/link"
    assert topic("pod", Kind.READING, Foot.RIGHT) == "stridesense/1/pod/right/reading"
    names = ("summary", "cue", "status", "info", "battery", "session")
    assert [topic("pod", Kind(name)) for name in names] == [f"stridesense/1/pod/{name}" for name in names]
    assert set(DELIVERY) == set(Kind)


@pytest.mark.parametrize("device", ["pod", "L\u00e4ufer", "<img>", "x" * 64])
@pytest.mark.parametrize("kind", Kind)
def test_a_topic_says_whose_and_what_it_is(device: str, kind: Kind) -> None:
    for foot in Foot if kind in A_FOOT else [None]:
        assert parse(topic(device, kind, foot)) == (device, kind, foot)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "",
        "stridesense/1/",
        "stridesense/1/pod",
        "stridesense/1//cue",
        "stridesense/2/pod/cue",
        "pod/cue",
        "stridesense/1/pod/cue/",
        "stridesense/1/pod/stride",
        "stridesense/1/pod/left/cue",
        "stridesense/1/pod/both/stride",
        "stridesense/1/pod/left/stride/more",
        "stridesense/1/pod\0/cue",
        f"stridesense/1/{'x' * 65}/cue",
    ],
)
def test_any_other_topic_is_none_of_ours(elsewhere: str) -> None:
    with pytest.raises(InputError, match="no topic"):
        parse(elsewhere)


def test_each_topic_counts_for_itself_without_a_gap() -> None:
    envelope = Envelope("sid")
    record: dict[str, object] = {"type": "mark", "t_s": 1.0, "text": ""}
    names = [topic(device, Kind.MARK) for device in ("a", "a", "b", "a")]
    sent = [json.loads(envelope.wrap(name, 1.0, record)) for name in names]
    assert [(one["v"], one["sid"], one["seq"]) for one in sent] == [
        (1, "sid", 0), (1, "sid", 1), (1, "sid", 0), (1, "sid", 2),
    ]  # fmt: skip


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None])
def test_what_was_not_measured_is_left_out(value: float | None) -> None:
    record = stride(1).to_record()
    payload = Envelope("sid").wrap(
        topic("pod", Kind.STRIDE, Foot.LEFT), 1.0, {**record, "impact_g": value, "speed_mps": 3.0}
    )
    head = {"v": 1, "sid": "sid", "seq": 0, "t": 1.0}
    assert json.loads(payload) == {**head, **record, "speed_mps": 3.0}


def test_payloads_are_flat() -> None:
    for kind, payload in examples().items():
        values = () if kind is Kind.STATUS else json.loads(payload).values()
        assert not [value for value in values if isinstance(value, dict)]


def test_a_summary_comes_once_in_each_second_with_a_stride() -> None:
    summary = Summary()
    seconds = [int(one.initial_contact_s) for one in map(stride, range(20)) if summary.add(one) is not None]
    assert seconds == sorted({int(0.7 * index) for index in range(20)})


def test_a_summary_is_the_mean_of_the_last_10_s_where_measured() -> None:
    summary = Summary()
    for index in range(40):
        latest = summary.add(stride(index, cadence_spm=160.0 + index if index % 2 else None)) or {}
    assert latest["strides"] == 15
    assert latest["cadence_spm"] == pytest.approx(160.0 + 32.0)
    assert "heel_drop_deg" not in latest


@given(st.integers())
def test_tries_grow_apart_until_one_in_2_s_at_most(seed: int) -> None:
    delays = list(islice(delays_s(random.Random(seed)), 30))
    assert 0.1 <= delays[0] <= 0.12
    assert all(2.0 <= delay <= 2.4 for delay in delays[5:])
    assert delays[:5] == sorted(delays[:5])
