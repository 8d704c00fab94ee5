"""A recording process is killed at any moment: at most the last second is lost."""

import random
import subprocess
import sys
import time
from pathlib import Path

from stridesense.recording.reader import Recording
from stridesense.recording.recover import recover
from stridesense.units import NS_PER_S

PROGRAM = Path(__file__).with_name("record_until_killed.py")
MOMENTS = 20
LONGEST_S = 6.0


def test_a_kill_at_twenty_moments_costs_at_most_a_second_each(tmp_path: Path) -> None:
    paths = [tmp_path / f"run-{number}.mcap" for number in range(MOMENTS)]
    runs = [subprocess.Popen([sys.executable, PROGRAM, path], stdout=subprocess.PIPE) for path in paths]
    firsts = [run.stdout.read(8) for run in runs if run.stdout]
    assert all(firsts)
    chance = random.Random(20)
    began_s = time.monotonic()
    for run, moment_s in zip(runs, sorted(chance.uniform(1.2, LONGEST_S) for _ in runs), strict=True):
        time.sleep(max(0.0, began_s + moment_s - time.monotonic()))
        run.kill()
    losses_s = [lost_s(run, path) for run, path in zip(runs, paths, strict=True)]
    assert max(losses_s) <= 1.0
    assert min(losses_s) >= 0.0


def lost_s(run: subprocess.Popen[bytes], path: Path) -> float:
    """Seconds from the last packet saved to the last one handed over."""
    handed_over = run.communicate()[0]
    last_ns = int.from_bytes(handed_over[-8:], "little")
    report = recover(path.with_name(path.name + ".part"), path)
    arrivals_ns = [packet.arrival_ns for packet in Recording.open(path).packets()]
    assert report.packets == len(arrivals_ns) > 0
    assert arrivals_ns == sorted(arrivals_ns)
    return (last_ns - arrivals_ns[-1]) / NS_PER_S
