"""`stridesense export` writes what `analyze` finds, whole or not at all."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from recording.exporting import as_record, decoded
from stridesense.cli import export
from stridesense.cli.main import main
from stridesense.history.facts import SessionStart
from stridesense.history.store import Store
from stridesense.history.writing import replace_session
from stridesense.model import Instruction, Order, RawPacket
from stridesense.recording.format import INSTRUCTION_TOPIC, SessionMeta
from stridesense.recording.reader import Recording
from stridesense.recording.writer import RecordingWriter
from stridesense.units import NS_PER_S

BEGAN = datetime(2026, 10, 25, 0, 59, 57, tzinfo=UTC)
LATE_S = 20
"""So long after the recording began the pod was there."""


@pytest.fixture(scope="module")
def late(recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run with a mark in it, in a recording that began 20 s before the first packet."""
    path = tmp_path_factory.mktemp("late") / "late.mcap"
    meta = SessionMeta("1a7e", round(BEGAN.timestamp()) * NS_PER_S, "run")
    with RecordingWriter(path, meta, free_bytes_wanted=0) as writer:
        for packet in Recording.open(recording).packets():
            arrival_ns = packet.arrival_ns + LATE_S * NS_PER_S
            writer.packet(
                RawPacket(packet.foot, packet.protocol, packet.characteristic, packet.payload, arrival_ns)
            )
        mark = Instruction(order=Order.MARK, arrival_ns=(LATE_S + 8) * NS_PER_S, value="hill")
        writer.json(INSTRUCTION_TOPIC, mark.arrival_ns, mark.to_record())
    return path


@pytest.fixture
def records(recording: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The strides as `analyze` prints them."""
    assert main(["analyze", str(recording), "--format", "jsonl"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_csv_on_stdout_says_what_analyze_says(
    recording: Path, records: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(recording), "-o", "-"]) == 0
    rows = csv.DictReader(capsys.readouterr().out.splitlines())
    assert [as_record(row) for row in rows] == records
    assert len(records) > 15


def test_parquet_says_what_analyze_says_and_brings_the_samples(
    recording: Path, records: list[dict[str, Any]], tmp_path: Path
) -> None:
    output = tmp_path / "run.parquet"
    assert main(["export", str(recording), "-o", str(output), "--samples"]) == 0
    rows = pq.read_table(output).to_pylist()
    assert [row["initial_contact_s"] for row in rows] == [one["initial_contact_s"] for one in records]
    assert [row["heel_height_mm"] for row in rows] == [one.get("heel_height_mm") for one in records]
    samples = pq.read_table(tmp_path / "run.samples.parquet")
    assert set(samples["foot"].to_pylist()) == {"left", "right"}
    assert samples.schema.metadata[b"session_id"] == Recording.open(recording).meta.session_id.encode()
    assert len(samples) > 2 * 11 * 200
    assert max(map(abs, samples["acc_z_mps2"].to_pylist())) > 9.0


def test_a_fit_file_tells_the_time_of_the_first_sample_and_has_marks_as_laps(
    late: Path, tmp_path: Path
) -> None:
    output = tmp_path / "run.FIT"
    assert main(["export", str(late), "-o", str(output)]) == 0
    messages = decoded(output.read_bytes())
    first, second = messages["lap_mesgs"]
    assert first["start_time"] - BEGAN == timedelta(seconds=LATE_S)
    assert second["start_time"] - BEGAN == timedelta(seconds=LATE_S + 8)
    (whole,) = messages["session_mesgs"]
    assert whole["total_elapsed_time"] == pytest.approx(12.0, abs=0.3)
    assert len(messages["record_mesgs"]) in {12, 13}


def test_a_computer_without_a_clock_is_asked_about(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "1970.mcap"
    with RecordingWriter(path, SessionMeta("1970", NS_PER_S, "run"), free_bytes_wanted=0) as writer:
        for packet in Recording.open(recording).packets():
            writer.packet(packet)
    assert main(["export", str(path), "-o", str(tmp_path / "run.fit")]) == 1
    assert "was the clock of the computer set?" in capsys.readouterr().err
    assert not (tmp_path / "run.fit").exists()


def test_an_id_of_the_history_and_latest_name_the_recording(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    history = tmp_path / "history.sqlite3"
    monkeypatch.setenv("STRIDESENSE_HISTORY__PATH", str(history))
    with Store(history) as store:
        start = SessionStart(session_id="f00d", started_unix_s=0.0, source="run", recording=str(recording))
        replace_session(store, start, [])
    printed = set()
    for name in ("f00d", "f0", "latest", str(recording)):
        assert main(["export", name, "-o", "-"]) == 0
        printed.add(capsys.readouterr().out)
    assert len(printed) == 1


def test_a_damaged_recording_is_exported_as_far_as_it_goes(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn = tmp_path / "torn.mcap"
    torn.write_bytes(recording.read_bytes()[: recording.stat().st_size * 2 // 3])
    assert main(["export", str(torn), "-o", str(tmp_path / "torn.csv")]) == 3
    assert "damaged: torn.mcap" in capsys.readouterr().err
    assert len((tmp_path / "torn.csv").read_text().splitlines()) > 5


def test_a_pod_with_its_own_figures_makes_a_fit_file_alone(
    scenario: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own, output = tmp_path / "own.mcap", tmp_path / "own.fit"
    plan = tmp_path / "own.toml"
    plan.write_text(scenario.read_text() + '[pod]\nprotocol = "rsc"\n')
    assert main(["simulate", str(plan), "-o", str(own)]) == 0
    assert main(["export", str(own), "-o", str(output)]) == 0
    fields = {name for record in decoded(output.read_bytes())["record_mesgs"] for name in record}
    assert {"cadence", "enhanced_speed"} < fields
    assert "stance_time" not in fields
    capsys.readouterr()
    assert main(["export", str(own), "-o", "-"]) == 1
    assert "only figures of the pod's own firmware" in capsys.readouterr().err


def test_a_file_that_exists_is_replaced_only_by_force(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "run.csv"
    output.write_text("mine")
    assert main(["export", str(recording), "-o", str(output)]) == 1
    assert "add --force" in capsys.readouterr().err
    assert output.read_text() == "mine"
    assert main(["export", str(recording), "-o", str(output), "--force"]) == 0
    assert output.read_text().startswith("initial_contact_utc,foot,")


def test_samples_that_exist_stop_the_strides_too(recording: Path, tmp_path: Path) -> None:
    (tmp_path / "run.samples.parquet").write_text("mine")
    assert main(["export", str(recording), "-o", str(tmp_path / "run.parquet"), "--samples"]) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["run.samples.parquet"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["-o", "run.gpx"], "neither a .fit nor a .csv nor a .parquet file"),
        (["-o", "run"], "name it accordingly"),
        (["-o", "run.fit", "--samples"], "--samples goes with a .parquet file"),
        (["-o", "-", "--samples"], "--samples goes with a .parquet file"),
        (["-o", "no/such/run.csv"], "there is no such folder"),
        (["-o", "folder.csv", "--force"], "it is a folder"),
    ],
)
def test_an_output_that_cannot_be_is_one_sentence_before_any_work(
    recording: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    line: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.csv").mkdir()
    assert main(["export", str(recording), *line]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert words in sentence
    assert [file.name for file in tmp_path.iterdir()] == ["folder.csv"]


@pytest.mark.parametrize(("kind", "extra"), [("fit", "fit"), ("parquet", "parquet")])
def test_a_missing_extra_is_named(
    recording: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    extra: str,
) -> None:
    monkeypatch.setattr(export, "find_spec", lambda _name: None)
    assert main(["export", str(recording), "-o", str(tmp_path / f"run.{kind}")]) == 1
    assert f"pip install 'stridesense[{extra}]'" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["fit", "csv", "parquet"])
def test_a_session_without_strides_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    plan, still = tmp_path / "still.toml", tmp_path / "still.mcap"
    plan.write_text('seed = 1\n[[block]]\nactivity = "stand"\nduration_s = 4\n')
    assert main(["simulate", str(plan), "-o", str(still)]) == 0
    capsys.readouterr()
    assert main(["export", str(still), "-o", str(tmp_path / f"still.{kind}")]) == 1
    assert "cannot be exported: no strides" in capsys.readouterr().err
    assert not (tmp_path / f"still.{kind}").exists()


def test_samples_in_a_csv_file_do_not_say_when_they_were(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "foot.csv"
    rows = "".join(f"{row / 100},0,0,9.81,0,0,0\n" for row in range(50))
    table.write_text("t_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n" + rows)
    assert main(["export", str(table), "-o", str(tmp_path / "foot.fit")]) == 1
    assert "does not say when it was run" in capsys.readouterr().err
