"""Twenty runners at real rates, and fifty pages that look on."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import sin
from typing import Final

import aiohttp
import aiomqtt

from brokers import PASSWORD, USERNAME, Broker, cue, stride
from stridesense.contract.records import record
from stridesense.contract.topics import A_FOOT, DELIVERY, Envelope, Kind, topic
from stridesense.model import CalfBudget, Foot, HeelState, LinkState, PodReport, StrideShape, ZeroReference
from stridesense.model.shapes import SHAPE_POINTS

FEET: Final = (Foot.LEFT, Foot.RIGHT)
CUE_EVERY_S: Final = 5.0
STRIDE_S: Final = 0.7
LAST_WORD: Final = "the end"

STRIDE: Final = replace(
    stride(0, cadence_spm=171.4286),
    heel_drop_deg=8.25,
    heel_height_mm=4.5,
    heel_state=HeelState.KISSED,
    push_off_rate_dps=412.25,
    pull_rate_dps=301.5,
    ball_time_s=0.0825,
    strike_angle_deg=-3.25,
)
SHAPE: Final = StrideShape(
    foot=Foot.LEFT,
    initial_contact_s=1.0,
    stride_time_s=0.7,
    zero=ZeroReference.STANDING,
    pitch_deg=tuple(40.0 * sin(0.12 * point) for point in range(SHAPE_POINTS)),
)


@dataclass(frozen=True, order=True)
class Due:
    """A message of one runner at a moment of the run."""

    at_s: float
    device: str
    kind: Kind
    foot: Foot | None = field(default=None, compare=False)


def timetable(runners: int, lasts_s: float) -> list[Due]:
    """Who says what and when: each foot its strides with their shapes, links and summaries each second."""
    return sorted(due for number in range(runners) for due in _of_one(number, runners, lasts_s))


def _of_one(number: int, runners: int, lasts_s: float) -> Iterator[Due]:
    device, begins_s = f"runner{number}", number / runners * STRIDE_S
    every = {
        Kind.STRIDE: STRIDE_S,
        Kind.SHAPE: STRIDE_S,
        Kind.LINK: 1.0,
        Kind.SUMMARY: 1.0,
        Kind.CUE: CUE_EVERY_S,
        Kind.BUDGET: 10.0,
    }
    for kind, period_s in every.items():
        for place, foot in enumerate(FEET if kind in A_FOOT else [None]):
            at_s = begins_s + place * period_s / 2.0
            while at_s < lasts_s:
                yield Due(at_s, device, kind, foot)
                at_s += period_s


def record_of(due: Due) -> dict[str, object]:
    foot = due.foot or Foot.LEFT
    match due.kind:
        case Kind.STRIDE:
            return record(replace(STRIDE, foot=foot))
        case Kind.SHAPE:
            return record(replace(SHAPE, foot=foot))
        case Kind.CUE:
            return {**record(cue(0)), "valid_until": time.time() + 2.0}
        case Kind.LINK:
            return record(PodReport(foot=foot, t_s=1.0, protocol="sofp", state=LinkState.STREAMING))
        case Kind.BUDGET:
            return record(CalfBudget(foot=foot, t_s=1.0, load=100.0, strides=100))
    return {"type": "summary", "gait": "run", "strides": 28, "cadence_spm": 171.4, "quality": 1.0}


async def publish(broker: Broker, runners: int, lasts_s: float) -> Counter[Kind]:
    """Let them run in real time; how many messages of each kind were said."""
    said: Counter[Kind] = Counter()
    envelope = Envelope("crowd")
    async with aiomqtt.Client(
        "127.0.0.1", broker.port, username=USERNAME, password=PASSWORD, protocol=broker.version
    ) as client:

        async def say(kind: Kind, to: str, record: dict[str, object]) -> None:
            delivery = DELIVERY[kind]
            payload = envelope.wrap(to, time.time(), record)
            await client.publish(to, payload, qos=delivery.qos, retain=delivery.retain)

        began_s = time.monotonic()
        async with asyncio.TaskGroup() as saying:
            for due in timetable(runners, lasts_s):
                await asyncio.sleep(max(0.0, began_s + due.at_s - time.monotonic()))
                to = topic(due.device, due.kind, due.foot)
                saying.create_task(say(due.kind, to, record_of(due)))
                said[due.kind] += 1
        for number in range(runners):
            await say(
                Kind.MARK,
                topic(f"runner{number}", Kind.MARK),
                {"type": "mark", "t_s": 1.0, "text": LAST_WORD},
            )
    return said


@dataclass
class Viewed:
    """What one page saw: how late each stride and cue was, s, and which cues."""

    late_s: list[float] = field(default_factory=list)
    cues: Counter[tuple[str, int]] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    finished: int = 0

    def take(self, frame: dict[str, object], now_s: float) -> None:
        items = frame.get("items", ())
        assert isinstance(items, Sequence)
        for item in items:
            payload = item["payload"]
            self.kinds[item["kind"]] += 1
            self.finished += item["kind"] == Kind.MARK and payload["text"] == LAST_WORD
            if item["kind"] in {Kind.STRIDE, Kind.CUE}:
                self.late_s.append(now_s - payload["t"])
            if item["kind"] == Kind.CUE:
                self.cues[item["device"], payload["seq"]] += 1


async def look_on(
    address: str, pages: int, runners: int, all_there: asyncio.Event | None = None
) -> list[Viewed]:
    """Let so many pages look on until each has heard every runner's last word."""
    viewed = [Viewed() for _ in range(pages)]
    there = asyncio.Barrier(pages)

    async def one(seen: Viewed, session: aiohttp.ClientSession) -> None:
        headers = {"Origin": address.rstrip("/")}
        async with session.ws_connect(f"{address}ws", headers=headers, max_msg_size=0) as socket:
            await there.wait()
            if all_there:
                all_there.set()
            async for message in socket:
                seen.take(json.loads(message.data), time.time())
                if seen.finished == runners:
                    return

    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        asyncio.TaskGroup() as looking,
    ):
        for seen in viewed:
            looking.create_task(one(seen, session))
    return viewed
