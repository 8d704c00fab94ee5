"""A whole virtual session on one page: script, bodies, pods, radio, truth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from typing import Final

import numpy as np

from stridesense.model import Foot, RawPacket
from stridesense.simulator.activities import free_motion
from stridesense.simulator.contact import contacts_of
from stridesense.simulator.movesense import MovesenseStream
from stridesense.simulator.pod import SofpStream
from stridesense.simulator.polar import PolarStream
from stridesense.simulator.radio import received
from stridesense.simulator.rsc import RscStream
from stridesense.simulator.scenario import Scenario, as_table
from stridesense.simulator.schedule import BodyPath, steps
from stridesense.simulator.sensor import PodSamples, sample
from stridesense.simulator.stream import PodStream, Worn
from stridesense.simulator.stride_plan import Habit
from stridesense.simulator.trajectory import FootTrajectory
from stridesense.simulator.truth import ContinuousTruth, StrideTruth, strides

_SCRIPT, _HABIT, _CHIP, _POD, _RADIO, _FREE = range(6)
"""Each source of chance has its own stream: another radio does not change how the runner runs."""

_FEET: Final = (Foot.LEFT, Foot.RIGHT)

STREAMS: Final[Mapping[str, type[PodStream]]] = {
    stream.protocol: stream for stream in (SofpStream, PolarStream, MovesenseStream, RscStream)
}
"""What a pod sends, by the protocol that the scenario names."""


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedFoot:
    """One foot of a session: its way, what its pod measured, what the host received."""

    trajectory: FootTrajectory
    samples: PodSamples
    received: tuple[RawPacket, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedRun:
    """A finished virtual session.

    Session time 0 is the first sample of both feet; a packet's `arrival_ns` counts from 50 ms before.
    """

    scenario: Scenario
    feet: Mapping[Foot, SimulatedFoot]
    truth: tuple[StrideTruth, ...]

    def packets(self) -> Iterator[RawPacket]:
        """Every packet that the host received, of both feet, in order of arrival."""
        return merge(*(foot.received for foot in self.feet.values()), key=lambda packet: packet.arrival_ns)

    def stream(self, foot: Foot) -> PodStream:
        """The pod of a foot, switched on anew: it sends what it sent in this session."""
        strides = tuple(stride for stride in self.truth if stride.foot is foot)
        return _stream(self.scenario, foot, self.feet[foot].samples, strides)

    def continuous(self, foot: Foot, begin_s: float = 0.0, end_s: float | None = None) -> ContinuousTruth:
        """Pitch, heel height and place of a foot, each millisecond from `begin_s` to `end_s`."""
        end_s = self.scenario.duration_s if end_s is None else end_s
        return ContinuousTruth.of(self.feet[foot].trajectory, begin_s, end_s)

    def sidecar(self) -> dict[str, object]:
        """What a recording of this session should say about its origin, as plain TOML or JSON values."""
        return {
            "source": "simulator",
            "duration_s": self.scenario.duration_s,
            "strides": {str(foot): sum(s.foot is foot for s in self.truth) for foot in self.feet},
            "packets": {str(foot): len(side.received) for foot, side in self.feet.items()},
            "scenario": as_table(self.scenario),
        }


def simulate(scenario: Scenario) -> SimulatedRun:
    """Run a scenario from beginning to end; the same scenario gives the same bytes each time."""
    path = BodyPath(scenario)
    variability = scenario.variability
    chance = _chance(scenario, Foot.UNKNOWN, _SCRIPT)
    script = list(steps(path, chance, variability.amount, variability.memory))
    feet: dict[Foot, SimulatedFoot] = {}
    truth: list[StrideTruth] = []
    for foot in _FEET:
        if foot not in scenario.feet:
            continue
        habit = Habit(foot, path.model, variability, scenario.fatigue, _chance(scenario, foot, _HABIT))
        shared, own = _chance(scenario, Foot.UNKNOWN, _FREE), _chance(scenario, foot, _FREE)
        free = free_motion(foot, path.model.sole, scenario.block, shared, own)
        trajectory = FootTrajectory(foot, contacts_of(foot, script, path, habit), path.model, free)
        samples = _sampled(scenario, foot, trajectory)
        made = tuple(strides(foot, trajectory, samples, scenario.duration_s))
        stream = _stream(scenario, foot, samples, made)
        heard = received(foot, stream, scenario.radio, _chance(scenario, foot, _RADIO))
        feet[foot] = SimulatedFoot(trajectory, samples, tuple(heard))
        truth += made
    truth.sort(key=lambda stride: stride.initial_contact_s)
    return SimulatedRun(scenario, feet, tuple(truth))


def _sampled(scenario: Scenario, foot: Foot, trajectory: FootTrajectory) -> PodSamples:
    pod, chance = scenario.pod, _chance(scenario, foot, _CHIP)
    rate_error = chance.uniform(-1.0, 1.0) * scenario.radio.rate_error_percent / 100.0
    return sample(
        foot,
        trajectory,
        pod,
        duration_s=scenario.duration_s,
        rate_hz=pod.rate_hz * (1.0 + rate_error),
        rng=chance,
    )


def _stream(scenario: Scenario, foot: Foot, samples: PodSamples, made: tuple[StrideTruth, ...]) -> PodStream:
    worn = Worn(foot, samples, made, scenario.pod, scenario.radio)
    return STREAMS[scenario.pod.protocol](worn, _chance(scenario, foot, _POD))


def _chance(scenario: Scenario, foot: Foot, purpose: int) -> np.random.Generator:
    return np.random.default_rng((scenario.seed, list(Foot).index(foot), purpose))
