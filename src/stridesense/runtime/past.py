"""Sessions of the history, made again from their recordings, and what they say of the days after."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from stridesense.coaching.briefing import Briefing, CueRecord
from stridesense.coaching.forecast import Forecast, Score, forecast, score
from stridesense.coaching.ledger import records
from stridesense.history.facts import SessionStart
from stridesense.history.reading import check_ins, past_sessions
from stridesense.history.store import Store
from stridesense.history.writing import KEPT, Kept
from stridesense.model import Foot
from stridesense.recording.format import SessionMeta
from stridesense.recording.reader import Recording
from stridesense.runtime.config import Settings
from stridesense.runtime.session import SessionReport, outcomes
from stridesense.runtime.setup import Setup, next_setup, recorded_setup
from stridesense.units import NS_PER_S


def session_start(meta: SessionMeta, setup: Setup, recording: Path | None) -> SessionStart:
    """What the history keeps of the beginning of a session."""
    return SessionStart(
        session_id=meta.session_id,
        started_unix_s=meta.anchor_unix_ns / NS_PER_S,
        source=meta.source,
        shoe=None if setup.shoe is None else setup.shoe.shoe,
        recording=None if recording is None else str(recording.resolve()),
        software_version=meta.software_version,
        setup=json.dumps(setup.to_record()),
    )


def rebuilt(
    recording: Recording, path: Path, settings: Settings, history: Path
) -> tuple[SessionStart, Sequence[Kept]]:
    """A session as the history would have kept it.

    It starts from what was recorded with it. One that says nothing of its start had no coach: it is measured
    after the sessions before it, and no cue is put into it.

    Raises:
        InputError: the recording is of a later version, or the history cannot be read.
        UsageError: there are no words in the language of the settings.
    """
    setup = recorded_setup(recording, path)
    if setup is None:
        silent = settings.coach.model_copy(update={"muted": True})
        settings = settings.model_copy(update={"coach": silent})
        setup = next_setup(settings, None, history, recording.meta.anchor_unix_ns / NS_PER_S)
    found = outcomes(recording.flow(), setup.pipeline(), SessionReport())
    kept = [item for item in found if isinstance(item, KEPT)]
    return session_start(recording.meta, setup, path), kept


def briefing_of(start: SessionStart) -> Briefing | None:
    """What the coach knew when a session of the history began; None where that is of another version."""
    try:
        return Setup.model_validate_json(start.setup).briefing
    except ValidationError:
        return None


def effects_so_far(store: Store) -> Mapping[str, CueRecord]:
    """What is known of each cue from all sessions of the history.

    Raises:
        InputError: the history cannot be read.
    """
    return records([effect for session in past_sessions(store) for effect in session.effects])


def outlook_score(store: Store, settings: Settings) -> Score:
    """How good the forecasts of soreness were on all sessions of the history.

    Raises:
        InputError: the history cannot be read.
    """
    return score(past_sessions(store), check_ins(store), settings.forecast)


def outlook(store: Store, session_id: str, settings: Settings) -> Mapping[Foot, Forecast]:
    """How likely each calf is to be sore after a session of the history; empty for one without a report.

    Raises:
        InputError: the history cannot be read.
    """
    past = past_sessions(store)
    session = next((one for one in past if one.session_id == session_id), None)
    return {} if session is None else forecast(past, check_ins(store), settings.forecast, session)
