"""Makes the small recordings of `recordings/`, each with a sidecar that says what happens in it.

python scripts/recordings.py recordings
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from stridesense.cli.main import main as stridesense
from stridesense.simulator import load, simulate

SCENARIOS: Final = ("easy_run", "held_heel", "walk_run_stop")


def toml(table: Mapping[str, object], name: str = "") -> Iterator[str]:
    """The lines of a table of plain values: first its own keys, then the tables in it."""
    for key, value in table.items():
        if not is_table(value):
            yield f"{key} = {json.dumps(value)}"
    for key, value in table.items():
        path = f"{name}{key}"
        if isinstance(value, Mapping):
            yield from ("", f"[{path}]", *toml(value, f"{path}."))
        elif is_table(value):
            for entry in value:  # type: ignore[attr-defined]
                yield from ("", f"[[{path}]]", *toml(entry, f"{path}."))


def is_table(value: object) -> bool:
    """A table, or a list of tables."""
    return isinstance(value, Mapping) or (
        isinstance(value, list) and any(isinstance(v, Mapping) for v in value)
    )


def main(folder: Path) -> int:
    """Write a recording and its sidecar for each scenario; the exit code of the first that fails."""
    for name in SCENARIOS:
        path = folder / f"{name}.mcap"
        if code := stridesense(["simulate", name, "-o", str(path), "--force"]):
            return code
        lines = [
            f"# Made by: stridesense simulate {name} -o {path.name}",
            *toml(simulate(load(name)).sidecar()),
        ]
        path.with_suffix(".toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
