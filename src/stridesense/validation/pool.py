"""Many tasks on every core, answered in the order in which they were set."""

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Protocol, TypeVar

Result_co = TypeVar("Result_co", covariant=True)
Answer = TypeVar("Answer")


class Task(Protocol[Result_co]):
    """Something that can be done in another process: it and its result can be pickled."""

    def run(self) -> Result_co:
        """Do it."""


def done(tasks: Sequence[Task[Answer]], workers: int | None = None) -> Iterator[Answer]:
    """The results in the order of the tasks; `workers` processes, or one for each core.

    The processes start afresh rather than as copies, so that no thread of a library is copied half-way.
    """
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_ignore_ctrl_c)
    try:
        yield from pool.map(_run, tasks)
    finally:
        pool.shutdown(cancel_futures=True)


def _ignore_ctrl_c() -> None:
    """Ctrl-C reaches every process of a terminal; the first one ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run(task: Task[Answer]) -> Answer:
    try:
        return task.run()
    except Exception as error:
        error.add_note(f"in {task}")
        raise
