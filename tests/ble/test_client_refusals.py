"""Pods that refuse: each fault is one sentence for the runner, and forgiven once it is mended."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from bumble.att import ErrorCode

from ble.listening import HASTY, LEFT, RIGHT, Heard, listening, pod_of, worn
from ble.peripherals import SofpPod
from ble.rigs.base import Rig
from stridesense.model import Foot
from stridesense.model.pods import LinkState
from stridesense.simulator import SimulatedRun, load, simulate
from stridesense.sources.supervisor import SWAP

PATIENT = replace(HASTY, longest_delay_s=4.0)
"""BlueZ keeps a link for 2 s, so that an early new connection would be the old one."""

FAULTS: dict[str, tuple[Callable[[SofpPod], None], str]] = {
    "a rejected write": (
        lambda pod: setattr(pod.faults, "refuse_writes", ErrorCode.VALUE_NOT_ALLOWED),
        "refuses a request",
    ),
    "a refused subscription": (
        lambda pod: setattr(pod.faults, "refuse_subscriptions", ErrorCode.INSUFFICIENT_RESOURCES),
        "refuses a request",
    ),
    "pairing asked": (
        lambda pod: setattr(pod.faults, "needs_pairing", True),
        f"pair it once with `bluetoothctl pair {LEFT}`",
    ),
    "an empty battery": (
        lambda pod: setattr(pod.faults, "refuse_start", 6),
        "the pod's battery is too low; charge it",
    ),
    "a status nobody described": (
        lambda pod: setattr(pod.faults, "refuse_start", 2),
        "the pod refuses to start (status 2)",
    ),
    "the smallest MTU": (
        lambda pod: setattr(pod.device.gatt_server, "max_mtu", 23),
        "packets of 20 bytes (MTU), StrideSense Open Foot Pod, version 1 needs 26",
    ),
}


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    return simulate(load("easy_run").shortened(30.0))


def is_one_sentence(reason: str) -> bool:
    return "\n" not in reason and "Error" not in reason and len(reason) < 200


async def is_told(heard: Heard, sentence: str) -> str:
    """Wait for a reason with these words."""
    await heard.until(lambda: any(sentence in reason for reason in heard.reasons(Foot.LEFT)))
    return next(reason for reason in heard.reasons(Foot.LEFT) if sentence in reason)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_pod_that_cannot_be_started_is_unusable_until_it_is_mended(
    rig: Rig, run: SimulatedRun, fault: str
) -> None:
    break_it, sentence = FAULTS[fault]
    async with SofpPod(await rig.peripheral("pod", LEFT), run, Foot.LEFT) as pod:
        mtu = pod.device.gatt_server.max_mtu
        break_it(pod)
        async with listening(rig, {Foot.LEFT: pod_of(pod)}, PATIENT) as heard:
            assert is_one_sentence(await is_told(heard, sentence))
            assert heard.of(Foot.LEFT, "data") == []
            pod.faults.__init__()  # type: ignore[misc] # as new
            pod.device.gatt_server.max_mtu = mtu
            await heard.streams(Foot.LEFT, timeout_s=40.0)


async def test_a_pod_that_says_it_is_worn_on_the_other_foot_is_heard_with_a_word(
    rig: Rig, run: SimulatedRun
) -> None:
    async with (
        SofpPod(await rig.peripheral("pod", RIGHT), run, Foot.RIGHT) as pod,
        listening(rig, {Foot.LEFT: pod_of(pod)}, HASTY) as heard,
    ):
        await heard.streams(Foot.LEFT)
    assert heard.reasons(Foot.LEFT) == [f"the left pod StrideSense right says that it is worn right: {SWAP}"]
    assert heard.count(Foot.LEFT, LinkState.STREAMING) == 1


async def test_a_pod_that_refuses_is_not_asked_in_a_storm(rig: Rig, run: SimulatedRun) -> None:
    async with worn(rig, run) as (pod, heard):
        pod.faults.refuse_start = 3
        rig.air.drop(LEFT)
        await heard.until(lambda: heard.count(Foot.LEFT, LinkState.UNUSABLE) >= 5, 60.0)
    packets = [one for one in heard.packets if one.characteristic == "link"]
    refused = [one.arrival_ns * 1e-9 for one in packets if b'"unusable"' in one.payload]
    apart_s = [after - before for before, after in pairwise(refused)]
    assert apart_s[-1] > HASTY.longest_delay_s
    assert "sensor does not answer" in heard.reasons(Foot.LEFT)[-1]
