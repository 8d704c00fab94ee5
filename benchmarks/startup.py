"""How long the program takes to say hello, and which packages cost that time.

python benchmarks/startup.py
"""

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median

PROGRAM = Path(sys.executable).with_name("stridesense")
ROUNDS = 7
SHOWN = 8


def wall_s(*line: str) -> float:
    """Median wall time of a command line in seconds."""
    times = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        subprocess.run([PROGRAM, *line], check=True, capture_output=True)
        times.append(time.perf_counter() - began_s)
    return median(times)


def import_s_by_package(module: str) -> Counter[str]:
    """Seconds that importing `module` spends in each top-level package."""
    command = [sys.executable, "-X", "importtime", "-c", f"import {module}"]
    report = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    seconds: Counter[str] = Counter()
    for line in report.splitlines()[1:]:
        own_us, _, name = line.removeprefix("import time:").split("|")
        seconds[name.strip().partition(".")[0]] += int(own_us) / 1e6
    return seconds


def main() -> None:
    """Print both."""
    print(f"stridesense --help      {wall_s('--help'):6.3f} s  (limit 0.4)")
    print(f"stridesense --version   {wall_s('--version'):6.3f} s")
    for module in ("stridesense.cli.main", "stridesense.cli.analyze", "stridesense.cli.demo"):
        seconds = import_s_by_package(module)
        most = ", ".join(f"{name} {s:.3f}" for name, s in seconds.most_common(SHOWN))
        print(f"import {module:<24}{seconds.total():6.3f} s  {most}")


if __name__ == "__main__":
    main()
