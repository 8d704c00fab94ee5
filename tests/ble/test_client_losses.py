"""Links that break, pods that fall silent or come back as others: each time the thread is taken up again."""

import asyncio
import random
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from bleak import BleakClient
from bleak_retry_connector import establish_connection

from ble.listening import LEFT, Heard, becomes, listening, long_run, pod_of, worn, worn_on_both
from ble.peripherals import SofpPod
from ble.rigs.base import Rig
from stridesense.model import Foot, Gap, Stride
from stridesense.model.pods import LinkState
from stridesense.simulator import SimulatedRun
from stridesense.sources import bluetooth

LOSSES = 20
SOME_STRIDES = 80  # packets of data: 7 s, if none is lost
MOST_STRETCHES = 4  # a machine with other work loses packets on the air, and with them strides


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    return long_run()


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def tasks() -> set[str]:
    return {task.get_name() for task in asyncio.all_tasks()}


async def lose(rig: Rig, *, out_of_range: bool) -> float:
    """Break the link in one of the two ways; the moment when the pod can be reached again."""
    if out_of_range:
        rig.air.silence(LEFT)
        await becomes(lambda: not rig.air.is_connected(LEFT))
        rig.air.back(LEFT)
    else:
        rig.air.drop(LEFT)
    return asyncio.get_running_loop().time()


async def recovers(heard: Heard, already: int, timeout_s: float = 20.0) -> float:
    """Wait for data of a new connection; the moment it came."""
    await heard.until(lambda: heard.count(Foot.LEFT, LinkState.STREAMING) > already, timeout_s)
    await heard.streams(Foot.LEFT, 1)
    return asyncio.get_running_loop().time()


def strides_and_gaps(heard: Heard) -> tuple[list[Stride], list[Gap]]:
    from stridesense.pipeline import Pipeline
    from stridesense.runtime.session import SessionReport, outcomes

    made = list(outcomes(heard.packets, Pipeline(), SessionReport()))
    return [one for one in made if isinstance(one, Stride)], [one for one in made if isinstance(one, Gap)]


async def strides_are_heard(heard: Heard) -> None:
    for _ in range(MOST_STRETCHES):
        await heard.streams(Foot.LEFT, SOME_STRIDES)
        if strides_and_gaps(heard)[0]:
            return


def assert_no_stride_spans_a_hole(heard: Heard) -> None:
    strides, gaps = strides_and_gaps(heard)
    assert gaps
    assert strides
    for stride in strides:
        end_s = stride.initial_contact_s + (stride.stride_time_s or stride.contact_time_s or 0.0)
        assert not any(stride.initial_contact_s < gap.end_s and gap.start_s < end_s for gap in gaps)


async def test_twenty_lost_links_are_taken_up_again_without_a_leak_or_a_double(
    rig: Rig, run: SimulatedRun
) -> None:
    how = random.Random(8)
    ways = [True, False] * (LOSSES // 2)
    how.shuffle(ways)
    waits_s = []
    async with worn(rig, run) as (pod, heard):
        await heard.streams(Foot.LEFT)
        files, before = open_files(), len(tasks())
        for number, out_of_range in enumerate(ways, start=1):
            back_s = await lose(rig, out_of_range=out_of_range)
            waits_s.append(await recovers(heard, number) - back_s)
            await asyncio.sleep(how.uniform(0.0, 0.2))
        await becomes(lambda: open_files() <= files and len(tasks()) <= before)
        await strides_are_heard(heard)
    assert heard.links(Foot.LEFT)[-1]["reconnects"] == LOSSES
    assert median(waits_s) <= 5.0, waits_s
    assert_no_stride_spans_a_hole(heard)
    assert all((later - earlier) % 65536 > 0 for earlier, later in pairwise(heard.sequence(Foot.LEFT)))
    assert len(set(heard.of(Foot.LEFT, "data"))) == len(heard.of(Foot.LEFT, "data"))
    assert set(heard.of(Foot.LEFT, "data")) <= set(pod.values("data"))


async def test_when_it_ends_nothing_of_it_is_left(rig: Rig, run: SimulatedRun) -> None:
    async with SofpPod(await rig.peripheral("pod", LEFT), run, Foot.LEFT) as pod:
        async with listening(rig, {Foot.LEFT: pod_of(pod)}) as heard:
            await heard.streams(Foot.LEFT)
        files, before = open_files(), tasks()
        for _ in range(2):
            async with listening(rig, {Foot.LEFT: pod_of(pod)}) as heard:
                await heard.streams(Foot.LEFT)
        await becomes(lambda: not rig.air.is_connected(LEFT))
        await becomes(lambda: (open_files(), len(tasks())) <= (files, len(before)))


async def test_a_lost_foot_leaves_the_other_alone(rig: Rig, run: SimulatedRun) -> None:
    async with worn_on_both(rig, run) as (_, _, heard):
        await heard.streams(Foot.LEFT)
        await heard.streams(Foot.RIGHT)
        rig.air.silence(LEFT)
        await heard.until(lambda: LinkState.LOST in heard.states(Foot.LEFT))
        await heard.streams(Foot.RIGHT, 20)
        assert heard.states(Foot.LEFT)[-1] in (LinkState.LOST, LinkState.SEARCHING)
        rig.air.back(LEFT)
        await heard.streams(Foot.LEFT)
    numbers = heard.sequence(Foot.RIGHT)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert heard.count(Foot.RIGHT, LinkState.STREAMING) == 1
    assert "broke" in heard.reasons(Foot.LEFT)[0]


async def test_a_pod_that_is_connected_and_silent_is_connected_anew(rig: Rig, run: SimulatedRun) -> None:
    async with worn(rig, run) as (pod, heard):
        await heard.streams(Foot.LEFT)
        pod.faults.silent = True
        await heard.until(lambda: LinkState.SILENT in heard.states(Foot.LEFT))
        pod.faults.silent = False
        await recovers(heard, 1)
    assert heard.reasons(Foot.LEFT)[0] == (
        "the left pod StrideSense left has sent nothing for 1 s: connecting to it anew"
    )


async def test_a_pod_that_comes_back_with_a_newer_firmware_goes_on(rig: Rig, run: SimulatedRun) -> None:
    async with worn(rig, run) as (pod, heard):
        await heard.streams(Foot.LEFT)
        await pod.update_firmware("1.1.0")
        await recovers(heard, 1)
    assert heard.links(Foot.LEFT)[-1]["firmware"] == "1.1.0"


async def test_a_firmware_that_lacks_what_is_needed_is_named_and_the_next_one_is_tried(
    rig: Rig, run: SimulatedRun
) -> None:
    async with worn(rig, run) as (pod, heard):
        await heard.streams(Foot.LEFT)
        await pod.update_firmware("2.0.0", without=["config"])
        await heard.until(lambda: LinkState.UNUSABLE in heard.states(Foot.LEFT))
        reasons = heard.reasons(Foot.LEFT)
        assert any("looking at it afresh" in reason for reason in reasons)
        assert "no characteristic `config`" in reasons[-1]
        assert "update the pod's firmware" in reasons[-1]
        await pod.update_firmware("2.0.1")
        await recovers(heard, heard.count(Foot.LEFT, LinkState.STREAMING), 40.0)


async def test_garbage_of_one_pod_does_not_hold_up_the_other(rig: Rig, run: SimulatedRun) -> None:
    noise = random.Random(3)
    async with worn_on_both(rig, run) as (left, _, heard):
        await heard.streams(Foot.LEFT)
        left.faults.garble = lambda payload: noise.randbytes(noise.randrange(len(payload) + 1))
        await heard.streams(Foot.LEFT, 15)
        await heard.streams(Foot.RIGHT, 15)
    assert heard.count(Foot.LEFT, LinkState.STREAMING) == heard.count(Foot.RIGHT, LinkState.STREAMING) == 1
    numbers = heard.sequence(Foot.RIGHT)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_a_link_that_breaks_as_soon_as_it_is_made_is_a_lost_link(
    rig: Rig, run: SimulatedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def establish_and_lose(*arguments: Any, **options: Any) -> BleakClient:
        client = await establish_connection(*arguments, **options)
        monkeypatch.undo()
        rig.air.lose(LEFT)
        await becomes(lambda: not client.is_connected)
        return client

    monkeypatch.setattr(bluetooth, "establish_connection", establish_and_lose)
    async with worn(rig, run) as (_, heard):
        await heard.streams(Foot.LEFT)
    assert heard.states(Foot.LEFT)[:3] == [LinkState.SEARCHING, LinkState.CONNECTING, LinkState.LOST]
    assert heard.reasons(Foot.LEFT)[0].startswith(f"the connection to {LEFT} failed")
