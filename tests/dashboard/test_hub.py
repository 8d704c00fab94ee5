"""What the hub keeps, and how much of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from brokers import cue
from dashboard.pages import said, stride_at
from stridesense.dashboard.hub import BATCH_S, MAX_RUNNERS, Hub
from stridesense.dashboard.mailbox import MAX_BYTES, MAX_FRAMES, Mailbox
from stridesense.dashboard.runner import REMEMBERED
from stridesense.dashboard.said import MAX_TEXT
from stridesense.dashboard.track import BLOCK_STRIDES, COLUMNS, MAX_BLOCKS, Track
from stridesense.sinks.mqtt_link import Heard

Reminder = tuple[float, Callable[[], None]]


class Room:
    """A hub, its clock, and what it wants to be reminded of."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.asked: list[Reminder] = []
        self.hub = Hub("mqtt://x:1", lambda: self.now_s, lambda s, call: self.asked.append((s, call)))

    def hear(self, level: str, record: dict[str, Any] | bytes, device: str = "pod") -> None:
        payload = record if isinstance(record, bytes) else json.dumps(record).encode()
        self.hub.hear(Heard(f"stridesense/1/{device}/{level}", payload, retained=False))

    def remind(self) -> None:
        asked, self.asked = self.asked, []
        for _, call in asked:
            call()


async def frames(mailbox: Mailbox) -> list[dict[str, Any]]:
    return [json.loads(await mailbox.take()) for _ in range(len(mailbox))]


async def test_messages_that_come_together_leave_together() -> None:
    room = Room()
    with room.hub.page() as (_, mailbox):
        for number in range(5):
            room.hear("left/stride", stride_at(float(number)))
        assert (len(mailbox), [delay_s for delay_s, _ in room.asked]) == (0, [BATCH_S])
        room.remind()
        (frame,) = await frames(mailbox)
        assert [item["payload"]["t"] for item in frame["items"]] == [0.0, 1.0, 2.0, 3.0, 4.0]


async def test_a_cue_leaves_at_once_after_what_came_before_it() -> None:
    room = Room()
    with room.hub.page() as (_, mailbox):
        room.hear("left/stride", stride_at(1.0))
        room.hear("cue", said(cue(1).to_record(), valid_until=2.0))
        (frame,) = await frames(mailbox)
        assert [item["kind"] for item in frame["items"]] == ["stride", "cue"]
        room.remind()
        assert len(mailbox) == 0


async def test_what_is_in_the_greeting_does_not_come_again() -> None:
    room = Room()
    room.hear("left/stride", stride_at(1.0))
    with room.hub.page() as (greeting, mailbox):
        room.remind()
        assert json.loads(greeting)["runners"][0]["strides"]["left"]["t"] == [1.0]
        assert len(mailbox) == 0


async def test_of_too_many_runners_the_one_that_was_silent_longest_is_forgotten() -> None:
    room = Room()
    for number in range(MAX_RUNNERS):
        room.hear("left/stride", stride_at(1.0), device=f"runner{number}")
    room.hear("left/stride", stride_at(2.0), device="runner0")
    with room.hub.page() as (_, mailbox):
        room.hear("left/stride", stride_at(1.0), device="one-more")
        room.remind()
        told = await frames(mailbox)
    assert {"type": "gone", "devices": ["runner1"]} in told
    assert room.hub.knows("runner0")
    assert not room.hub.knows("runner1")
    with room.hub.page() as (greeting, _):
        assert len(json.loads(greeting)["runners"]) == MAX_RUNNERS


async def test_names_that_only_a_broker_remembers_drive_no_runner_away() -> None:
    room = Room()
    room.hear("left/stride", stride_at(1.0), device="runner")
    for number in range(2 * MAX_RUNNERS):
        room.hear("status", b"online", device=f"made-up-{number}")
    assert room.hub.knows("runner")
    assert room.hub.knows(f"made-up-{2 * MAX_RUNNERS - 1}")
    with room.hub.page() as (greeting, _):
        assert len(json.loads(greeting)["runners"]) == MAX_RUNNERS


async def test_no_text_or_figure_reaches_a_page_that_it_could_not_draw() -> None:
    room = Room()
    room.hear("cue", said({**cue(1).to_record(), "text": "x" * 40_000}, valid_until=2.0))
    room.hear("left/stride", stride_at(1.0) | {"cadence_spm": 1e17})
    with room.hub.page() as (greeting, _):
        (runner,) = json.loads(greeting)["runners"]
    assert runner["cues"][0]["text"] == "x" * MAX_TEXT
    assert runner["strides"]["left"]["t"] == []
    assert room.hub.counts["not_understood"] == 1


async def test_it_remembers_the_last_cues() -> None:
    room = Room()
    for number in range(REMEMBERED + 5):
        room.hear("cue", said(cue(number).to_record(), valid_until=2.0))
    with room.hub.page() as (greeting, _):
        (runner,) = json.loads(greeting)["runners"]
    assert [one["value"] for one in runner["cues"]] == list(range(5, REMEMBERED + 5))


async def test_a_broker_that_stays_down_for_the_same_reason_is_said_once() -> None:
    room = Room()
    with room.hub.page() as (_, mailbox):
        for _ in range(3):
            room.hub.broker_is(up=False, why="nobody there")
        room.now_s += 1.0
        room.hub.broker_is(up=True)
        assert await frames(mailbox) == [
            {"type": "broker", "up": False, "address": "mqtt://x:1", "since": 1000.0, "why": "nobody there"},
            {"type": "broker", "up": True, "address": "mqtt://x:1", "since": 1001.0, "why": None},
        ]


@pytest.mark.parametrize("size", [10, MAX_BYTES // 8])
async def test_a_mailbox_that_nobody_empties_loses_the_oldest_and_counts_them(size: int) -> None:
    mailbox = Mailbox()
    for number in range(2 * MAX_FRAMES):
        mailbox.put(number.to_bytes(2) + bytes(size))
    kept = min(MAX_FRAMES, MAX_BYTES // (size + 2))
    assert (len(mailbox), mailbox.dropped) == (kept, 2 * MAX_FRAMES - kept)
    assert (await mailbox.take())[:2] == (2 * MAX_FRAMES - kept).to_bytes(2)


async def test_a_frame_that_is_larger_than_a_mailbox_still_arrives() -> None:
    mailbox = Mailbox()
    mailbox.put(bytes(2 * MAX_BYTES))
    assert len(await mailbox.take()) == 2 * MAX_BYTES


def test_a_track_holds_the_last_ten_minutes() -> None:
    track = Track()
    for second in range(1500):
        track.add({"t": float(second), "quality": 0.5, "heel_state": "held"})
    columns = json.loads(track.to_json())
    assert list(columns) == list(COLUMNS)
    assert columns["t"][-1] == 1499.0
    assert 899.0 - BLOCK_STRIDES <= columns["t"][0] <= 899.0
    assert {len(column) for column in columns.values()} == {len(track)}
    assert set(columns["heel_state"]) == {"held"}
    assert set(columns["cadence_spm"]) == {None}


def test_a_track_is_bounded_whatever_time_its_strides_claim() -> None:
    track = Track()
    for _ in range(BLOCK_STRIDES * (MAX_BLOCKS + 3)):
        track.add({"t": 5.0})
    assert len(track) == BLOCK_STRIDES * MAX_BLOCKS
