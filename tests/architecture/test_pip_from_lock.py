"""Plain pip gets the versions of uv.lock."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement


@pytest.fixture
def written(checkout: Path, tmp_path: Path) -> Path:
    script = checkout / "scripts" / "pip_from_lock.py"
    subprocess.run([sys.executable, script, checkout / "uv.lock", tmp_path], check=True)
    return tmp_path


def requirements(path: Path) -> list[Requirement]:
    return [Requirement(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_constraints_pin_every_package_of_the_lock(checkout: Path, written: Path) -> None:
    lock = tomllib.loads((checkout / "uv.lock").read_text(encoding="utf-8"))
    locked = {(p["name"], f"=={p['version']}") for p in lock["package"] if "registry" in p["source"]}
    pinned = {(pin.name, str(pin.specifier)) for pin in requirements(written / "constraints.txt")}
    assert pinned == locked


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.14"])
def test_each_package_has_one_version_for_each_python(written: Path, python: str) -> None:
    environment = {**default_environment(), "python_version": python, "python_full_version": f"{python}.1"}
    pins = requirements(written / "constraints.txt")
    valid = [pin.name for pin in pins if pin.marker is None or pin.marker.evaluate(environment)]
    assert sorted(valid) == sorted({pin.name for pin in pins})


def test_the_dev_group_is_that_of_the_project(checkout: Path, written: Path) -> None:
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))
    declared = {str(Requirement(line)) for line in project["dependency-groups"]["dev"]}
    assert {str(wanted) for wanted in requirements(written / "dev-requirements.txt")} == declared
