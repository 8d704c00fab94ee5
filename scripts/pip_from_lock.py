"""Lets plain pip install the versions that uv.lock names.

Writes two files into a folder: `constraints.txt` pins every package of the lock, and `dev-requirements.txt`
lists the packages of the project's dev group, which pip before 25.1 cannot read from pyproject.toml.

    python3 scripts/pip_from_lock.py uv.lock .venv
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Lock = dict[str, Any]


def constraints(lock: Lock) -> Iterator[str]:
    """One pinned line a package of the registry, with its environments as marker where the lock forks."""
    for package in lock["package"]:
        if "registry" not in package["source"]:
            continue
        pin = f"{package['name']}=={package['version']}"
        environments = " or ".join(f"({marker})" for marker in package.get("resolution-markers", ()))
        yield f"{pin} ; {environments}" if environments else pin


def dev_requirements(lock: Lock) -> Iterator[str]:
    """The dev group of the project itself, with the markers that it was declared with."""
    project = next(package for package in lock["package"] if "editable" in package["source"])
    for requirement in project["metadata"]["requires-dev"]["dev"]:
        line = requirement["name"] + requirement.get("specifier", "")
        marker = requirement.get("marker")
        yield f"{line} ; {marker}" if marker else line


def main(lock_path: Path, folder: Path) -> None:
    """Write both files for the lock at `lock_path` into `folder`."""
    lock = tomllib.loads(lock_path.read_text(encoding="utf-8"))
    files = {"constraints.txt": constraints(lock), "dev-requirements.txt": dev_requirements(lock)}
    for name, lines in files.items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
