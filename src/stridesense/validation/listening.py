"""The whole river over packets, and its strides beside the true ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from stridesense.model import EventKind, GaitEvent, Gap, RawPacket, Stride
from stridesense.model.samples import FloatArray
from stridesense.pipeline import Pipeline
from stridesense.simulator import StrideTruth
from stridesense.validation.matching import WITHIN_S, match
from stridesense.validation.quantities import QUANTITIES

LAST_S: Final = 1.0
"""Strides that begin this close to the end of a session count neither as missed nor as invented."""

LANDING: Final = "landing"
HEEL_VERDICT: Final = "heel verdict"
TAKE_OFF: Final = "take-off"
FINAL_LANDING: Final = "landing, final"
FINAL_HEEL_VERDICT: Final = "heel verdict, final"

_DECISIONS: Final = {
    LANDING: (EventKind.INITIAL_CONTACT, "initial_contact_s", True),
    FINAL_LANDING: (EventKind.INITIAL_CONTACT, "initial_contact_s", False),
    HEEL_VERDICT: (EventKind.HEEL_DOWN, "initial_contact_s", True),
    FINAL_HEEL_VERDICT: (EventKind.HEEL_DOWN, "initial_contact_s", False),
    TAKE_OFF: (EventKind.TERMINAL_CONTACT, "terminal_contact_s", False),
}
"""The event that carries each decision, the true moment its delay counts from, and if provisional ones do."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came out of the river."""

    strides: tuple[Stride, ...]
    events: tuple[GaitEvent, ...]
    gaps: tuple[Gap, ...]


def listen(packets: Iterable[RawPacket]) -> Heard:
    """Run the same code as live over packets, from first to last."""
    pipeline = Pipeline()
    outcomes = [outcome for packet in packets for outcome in pipeline.process(packet)] + pipeline.flush()
    return Heard(
        tuple(outcome for outcome in outcomes if isinstance(outcome, Stride)),
        tuple(outcome for outcome in outcomes if isinstance(outcome, GaitEvent)),
        tuple(outcome for outcome in outcomes if isinstance(outcome, Gap)),
    )


def spans(stride: Stride, gaps: Sequence[Gap]) -> bool:
    """Whether a hole lies within the stride, or within its contact when the next one is not known."""
    begin_s = stride.initial_contact_s
    end_s = max(stride.terminal_contact_s, begin_s + (stride.stride_time_s or 0.0))
    return any(gap.start_s < end_s and gap.end_s > begin_s for gap in gaps)


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Found strides beside true ones.

    Attributes:
        pairs: each found stride with its true one.
        missed: true strides that were not found.
        invented: found strides that were none.
    """

    pairs: tuple[tuple[Stride, StrideTruth], ...]
    missed: tuple[StrideTruth, ...]
    invented: tuple[Stride, ...]

    @property
    def errors(self) -> Mapping[str, FloatArray]:
        """Error of each quantity, (n,) of the strides in which it was measured."""
        return {
            quantity.name: np.array(
                [error for pair in self.pairs if (error := quantity.error(*pair)) is not None], dtype=float
            )
            for quantity in QUANTITIES
        }


def compare(found: Sequence[Stride], true: Sequence[StrideTruth], end_s: float) -> Compared:
    """Match the strides of one foot; `end_s` is where the session ends."""
    matching = match([t.initial_contact_s for t in true], [f.initial_contact_s for f in found])
    missed, invented = (true[i] for i in matching.missed), (found[j] for j in matching.invented)
    return Compared(
        tuple((found[j], true[i]) for i, j in matching.pairs),
        tuple(stride for stride in missed if stride.initial_contact_s < end_s - LAST_S),
        tuple(stride for stride in invented if stride.initial_contact_s < end_s - LAST_S),
    )


def latencies_ms(events: Sequence[GaitEvent], true: Sequence[StrideTruth]) -> dict[str, FloatArray]:
    """How long after the true moment each decision was first known, (n,) in ms.

    Of the events of a kind that lie within 0.15 s of a true moment, the one that was known first counts.
    """
    delays = {}
    for name, (kind, field, provisional) in _DECISIONS.items():
        chosen = [event for event in events if event.kind is kind and (provisional or not event.provisional)]
        delays[name] = _delays_ms(chosen, [float(getattr(stride, field)) for stride in true])
    return delays


def _delays_ms(events: Sequence[GaitEvent], moments_s: Sequence[float]) -> FloatArray:
    known = [
        (min(near) - moment_s)
        for moment_s in moments_s
        if (near := [event.known_at_s for event in events if abs(event.t_s - moment_s) < WITHIN_S])
    ]
    return 1e3 * np.array(known, dtype=float)


def told_in_vain(events: Sequence[GaitEvent], true: Sequence[StrideTruth], end_s: float) -> int:
    """How many provisional landings belong to no true one, or were told before it."""
    told = [event for event in events if event.kind is EventKind.INITIAL_CONTACT and event.provisional]
    landings_s = [stride.initial_contact_s for stride in true]
    matching = match(landings_s, [event.t_s for event in told])
    too_soon = sum(told[j].known_at_s < landings_s[i] for i, j in matching.pairs)
    return too_soon + sum(told[j].t_s < end_s - LAST_S for j in matching.invented)
