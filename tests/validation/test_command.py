"""`stridesense validate` as a person runs it."""

import re
from pathlib import Path

import pytest

from stridesense.cli import validate
from stridesense.cli.main import main
from validation.making import study, trial

PEERS = """
[[peer]]
program = "acc_peak.py"
[[peer]]
program = "failing.py"
[[peer]]
program = "acc_peak.py"
environment = "nowhere"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Path:
    """A folder with the page and the picture of a quick run beside three peers, one of which runs."""
    folder = tmp_path_factory.mktemp("validation")
    peers = folder / "peers"
    peers.mkdir()
    for name in ("peer.py", "acc_peak.py"):
        (peers / name).write_text((checkout / "benchmarks" / "peers" / name).read_text("utf-8"), "utf-8")
    (peers / "failing.py").write_text("raise SystemExit('it has a headache')", "utf-8")
    (peers / "peers.toml").write_text(PEERS, "utf-8")
    page, plot = folder / "accuracy.md", folder / "accuracy.svg"
    words = ["validate", "--quick", "--peers", str(peers), "-o", str(page), "--plot", str(plot)]
    assert main(words) == 0
    return folder


def test_the_page_has_every_section_and_the_picture(made: Path) -> None:
    page = (made / "accuracy.md").read_text("utf-8")
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)
    assert {"Bars", "Published records", "The heel", "A bad link", "Real recordings"} <= set(headings)
    assert "](accuracy.svg)" in page
    assert "about a tenth" in page
    assert (made / "accuracy.svg").stat().st_size > 1000


def test_peers_that_run_are_compared_and_others_are_named(made: Path) -> None:
    page = (made / "accuracy.md").read_text("utf-8")
    assert re.search(r"^\| \\\|a\\\| peak \| rearfoot \| \d", page, re.MULTILINE)
    assert "- failing: not run, as it has a headache" in page
    assert "- acc_peak: not run, as its environment nowhere is not there" in page


def test_each_strike_and_runner_has_its_row(made: Path) -> None:
    page = (made / "accuracy.md").read_text("utf-8")
    timing = page.partition("## Timing by strike type and runner")[2].partition("\n## ")[0]
    rows = [line for line in timing.splitlines() if line.startswith(("| rigid_sole", "| soft_shoe"))]
    assert len(rows) == 6


@pytest.mark.parametrize(("words", "code"), [([], 0), (["--strict"], 1)])
def test_a_missed_bar_is_an_error_only_when_asked(
    words: list[str], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(validate, "study", lambda **_: study(trial(0.010)))
    assert main(["validate", *words]) == code
    row = next(line for line in capsys.readouterr().out.splitlines() if "initial contact bias" in line)
    assert row.split()[-1] == "behind"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--data", "nowhere"], "does not hold the real recordings"),
        (["--peers", "nowhere"], "holds no peers"),
        (["-o", "nowhere/page.md"], "there is no folder nowhere"),
        (["--plot", "."], "it is a folder"),
        (["--sloppy"], "--sloppy"),
    ],
)
def test_wrong_input_is_said_in_one_sentence_before_any_work(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["validate", "--quick", *words]) in {1, 2}
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("text", ["peer = 3", "no toml [", "[[peer]]\nname = 'x'"])
def test_a_list_of_peers_that_is_none_is_said(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "peers.toml").write_text(text, "utf-8")
    assert main(["validate", "--quick", "--peers", str(tmp_path)]) == 1
    assert "is no list of peers" in capsys.readouterr().err
