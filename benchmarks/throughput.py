"""Samples a second through the whole river and through each of its stages, plain and compiled.

python benchmarks/throughput.py
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from bench import COMPILED, PLAIN, Spread, forms, is_quick, kernels_as, per_s, repeated, seconds_of, show, us
from feeds import Feed, as_packets, as_tables, session

from stridesense.model import Stride
from stridesense.pipeline import Pipeline, warm_up
from stridesense.simulator import simulate
from stridesense.stage import Stage

GOAL = {PLAIN: "<= 15 us a sample", COMPILED: ">= 1,000,000 samples/s"}
"""What the design wants of the whole river on one core."""

BETWEEN = "between the stages"


def flow(feed: Feed) -> int:
    """All packets through a fresh river; answers with the strides found."""
    pipeline, strides = Pipeline(), 0
    for packet in feed.packets:
        strides += sum(isinstance(outcome, Stride) for outcome in pipeline.process(packet))
    return strides + sum(isinstance(outcome, Stride) for outcome in pipeline.flush())


def river(feed: Feed, form: str, rounds: int) -> Spread:
    """Seconds of the whole river in one form of the kernels."""
    with kernels_as(form):
        return repeated(lambda: seconds_of(lambda: flow(feed)), rounds)


@contextmanager
def stage_clock() -> Iterator[dict[str, float]]:
    """Seconds that each kind of stage works while the river flows, by its name."""
    spent_s: defaultdict[str, float] = defaultdict(float)
    kinds = [kind for kind in Stage.__subclasses__() if kind is not Pipeline]
    methods = [(kind, name) for kind in kinds for name in ("process", "flush") if name in vars(kind)]
    before = [vars(kind)[name] for kind, name in methods]
    for (kind, name), method in zip(methods, before, strict=True):
        setattr(kind, name, _timed(method, kind.__name__, spent_s))
    try:
        yield spent_s
    finally:
        for (kind, name), method in zip(methods, before, strict=True):
            setattr(kind, name, method)


def _timed(method: Callable[..., Any], name: str, spent_s: defaultdict[str, float]) -> Callable[..., Any]:
    @wraps(method)
    def timed(*args: object) -> object:
        began_s = time.perf_counter()
        result = method(*args)
        spent_s[name] += time.perf_counter() - began_s
        return result

    return timed


def by_stage(feed: Feed, form: str, rounds: int) -> dict[str, float]:
    """Least seconds of each stage, in the order of the river, and of what lies between them."""
    least_s: dict[str, float] = {}
    with kernels_as(form):
        for _ in range(rounds):
            with stage_clock() as spent_s:
                whole_s = seconds_of(lambda: flow(feed), time.perf_counter)
            spent_s[BETWEEN] = whole_s - sum(spent_s.values())
            for name, seconds in spent_s.items():
                least_s[name] = min(seconds, least_s.get(name, seconds))
    return least_s


def show_river(feeds: list[Feed], rounds: int) -> None:
    """A row for each way to feed the river and each form of the kernels."""
    rows = []
    for feed in feeds:
        for form in forms():
            spread = river(feed, form, rounds)
            speeds = (per_s(feed.samples, seconds) for seconds in (spread.best_s, spread.median_s))
            costs = (us(seconds, feed.samples) for seconds in (spread.best_s, spread.median_s))
            rows.append([f"{feed.name}, {form}", *speeds, *costs, GOAL[form]])
    head = ["whole river", "samples/s best", "median", "us a sample best", "median", "goal"]
    show(f"From packets to cues, {rounds} repeats", head, rows)


def show_stages(feeds: list[Feed], rounds: int) -> None:
    """A row for each stage."""
    columns = {
        f"{feed.name}, {form}": (feed.samples, by_stage(feed, form, rounds))
        for feed in feeds
        for form in forms()
    }
    names = list(dict.fromkeys(name for _, spent_s in columns.values() for name in spent_s))
    names.sort(key=lambda name: name == BETWEEN)
    rows = [[name, *(us(spent_s[name], samples) for samples, spent_s in columns.values())] for name in names]
    show(f"us a sample by stage, best of {rounds}", ["stage", *columns], rows)
    rows = [
        [name, *(per_s(samples, spent_s[name]) for samples, spent_s in columns.values())] for name in names
    ]
    show(f"samples/s by stage, best of {rounds}", ["stage", *columns], rows)


def main() -> None:
    """Print the tables."""
    quick = is_quick(__doc__)
    warm_up()
    run = simulate(session(6.0 if quick else 60.0))
    feeds = [as_packets(run), as_tables(run)]
    rounds = 1 if quick else 5
    print(f"{feeds[0].samples} samples of {len(run.feet)} feet, {len(run.truth)} strides")
    for feed in feeds:
        print(f"{feed.name}: {flow(feed)} strides found")
    show_river(feeds, rounds)
    show_stages(feeds, rounds)


if __name__ == "__main__":
    main()
