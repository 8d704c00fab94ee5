"""Recordings that the tests of several commands read."""

from pathlib import Path

import pytest

from stridesense.cli.main import main

SHORT_RUN = """
seed = 3
[[block]]
activity = "stand"
duration_s = 3
[[block]]
activity = "run"
duration_s = 9
"""


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 12 s as a scenario file."""
    path = tmp_path_factory.mktemp("scenario") / "short.toml"
    path.write_text(SHORT_RUN, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def recording(scenario: Path) -> Path:
    """The same run, recorded."""
    path = scenario.with_suffix(".mcap")
    assert main(["simulate", str(scenario), "-o", str(path)]) == 0
    return path
