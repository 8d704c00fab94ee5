"""`stridesense report` writes a page about any session, and says of each what it could not see."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from report.reading import Page
from stridesense.cli.main import main
from stridesense.history.facts import SessionStart
from stridesense.history.store import Store
from stridesense.history.writing import replace_session

FIGURES = "Mean ± standard deviation over all strides, walking too"
VIEWS = {
    "wide": {"viewport": {"width": 1280, "height": 900}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 375, "height": 800}},
}
WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PLOTS_IN_COLOUR = """
[...document.querySelectorAll("path.line.left")].every((line) => getComputedStyle(line).fill === "none")
"""
WALK = '[[block]]\nactivity = "stand"\nduration_s = 3\n[[block]]\nactivity = "walk"\nduration_s = 12\n'


def reported(session: Path | str, output: Path, *options: str, code: int = 0) -> Page:
    assert main(["report", str(session), "-o", str(output), *options]) == code
    return Page(output.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def easy_run(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a recording of both feet."""
    path = tmp_path_factory.mktemp("report") / "easy_run.html"
    reported(checkout / "recordings" / "easy_run.mcap", path)
    return path


def test_the_figures_are_those_of_analyze(
    checkout: Path, easy_run: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["analyze", str(checkout / "recordings" / "easy_run.mcap")]) == 0
    printed = capsys.readouterr().out
    rows = Page(easy_run.read_text(encoding="utf-8")).tables[FIGURES].rows[1:]
    assert len(rows) > 15
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert [row for row in rows if " ".join(" ".join(row).split()) not in lines] == []


def test_a_report_of_a_run_draws_both_feet(easy_run: Path) -> None:
    page = Page(easy_run.read_text(encoding="utf-8"))
    assert [told.partition(".")[0] for told in page.plots if "Pitch" in told] == [
        "Pitch of the left foot",
        "Pitch of the right foot",
    ]
    assert "heel down at" in page.words["turning"].lower()
    assert "0 is the foot standing flat" in page.words["turning"]


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        ('seed = 3\nfeet = ["left"]\n' + WALK, ["those of the walking strides", "Only one foot was heard"]),
        ('seed = 3\n[[block]]\nactivity = "stand"\nduration_s = 5\n', ["nothing moves like a foot"]),
        ('seed = 3\nfeet = ["right"]\n[pod]\nprotocol = "rsc"\n' + WALK, ["figures of its own", "Speed"]),
    ],
    ids=["one foot that walks", "standing", "a pod with its own figures"],
)
def test_what_a_session_cannot_show_is_said(scenario: str, told: list[str], tmp_path: Path) -> None:
    plan, path = tmp_path / "plan.toml", tmp_path / "run.mcap"
    plan.write_text(scenario, encoding="utf-8")
    assert main(["simulate", str(plan), "-o", str(path)]) == 0
    page = reported(path, tmp_path / "run.html")
    assert [words for words in told if words not in page.text] == []


def test_a_damaged_recording_makes_a_report_that_says_so(recording: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.mcap"
    torn.write_bytes(recording.read_bytes()[: recording.stat().st_size // 2])
    page = reported(torn, tmp_path / "torn.html", code=3)
    assert "The recording is damaged: torn.mcap" in page.words["short"]


def test_a_csv_has_no_date_and_its_name_stays_text(tmp_path: Path) -> None:
    jog = tmp_path / "<b>jog & co.csv"
    with jog.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["t_s", "acc_x", "acc_y", "acc_z", "gyr_x", "gyr_y", "gyr_z"])
        rows.writerows([number / 200.0, 0.0, 0.0, 9.81, 0.0, 0.0, 0.0] for number in range(800))
    page = reported(jog, tmp_path / "jog.html")
    assert "Session <b>jog & co.csv" in page.words[""]
    assert "whose date is not known" in page.words[""]
    assert "b" not in page.tags


def test_a_real_jog_is_told_as_one_foot_without_a_limit(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jog, path = shared_data / "vicon_jog" / "vicon_24.csv", tmp_path / "jog.mcap"
    assert main(["import", str(jog), "-o", str(path), "--preset", "pyshoe", "--foot", "right"]) == 0
    page = reported(path, tmp_path / "jog.html")
    assert "Right: came down in all of" in page.words["short"]
    assert "limit not known yet" in page.words["short"]
    capsys.readouterr()
    assert main(["analyze", str(path), "--format", "jsonl"]) == 0
    assert page.row(FIGURES, "strides") == [str(len(capsys.readouterr().out.splitlines()))]


def test_a_report_is_replaced_only_by_force(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "run.html"
    output.write_text("mine", encoding="utf-8")
    assert main(["report", str(recording), "-o", str(output)]) == 1
    assert "exists already: name another file or add --force" in capsys.readouterr().err
    assert output.read_text(encoding="utf-8") == "mine"
    reported(recording, output, "--force")


def test_a_folder_that_is_not_there_is_one_sentence(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(recording), "-o", str(tmp_path / "nowhere" / "run.html")]) == 1
    assert "run.html cannot be written: there is no such folder" in capsys.readouterr().err


async def test_chromium_shows_and_prints_it_without_a_complaint(
    easy_run: Path, tmp_path: Path, require_program: Callable[[str], str]
) -> None:
    from playwright.async_api import async_playwright

    complaints: list[str] = []
    requests: list[str] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=require_program("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for view, options in VIEWS.items():
            page = await (await chromium.new_context(**options)).new_page()
            page.on("console", lambda message: complaints.append(message.text))
            page.on("request", lambda request: requests.append(request.url))
            await page.goto(easy_run.as_uri())
            assert await page.evaluate(WIDER_THAN_THE_WINDOW) == 0, view
            assert await page.evaluate(PLOTS_IN_COLOUR), view
        printed = await page.pdf(path=tmp_path / "run.pdf", format="A4")
        await chromium.close()
    assert complaints == []
    assert set(requests) == {easy_run.as_uri()}
    assert printed.startswith(b"%PDF")


def test_a_session_is_named_by_what_the_history_calls_it(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = tmp_path / "history.sqlite3"
    monkeypatch.setenv("STRIDESENSE_HISTORY__PATH", str(history))
    with Store(history) as store:
        start = SessionStart(session_id="f00d", started_unix_s=0.0, source="run", recording=str(recording))
        replace_session(store, start, [])
    pages = [
        reported(name, tmp_path / f"{number}.html").text for number, name in enumerate(("f0", recording))
    ]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("name", ["page.pdf", "-", "run.mcap"])
def test_nothing_but_a_page_is_written(checkout: Path, tmp_path: Path, name: str) -> None:
    recording = tmp_path / "run.mcap"
    recording.write_bytes((checkout / "recordings" / "easy_run.mcap").read_bytes())
    assert main(["report", str(recording), "-o", str(tmp_path / name), "--force"]) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["run.mcap"]
    assert recording.read_bytes() == (checkout / "recordings" / "easy_run.mcap").read_bytes()
