"""How a run with two live pods holds, over an emulated radio: what arrives, and how soon it is a stride.

python benchmarks/live.py [--quick]

The pods send in real time, 208 samples a second. Once through an emulated radio alone, and where QEMU is
installed once more through the bluetoothd and the kernel of a virtual machine, slower than any real one.
"""

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import Final, Self

import numpy as np
from bench import is_quick, show

CHECKOUT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(CHECKOUT / "tests"))

from ble.listening import LEFT, RIGHT, pod_of, radio_of  # noqa: E402
from ble.peripherals import RunClock, SofpPod  # noqa: E402
from ble.rigs.base import Rig  # noqa: E402
from ble.rigs.box import Box  # noqa: E402
from ble.rigs.box_rig import BoxRig  # noqa: E402
from ble.rigs.bumble_rig import BumbleRig  # noqa: E402
from stridesense.model import Foot, PodReport, RawPacket, Stride  # noqa: E402
from stridesense.pipeline import Pipeline, warm_up  # noqa: E402
from stridesense.runtime.desk import SessionDesk  # noqa: E402
from stridesense.runtime.session import run_session  # noqa: E402
from stridesense.simulator import SimulatedRun, parse, simulate  # noqa: E402
from stridesense.sinks.base import Item, Sink  # noqa: E402
from stridesense.sources.ble import BleSource  # noqa: E402

QEMU: Final = "qemu-system-x86_64"
IMAGE: Final = CHECKOUT / ".btbox"
GOAL_MS: Final = 20.0
LAST_PACKETS_S: Final = 1.0
LOSSES: Final = 20
APART_S: Final = (2.5, 5.0)
GONE_S: Final = 0.4


LONG_RUN: Final = """
seed = 1
[[block]]
activity = "stand"
duration_s = 4
[[block]]
activity = "run"
duration_s = 300
"""


class Watch(Sink):
    """Counts what comes and how long each stride took from the notification that decided it."""

    def __init__(self) -> None:
        self.payloads: dict[Foot, list[bytes]] = {Foot.LEFT: [], Foot.RIGHT: []}
        self.strides: list[Stride] = []
        self.took_ms: list[float] = []
        self.reports: dict[Foot, PodReport] = {}
        self.heard_s: dict[Foot, list[float]] = {Foot.LEFT: [], Foot.RIGHT: []}
        self._began_ns = self._arrival_ns = 0

    async def __aenter__(self) -> Self:
        self._began_ns = time.monotonic_ns()  # the source, entered next, counts from then on
        return self

    async def handle(self, item: Item) -> None:
        """Take note of packets, strides and reports."""
        match item:
            case RawPacket():
                self._arrival_ns = item.arrival_ns
                if item.characteristic == "data":
                    self.payloads[item.foot].append(item.payload)
                    self.heard_s[item.foot].append(time.monotonic())
            case Stride():
                self.strides.append(item)
                self.took_ms.append((time.monotonic_ns() - self._began_ns - self._arrival_ns) / 1e6)
            case PodReport():
                self.reports[item.foot] = item


@asynccontextmanager
async def rigs() -> AsyncIterator[dict[str, Callable[[], AbstractAsyncContextManager[Rig]]]]:
    """What makes a fresh rig, by name: the radio alone, and the virtual machine where there is one."""
    async with AsyncExitStack() as stack:
        found: dict[str, Callable[[], AbstractAsyncContextManager[Rig]]] = {"emulated radio": BumbleRig}
        if shutil.which(QEMU):
            box = await stack.enter_async_context(Box(IMAGE))
            found["bluetoothd in QEMU"] = partial(BoxRig, box)
        yield found


@asynccontextmanager
async def live(rig: Rig, run: SimulatedRun) -> AsyncIterator[tuple[list[SofpPod], Watch, BleSource]]:
    """Two pods on the air and a session that listens to them."""
    clock, watch = RunClock(), Watch()
    async with (
        SofpPod(await rig.peripheral("left", LEFT), run, Foot.LEFT, clock=clock) as left,
        SofpPod(await rig.peripheral("right", RIGHT), run, Foot.RIGHT, clock=clock) as right,
    ):
        source = BleSource(radio_of(rig), {Foot.LEFT: pod_of(left), Foot.RIGHT: pod_of(right)})
        session = asyncio.create_task(run_session(source, Pipeline(), [watch], SessionDesk()))
        try:
            await asyncio.gather(*(pod.has_sent("data", 1) for pod in (left, right)))
            yield [left, right], watch, source
        finally:
            source.end()
            await session


async def steady(name: str, rig: Rig, run: SimulatedRun) -> list[str]:
    """One undisturbed run: a row of the table."""
    async with live(rig, run) as (pods, watch, source):
        await asyncio.sleep(run.scenario.duration_s + LAST_PACKETS_S)
    sent = [pod.values("data") for pod in pods]
    heard = [watch.payloads[pod.foot] for pod in pods]
    p50, p95, worst = np.percentile(watch.took_ms, [50, 95, 100])
    return [
        name,
        f"{run.scenario.duration_s:.0f}",
        str(sum(map(len, sent))),
        str(sum(len(set(one)) for one in sent) - sum(len(set(one)) for one in heard) + source.dropped),
        str(sum(len(one) - len(set(one)) for one in heard)),
        "yes" if sent == heard else "no",
        str(len(watch.strides)),
        f"{p50:.1f}",
        f"{p95:.1f}",
        f"{worst:.1f}",
    ]


async def disturbed(name: str, rig: Rig, run: SimulatedRun, losses: int) -> list[str]:
    """A run whose left pod is lost again and again, half by silence and half by its own goodbye."""
    back_s: list[float] = []
    chance = Random(20)  # noqa: S311 - it spreads the losses, it guards nothing
    async with live(rig, run) as (_, watch, _):
        for number in range(losses):
            await asyncio.sleep(chance.uniform(*APART_S))
            if number % 2:
                rig.air.drop(LEFT)
                returned_s = time.monotonic()
            else:
                rig.air.silence(LEFT)
                await asyncio.sleep(rig.air.supervision_timeout_s + GONE_S)
                rig.air.back(LEFT)
                returned_s = time.monotonic()
            heard_s = watch.heard_s[Foot.LEFT]
            while not heard_s or heard_s[-1] < returned_s + 0.05:  # noqa: ASYNC110 - lists have no events
                await asyncio.sleep(0.01)
            back_s.append(heard_s[-1] - returned_s)
        await asyncio.sleep(1.1)
    heard = watch.payloads[Foot.LEFT]
    return [
        name,
        str(losses),
        str(watch.reports[Foot.LEFT].reconnects),
        f"{median(back_s):.2f}",
        f"{max(back_s):.2f}",
        str(len(heard) - len(set(heard))),
    ]


async def measure(*, quick: bool) -> None:
    """Print both tables."""
    warm_up()
    long_run = parse(LONG_RUN, "a long run")
    run, longer = simulate(long_run.shortened(8.0 if quick else 60.0)), simulate(long_run)
    async with rigs() as found:
        rows, lost = [], []
        for name, make in found.items():
            async with make() as rig:
                rows.append(await steady(name, rig, run))
            async with make() as rig:
                lost.append(await disturbed(name, rig, longer, 2 if quick else LOSSES))
    show(
        f"two pods at 208 Hz; ms from a notification to the stride it decides (goal: p95 <= {GOAL_MS:.0f})",
        ["", "s", "packets", "lost", "doubled", "in order", "strides", "p50", "p95", "max"],
        rows,
    )
    show(
        "a pod that is lost again and again; s from its return to its next samples (goal: median <= 5)",
        ["", "losses", "reconnects", "median", "max", "doubled"],
        lost,
    )


if __name__ == "__main__":
    if shutil.which(QEMU):
        subprocess.run([CHECKOUT / "scripts" / "btbox" / "make.sh", IMAGE], check=True)
    asyncio.run(measure(quick=is_quick(__doc__)))
