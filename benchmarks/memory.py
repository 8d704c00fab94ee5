"""Memory of a live run, and of ten hours of it.

python benchmarks/memory.py [--hours 10]

Ten minutes of two simulated pods at 104 Hz, without loss, are fed again and again. Each repetition stands at
its start and its end, so the pods do not jump between them; sequence numbers, sample indices, device clocks
and arrivals go on as they would. What is repeated is the movement and the noise: a leak shows, a fault that
needs ten hours of different running does not.
"""

import pickle
import struct
import tracemalloc
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Final, TypeVar

from bench import forms, kernels_as, show
from feeds import STAND_S, session

from stridesense.model import RawPacket, Stride
from stridesense.pipeline import Pipeline, warm_up
from stridesense.recording.reader import Recording
from stridesense.simulator import Scenario, simulate
from stridesense.simulator.pod import SAMPLES_PER_PACKET

RECORDING: Final = Path(__file__).resolve().parents[1] / "recordings" / "easy_run.mcap"
STATUS: Final = Path("/proc/self/status")
RATE_HZ: Final = 104
LOOP_S: Final = 32 * SAMPLES_PER_PACKET
"""A multiple of 19 s holds whole packets of 19 samples at any rate: the next repetition begins with one."""

HOUR_S: Final = 3600.0
FLAT_SHARE: Final = 0.02
"""Memory that grows by less than this from the first hour to the last is called flat."""

_COUNTERS: Final = struct.Struct("<HII")
_COUNTERS_AT: Final = 2
"""Where a data packet holds its sequence number, sample index and time stamp in us."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Memory:
    """MiB of the process, now and at most so far; None where the system does not tell."""

    now_mib: float | None
    most_mib: float | None

    @classmethod
    def seen(cls) -> "Memory":
        """Read what the kernel of the system counts."""
        if not STATUS.exists():
            return cls(None, None)
        told = dict(line.split(":", 1) for line in STATUS.read_text("ascii").splitlines() if ":" in line)
        now_mib, most_mib = (int(told[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
        return cls(now_mib, most_mib)


@dataclass(frozen=True, slots=True)
class LiveLike:
    """A recording that flowed through the river from the disk.

    `before` is the process when all is loaded and compiled, `after` at the end of the run; `traced_mib` is
    the most that Python's own objects and arrays took meanwhile.
    """

    before: Memory
    after: Memory
    traced_mib: float


@dataclass(frozen=True, slots=True)
class Hour:
    """A simulated hour of running: strides found in it, and what was held at its end."""

    strides: int
    state_bytes: int
    memory: Memory


def alone(work: Callable[..., Result], *arguments: object) -> Result:
    """The answer of a function from a process of its own, so that nothing else has used memory in it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def live_like(form: str, packets: int | None) -> LiveLike:
    """Let a recording flow once to see the process grow, and once to count Python's memory.

    `packets` is how many of its packets flow, None for all.
    """
    with kernels_as(form):
        warm_up()
        before = Memory.seen()
        _flow_from_disk(packets)
        after = Memory.seen()
        tracemalloc.start()
        _flow_from_disk(packets)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return LiveLike(before, after, most / 2**20)


def _flow_from_disk(packets: int | None) -> None:
    pipeline = Pipeline()
    for packet in islice(Recording.open(RECORDING).packets(), packets):
        pipeline.process(packet)
    pipeline.flush()


def steady(loop_s: float) -> Scenario:
    """A repetition: both feet run for most of it, by clocks that agree."""
    scenario = session(loop_s - 2.0 * STAND_S, rate_hz=RATE_HZ)
    return scenario.model_copy(
        update={"radio": scenario.radio.model_copy(update={"rate_error_percent": 0.0})}
    )


def repetition(loop_s: float) -> list[RawPacket]:
    """The packets of one repetition."""
    return list(simulate(steady(loop_s)).packets())


def endless(packets: Sequence[RawPacket], loop_s: float) -> Iterator[RawPacket]:
    """The same packets again and again, as if the pods had never stopped."""
    yield from packets
    data = [packet for packet in packets if packet.characteristic == "data"]
    passed = 1
    while True:
        for packet in data:
            yield later(packet, passed, loop_s)
        passed += 1


def later(packet: RawPacket, passed: int, loop_s: float) -> RawPacket:
    """The packet that a pod sends at the same place so many repetitions later."""
    payload = bytearray(packet.payload)
    sequence, index, time_us = _COUNTERS.unpack_from(payload, _COUNTERS_AT)
    samples = round(passed * loop_s * RATE_HZ)
    _COUNTERS.pack_into(
        payload,
        _COUNTERS_AT,
        (sequence + samples // SAMPLES_PER_PACKET) % 2**16,
        (index + samples) % 2**32,
        (time_us + round(passed * loop_s * 1e6)) % 2**32,
    )
    arrival_ns = packet.arrival_ns + round(passed * loop_s * 1e9)
    return replace(packet, payload=bytes(payload), arrival_ns=arrival_ns)


def hours(packets: Sequence[RawPacket], loop_s: float, count: float, form: str) -> list[Hour]:
    """Let the river flow for so many simulated hours; look at it after each."""
    pipeline, strides, seen = Pipeline(), 0, list[Hour]()
    step_s = min(HOUR_S, count * HOUR_S / 2.0)
    with kernels_as(form):
        warm_up()
        for packet in endless(packets, loop_s):
            strides += sum(isinstance(outcome, Stride) for outcome in pipeline.process(packet))
            if packet.arrival_ns / 1e9 < (len(seen) + 1) * step_s:
                continue
            seen.append(Hour(strides, len(pickle.dumps(pipeline.state)), Memory.seen()))
            strides = 0
            if len(seen) * step_s >= count * HOUR_S:
                return seen
    return seen


def mib(value: float | None) -> str:
    """Memory, or that it is not known here."""
    return "not measured" if value is None else f"{value:.1f}"


def grown(first: float, last: float) -> str:
    """Whether something stayed as it was."""
    share = last / first - 1.0
    return f"{share:+.2%}, {'flat' if share < FLAT_SHARE else 'NOT flat'}"


def show_live(packets: int | None = None) -> None:
    """A row for each form of the kernels."""
    rows = []
    for form in forms():
        run = alone(live_like, form, packets)
        figures = (run.before.now_mib, run.after.now_mib, run.after.most_mib, run.traced_mib)
        rows.append([form, *map(mib, figures)])
    head = ["kernels", "process before, MiB", "after", "at most", "Python's own at most"]
    show(f"A live-like run: {RECORDING.name} from the disk through the river", head, rows)


def show_hours(count: float, loop_s: float) -> None:
    """A row for each hour, and whether anything grew from the first to the last."""
    form = forms()[-1]
    packets = alone(repetition, loop_s)
    seen = alone(hours, packets, loop_s, count, form)
    rows = [
        [str(number), f"{hour.strides:,}", f"{hour.state_bytes / 1024:.1f}", mib(hour.memory.now_mib)]
        for number, hour in enumerate(seen, start=1)
    ]
    first, last = seen[0], seen[-1]
    process = "not measured"
    if first.memory.now_mib is not None and last.memory.now_mib is not None:
        process = grown(first.memory.now_mib, last.memory.now_mib)
    rows.append(["first to last", "", grown(first.state_bytes, last.state_bytes), process])
    rows.append(["goal", "", "flat", "flat"])
    title = f"{count:.3g} h of two feet at {RATE_HZ} Hz in packets of {SAMPLES_PER_PACKET}, {form} kernels"
    show(f"{title}, {loop_s:.0f} s repeated", ["hour", "strides", "state, KiB", "process, MiB"], rows)


def main() -> None:
    """Print both tables."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=10.0, help="simulated hours")
    parser.add_argument("--quick", action="store_true", help="a minute instead of hours; no figure to quote")
    options = parser.parse_args()
    show_live(300 if options.quick else None)
    loop_s = float(SAMPLES_PER_PACKET if options.quick else LOOP_S)
    show_hours(1 / 60 if options.quick else options.hours, loop_s)


if __name__ == "__main__":
    main()
