"""A closed terminal or a polite kill ends a command as Ctrl-C does: what is begun is put in order first."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


def ending() -> tuple[signal.Signals, ...]:
    """The signals that ask for the end, but for those that whoever started us had ignored, as nohup does."""
    asking = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))  # Windows has no SIGHUP
    return tuple(one for one in asking if one is not None and signal.getsignal(one) is not signal.SIG_IGN)


@contextmanager
def ending_like_ctrl_c() -> Iterator[None]:
    """Make these signals raise KeyboardInterrupt, once: a closing terminal sends more than one."""
    before = {number: signal.getsignal(number) for number in ending()}

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in before:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
