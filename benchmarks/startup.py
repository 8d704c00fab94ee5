"""How long the program takes to say hello, and which packages cost that time.

python benchmarks/startup.py
"""

import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from bench import Spread, is_quick, repeated, seconds_of, show

PROGRAM = Path(sys.executable).with_name("stridesense")
GOAL = {"--help": "< 0.4"}
MODULES = ("stridesense.cli.main", "stridesense.cli.analyze", "stridesense.cli.demo")
SHOWN = 6


def wall(line: str, rounds: int) -> Spread:
    """Wall time of a command line."""

    def run() -> None:
        subprocess.run([PROGRAM, line], check=True, capture_output=True)

    return repeated(lambda: seconds_of(run, time.perf_counter), rounds)


def import_s_by_package(module: str) -> dict[str, float]:
    """Seconds that importing `module` spends in each top-level package, the most first."""
    command = [sys.executable, "-X", "importtime", "-c", f"import {module}"]
    report = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    seconds: defaultdict[str, float] = defaultdict(float)
    for line in report.splitlines()[1:]:
        own_us, _, name = line.removeprefix("import time:").split("|")
        seconds[name.strip().partition(".")[0]] += int(own_us) / 1e6
    return dict(sorted(seconds.items(), key=lambda item: -item[1]))


def main() -> None:
    """Print both."""
    quick = is_quick(__doc__)
    rounds, rows = 1 if quick else 7, []
    for line in ("--help", "--version"):
        spread = wall(line, rounds)
        rows.append(
            [f"stridesense {line}", f"{spread.best_s:.3f}", f"{spread.median_s:.3f}", GOAL.get(line, "")]
        )
    show(f"Start, {rounds} repeats", ["command", "s best", "median", "goal"], rows)
    print("\nImports")
    for module in MODULES[:1] if quick else MODULES:
        seconds = import_s_by_package(module)
        most = ", ".join(f"{name} {s:.3f}" for name, s in list(seconds.items())[:SHOWN])
        print(f"{module:<24}{sum(seconds.values()):6.3f} s, of which {most}")


if __name__ == "__main__":
    main()
