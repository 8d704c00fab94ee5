"""Feet of a virtual runner, from quiet moment to quiet moment, beside where the pod really was."""

from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from stridesense.dsp.kernels import Packed
from stridesense.gait.displacement import (
    QUIET_FROM,
    QUIET_UNTIL,
    StrideTravel,
    TravelParams,
    quiet,
    travel,
)
from stridesense.model import Foot
from stridesense.model.samples import FloatArray
from stridesense.model.signals import COLUMNS
from stridesense.simulator import SimulatedRun, StrideTruth, simulate
from stridesense.simulator.body import rotation
from stridesense.simulator.mount import Mount
from stridesense.simulator.scenario import parse
from stridesense.units import DEG_PER_RAD, G_PER_MPS2

STANDING_S = 3.0
USUAL = TravelParams()


class Travelled(NamedTuple):
    """A stride as measured, the truth of the stride that begins it and of the next, and the pod's true way.

    `pitch_deg` is the true pitch of the foot at the second moment, relative to the ground.
    """

    seen: StrideTravel
    true: StrideTruth
    following: StrideTruth
    length_m: float
    rise_m: float
    pitch_deg: float


@cache
def session(model: str, blocks: str, rate_hz: int = 208, seed: int = 1) -> SimulatedRun:
    """Stand first, then do what the blocks say."""
    head = f'seed = {seed}\n[runner]\nmodel = "{model}"\n[pod]\nrate_hz = {rate_hz}\n'
    stand = f'[[block]]\nactivity = "stand"\nduration_s = {STANDING_S}\n'
    return simulate(parse(head + stand + blocks, "travelling"))


def running(speed_mps: float, strike: str, seconds: float = 12.0, **more: float | str) -> str:
    """One block of a scenario."""
    given = {"activity": "run", "duration_s": seconds, "speed_mps": speed_mps, "strike": strike} | more
    lines = (
        f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}" for key, value in given.items()
    )
    return "[[block]]\n" + "\n".join(lines) + "\n"


def columns(run: SimulatedRun, foot: Foot) -> FloatArray:
    """What the pod measured, along the axes of the foot as the standing start tells them."""
    samples = run.feet[foot].samples
    acc_g = samples.counts[:, :3] * samples.acc_scale * G_PER_MPS2
    gyr_dps = samples.counts[:, 3:] * samples.gyr_scale * DEG_PER_RAD
    still = (samples.t_s > 0.3) & (samples.t_s < STANDING_S - 0.5)
    gyr_dps = gyr_dps - gyr_dps[still].mean(axis=0)
    up = acc_g[still].mean(axis=0)
    up /= np.linalg.norm(up)
    left = np.cross(up, (1.0, 0.0, 0.0))
    left /= np.linalg.norm(left)
    axes = np.stack((np.cross(left, up), left, up), axis=1)
    acc_g, gyr_dps = acc_g @ axes, gyr_dps @ axes
    known = {
        "t_s": samples.t_s,
        "roll_rate_dps": gyr_dps[:, 0],
        "pitch_rate_dps": -gyr_dps[:, 1],
        "yaw_rate_dps": gyr_dps[:, 2],
        "forward_g": acc_g[:, 0],
        "left_g": acc_g[:, 1],
        "up_g": acc_g[:, 2],
    }
    return np.stack([known.get(name, np.zeros(len(samples.t_s))) for name in COLUMNS])


def travelled(run: SimulatedRun, foot: Foot, params: TravelParams = USUAL) -> list[Travelled]:
    """Every stride of one foot that begins and ends with a step."""
    table, packed = columns(run, foot), Packed.of(params)
    mine = [stride for stride in run.truth if stride.foot is foot]
    moments = [quiet_moment(table, stride) for stride in mine]
    return [
        _stride(run, table, packed, pair, around)
        for pair, around in zip(pairwise(mine), pairwise(moments), strict=True)
        if pair[0].stride_time_s is not None and pair[0].stride_time_s < 1.5
    ]


def quiet_moment(table: FloatArray, stride: StrideTruth) -> int:
    """Index of the sample at which the planted foot turns least."""
    at_s = [stride.initial_contact_s + share * stride.contact_time_s for share in (QUIET_FROM, QUIET_UNTIL)]
    start, stop = (int(index) for index in np.searchsorted(table[0], at_s))
    return start + int(quiet(Packed.of(USUAL), table, start, stop)[0])


def _stride(
    run: SimulatedRun,
    table: FloatArray,
    packed: Packed[TravelParams],
    pair: tuple[StrideTruth, StrideTruth],
    around: tuple[int, int],
) -> Travelled:
    true, following = pair
    begin, end = around
    seen = StrideTravel(*travel(packed, table, begin, end + 1, following.initial_contact_s, 0.0, 0.0))
    trajectory = run.feet[true.foot].trajectory
    motion = trajectory.at(table[0, [begin, end]])
    pod_m = motion.ball_m + rotation(motion) @ Mount.of(run.scenario.pod, trajectory).position_m
    way_m = pod_m[1] - pod_m[0]
    length_m, pitch_deg = float(np.hypot(*way_m[:2])), float(motion.ground_pitch_rad[1]) * DEG_PER_RAD
    return Travelled(seen, true, following, length_m, float(way_m[2]), pitch_deg)
