"""What the benchmarks share: repeats with their spread, the forms of the kernels, and tables.

All figures are of one core. Other work on the machine only ever makes a figure worse, so the best of several
repeats tells of the code, and the median how quiet the machine was. Time is the processor's for computations,
the clock's on the wall for programs that are started.
"""

import os
import shutil
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median

from stridesense.dsp.kernels import Switch

PLAIN, COMPILED = "plain", "compiled"
Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds that the same work took, once for each repeat."""

    seconds: tuple[float, ...]

    @property
    def best_s(self) -> float:
        """The shortest."""
        return min(self.seconds)

    @property
    def median_s(self) -> float:
        """The one in the middle."""
        return median(self.seconds)


def repeated(work_s: Callable[[], float], rounds: int) -> Spread:
    """Call what answers with the seconds that it took, so many times."""
    return Spread(tuple(work_s() for _ in range(rounds)))


def seconds_of(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """How long one call takes by a clock, s."""
    began_s = clock()
    work()
    return clock() - began_s


def forms() -> tuple[str, ...]:
    """The forms of the kernels that can run here."""
    return (PLAIN, COMPILED) if find_spec("numba") else (PLAIN,)


@contextmanager
def kernels_as(form: str) -> Iterator[None]:
    """Let all kernels run in one form."""
    before, Switch.use_compiled = Switch.use_compiled, form == COMPILED
    try:
        yield
    finally:
        Switch.use_compiled = before


def per_s(count: float, seconds: float) -> str:
    """A speed, in words short enough for a table."""
    return f"{count / seconds:,.0f}"


def us(seconds: float, count: float) -> str:
    """Microseconds for each of `count`."""
    return f"{1e6 * seconds / count:.2f}"


def show(title: str, head: Row, rows: Iterable[Row]) -> None:
    """Print a table with its columns aligned, words to the left and figures to the right."""
    lines = [head, *rows]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    print(f"\n{title}")
    for line in lines:
        first, *others = (
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        print("  ".join([first, *others]).rstrip())


def is_quick(about: str | None) -> bool:
    """Read the command line: whether only a small part shall be measured, to see that it works."""
    parser = ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="a little of everything; no figure to quote")
    return bool(parser.parse_args().quick)


def program(name: str) -> str:
    """The path of a program that is measured with; without it there is nothing to measure."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        sys.exit(f"the program {name} is missing")
    return found
