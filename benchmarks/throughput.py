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
GOAL_US = 15.0
"""What the design wants of plain Python; printed beside the figure, as machines are noisy."""


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


def us_a_sample(packets: list[RawPacket], samples: int, *, compiled: bool) -> float:
    """Microseconds for each sample, with the kernels in one of their forms."""
    Kernel.use_compiled = compiled
    return 1e6 * river_s(packets) / samples


def main() -> None:
    """Print a line for each form of the kernels, and their ratio."""
    run = simulate(load(SCENARIO))
    packets = list(run.packets())
    samples = sum(len(foot.samples.t_s) for foot in run.feet.values())
    print(f"{SCENARIO}: {run.scenario.duration_s:.0f} s, {samples} samples of {len(run.feet)} feet")
    plain_us = us_a_sample(packets, samples, compiled=False)
    print(f"plain Python  {1e6 / plain_us:12.0f} samples/s  {plain_us:6.2f} us a sample (goal {GOAL_US:.0f})")
    if find_spec("numba") is None:
        print("compiled      not measured, as numba is not installed")
    else:
        us = us_a_sample(packets, samples, compiled=True)
        print(f"compiled      {1e6 / us:12.0f} samples/s  {us:6.2f} us a sample")
        print(f"compiled / plain  {us / plain_us:.2f} of the time")


if __name__ == "__main__":
    main()
