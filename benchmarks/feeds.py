"""What the benchmarks feed: one simulated run, cut as pods cut it and as tables are cut."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge

import numpy as np

from stridesense.model import Foot, RawPacket
from stridesense.model.samples import FloatArray
from stridesense.protocol.table import TABLE_PROTOCOL
from stridesense.simulator import Scenario, SimulatedRun
from stridesense.simulator.scenario import Block, Pod, Side
from stridesense.units import NS_PER_S

STAND_S = 4.0
RATE_HZ = 208
TABLE_ROWS = 500
"""Rows at a time, as programs that read files are fed; a table has no packets of its own."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Packets, and how many samples of all feet they hold."""

    name: str
    packets: tuple[RawPacket, ...]
    samples: int


def session(run_s: float, *, feet: tuple[Side, ...] = ("left", "right"), rate_hz: int = RATE_HZ) -> Scenario:
    """A stand, an easy run, a stand."""
    stand = Block(activity="stand", duration_s=STAND_S)
    run = Block(activity="run", duration_s=run_s, speed_mps=2.8)
    return Scenario(name="benchmark", seed=11, feet=feet, pod=Pod(rate_hz=rate_hz), block=(stand, run, stand))


def as_packets(run: SimulatedRun) -> Feed:
    """The notifications of the pods, of 19 samples each."""
    packets = tuple(run.packets())
    return Feed("packets of 19", packets, sum(len(foot.samples.t_s) for foot in run.feet.values()))


def as_tables(run: SimulatedRun, rows: int = TABLE_ROWS) -> Feed:
    """The same samples as packets of so many rows in SI units, the feet in the order of their time."""
    tables = [_table(foot, samples_of(run, foot), rows) for foot in run.feet]
    packets = tuple(merge(*tables, key=lambda packet: packet.arrival_ns))
    return Feed(f"tables of {rows}", packets, sum(len(foot.samples.t_s) for foot in run.feet.values()))


def samples_of(run: SimulatedRun, foot: Foot) -> FloatArray:
    """(n, 7) rows of what a pod measured: s, m/s^2, rad/s, sensor axes."""
    samples = run.feet[foot].samples
    acc, gyr = samples.counts[:, :3] * samples.acc_scale, samples.counts[:, 3:] * samples.gyr_scale
    return np.column_stack((samples.t_s, acc, gyr))


def _table(foot: Foot, samples: FloatArray, rows: int) -> Iterator[RawPacket]:
    rate_hz = (len(samples) - 1) / (samples[-1, 0] - samples[0, 0])
    config = json.dumps({"sampling_rate_hz": rate_hz}).encode()
    yield RawPacket(foot, TABLE_PROTOCOL, "config", config, 0)
    for first in range(0, len(samples), rows):
        block = samples[first : first + rows]
        arrival_ns = round(block[-1, 0] * NS_PER_S)
        yield RawPacket(foot, TABLE_PROTOCOL, "data", block.astype("<f8").tobytes(), arrival_ns)
