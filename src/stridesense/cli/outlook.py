"""How the calves may feel after a session."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from stridesense.cli.history_words import when
from stridesense.errors import InputError
from stridesense.history.store import Store
from stridesense.model import Foot
from stridesense.runtime.config import Settings
from stridesense.runtime.past import outlook, outlook_score

PEAK_UNTIL_H: Final = 72.0
PEAK: Final = "in studies the peak comes 24 to 72 h after a run"
"""Cleary et al. 2002."""


def outlook_lines(store: Store, session_id: str, settings: Settings) -> Iterator[str]:
    """One line a calf: how likely it is to be sore and when, or why no number is given.

    Raises:
        InputError: the history cannot be read.
    """
    for foot, ahead in outlook(store, session_id, settings).items():
        calf = "calf" if foot is Foot.UNKNOWN else f"{foot} calf"
        if ahead.probability is None:
            yield f"{calf}: no forecast of soreness: {ahead.why}"
        else:
            sore = f"{settings.forecast.sore_from} of 10 or more"
            span = f"{when(ahead.from_unix_s)} to {when(ahead.to_unix_s)}"
            later = f"; {PEAK}" if settings.forecast.to_h < PEAK_UNTIL_H else ""
            yield f"{calf}: {ahead.probability:.0%} likely to be sore ({sore}) from {span}{later}"


def score_lines(store: Store, settings: Settings) -> Iterator[str]:
    """One line: how good the forecasts were so far, whether they were told or not; none before the first.

    Raises:
        InputError: the history cannot be read.
    """
    known = outlook_score(store, settings)
    if known.brier is not None and known.base_brier is not None and known.skill is not None:
        yield (
            f"{known.n} forecasts so far: Brier score {known.brier:.3f}, that of your own average "
            f"{known.base_brier:.3f}, skill {known.skill:+.0%}"
        )


def outlook_after(path: Path, session_id: str, settings: Settings) -> list[str]:
    """The same after a run, whose history may not be readable: then there is nothing to say."""
    try:
        store = Store.existing(path)
        if store is None:
            return []
        with store:
            return list(outlook_lines(store, session_id, settings))
    except InputError:
        return []
