"""Which pods are taken: those in sight, by what they say themselves, or those that are named."""

from contextlib import AsyncExitStack

import pytest

from ble.listening import LEFT, RIGHT, radio_of
from ble.peripherals import SofpPod, pod_of
from ble.rigs.base import Rig
from stridesense.errors import DeviceError, LinkError, UsageError
from stridesense.model import Foot
from stridesense.runtime.choosing import Choice, Sightings, choose_in_sight, find_named, look
from stridesense.simulator import SimulatedRun, load, simulate

LOOK_S = {"bumble": 0.4, "btbox": 2.0}
"""The box takes its time: an emulated processor that shares ours scans in passes."""
THIRD = "F0:F0:F0:F0:F0:03"
SIDES = (Foot.UNKNOWN, Foot.LEFT, Foot.RIGHT)
"""As a pod's info counts them."""


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    return simulate(load("easy_run").shortened(5.0))


async def chosen(rig: Rig, run: SimulatedRun, sides: dict[str, Foot]) -> Choice:
    """What is chosen among pods with these addresses, set to these sides."""
    async with AsyncExitStack() as stack:
        for number, (address, side) in enumerate(sides.items()):
            pod = SofpPod(await rig.peripheral(f"pod {number}", address), run, Foot.LEFT)
            pod._info = (
                pod._info[:2] + bytes([[Foot.UNKNOWN, Foot.LEFT, Foot.RIGHT].index(side)]) + pod._info[3:]
            )
            await stack.enter_async_context(pod)
        return await choose_in_sight(radio_of(rig), LOOK_S[rig.name])


def by_foot(choice: Choice) -> dict[Foot, str]:
    return {foot: pod.address for foot, pod in choice.pods.items()}


@pytest.mark.parametrize("side", Foot)
async def test_one_pod_is_taken_on_the_foot_it_says(rig: Rig, run: SimulatedRun, side: Foot) -> None:
    choice = await chosen(rig, run, {LEFT: side})
    assert by_foot(choice) == {side: LEFT}
    assert ("--left or --right" in choice.remarks[0]) == (side is Foot.UNKNOWN)


@pytest.mark.parametrize(
    ("first", "second"),
    [(Foot.RIGHT, Foot.LEFT), (Foot.RIGHT, Foot.UNKNOWN), (Foot.UNKNOWN, Foot.LEFT)],
)
async def test_two_pods_are_taken_as_they_say(rig: Rig, run: SimulatedRun, first: Foot, second: Foot) -> None:
    choice = await chosen(rig, run, {LEFT: first, RIGHT: second})
    assert by_foot(choice) == {Foot.RIGHT: LEFT, Foot.LEFT: RIGHT}
    assert "run --swap" in choice.remarks[0]


async def test_two_pods_that_do_not_say_are_taken_by_their_addresses(rig: Rig, run: SimulatedRun) -> None:
    choice = await chosen(rig, run, {RIGHT: Foot.UNKNOWN, LEFT: Foot.UNKNOWN})
    assert by_foot(choice) == {Foot.LEFT: LEFT, Foot.RIGHT: RIGHT}
    assert choice.remarks[0].startswith("the pods do not say which foot they are on: left is ")
    assert choice.remarks[0].index(LEFT) < choice.remarks[0].index(RIGHT)


async def test_two_pods_that_say_the_same_must_be_named(rig: Rig, run: SimulatedRun) -> None:
    with pytest.raises(DeviceError, match=r"both pods .* worn left: name them with --left and --right"):
        await chosen(rig, run, {LEFT: Foot.LEFT, RIGHT: Foot.LEFT})


async def test_three_pods_must_be_named(rig: Rig, run: SimulatedRun) -> None:
    with pytest.raises(UsageError, match=r"3 pods are in sight .*name yours with --left"):
        await chosen(rig, run, dict.fromkeys((LEFT, RIGHT, THIRD), Foot.LEFT))


async def test_without_a_pod_it_says_what_to_do(rig: Rig) -> None:
    with pytest.raises(LinkError, match="no pod is in sight: wake it by moving it"):
        await choose_in_sight(radio_of(rig), LOOK_S[rig.name])


async def test_named_pods_are_found(rig: Rig, run: SimulatedRun) -> None:
    async with (
        SofpPod(await rig.peripheral("one", LEFT), run, Foot.LEFT),
        SofpPod(await rig.peripheral("two", RIGHT), run, Foot.LEFT),
    ):
        choice = await find_named(radio_of(rig), {Foot.LEFT: RIGHT, Foot.RIGHT: LEFT})
        assert by_foot(choice) == {Foot.LEFT: RIGHT, Foot.RIGHT: LEFT}
        with pytest.raises(LinkError, match=f"the pod {THIRD} is not in sight"):
            await find_named(radio_of(rig), {Foot.LEFT: THIRD}, LOOK_S[rig.name])


async def test_a_name_for_both_feet_is_refused(rig: Rig) -> None:
    with pytest.raises(UsageError, match="both feet cannot have the same pod"):
        await find_named(radio_of(rig), {Foot.LEFT: LEFT, Foot.RIGHT: LEFT})


@pytest.mark.parametrize(
    ("scenario", "foot", "protocol"),
    [
        ("easy_run", Foot.LEFT, "sofp"),
        ("polar_sense", Foot.LEFT, "polar_pmd"),
        ("movesense", Foot.LEFT, "movesense_gsp"),
        ("watch_pod", Foot.RIGHT, "rsc"),
    ],
)
async def test_each_kind_of_pod_is_recognised(rig: Rig, scenario: str, foot: Foot, protocol: str) -> None:
    run = simulate(load(scenario).shortened(2.0))
    sightings = Sightings()
    async with pod_of(await rig.peripheral("pod", LEFT), run, foot):
        await look(radio_of(rig), sightings, LOOK_S[rig.name])
    spec = sightings.by_address[LEFT].spec
    assert spec is not None
    assert spec.name == protocol
