"""Pods that do what they should: everything they send arrives, once and in order, and makes its strides."""

import asyncio
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest

from ble.listening import LEFT, RIGHT, becomes, listening, pod_of, radio_of, worn
from ble.peripherals import RunClock, SofpPod
from ble.peripherals import pod_of as peripheral_of
from ble.rigs.base import Rig
from stridesense.model import Foot, RawPacket, Stride
from stridesense.model.pods import BATTERY, LinkState
from stridesense.simulator import SimulatedRun, load, simulate
from stridesense.sinks.base import Item, Sink
from stridesense.sources.ble import BleSource
from stridesense.sources.supervisor import Patience


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    return simulate(load("easy_run").shortened(13.0))


class Kept(Sink):
    """The strides that a session gave, and how many packets of data it took."""

    def __init__(self) -> None:
        self.strides: list[Stride] = []
        self.data = 0

    async def handle(self, item: Item) -> None:
        if isinstance(item, Stride):
            self.strides.append(item)
        elif isinstance(item, RawPacket):
            self.data += item.characteristic == "data"


def strides_of(packets: Iterable[RawPacket]) -> list[Stride]:
    from stridesense.pipeline import Pipeline
    from stridesense.runtime.session import SessionReport, outcomes

    made = outcomes(packets, Pipeline(), SessionReport())
    return [outcome for outcome in made if isinstance(outcome, Stride)]


def in_order(sent: Iterable[bytes], arrived: Iterable[bytes]) -> bool:
    """Whether all that was sent stands in what arrived, in its order."""
    rest = iter(arrived)
    return all(payload in rest for payload in sent)


async def test_a_pod_is_asked_who_it_is_before_it_streams_and_stopped_at_the_end(
    rig: Rig, run: SimulatedRun
) -> None:
    async with SofpPod(await rig.peripheral("pod", LEFT), run, Foot.LEFT) as pod:
        async with listening(rig, {Foot.LEFT: pod_of(pod)}, Patience()) as heard:
            await heard.streams(Foot.LEFT, 10)
        await becomes(lambda: not rig.air.is_connected(LEFT))
        assert [command for _, command in pod.commands] == [b"\x01\x03", b"\x02"]
    roles = [packet.characteristic for packet in heard.packets]
    assert roles[:6] == ["link", "link", "link", "info", "config", "control"]
    assert roles.index("data") > roles.index("config")
    assert heard.of(Foot.LEFT, BATTERY) == [bytes([pod.battery_percent])]
    assert heard.states(Foot.LEFT) == [LinkState.SEARCHING, LinkState.CONNECTING, LinkState.STREAMING]
    link = heard.links(Foot.LEFT)[-1]
    assert (link["address"], link["name"], link["firmware"]) == (LEFT, "StrideSense left", "1.0.0")
    assert link["rssi_dbm"] < 0
    assert link["reconnects"] == 0


async def test_a_level_of_the_battery_is_taken_once(rig: Rig, run: SimulatedRun) -> None:
    async with worn(rig, run, Patience()) as (pod, heard):
        await heard.streams(Foot.LEFT)
        for percent in (87, 87, 86):
            assert await pod.say("battery", bytes([percent]))
        await heard.until(lambda: bytes([86]) in heard.of(Foot.LEFT, BATTERY))
    assert heard.of(Foot.LEFT, BATTERY) == [bytes([87]), bytes([86])]


@pytest.mark.parametrize(
    ("scenario", "foot", "protocol"),
    [
        ("polar_sense", Foot.LEFT, "polar_pmd"),
        ("movesense", Foot.LEFT, "movesense_gsp"),
        ("watch_pod", Foot.RIGHT, "rsc"),
    ],
)
async def test_every_kind_of_pod_is_started_heard_and_stopped(
    rig: Rig, scenario: str, foot: Foot, protocol: str
) -> None:
    run = simulate(load(scenario).shortened(6.0))
    async with peripheral_of(await rig.peripheral("pod", LEFT), run, foot) as pod:
        async with listening(rig, {foot: pod_of(pod, protocol)}, Patience()) as heard:
            await heard.until(lambda: len(heard.values()) > 6)
            sent = [payload for _, _, payload in pod.sent]
            assert len(sent) > 2
            await heard.until(lambda: in_order(sent, heard.values()))  # the last may be on its way still
        assert heard.states(foot) == [LinkState.SEARCHING, LinkState.CONNECTING, LinkState.STREAMING]
        await becomes(lambda: not rig.air.is_connected(LEFT))


async def test_two_pods_at_208_hz_lose_nothing_and_make_the_strides_of_their_recording(
    rig: Rig, run: SimulatedRun, tmp_path: Path
) -> None:
    from stridesense.pipeline import Pipeline
    from stridesense.recording.format import SessionMeta
    from stridesense.recording.reader import Recording
    from stridesense.runtime.desk import SessionDesk
    from stridesense.runtime.session import run_session
    from stridesense.sinks.recorder import Recorder

    clock, kept, path = RunClock(), Kept(), tmp_path / "run.mcap"
    async with (
        SofpPod(await rig.peripheral("left", LEFT), run, Foot.LEFT, clock=clock) as left,
        SofpPod(await rig.peripheral("right", RIGHT), run, Foot.RIGHT, clock=clock) as right,
    ):
        source = BleSource(radio_of(rig), {Foot.LEFT: pod_of(left), Foot.RIGHT: pod_of(right)})
        recorder = Recorder(path, SessionMeta.new("test"))
        session = asyncio.create_task(run_session(source, Pipeline(), [recorder, kept], SessionDesk()))
        await asyncio.gather(*(pod.has_sent("data", 1) for pod in (left, right)))
        await becomes(lambda: session.done() or not (left.is_playing or right.is_playing), 60.0)
        await becomes(lambda: kept.data >= len([*left.values("data"), *right.values("data")]))
        source.end()
        report = await session
    recorded = list(Recording.open(path).packets())
    for pod in (left, right):
        arrived = [p.payload for p in recorded if (p.foot, p.characteristic) == (pod.foot, "data")]
        assert arrived == pod.values("data")
        assert pod.lost == 0
    assert source.dropped == 0
    assert report.packets == len(recorded)
    assert all(one.arrival_ns <= other.arrival_ns for one, other in pairwise(recorded))
    assert len(kept.strides) > 20
    assert [stride.to_record() for stride in strides_of(recorded)] == [s.to_record() for s in kept.strides]
