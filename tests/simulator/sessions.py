"""Small virtual sessions and the reading of their packets, for the tests of the simulator."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from stridesense.model import Foot, RawPacket
from stridesense.model.samples import FloatArray
from stridesense.simulator import SimulatedRun, StrideTruth, parse, simulate

RUN_BEGINS_S = 2.0
STEADY_FROM_S = 5.0


@cache
def steady_run(
    speed_mps: float,
    strike: str = "forefoot",
    heel: str = "kiss",
    *,
    seconds: float = 12.0,
    rate_hz: int = 208,
    noise: float = 0.0,
    model: str = "rigid_sole",
) -> SimulatedRun:
    """A right foot that stands for 2 s and then runs at one speed."""
    text = f"""
        seed = 5
        feet = ["right"]
        [runner]
        model = "{model}"
        [pod]
        rate_hz = {rate_hz}
        noise = {noise}
        [[block]]
        activity = "stand"
        duration_s = {RUN_BEGINS_S}
        [[block]]
        activity = "run"
        duration_s = {seconds}
        speed_mps = {speed_mps}
        strike = "{strike}"
        heel = "{heel}"
        """
    return simulate(parse(text, "steady"))


def steady_strides(run: SimulatedRun) -> list[StrideTruth]:
    """The complete strides after the start has been run off."""
    complete = (stride for stride in run.truth if stride.stride_time_s is not None)
    return [stride for stride in complete if stride.initial_contact_s > STEADY_FROM_S]


def norm_g(acc_mps2: FloatArray) -> FloatArray:
    norm: FloatArray = np.linalg.norm(acc_mps2, axis=1) / 9.80665
    return norm


@dataclass(frozen=True)
class DataHeader:
    """What the tests read of a data notification."""

    flags: int
    sequence: int
    first_index: int
    device_us: int
    samples: int
    arrival_s: float


def headers(run: SimulatedRun, foot: Foot) -> list[DataHeader]:
    """The headers of one foot's data packets in order of arrival."""
    return [_header(p) for p in run.packets() if p.foot is foot and p.characteristic == "data"]


def _header(packet: RawPacket) -> DataHeader:
    data = packet.payload
    return DataHeader(
        flags=data[1],
        sequence=int.from_bytes(data[2:4], "little"),
        first_index=int.from_bytes(data[4:8], "little"),
        device_us=int.from_bytes(data[8:12], "little"),
        samples=data[12],
        arrival_s=packet.arrival_ns / 1e9,
    )


def sequence_steps(found: list[DataHeader]) -> FloatArray:
    """How far each packet's number lies past the one before, wrap respected."""
    numbers = np.array([header.sequence for header in found])
    steps: FloatArray = ((np.diff(numbers) + 0x8000) % 0x10000 - 0x8000).astype(float)
    return steps
