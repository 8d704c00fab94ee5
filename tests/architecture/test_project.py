"""What is written in two places says the same in both."""

import tomllib
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

from stridesense import __version__
from stridesense.protocol import registry
from stridesense.runtime.environment import OPTIONAL, REQUIRED


def test_the_version_is_that_of_the_project(checkout: Path) -> None:
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert __version__ == project["version"]


def test_the_installed_package_holds_the_descriptions_where_they_are_looked_for(checkout: Path) -> None:
    wheel = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    held = wheel["targets"]["wheel"]["force-include"]
    assert held == {registry.folder().name: f"stridesense/{registry.folder().name}"}


def test_doctor_looks_for_all_that_is_required_and_all_that_is_optional() -> None:
    wanted = [Requirement(line) for line in requires("stridesense") or ()]
    assert set(REQUIRED) == {one.name for one in wanted if one.marker is None}
    assert set(OPTIONAL) == {one.name for one in wanted if one.marker is not None}
