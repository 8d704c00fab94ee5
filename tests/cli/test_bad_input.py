"""Whatever a person gets wrong is answered with one sentence that names it, and never with a traceback."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from brokers import make_broker
from stridesense.cli.main import main

HEADER = "t_s,acc_x,acc_y,acc_z,gyr_x,gyr_y,gyr_z\n"
ROW = "{t},0,0,9.8,0,0,0\n"


@dataclass(frozen=True)
class Case:
    """A command line, the exit code it ends with, and a word of the sentence that answers it."""

    name: str
    line: str
    names: str
    code: int = 1


FAULTS_OF_FILES = (
    Case("missing recording", "analyze nowhere.mcap", "nowhere.mcap"),
    Case("missing CSV", "analyze nowhere.csv", "nowhere.csv"),
    Case("a folder", "analyze folder", "folder"),
    Case("a folder named like a CSV", "analyze folder.csv", "folder.csv"),
    Case("empty recording", "analyze empty.mcap", "empty.mcap"),
    Case("empty CSV", "analyze empty.csv", "empty.csv"),
    Case("text instead of a recording", "analyze text.mcap", "text.mcap"),
    Case("bytes instead of a CSV", "analyze bytes.csv", "bytes.csv"),
    Case("wrong header", "analyze header.csv", "t_s"),
    Case("header alone", "analyze alone.csv", "alone.csv"),
    Case("letters among numbers", "analyze letters.csv", "fast"),
    Case("time that runs backwards", "analyze backwards.csv", "backwards.csv"),
    Case("time that stands still", "analyze still.csv", "still.csv"),
    Case("one sample a minute", "analyze slow.csv", "slow.csv"),
    Case("info of a CSV", "info header.csv", "header.csv"),
    Case("info of nothing", "info nowhere.mcap", "nowhere.mcap"),
    Case("replay of nothing", "replay nowhere.mcap --mqtt none", "nowhere.mcap"),
    Case("recover of nothing", "recover nowhere.mcap", "nowhere.mcap"),
    Case("recover of text", "recover text.mcap -o saved.mcap", "text.mcap"),
    Case("import of nothing", "import nowhere.csv -o new.mcap", "nowhere.csv"),
    Case("import without a column", "import good.csv -o new.mcap --preset pyshoe", "ax"),
    Case("output folder missing", "simulate {scenario} -o no/folder/new.mcap", "no/folder"),
    Case("scenario file missing", "simulate nowhere.toml -o new.mcap", "nowhere.toml"),
    Case("scenario that is not TOML", "simulate broken.toml -o new.mcap", "broken"),
    Case(
        "truth in a folder that is missing", "simulate {scenario} -o t.mcap --truth no/truth.json", "no/truth"
    ),
    Case("settings missing", "replay {recording} --config nowhere.toml", "nowhere.toml"),
    Case("settings that are not TOML", "replay {recording} --config broken.toml", "broken.toml"),
    Case("no broker at that port", "replay {recording} --mqtt mqtt://127.0.0.1:1", "127.0.0.1:1"),
)

MISTAKES_OF_PEOPLE = (
    Case("no such command", "anlyze good.csv", "analyze", 2),
    Case("no such option", "analyze good.csv --colour", "--colour", 2),
    Case("no file", "analyze", "FILE", 2),
    Case("no such format", "analyze good.csv --format xml", "xml", 2),
    Case("no such scenario", "simulate marathon -o new.mcap", "marathon"),
    Case("unknown scenario key", "simulate unknown_key.toml -o new.mcap", "sped_mps"),
    Case("impossible scenario value", "simulate impossible.toml -o new.mcap", "duration_s"),
    Case("no scenario at all", "simulate -o new.mcap", "scenario"),
    Case("a run of no time", "simulate {scenario} -o new.mcap --seconds 0", "--seconds", 2),
    Case(
        "output exists",
        "simulate {scenario} -o {recording}",
        "{recording} exists already: name another file or add --force",
    ),
    Case("output is no recording", "simulate {scenario} -o new.txt", "new.txt"),
    Case("recover onto itself", "recover {recording} -o {recording}", "{recording}"),
    Case("unknown preset", "import good.csv -o new.mcap --preset garmin", "garmin"),
    Case("unknown unit", "import good.csv -o new.mcap --time t_s:s --acc a,b,c:ft --gyr d,e,f:dps", "ft"),
    Case(
        "two columns for three axes",
        "import good.csv -o new.mcap --time t_s:s --acc a,b:g --gyr d,e,f:dps",
        "a,b",
    ),
    Case("0 Hz", "import good.csv -o new.mcap --rate 0 --acc a,b,c:g --gyr d,e,f:dps", "0"),
    Case("no foot", "import good.csv -o new.mcap --foot middle", "middle"),
    Case("no such range", "import good.csv -o new.mcap --acc-range lots", "lots"),
    Case("no output", "import good.csv", "--output", 2),
    Case("speed 0", "replay {recording} --speed 0", "speed"),
    Case("speed that is no number", "replay {recording} --speed fast", "fast"),
    Case("speed that is not finite", "replay {recording} --speed nan", "nan"),
    Case("no such broker", "replay {recording} --mqtt cloud", "--mqtt"),
    Case("URL of another protocol", "replay {recording} --mqtt http://localhost", "--mqtt"),
    Case("port out of range", "replay {recording} --mqtt mqtt://localhost:99999", "--mqtt"),
    Case("unknown setting", "replay {recording} --config setting.toml", "mqtt.hots"),
    Case(
        "recording onto a recording",
        "replay {recording} --mqtt none --record {recording}",
        "{recording} exists already: name another file\n",
    ),
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files that are wrong in one way each, to work in."""
    rows = "".join(ROW.format(t=t / 100) for t in range(50))
    files = {
        "empty.mcap": "",
        "empty.csv": "",
        "text.mcap": "this is a shopping list\n" * 50,
        "header.csv": "time,x,y,z\n1,2,3,4\n",
        "alone.csv": HEADER,
        "letters.csv": HEADER + rows + "0.51,0,0,fast,0,0,0\n" + rows,
        "backwards.csv": HEADER + "".join(ROW.format(t=-t / 100) for t in range(50)),
        "still.csv": HEADER + ROW.format(t=1) * 50,
        "slow.csv": HEADER + "".join(ROW.format(t=60 * t) for t in range(50)),
        "good.csv": HEADER + rows,
        "broken.toml": "[[block]\n",
        "unknown_key.toml": '[[block]]\nactivity = "run"\nduration_s = 5\nsped_mps = 3\n',
        "impossible.toml": '[[block]]\nactivity = "run"\nduration_s = -5\n',
        "setting.toml": '[mqtt]\nhots = "localhost"\n',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "bytes.csv").write_bytes(bytes(range(256)) * 8)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder.csv").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def is_one_sentence(stderr: str) -> bool:
    return stderr.startswith("error: ") and stderr.count("\n") == 1 and stderr.endswith("\n")


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("case", [*FAULTS_OF_FILES, *MISTAKES_OF_PEOPLE], ids=lambda case: case.name)
def test_a_fault_is_one_sentence_that_names_it(
    case: Case, recording: Path, scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = {"recording": str(recording), "scenario": str(scenario)}
    code = main([word.format(**paths) for word in case.line.split()])
    output = capsys.readouterr()
    assert is_one_sentence(output.err), output.err
    assert case.names.format(**paths) in output.err
    assert code == case.code
    assert output.out == ""


@pytest.mark.parametrize(
    "case",
    [FAULTS_OF_FILES[0], FAULTS_OF_FILES[8], MISTAKES_OF_PEOPLE[0], MISTAKES_OF_PEOPLE[5]],
    ids=lambda case: case.name,
)
def test_the_program_itself_says_it_too(case: Case, desk: Path) -> None:
    program = Path(sys.executable).with_name("stridesense")
    result = subprocess.run(
        [program, *case.line.split()], cwd=desk, capture_output=True, text=True, check=False
    )
    assert is_one_sentence(result.stderr), result.stderr
    assert case.names in result.stderr
    assert (result.returncode, result.stdout) == (case.code, "")


def test_an_error_message_never_repeats_a_password(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for url in (
        "http://me:hunter2@localhost",
        "mqtt://me:hunter2@localhost:99999",
        "mqtt://me:hunter2@127.0.0.1:1",
    ):
        assert main(["replay", str(recording), "--mqtt", url]) in {1, 2}
        assert "hunter2" not in capsys.readouterr().err


def test_a_wrong_password_is_said_in_one_sentence(
    desk: Path,  # noqa: ARG001  the folder to work in
    tmp_path_factory: pytest.TempPathFactory,
    require_program: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broker = make_broker("mosquitto", tmp_path_factory.mktemp("broker"), require_program)
    monkeypatch.setenv("STRIDESENSE_MQTT__USERNAME", "runner")
    monkeypatch.setenv("STRIDESENSE_MQTT__PASSWORD", "s3cret-guess")
    recording = Path(__file__).parents[2] / "recordings" / "held_heel.mcap"
    try:
        broker.start()
        code = main(["replay", str(recording), "--mqtt", f"mqtt://127.0.0.1:{broker.port}"])
    finally:
        broker.kill()
    said = capsys.readouterr().err
    assert code == 1
    assert said.count("\n") == 1
    assert said.startswith("error: ")
    assert "refuses the user name or the password" in said
    assert "s3cret" not in said
