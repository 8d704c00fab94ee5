"""The way through the air: connection events, jams, loss, doubles, wrong order, a pod that dies.

Whatever happens here, no byte of a packet changes: only whether and when it arrives.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np

from stridesense.model import Foot, RawPacket
from stridesense.simulator.pod_settings import Radio
from stridesense.simulator.stream import PodStream, Sent
from stridesense.units import NS_PER_S

HOST_LEAD_S: Final = 0.05
"""The host's clock starts this long before the first sample: it first reads who the pod is."""

_GREETING_STEP_S: Final = 0.010
_PACKETS_PER_EVENT: Final = 4
_AIR_TIME_S: Final = 0.0025


@dataclass(frozen=True, slots=True)
class _Arrival:
    arrival_s: float
    sent: Sent


def received(foot: Foot, stream: PodStream, radio: Radio, rng: np.random.Generator) -> list[RawPacket]:
    """Everything of this pod that reaches the host, in order of arrival."""
    arrivals = list(_delivered(foot, stream.sent(), radio, rng))
    arrivals = _lost(arrivals, radio.loss_percent, rng)
    arrivals = _swapped(arrivals, radio.reorder_percent, rng)
    arrivals += _doubled(arrivals, radio, rng)
    arrivals.sort(key=lambda arrival: arrival.arrival_s)
    late_s = 0.004 * (foot is Foot.RIGHT)
    greeting = enumerate(stream.greeting(), start=1)
    heard = [(_GREETING_STEP_S * i + late_s, Sent(0.0, *value)) for i, value in greeting]
    heard += [(HOST_LEAD_S + a.arrival_s, a.sent) for a in arrivals]
    return [
        RawPacket(foot, stream.protocol, sent.characteristic, sent.payload, round(at_s * NS_PER_S))
        for at_s, sent in heard
    ]


def _delivered(
    foot: Foot, sent: Iterable[Sent], radio: Radio, rng: np.random.Generator
) -> Iterator[_Arrival]:
    """Wait for the next connection event that is not jammed and has room, then for the host to notice."""
    interval_s, phase_s = radio.interval_ms / 1000.0, rng.uniform(0.0, radio.interval_ms / 1000.0)
    event, used, previous_s = 0, 0, 0.0
    for value in sent:
        if radio.dies is not None and radio.dies.foot == foot and value.ready_s >= radio.dies.at_s:
            return
        earliest = ceil((_unjammed(value.ready_s, radio) - phase_s) / interval_s)
        if earliest > event:
            event, used = earliest, 0
        elif used == _PACKETS_PER_EVENT:
            event, used = event + 1, 0
        used += 1
        on_air_s = phase_s + event * interval_s + used * _AIR_TIME_S
        noticed_s = on_air_s + abs(rng.normal(0.0, radio.jitter_ms / 1000.0))
        previous_s = max(noticed_s, previous_s + 1e-5)
        yield _Arrival(previous_s, value)


def _unjammed(t_s: float, radio: Radio) -> float:
    """The first moment from here on at which the air is free: each jam ends a period."""
    if radio.burst_every_s <= 0.0:
        return t_s
    since_s = t_s % radio.burst_every_s
    jammed = since_s >= radio.burst_every_s - radio.burst_s
    return t_s - since_s + radio.burst_every_s if jammed else t_s


def _lost(arrivals: list[_Arrival], percent: float, rng: np.random.Generator) -> list[_Arrival]:
    return [a for a in arrivals if rng.random() >= percent / 100.0]


def _swapped(arrivals: list[_Arrival], percent: float, rng: np.random.Generator) -> list[_Arrival]:
    """Let a packet now and then be held up until the one behind it has arrived."""
    swapped, i = list(arrivals), 0
    while i + 1 < len(swapped):
        if rng.random() < percent / 100.0:
            swapped[i] = _Arrival(swapped[i + 1].arrival_s + _AIR_TIME_S, swapped[i].sent)
            i += 1
        i += 1
    return swapped


def _doubled(arrivals: list[_Arrival], radio: Radio, rng: np.random.Generator) -> list[_Arrival]:
    delay_s = radio.interval_ms / 1000.0
    return [
        _Arrival(a.arrival_s + rng.uniform(0.1, 2.0) * delay_s, a.sent)
        for a in arrivals
        if rng.random() < radio.duplicate_percent / 100.0
    ]
