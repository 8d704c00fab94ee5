"""Samples a second through the whole river, from packets to cues, in plain Python and compiled.

python benchmarks/throughput.py

Ends with 1 when plain Python takes more than half again as long as it may.
"""

import sys
import time
from importlib.util import find_spec

from stridesense.dsp.kernels import Kernel
from stridesense.model import RawPacket
from stridesense.pipeline import Pipeline
from stridesense.simulator import load, simulate

SCENARIO = "easy_run"
LIMIT_US = 15.0
NOISE = 1.5
"""Machines are noisy: only what takes longer than this many limits is a fault."""


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


def main() -> int:
    """Print a line for each form of the kernels and their ratio; return the exit code."""
    run = simulate(load(SCENARIO))
    packets = list(run.packets())
    samples = sum(len(foot.samples.t_s) for foot in run.feet.values())
    print(f"{SCENARIO}: {run.scenario.duration_s:.0f} s, {samples} samples of {len(run.feet)} feet")
    plain_us = us_a_sample(packets, samples, compiled=False)
    print(
        f"plain Python  {1e6 / plain_us:12.0f} samples/s  {plain_us:6.2f} us a sample (limit {LIMIT_US:.0f})"
    )
    if find_spec("numba") is None:
        print("compiled      not measured, as numba is not installed")
    else:
        us = us_a_sample(packets, samples, compiled=True)
        print(f"compiled      {1e6 / us:12.0f} samples/s  {us:6.2f} us a sample")
        print(f"compiled / plain  {us / plain_us:.2f} of the time")
    return int(plain_us > NOISE * LIMIT_US)


if __name__ == "__main__":
    sys.exit(main())
