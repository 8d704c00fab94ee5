"""Output that goes nowhere, or to a terminal that knows few signs, brings no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("stridesense")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="speaks to a POSIX shell")


def in_shell(redirected: str, *line: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {redirected}', "sh", PROGRAM, *line],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_a_full_disk_behind_stdout_is_one_sentence(recording: Path, form: str) -> None:
    result = in_shell(">/dev/full", "analyze", recording, "--format", form)
    assert result.stderr == "error: cannot read or write the output: No space left on device\n"
    assert result.returncode == 1


@pytest.mark.parametrize("option", ["--help", "--version"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_so_it_is_without_a_command(option: str) -> None:
    result = in_shell(">/dev/full", option)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)


def test_a_closed_stdout_is_one_sentence(recording: Path) -> None:
    result = in_shell(">&-", "analyze", recording)
    assert result.stderr == "error: the standard output is closed: send it to a file or to /dev/null\n"
    assert result.returncode == 1


def test_a_closed_stderr_keeps_the_exit_code() -> None:
    result = in_shell("2>&-", "analyze", "nowhere.mcap")
    assert (result.returncode, result.stdout) == (1, "")


@pytest.mark.parametrize("command", ["analyze", "info"])
def test_a_terminal_of_few_signs_shows_the_rest(recording: Path, command: str) -> None:
    result = in_shell("", command, recording, PYTHONIOENCODING="ascii", COLUMNS="40")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.isascii()
    assert len(result.stdout.splitlines()) > 5
