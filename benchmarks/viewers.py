"""How the dashboard holds: twenty runners at real rates, fifty pages in another process, one that is deaf.

python benchmarks/viewers.py [--quick]

The broker is a mosquitto of its own, the server is the program itself. Late is from the publish to when the
page has the message, by one clock. It exits 1 when a goal is missed.
"""

import asyncio
import os
import socket
import subprocess
import sys
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

from bench import is_quick, program, show

CHECKOUT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(CHECKOUT / "tests"))

from brokers import PASSWORD, USERNAME, Broker, make_broker  # noqa: E402
from dashboard.crowd import Viewed, look_on, publish  # noqa: E402
from dashboard.pages import Page  # noqa: E402
from stridesense.contract.topics import Kind  # noqa: E402

RUNNERS: Final = 20
PAGES: Final = 50
LASTS_S: Final = 60.0
QUICK_S: Final = 6.0
SAMPLE_EVERY_S: Final = 2.0
P95_GOAL_MS: Final = 250.0
GROWTH_GOAL_MIB: Final = 30.0

PROGRAM: Final = Path(sys.executable).with_name("stridesense")
PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
MIB: Final = 1024.0 * 1024.0
DEAF: Final = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)

Cost = tuple[float, float]
"""Seconds of the processor so far, and resident memory in MiB."""


def main() -> None:
    """Measure, and print the figures beside their goals."""
    lasts_s = QUICK_S if is_quick(__doc__) else LASTS_S
    with TemporaryDirectory() as folder:
        broker = make_broker("mosquitto", Path(folder), program)
        broker.start()
        try:
            said, viewed, costs, is_cut = asyncio.run(_measure(broker, lasts_s))
        finally:
            broker.kill()
    are_met = [_show_messages(said, viewed, lasts_s), _show_costs(costs)]
    print(f"the page that reads nothing was {'' if is_cut else 'not yet '}cut off")
    if not all(are_met):
        sys.exit(1)


async def _measure(
    broker: Broker, lasts_s: float
) -> tuple[Counter[Kind], Sequence[Viewed], Sequence[Cost], bool]:
    costs: list[Cost] = []
    async with _served(broker) as (server, address), Page(address) as page:
        await page.until_up()
        with (
            ProcessPoolExecutor(1, get_context("spawn")) as other,
            socket.create_connection(("127.0.0.1", urlsplit(address).port or 0)) as deaf,
        ):
            deaf.sendall(DEAF.encode())
            looking = asyncio.wrap_future(other.submit(_look_on, address))
            await _until_all_look_on(page, server)
            sampling = asyncio.create_task(_sample(server.pid, costs))
            said = await publish(broker, RUNNERS, lasts_s)
            viewed = await looking
            sampling.cancel()
            is_cut = _ends(deaf)
    return said, viewed, costs, is_cut


def _look_on(address: str) -> Sequence[Viewed]:
    return asyncio.run(look_on(address, PAGES, RUNNERS))


@asynccontextmanager
async def _served(broker: Broker) -> AsyncIterator[tuple[Process, str]]:
    names = {"BROKER": "external", "HOST": "127.0.0.1", "PORT": str(broker.port)}
    names |= {"USERNAME": USERNAME, "PASSWORD": PASSWORD}
    environment = {**os.environ, **{f"STRIDESENSE_MQTT__{name}": value for name, value in names.items()}}
    line = [str(PROGRAM), "dashboard", "--port", "0", "--no-browser"]
    server = await asyncio.create_subprocess_exec(*line, stderr=subprocess.PIPE, env=environment)
    try:
        yield server, await _address(server)
    finally:
        server.terminate()
        await server.wait()


async def _address(server: Process) -> str:
    if server.stderr is None:
        raise RuntimeError
    while "http://" not in (line := (await server.stderr.readline()).decode()):
        pass
    return line.strip()


async def _until_all_look_on(page: Page, server: Process) -> None:
    """Wait until the server has a connection of each page, by the files that it has open."""
    before = _open_files(server.pid)
    while _open_files(server.pid) < before + PAGES:
        beats = len(page.of("beat"))
        await page.until(lambda beats=beats: len(page.of("beat")) > beats)


def _open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def _sample(pid: int, costs: list[Cost]) -> None:
    while True:
        costs.append(_cost(pid))
        await asyncio.sleep(SAMPLE_EVERY_S)


def _cost(pid: int) -> Cost:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    resident = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S, int(resident) * PAGE_BYTES / MIB


def _ends(connection: socket.socket) -> bool:
    """Whether what can still be read comes to an end: the other side has given the connection up."""
    connection.settimeout(1.0)
    try:
        while connection.recv(1 << 20):
            pass
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True
    return True


def _show_messages(said: Counter[Kind], viewed: Sequence[Viewed], lasts_s: float) -> bool:
    """Print how late the messages were; whether the goals are met."""
    late_ms = quantiles([1e3 * late_s for seen in viewed for late_s in seen.late_s], n=100)
    lost = sum(said[Kind.CUE] - len(seen.cues) for seen in viewed)
    twice = sum(seen.cues.total() - len(seen.cues) for seen in viewed)
    missed = sum(count - seen.kinds[kind] for seen in viewed for kind, count in said.items())
    rows = [
        ("messages a second", f"{said.total() / lasts_s:.0f}", ""),
        ("cues that should have come", f"{PAGES * said[Kind.CUE]:,}", ""),
        ("cues lost", f"{lost}", "0"),
        ("cues told twice", f"{twice}", "0"),
        ("other messages lost", f"{missed - lost}", ""),
        *((f"late p{percent}, ms", f"{late_ms[percent - 1]:.1f}", "") for percent in (50, 99)),
        ("late p95, ms", f"{late_ms[94]:.1f}", f"<= {P95_GOAL_MS:.0f}"),
    ]
    show(f"{RUNNERS} runners, {PAGES} pages and a deaf one, {lasts_s:.0f} s", ("", "here", "goal"), rows)
    return not lost and not twice and late_ms[94] <= P95_GOAL_MS


def _show_costs(costs: Sequence[Cost]) -> bool:
    """Print, over time, the processor's share since the last line and memory; whether the goal is met."""
    step = max(1, len(costs) // 6)
    rows = [
        (
            f"after {SAMPLE_EVERY_S * step * place:.0f} s",
            f"{_percent(before, after, step):.0f}",
            f"{after[1]:.1f}",
        )
        for place, (before, after) in enumerate(pairwise(costs[::step]), start=1)
    ]
    show("The server", ("", "processor, % of a core", "memory, MiB"), rows)
    growth_mib = costs[-1][1] - costs[0][1]
    print(f"memory grew by {growth_mib:.1f} MiB; the goal is {GROWTH_GOAL_MIB:.0f}, as ten minutes are kept")
    return growth_mib <= GROWTH_GOAL_MIB


def _percent(before: Cost, after: Cost, steps: int) -> float:
    return 100.0 * (after[0] - before[0]) / (SAMPLE_EVERY_S * steps)


if __name__ == "__main__":
    main()
