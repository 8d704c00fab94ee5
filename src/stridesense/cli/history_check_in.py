"""`stridesense history check-in`."""

import time
from datetime import datetime
from typing import Annotated, Final

import typer

from stridesense.cli.history_words import Database, place, when
from stridesense.cli.terminal import note
from stridesense.errors import UsageError
from stridesense.history.reading import check_ins
from stridesense.history.store import Store
from stridesense.history.writing import add_check_in
from stridesense.model import CheckIn, RedFlag

LONGEST_NOTE: Final = 2000

Soreness = Annotated[int | None, typer.Option(min=0, max=10, help="0 is nothing, 10 the worst imaginable.")]


def command(
    *,
    left: Soreness = None,
    right: Soreness = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help='Not now but then, as in "2026-11-22 07:30".')
    ] = None,
    red_flag: Annotated[
        list[RedFlag] | None, typer.Option("--red-flag", help="Something worse; may be given again.")
    ] = None,
    text: Annotated[str, typer.Option("--note", metavar="TEXT", help="Anything you want to remember.")] = "",
    database: Database = None,
) -> int:
    """Keep how sore each calf is; of two check-ins the later counts.

    A red flag (a sudden sharp pain, a calf that swells, a foot without strength or feeling) stops coaching
    until you check in without one.
    """
    check_in = CheckIn.told(_moment(at, time.time()), left, right, red_flag or (), _readable(text))
    if check_in.says_nothing:
        msg = "say how sore the calves are, as in `stridesense history check-in --left 3 --right 1`"
        raise UsageError(msg)
    with Store(place(database)) as store:
        earlier = [one for one in check_ins(store) if one.unix_s <= check_in.unix_s]
        add_check_in(store, check_in)
    said = [f"{foot} {value}" for foot, value in check_in.soreness.items()]
    note(f"kept for {when(check_in.unix_s)}: {', '.join([*said, *map(_words, check_in.red_flags)])}")
    _answer(check_in, earlier[-1].red_flags if earlier else ())
    return 0


def _answer(check_in: CheckIn, before: tuple[str, ...]) -> None:
    """What has to be said when something is worse than sore, or was."""
    if check_in.red_flags:
        note(
            f"I am sorry to hear that. {' and '.join(map(_words, check_in.red_flags)).capitalize()} can be "
            "more than a sore calf: please rest the leg and let a doctor or physiotherapist look at it soon, "
            "at once if it gets worse. Coaching is stopped; once a professional has had a look, check in "
            "again without a red flag and it goes on."
        )
    elif before:
        note(
            f"your check-in before told of {' and '.join(map(_words, before))}: coaching goes on from now; "
            "if no professional has had a look yet, please wait with running until then"
        )


def _words(flag: str) -> str:
    return flag.replace("_", " ")


def _readable(text: str) -> str:
    """A note as text that any file can hold."""
    if len(text) > LONGEST_NOTE:
        msg = f"the note has {len(text)} letters: {LONGEST_NOTE} are the most"
        raise UsageError(msg)
    return text.encode(errors="replace").decode()


def _moment(at: str | None, now_unix_s: float) -> float:
    """The moment that is meant, Unix time in s; local time where no zone is named.

    Raises:
        UsageError: it is no date and time, or lies in the future.
    """
    if at is None:
        return now_unix_s
    try:
        moment = datetime.fromisoformat(at)
        unix_s = moment.timestamp()
    except (ValueError, OverflowError, OSError):
        unix_s = -1.0
    if unix_s < 0.0:
        msg = f'{at[:40]!r} is no date and time: write it as in "2026-11-22 07:30"'
        raise UsageError(msg)
    if unix_s > now_unix_s:
        msg = f"{at[:40]!r} lies in the future: a check-in is about how the legs are, or were"
        raise UsageError(msg)
    return unix_s
