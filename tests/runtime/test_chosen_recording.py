"""A person names a session: by its file, by what the history calls it, or as the latest one."""

from pathlib import Path

import pytest

from stridesense.errors import InputError, UsageError
from stridesense.history.facts import SessionStart
from stridesense.history.store import Store
from stridesense.history.writing import replace_session
from stridesense.runtime.chosen_recording import recording_of
from stridesense.runtime.config import HistorySection, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A history of three sessions: recorded, recorded and gone since, not recorded."""
    recording = tmp_path / "run.mcap"
    recording.write_bytes(b"any")
    history = tmp_path / "history.sqlite3"
    sessions = {"abc1": str(recording), "abd2": str(tmp_path / "gone.mcap"), "e3": None}
    with Store(history) as store:
        for number, (session_id, path) in enumerate(sessions.items()):
            start = SessionStart(session_id=session_id, started_unix_s=number, source="ble", recording=path)
            replace_session(store, start, [])
    return Settings(history=HistorySection(path=history))


def test_a_file_is_taken_as_it_is_named(settings: Settings, tmp_path: Path) -> None:
    assert recording_of(str(tmp_path / "run.mcap"), settings) == tmp_path / "run.mcap"


@pytest.mark.parametrize("name", ["missing.mcap", "runs/missing", "missing.csv"])
def test_what_can_only_be_a_file_is_left_to_whoever_opens_it(settings: Settings, name: str) -> None:
    assert recording_of(name, settings) == Path(name)


@pytest.mark.parametrize("said", ["abc1", "abc"])
def test_an_id_or_its_beginning_names_the_recording(settings: Settings, tmp_path: Path, said: str) -> None:
    assert recording_of(said, settings) == tmp_path / "run.mcap"


@pytest.mark.parametrize("said", ["latest", "last"])
def test_the_latest_is_the_newest_that_was_recorded(settings: Settings, tmp_path: Path, said: str) -> None:
    (tmp_path / "gone.mcap").write_bytes(b"back again")
    assert recording_of(said, settings) == tmp_path / "gone.mcap"


def test_an_interrupted_recording_is_found_by_its_part(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "gone.mcap.part").write_bytes(b"so far")
    assert recording_of("abd", settings) == tmp_path / "gone.mcap.part"


@pytest.mark.parametrize(
    ("said", "fault", "words"),
    [
        ("ab", UsageError, "2 sessions begin with 'ab'"),
        ("zz", UsageError, "no session 'zz'"),
        ("a\0b", UsageError, "no session"),
        ("z" * 5000, UsageError, "no session"),
        ("e3", UsageError, "was not recorded"),
        ("abd2", InputError, "not at .*gone.mcap any more"),
    ],
)
def test_what_cannot_be_found_is_one_sentence(
    settings: Settings, said: str, fault: type[Exception], words: str
) -> None:
    with pytest.raises(fault, match=words):
        recording_of(said, settings)


def test_without_a_history_a_recording_is_asked_for(tmp_path: Path) -> None:
    nowhere = Settings(history=HistorySection(path=tmp_path / "none.sqlite3"))
    with pytest.raises(UsageError, match="no history yet"):
        recording_of("abc", nowhere)
    assert not (tmp_path / "none.sqlite3").exists()
