"""`calibrate` says what it found and keeps it; --shoe uses it; whatever goes wrong is one sentence."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from stridesense.cli.main import main
from stridesense.runtime.profile import load_profile

STAND = '[[block]]\nactivity = "stand"\nduration_s = 3\n'
RUN = '[[block]]\nactivity = "run"\nduration_s = 20\n'
WALK = '[[block]]\nactivity = "walk"\nduration_s = 15\n'

RUNS = {
    "good": f"[pod]\nmount_right_deg = [180, 0, 0]\n{STAND}{RUN}",
    "right": f'feet = ["right"]\n{STAND}{RUN}',
    "hurried": RUN,
    "walked": f"{STAND}{WALK}",
    "stood": STAND,
    "slow_pod": f"[pod]\nrate_hz = 100\nacc_range_g = 4\n{STAND}{RUN}",
}


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a recording of each of `RUNS`, and its scenario."""
    folder = tmp_path_factory.mktemp("runs")
    for name, text in RUNS.items():
        scenario = folder / f"{name}.toml"
        scenario.write_text("seed = 5\n" + text, encoding="utf-8")
        assert main(["simulate", str(scenario), "-o", str(scenario.with_suffix(".mcap"))]) == 0
    return folder


@pytest.fixture(autouse=True)
def desk(
    recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """The user's config folder, in an empty home; the recordings lie where one works."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(recordings)
    capsys.readouterr()
    return tmp_path / "config" / "stridesense" / "shoes"


@pytest.fixture
def racer(capsys: pytest.CaptureFixture[str]) -> str:
    """A shoe that has been calibrated."""
    assert main(["calibrate", "good.mcap", "--shoe", "racer"]) == 0
    capsys.readouterr()
    return "racer"


def rows(table: str) -> dict[str, list[str]]:
    """The cells of a printed table by their label."""
    lines = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in table.splitlines()]
    return {line[0]: line[1:] for line in lines if line}


def test_it_says_how_the_pods_sit_and_how_the_runner_runs(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibrate", "good.mcap", "--shoe", "racer"]) == 0
    output = capsys.readouterr()
    told = rows(output.out)
    assert told["the pod sits"] == ["right side up", "upside down"]
    assert told["its axes point"] == ["x forward, y left, z up", "x forward, y right, z down"]
    assert all(float(cell) > 0.8 for cell in told["confidence, 0 to 1"])
    assert all(2.5 <= float(cell) <= 4.0 for cell in told["stood still, s"])
    assert all(9.3 < float(cell) < 10.3 for cell in told["gravity, m/s^2"])
    assert all(int(cell) >= 20 for cell in told["running strides"])
    assert all(cell.endswith(" m/s") and " deg/s at " in cell for cell in told["usual push-off"])
    assert f"kept in {desk / 'racer.toml'}" in output.err


def test_the_date_is_that_of_the_recording() -> None:
    assert main(["calibrate", "good.mcap", "--shoe", "racer"]) == 0
    recorded = load_profile("racer").recorded
    assert recorded is not None
    assert recorded.isoformat() == "2026-01-01T00:00:00+00:00"
    assert main(["calibrate", "--scenario", "good.toml", "--shoe", "virtual"]) == 0
    assert load_profile("virtual").recorded is None
    assert load_profile("virtual").feet == load_profile("racer").feet


def test_calibrating_again_gives_the_same_file(desk: Path, racer: str) -> None:
    first = (desk / "racer.toml").read_bytes()
    assert main(["calibrate", "good.mcap", "--shoe", racer]) == 0
    assert (desk / "racer.toml").read_bytes() == first


def measured_mps(capsys: pytest.CaptureFixture[str], *options: str) -> float:
    assert main(["analyze", "good.mcap", "--format", "jsonl", *options]) == 0
    strides = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    speeds = sorted(stride["speed_mps"] for stride in strides if "speed_mps" in stride)
    return float(speeds[len(speeds) // 2])


def test_a_known_speed_is_what_is_measured_afterwards(capsys: pytest.CaptureFixture[str]) -> None:
    plain_mps = measured_mps(capsys)
    assert main(["calibrate", "good.mcap", "--shoe", "racer", "--speed", f"{1.1 * plain_mps}"]) == 0
    assert "speed: off by -0." in capsys.readouterr().out
    assert measured_mps(capsys, "--shoe", "racer") == pytest.approx(1.1 * plain_mps, rel=0.01)
    assert main(["calibrate", "good.mcap", "--shoe", "racer"]) == 0
    assert load_profile("racer").speed.strides > 20
    assert main(["calibrate", "good.mcap", "--shoe", "racer", "--fresh"]) == 0
    assert load_profile("racer").speed.strides == 0


def test_a_shoe_gives_indices_from_the_first_stride_on(
    racer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for options, known in (((), False), (("--shoe", racer), True)):
        assert main(["analyze", "good.mcap", "--format", "jsonl", *options]) == 0
        first = json.loads(capsys.readouterr().out.splitlines()[0])
        assert ("push_off_index" in first) is known


def test_replay_uses_the_shoe_as_analyze_does(
    racer: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.mcap"
    line = ["replay", "good.mcap", "--speed", "max", "--mqtt", "none", "--record", str(copy), "--shoe", racer]
    assert main(line) == 0
    capsys.readouterr()
    from stridesense.recording.format import STRIDE_TOPIC
    from stridesense.recording.reader import Recording

    replayed = list(Recording.open(copy).records(STRIDE_TOPIC))
    assert main(["analyze", "good.mcap", "--format", "jsonl", "--shoe", racer]) == 0
    assert replayed == [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_foot_that_was_not_recorded_keeps_what_was_known(
    racer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = load_profile(racer)
    assert main(["calibrate", "right.mcap", "--shoe", racer]) == 0
    after = load_profile(racer)
    assert after.feet["left"] == before.feet["left"]
    assert after.feet["right"] != before.feet["right"]
    assert main(["calibrate", "right.mcap", "--shoe", racer, "--fresh"]) == 0
    assert set(load_profile(racer).feet) == {"right"}
    capsys.readouterr()
    assert main(["analyze", "good.mcap", "--shoe", racer]) == 0
    assert "not with: left" in capsys.readouterr().err


def test_a_doubtful_pod_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "slow_pod.mcap", "--shoe", "racer"]) == 0
    said = capsys.readouterr().err
    assert "the left pod has too small a range" in said
    assert "the left pod is slow" in said


def test_a_cut_recording_is_calibrated_and_told(
    recordings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (recordings / "good.mcap").read_bytes()
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(whole[: len(whole) * 95 // 100])
    assert main(["calibrate", str(cut), "--shoe", "racer"]) == 3
    assert capsys.readouterr().err.startswith("damaged: ")
    assert load_profile("racer").feet.keys() == {"left", "right"}


@dataclass(frozen=True)
class Case:
    """A command line, words of the sentence that answers it, and the exit code."""

    line: str
    words: str
    code: int = 1


FAULTS = (
    Case("calibrate nowhere.mcap --shoe new", "nowhere.mcap does not exist"),
    Case("calibrate good.toml --shoe new", "good.toml is not an MCAP file"),
    Case("calibrate --shoe new", "--scenario"),
    Case("calibrate good.mcap --scenario good.toml --shoe new", "not both"),
    Case("calibrate --scenario marathon --shoe new", "marathon"),
    Case("calibrate good.mcap", "--shoe", 2),
    Case("calibrate good.mcap --shoe ../new", "a shoe's name"),
    Case("calibrate good.mcap --shoe new --speed fast", "'--speed'", 2),
    Case("calibrate good.mcap --shoe new --speed 9", "--speed says 9 m/s, but the strides measured 3.0"),
    Case("calibrate good.mcap --shoe new --speed nan", "--speed says nan"),
    Case("calibrate hurried.mcap --shoe new", "never stood still before the run: put both feet flat"),
    Case("calibrate walked.mcap --shoe new", "saw 0 running strides (and "),
    Case("calibrate stood.mcap --shoe new", "saw 0 running strides, but 20 are needed: stand still for 3 s"),
    Case("analyze good.mcap --shoe new", "no profile of a shoe 'new' (none is known yet)"),
    Case("replay good.mcap --shoe new", "no profile of a shoe 'new'"),
    Case("demo --shoe new", "no profile of a shoe 'new'"),
    Case("analyze good.mcap --shoe /etc/passwd", "a shoe's name"),
)


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case.line)
def test_a_fault_is_one_sentence_and_nothing_is_kept(
    case: Case, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(case.line.split()) == case.code
    output = capsys.readouterr()
    assert output.err.startswith("error: ")
    assert output.err.count("\n") == 1
    assert case.words in output.err
    assert output.out == ""
    assert not desk.exists()


def test_a_damaged_profile_is_told_and_fresh_replaces_it(
    desk: Path, racer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "racer.toml").write_text("[[\n")
    for command in ("analyze", "calibrate"):
        assert main([command, "good.mcap", "--shoe", racer]) == 1
        said = capsys.readouterr().err
        assert "racer.toml is damaged" in said
        assert said.count("\n") == 1
    assert main(["calibrate", "good.mcap", "--shoe", racer, "--fresh"]) == 0
    assert load_profile(racer).feet.keys() == {"left", "right"}


def test_a_folder_that_cannot_be_written_is_told(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk.parent.parent.mkdir()
    desk.parent.write_text("a file in place of the folder")
    assert main(["calibrate", "good.mcap", "--shoe", "racer"]) == 1
    output = capsys.readouterr()
    assert "cannot be written" in output.err
    assert (output.err.count("\n"), output.out) == (1, "")


def test_a_table_is_calibrated_like_a_recording(tmp_path: Path, racer: str) -> None:
    from stridesense.model import SampleBlock
    from stridesense.protocol.decoder import Decoder
    from stridesense.recording.reader import Recording

    decoder, table = Decoder(), tmp_path / "run.csv"
    lines = ["t_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z,foot"]
    for packet in Recording.open(Path("good.mcap")).packets():
        for block in decoder.process(packet):
            if isinstance(block, SampleBlock):
                columns = (block.t_s, *block.acc_mps2.T, *block.gyr_radps.T)
                samples = zip(*(column.tolist() for column in columns), strict=True)
                lines += [f"{','.join(map(str, sample))},{block.foot}" for sample in samples]
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["calibrate", str(table), "--shoe", "table"]) == 0
    profile = load_profile("table")
    assert profile.recorded is None
    for foot, found in profile.feet.items():
        assert found.protocol == "samples"
        assert found.up_axis == pytest.approx(load_profile(racer).feet[foot].up_axis, abs=1e-3)
        assert found.ml_axis == pytest.approx(load_profile(racer).feet[foot].ml_axis, abs=0.02)


def test_a_real_pod_sits_as_its_owners_say(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recording, jog = str(tmp_path / "jog.mcap"), shared_data / "vicon_jog" / "vicon_33.csv"
    assert main(["import", str(jog), "-o", recording, "--preset", "pyshoe"]) == 0
    assert main(["calibrate", recording, "--shoe", "jogger"]) == 0
    output = capsys.readouterr()
    told = rows(output.out)
    assert told["its axes point"] == ["x forward, y right, z down"]
    assert float(told["gravity, m/s^2"][0]) == pytest.approx(9.81, abs=0.05)
    assert float(told["samples a second"][0]) == pytest.approx(200.0, abs=0.1)
    assert "does not turn about one level axis" in output.err  # it was a jog in tight circles
