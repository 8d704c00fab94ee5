"""Imports point down the river, the middle knows no outside, edge libraries stay at the edge."""

import subprocess
import sys
from pathlib import Path

import pytest

from architecture.source import imported, modules


def test_imports_point_down_the_river(checkout: Path) -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter], cwd=checkout, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize("library", ["bleak", "aiomqtt", "numba", "mcap"])
def test_an_edge_library_has_one_door(library: str) -> None:
    doors = {path.as_posix() for path, tree in modules().items() if library in imported(tree)}
    folders = {Path(door).parent for door in doors}
    if library == "mcap":  # reading and writing are two files of one folder
        assert folders <= {Path("recording")}
    else:
        assert len(doors) <= 1, f"{library} is imported in {sorted(doors)}"


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from stridesense.cli.main import main\n"
        "assert main(['--help']) == 0\n"
        "heavy = {'numpy', 'scipy', 'numba', 'rich', 'pydantic', 'mcap', 'aiomqtt', 'asyncio'}\n"
        "sys.stderr.write(' '.join(sorted(heavy & set(sys.modules))))\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stderr == ""
    assert "analyze" in result.stdout
