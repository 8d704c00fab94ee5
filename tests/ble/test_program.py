"""The program itself, in a process of its own, on BlueZ: what a runner types, and how it ends."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ble.listening import LEFT, RIGHT
from ble.peripherals import RunClock, SofpPod
from ble.rigs.base import Rig
from stridesense.model import Foot
from stridesense.recording.reader import Recording
from stridesense.simulator import SimulatedRun, load, simulate

PROGRAM = Path(sys.executable).with_name("stridesense")
STALL_S = 0.5


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    return simulate(load("easy_run").shortened(30.0))


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a runner with an empty home; the rig's bus is in it already."""
    return {
        **os.environ,
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
    }


@asynccontextmanager
async def started(home: dict[str, str], *words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(PROGRAM, *words, env=home, stdout=pipe, stderr=pipe)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ended(process: asyncio.subprocess.Process) -> tuple[str, str]:
    async with asyncio.timeout(20.0):
        output, errors = await process.communicate()
    return output.decode(), errors.decode()


async def test_a_run_that_stalls_loses_nothing_and_ends_with_ctrl_c(
    bluez_rig: Rig, run: SimulatedRun, home: dict[str, str], tmp_path: Path
) -> None:
    path, clock = tmp_path / "run.mcap", RunClock()
    async with (
        SofpPod(await bluez_rig.peripheral("left", LEFT), run, Foot.LEFT, clock=clock) as left,
        SofpPod(await bluez_rig.peripheral("right", RIGHT), run, Foot.RIGHT, clock=clock) as right,
        started(home, "run", "--left", LEFT, "--right", RIGHT, "--record", str(path)) as process,
    ):
        await asyncio.gather(*(pod.has_sent("data", 60, timeout_s=40.0) for pod in (left, right)))
        for _ in range(3):
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(STALL_S)
            process.send_signal(signal.SIGCONT)
            await asyncio.sleep(STALL_S)
        process.send_signal(signal.SIGINT)
        output, errors = await ended(process)
        assert process.returncode == 0, errors
        assert not left.is_playing
        assert not right.is_playing
    recorded = list(Recording.open(path).packets())
    for pod in (left, right):
        arrived = [p.payload for p in recorded if (p.foot, p.characteristic) == (pod.foot, "data")]
        sent = pod.values("data")
        assert arrived == sent[: len(arrived)], "what arrived is what was sent, once and in order"
        assert len(sent) - len(arrived) <= 3, (
            "only what was in the air when the pod was stopped may be missing"
        )
        assert pod.lost == 0
    shown = [line for line in output.splitlines() if line.startswith("at ")]
    assert f"{len(shown)} strides" in errors
    assert len(shown) >= 4


async def test_scan_shows_what_is_in_sight(bluez_rig: Rig, run: SimulatedRun, home: dict[str, str]) -> None:
    async with (
        SofpPod(await bluez_rig.peripheral("left", LEFT), run, Foot.LEFT),
        started(home, "scan", "--seconds", "4") as process,
    ):
        output, _ = await ended(process)
    assert process.returncode == 0
    assert f"{LEFT}, " in output
    assert "StrideSense Open Foot Pod" in output
