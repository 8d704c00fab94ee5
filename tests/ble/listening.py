"""The client on a rig: a source that listens to pods, and what it heard so far."""

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import groupby
from typing import Any, Self

from ble.peripherals import Peripheral, RunClock, SofpPod
from ble.rigs.base import Rig
from stridesense.model import Foot, RawPacket
from stridesense.model.pods import LINK, LinkState
from stridesense.protocol import registry
from stridesense.simulator import SimulatedRun, load, simulate
from stridesense.sources.ble import BleSource
from stridesense.sources.bluetooth import BluetoothRadio
from stridesense.sources.supervisor import Patience, Pod

LEFT, RIGHT = "F0:F0:F0:F0:F0:01", "F0:F0:F0:F0:F0:02"
HASTY = Patience(samples_s=1.0, metrics_s=2.5, first_delay_s=0.05, longest_delay_s=0.5, good_s=0.1)
"""Minutes in seconds: tests break a connection more often than a run does."""

STOPPED_AFTER_S = 1.0
"""By then a pod was told to stop, and has."""

LONG_S = 180.0

DATA_HEADER = struct.Struct("<2BH2I2B")


def long_run() -> SimulatedRun:
    """An easy run that does not end before a busy machine is done with it."""
    easy = load("easy_run")
    blocks = [
        block.model_copy(update={"duration_s": LONG_S}) if block.activity == "run" else block
        for block in easy.block
    ]
    return simulate(easy.model_copy(update={"block": tuple(blocks)}))


def radio_of(rig: Rig) -> BluetoothRadio:
    return BluetoothRadio(rig.scanner_backend, rig.client_backend)


def pod_of(peripheral: Peripheral[Any], protocol: str = "sofp") -> Pod:
    return Pod(address_of(peripheral), registry.find(protocol), peripheral.name)


def address_of(peripheral: Peripheral[Any]) -> str:
    return peripheral.device.random_address.to_string(with_type_qualifier=False)


class Heard:
    """The packets of a source as they come."""

    def __init__(self, source: BleSource) -> None:
        self.source = source
        self.packets: list[RawPacket] = []
        self._news = asyncio.Event()

    async def take(self) -> Self:
        async for packet in self.source:
            self.packets.append(packet)
            self._news.set()
        return self

    async def until(self, is_so: Callable[[], object], timeout_s: float = 30.0) -> None:
        """Wait until something is so, looking after each packet."""
        try:
            async with asyncio.timeout(timeout_s):
                while not is_so():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            told = [
                (str(one.foot), json.loads(one.payload)) for one in self.packets if one.characteristic == LINK
            ]
            msg = f"it did not come to that; the links said {told}"
            raise AssertionError(msg) from None

    def of(self, foot: Foot, role: str) -> list[bytes]:
        return [one.payload for one in self.packets if (one.foot, one.characteristic) == (foot, role)]

    def values(self) -> list[bytes]:
        """All that pods said, in the order in which it came."""
        return [one.payload for one in self.packets if one.characteristic != LINK]

    def links(self, foot: Foot) -> list[dict[str, Any]]:
        return [json.loads(payload) for payload in self.of(foot, LINK)]

    def states(self, foot: Foot) -> list[LinkState]:
        """Each change of the link; a long search is told again and again."""
        return [state for state, _ in groupby(LinkState(link["state"]) for link in self.links(foot))]

    def count(self, foot: Foot, state: LinkState) -> int:
        return self.states(foot).count(state)

    def reasons(self, foot: Foot) -> list[str]:
        return [link["reason"] for link in self.links(foot) if "reason" in link]

    async def streams(self, foot: Foot, packets: int = 3, timeout_s: float = 30.0) -> None:
        """Wait until so many more data packets of a foot came."""
        enough = len(self.of(foot, "data")) + packets
        await self.until(lambda: len(self.of(foot, "data")) >= enough, timeout_s)

    def sequence(self, foot: Foot) -> list[int]:
        """The numbers of a SOFP pod's data packets, as they came."""
        return [DATA_HEADER.unpack_from(payload)[2] for payload in self.of(foot, "data")]


async def becomes(is_so: Callable[[], bool], timeout_s: float = 5.0) -> None:
    """Wait for what tells nobody that it has happened."""
    async with asyncio.timeout(timeout_s):
        while not is_so():  # noqa: ASYNC110 - the air and the pods have no events for that
            await asyncio.sleep(0.01)


@asynccontextmanager
async def worn(
    rig: Rig, run: SimulatedRun, patience: Patience = HASTY
) -> AsyncIterator[tuple[SofpPod, Heard]]:
    """A pod on the left foot, and a source that listens to it."""
    async with (
        SofpPod(await rig.peripheral("pod", LEFT), run, Foot.LEFT) as pod,
        listening(rig, {Foot.LEFT: pod_of(pod)}, patience) as heard,
    ):
        yield pod, heard


@asynccontextmanager
async def worn_on_both(rig: Rig, run: SimulatedRun) -> AsyncIterator[tuple[SofpPod, SofpPod, Heard]]:
    """A pod on each foot, and a source that listens to both."""
    clock = RunClock()
    async with (
        SofpPod(await rig.peripheral("left", LEFT), run, Foot.LEFT, clock=clock) as left,
        SofpPod(await rig.peripheral("right", RIGHT), run, Foot.RIGHT, clock=clock) as right,
        listening(rig, {Foot.LEFT: pod_of(left), Foot.RIGHT: pod_of(right)}) as heard,
    ):
        yield left, right, heard


async def leave(rig: Rig, pods: Mapping[Foot, Pod]) -> None:
    """Let the pods end links that BlueZ keeps for 2 s after it was told to end them."""
    await asyncio.sleep(STOPPED_AFTER_S)
    for pod in pods.values():
        if rig.air.is_connected(pod.address):
            rig.air.drop(pod.address)


@asynccontextmanager
async def listening(rig: Rig, pods: Mapping[Foot, Pod], patience: Patience = HASTY) -> AsyncIterator[Heard]:
    """A source that listens to these pods until the context is left."""
    async with BleSource(radio_of(rig), pods, patience) as source:
        heard = Heard(source)
        task = asyncio.create_task(heard.take())
        try:
            yield heard
        finally:
            source.end()
            leaving = asyncio.create_task(leave(rig, pods))
            await task
            leaving.cancel()
