"""The same run over a bad way through the air: which strides stay the same, and whether one spans a hole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

import numpy as np

from stridesense.model import RawPacket, Stride, StrikeType
from stridesense.simulator import simulate
from stridesense.units import NS_PER_S
from stridesense.validation.cases import MODELS, Wearer, standing
from stridesense.validation.listening import listen, spans
from stridesense.validation.matching import match

SAME_WITHIN_S: Final = 0.005
"""Contacts closer than this are the same: clock and tilt are learned from what arrives."""

_RUN_S: Final = 90.0
_FIRST_SEED: Final = 900

Packets = list[RawPacket]


def lost(packets: Packets, rng: np.random.Generator) -> Packets:
    """1 % of the data packets do not arrive, once the first second has told when the session began."""
    return [packet for packet in packets if _spared(packet) or rng.random() >= 0.01]


def _spared(packet: RawPacket) -> bool:
    return packet.characteristic != "data" or packet.arrival_ns < NS_PER_S


def in_bursts(packets: Packets, rng: np.random.Generator) -> Packets:
    """Every 4 s nothing arrives for 0 ... 150 ms."""
    last_s = packets[-1].arrival_ns / NS_PER_S
    begins_s = np.arange(6.0, last_s, 4.0) + rng.uniform(-1.0, 1.0, len(np.arange(6.0, last_s, 4.0)))
    ends_s = begins_s + rng.uniform(0.0, 0.150, len(begins_s))

    def arrives(packet: RawPacket) -> bool:
        at_s = packet.arrival_ns / NS_PER_S
        return packet.characteristic != "data" or not bool(np.any((begins_s <= at_s) & (at_s < ends_s)))

    return [packet for packet in packets if arrives(packet)]


def doubled(packets: Packets, rng: np.random.Generator) -> Packets:
    """5 % of the data packets arrive twice."""
    return [
        packet
        for original in packets
        for packet in [original] * (1 + (original.characteristic == "data" and rng.random() < 0.05))
    ]


def reordered(packets: Packets, rng: np.random.Generator) -> Packets:
    """2 % of the data packets are overtaken by the next three."""
    order = np.arange(len(packets), dtype=float)
    late = np.array([packet.characteristic == "data" for packet in packets]) & (
        rng.random(len(packets)) < 0.02
    )
    order[late] += 3.5
    return [
        replace(packets[i], arrival_ns=packets[place].arrival_ns)
        for place, i in enumerate(np.argsort(order, kind="stable"))
    ]


FAULTS: Final[dict[str, Callable[[Packets, np.random.Generator], Packets]]] = {
    "1 % of packets lost": lost,
    "bursts of 0 ... 150 ms lost": in_bursts,
    "5 % of packets twice": doubled,
    "packets overtaken by three": reordered,
}


@dataclass(frozen=True, slots=True)
class Loss:
    """A run over a bad way beside the same run over a good one.

    Attributes:
        fault: what the way did.
        model: the simulator's runner.
        strike: how the foot lands.
        holes: gaps in the samples.
        outside: strides of the good way that no hole touches.
        same: how many of them were found with both contacts within 5 ms.
        spanning: found strides that reach over a hole.
        invented: found strides that the good way does not have.
    """

    fault: str
    model: str
    strike: StrikeType
    holes: int
    outside: int
    same: int
    spanning: int
    invented: int


@dataclass(frozen=True, slots=True)
class LossTask:
    """A run of 90 s, heard twice."""

    wearer: Wearer
    strike: StrikeType
    fault: str

    def run(self) -> Loss:
        """Do it."""
        block = {"activity": "run", "duration_s": _RUN_S, "strike": str(self.strike)}
        packets = list(simulate(self.wearer.session([standing(), block])).packets())
        rng = np.random.default_rng(self.wearer.seed)
        whole, damaged = listen(packets), listen(FAULTS[self.fault](packets, rng))
        outside = [stride for stride in whole.strides if not spans(stride, damaged.gaps)]
        matching = match(_contacts(whole.strides), _contacts(damaged.strides))
        return Loss(
            self.fault,
            self.wearer.model,
            self.strike,
            len(damaged.gaps),
            len(outside),
            sum(_is_same(stride, damaged.strides) for stride in outside),
            sum(spans(stride, damaged.gaps) for stride in damaged.strides),
            len(matching.invented),
        )


def _contacts(strides: Sequence[Stride]) -> list[float]:
    return [stride.initial_contact_s for stride in strides]


def _is_same(stride: Stride, found: Sequence[Stride]) -> bool:
    return any(
        abs(other.initial_contact_s - stride.initial_contact_s) < SAME_WITHIN_S
        and abs(other.terminal_contact_s - stride.terminal_contact_s) < SAME_WITHIN_S
        for other in found
    )


def loss_tasks(*, quick: bool = False) -> list[LossTask]:
    """Each fault for each strike type and runner."""
    each = enumerate(product(FAULTS, StrikeType, MODELS))
    tasks = [
        LossTask(Wearer(model=model, seed=_FIRST_SEED + number), strike, fault)
        for number, (fault, strike, model) in each
    ]
    return tasks[:: len(tasks) // len(FAULTS)] if quick else tasks
