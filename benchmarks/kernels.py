"""The kernels alone, on what the river gives them: samples a second, and the cost of a block of 8 samples.

python benchmarks/kernels.py
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np
from bench import COMPILED, PLAIN, Spread, forms, is_quick, kernels_as, per_s, repeated, show, us
from feeds import Feed, as_tables, session
from throughput import flow

import stridesense.dsp
import stridesense.gait
from stridesense.dsp.kernels import Kernel, Lookup, Memory, Packed
from stridesense.model.samples import FloatArray
from stridesense.pipeline import warm_up
from stridesense.simulator import SimulatedRun, simulate

SHORT_ROWS = 8
LONG_ROWS = 500
GOAL_PER_S = ">= 8,000,000"
GOAL_US = "< 5"

AnyKernel = Kernel[Any] | Lookup[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """What a kernel was given once: a stream's memory and the shape of what comes out, a look-up's values."""

    params: Packed[Any]
    table: FloatArray
    memory: Memory | None = None
    out_shape: tuple[int, ...] = ()
    values: tuple[float, ...] = ()

    def arguments(self) -> tuple[Any, ...]:
        """The same once more, with a memory of its own."""
        if self.memory is None:
            return self.params, self.table, 0, self.table.shape[1], *self.values
        return self.memory.copy(), self.params, self.table, np.empty(self.out_shape)


Calls = dict[str, list[Call]]


def kernels() -> dict[str, AnyKernel]:
    """Every loop and look-up of the core, by its name."""
    found: dict[str, AnyKernel] = {}
    for package in (stridesense.dsp, stridesense.gait):
        for module in iter_modules(package.__path__, f"{package.__name__}."):
            values = vars(import_module(module.name)).items()
            found |= {name: value for name, value in values if isinstance(value, Kernel | Lookup)}
    return found


@contextmanager
def recorded() -> Iterator[Calls]:
    """Copies of what each kernel is given while the river flows."""
    names = {id(kernel): name for name, kernel in kernels().items()}
    calls: Calls = {}
    before = Kernel.__call__, Lookup.__call__

    def stream(kernel: Kernel[Any], *args: Any) -> None:  # noqa: ANN401
        memory, params, rows, out = args
        call = Call(params, rows.copy(), memory.copy(), out.shape)
        calls.setdefault(names[id(kernel)], []).append(call)
        before[0](kernel, *args)

    def look_up(kernel: Lookup[Any], *args: Any) -> tuple[float, ...]:  # noqa: ANN401
        params, table, start, stop = args[:4]
        call = Call(params, table[:, start:stop].copy(), values=args[4:])
        calls.setdefault(names[id(kernel)], []).append(call)
        return before[1](kernel, *args)

    _install(stream, look_up)
    try:
        yield calls
    finally:
        _install(*before)


def _install(stream: Callable[..., None], look_up: Callable[..., tuple[float, ...]]) -> None:
    for kind, method in ((Kernel, stream), (Lookup, look_up)):
        setattr(kind, "__call__", method)  # noqa: B010  a method cannot be assigned in so many words


def calls_of(feed: Feed) -> Calls:
    """What a river gives its kernels."""
    with recorded() as calls:
        flow(feed)
    return calls


def replay_s(kernel: AnyKernel, calls: list[Call]) -> float:
    """Seconds of a kernel for these calls one after the other."""
    given = [call.arguments() for call in calls]
    began_s = time.process_time()
    for arguments in given:
        kernel(*arguments)
    return time.process_time() - began_s


def in_one(calls: list[Call]) -> list[Call]:
    """All samples of a stream as one block, with the memory of the first call and the axes of the last."""
    whole = np.concatenate([call.table for call in calls], axis=1)
    rows, length = calls[0].out_shape
    return [Call(calls[-1].params, whole, calls[0].memory, (rows, whole.shape[1] if length else 0))]


def timed(kernel: AnyKernel, calls: list[Call], form: str, rounds: int) -> Spread:
    """Seconds for these calls in one form, after one that does not count."""
    with kernels_as(form):
        replay_s(kernel, calls[:1])
        return repeated(lambda: replay_s(kernel, calls), rounds)


def show_streams(run: SimulatedRun, form: str, rounds: int) -> None:
    """Samples a second of each stream kernel over one long block, and of all of them in a row."""
    calls, known = calls_of(as_tables(run, LONG_ROWS)), kernels()
    spreads, samples = {}, {}
    for name, kernel in known.items():
        if isinstance(kernel, Kernel) and name in calls:
            block = in_one(calls[name])
            samples[name] = block[0].table.shape[1]
            spreads[name] = timed(kernel, block, form, rounds)
    rows = [
        [name, per_s(samples[name], spread.best_s), per_s(samples[name], spread.median_s), ""]
        for name, spread in spreads.items()
    ]
    best, middle = (
        sum(getattr(spread, which) / samples[name] for name, spread in spreads.items())
        for which in ("best_s", "median_s")
    )
    rows.append(["all of them", per_s(1, best), per_s(1, middle), GOAL_PER_S if form == COMPILED else ""])
    head = [f"stream kernel, {form}", "samples/s best", "median", "goal"]
    show(f"One block of {max(samples.values())} samples, {rounds} repeats", head, rows)


def show_blocks(run: SimulatedRun, form: str, rounds: int) -> None:
    """Microseconds of a block of 8 samples: the kernels that it always passes, and the look-ups of events."""
    calls, known = calls_of(as_tables(run, SHORT_ROWS)), kernels()
    rows, always, together, blocks = [], [0.0, 0.0], [0.0, 0.0], max(map(len, calls.values()))
    for name, kernel in known.items():
        if name not in calls:
            continue
        spread, count = timed(kernel, calls[name], form, rounds), len(calls[name])
        pair = spread.best_s, spread.median_s
        rows.append([name, f"{count / blocks:.3f}", *(us(seconds, count) for seconds in pair), ""])
        together = [sum(both) for both in zip(together, pair, strict=True)]
        if isinstance(kernel, Kernel):
            always = [so_far + seconds / count for so_far, seconds in zip(always, pair, strict=True)]
    goal = GOAL_US if form == COMPILED else ""
    rows.append(["stream kernels of a block", "1.000", *(us(seconds, 1) for seconds in always), goal])
    rows.append(["and look-ups, on average", "1.000", *(us(seconds, blocks) for seconds in together), goal])
    head = [f"kernel, {form}", "calls a block", "us a call best", "median", "goal"]
    show(f"Blocks of {SHORT_ROWS} samples, {rounds} repeats", head, rows)


def main() -> None:
    """Print two tables for each form."""
    quick = is_quick(__doc__)
    warm_up()
    run = simulate(session(6.0 if quick else 40.0, feet=("left",)))
    for form in forms():
        rounds = 1 if quick else {PLAIN: 5, COMPILED: 20}[form]
        show_streams(run, form, rounds)
        show_blocks(run, form, rounds)


if __name__ == "__main__":
    main()
