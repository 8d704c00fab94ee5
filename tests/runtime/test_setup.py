"""What a session starts from: written, read back, and taken from the history."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from history.making import BEGAN_UNIX_S, report, start
from stridesense.coaching.briefing import Briefing
from stridesense.coaching.settings import BudgetSettings, CoachSettings
from stridesense.errors import InputError, UsageError
from stridesense.history.store import Store
from stridesense.history.writing import add_check_in, replace_session
from stridesense.model import CheckIn, Foot, Theme
from stridesense.runtime.config import Settings
from stridesense.runtime.setup import Setup, next_setup

NEXT_UNIX_S = BEGAN_UNIX_S + 86_400.0


def test_it_survives_being_written_as_json() -> None:
    briefing = Briefing(
        coach=CoachSettings(theme=Theme.PULL),
        baseline={Foot.LEFT: {"contact_time_s": (1.0, 2.5)}},
        theme_sessions={Theme.PULL: 3},
    )
    setup = Setup(briefing=briefing)
    assert Setup.model_validate(json.loads(json.dumps(setup.to_record()))) == setup


def test_the_first_session_knows_the_settings_alone(tmp_path: Path) -> None:
    settings = Settings(coach=CoachSettings(warm_up_s=10.0))
    setup = next_setup(settings, None, tmp_path / "none.sqlite3", NEXT_UNIX_S)
    assert setup == Setup.first(settings, None, NEXT_UNIX_S)
    assert setup.briefing.coach.warm_up_s == 10.0


def test_the_next_session_knows_those_before_it(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    assert next_setup(Settings(), None, path, NEXT_UNIX_S).briefing.sessions == 0
    assert not path.exists()
    with Store(path) as store:
        replace_session(store, start(), [report()])
        add_check_in(store, CheckIn(unix_s=NEXT_UNIX_S - 60.0, soreness={Foot.LEFT: 2, Foot.RIGHT: 0}))
    briefing = next_setup(Settings(), None, path, NEXT_UNIX_S).briefing
    assert briefing.sessions == 1
    assert briefing.legs[Foot.LEFT].soreness == 2
    assert briefing.last_theme is report().theme


def test_without_the_earlier_sessions_the_legs_still_count(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    with Store(path) as store:
        replace_session(store, start(), [report()])
        told = CheckIn(unix_s=NEXT_UNIX_S - 60.0, soreness={Foot.LEFT: 5}, red_flags=("swelling",))
        add_check_in(store, told)
    briefing = next_setup(Settings(), None, path, NEXT_UNIX_S, from_sessions=False).briefing
    assert (briefing.sessions, briefing.last_theme, briefing.baseline) == (0, None, {})
    assert briefing.legs[Foot.LEFT].soreness == 5
    assert briefing.red_flags == ("swelling",)


def test_the_first_session_may_fall_into_the_weeks_of_getting_used_to_it() -> None:
    began = datetime.fromtimestamp(NEXT_UNIX_S, UTC).date() - timedelta(days=8)
    settings = Settings(budget=BudgetSettings(adapting_since=began))
    assert Setup.first(settings, None, NEXT_UNIX_S).briefing.adaptation_week == 2


def test_a_language_without_words_and_a_broken_history_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no words in 'xx'"):
        Setup.first(Settings(coach=CoachSettings(language="xx")), None)
    broken = tmp_path / "history.sqlite3"
    broken.write_text("no database")
    with pytest.raises(InputError):
        next_setup(Settings(), None, broken, NEXT_UNIX_S)


def test_a_warning_sign_counts_though_the_clock_went_back(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite3"
    with Store(path) as store:
        told = CheckIn(unix_s=NEXT_UNIX_S + 600.0, soreness={Foot.LEFT: 8}, red_flags=("numbness",))
        add_check_in(store, told)
    briefing = next_setup(Settings(), None, path, NEXT_UNIX_S).briefing
    assert briefing.red_flags == ("numbness",)
    assert briefing.legs[Foot.LEFT].soreness == 8
