"""Samples a second through the whole river, from packets to cues, in plain Python and compiled.

python benchmarks/throughput.py
"""

import time
from importlib.util import find_spec

from stridesense.dsp.kernels import Kernel
from stridesense.model import RawPacket
from stridesense.pipeline import Pipeline
from stridesense.simulator import load, simulate

SCENARIO = "easy_run"
LIMIT_US = 15.0


def river_s(packets: list[RawPacket]) -> float:
    """Seconds that a fresh pipeline takes for all packets, the best of three."""

    def once_s() -> float:
        pipeline = Pipeline()
        began_s = time.perf_counter()
        for packet in packets:
            pipeline.process(packet)
        pipeline.flush()
        return time.perf_counter() - began_s

    return min(once_s() for _ in range(3))


def main() -> None:
    """Print a line for each form of the kernels."""
    run = simulate(load(SCENARIO))
    packets = list(run.packets())
    samples = sum(len(foot.samples.t_s) for foot in run.feet.values())
    print(f"{SCENARIO}: {run.scenario.duration_s:.0f} s, {samples} samples of {len(run.feet)} feet")
    for name, compiled in (("plain Python", False), ("compiled", True)):
        if compiled and find_spec("numba") is None:
            print("compiled        not measured, as numba is not installed")
            continue
        Kernel.use_compiled = compiled
        took_s = river_s(packets)
        us = 1e6 * took_s / samples
        print(f"{name:<14}{samples / took_s:12.0f} samples/s  {us:6.2f} us a sample (limit {LIMIT_US:.0f})")


if __name__ == "__main__":
    main()
