"""How long after the true moment each decision falls, over runs of both virtual runners at 208 Hz.

python benchmarks/latency.py

The samples come in blocks of 4, so that waiting for a packet to fill does not count. A decision falls at the
newest sample that it needs.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from bench import is_quick, show
from feeds import RATE_HZ, as_tables

from stridesense.model import GaitEvent, Stride, StrikeType
from stridesense.model.samples import FloatArray
from stridesense.pipeline import Outcome, Pipeline
from stridesense.simulator import SimulatedRun, StrideTruth, simulate
from stridesense.units import NS_PER_S
from stridesense.validation.cases import MODELS, Case, Wearer
from stridesense.validation.listening import (
    FINAL_HEEL_VERDICT,
    FINAL_LANDING,
    HEEL_VERDICT,
    LANDING,
    TAKE_OFF,
    latencies_ms,
)
from stridesense.validation.matching import match

ROWS: Final = 4
SPEEDS_MPS: Final = (2.6, 3.4, 4.5)
HEELS: Final = ("kiss", "held")

STRIDE: Final = "stride record, after its end"
HANDED_OVER: Final = "an event's way out of the river"
BEGINNING: Final = "first event of a session, after the first landing"

ROWS_OF_TABLE: Final[Mapping[str, tuple[str, float | None]]] = {
    LANDING: ("landing, first told", 30.0),
    FINAL_LANDING: ("landing, final", None),
    HEEL_VERDICT: ("heel verdict after landing, first told", 150.0),
    FINAL_HEEL_VERDICT: ("heel verdict after landing, final", None),
    TAKE_OFF: ("toe-off", 70.0),
    STRIDE: (STRIDE, None),
    HANDED_OVER: (HANDED_OVER, None),
    BEGINNING: (BEGINNING, None),
}
"""What each row is called, and the most that the design allows it, ms."""


@dataclass(frozen=True, slots=True)
class Told:
    """An outcome and the session second of the newest sample that had been fed when it came out."""

    outcome: Outcome
    at_s: float


@dataclass(frozen=True, slots=True)
class Delays:
    """Delays of a decision in ms, and how many true moments there were for it."""

    ms: FloatArray
    moments: int


def cases(*, quick: bool) -> list[Case]:
    """Each runner with each strike at each speed, the heel down or held; a rearfoot runner holds no heel."""
    ways = [way for way in product(StrikeType, HEELS) if way != (StrikeType.REARFOOT, "held")]
    kinds = list(product(MODELS, ways, SPEEDS_MPS))[:: 6 if quick else 1]
    return [
        Case(
            number=number,
            factor="latency",
            wearer=Wearer(model=model, seed=300 + number, rate_hz=RATE_HZ),
            strike=strike,
            heel=heel,
            speed_mps=speed_mps,
        )
        for number, (model, (strike, heel), speed_mps) in enumerate(kinds)
    ]


def told(run: SimulatedRun) -> list[Told]:
    """What comes out of the river, and when."""
    pipeline = Pipeline()
    return [
        Told(outcome, packet.arrival_ns / NS_PER_S)
        for packet in as_tables(run, ROWS).packets
        for outcome in pipeline.process(packet)
    ]


def record_delays_ms(found: Sequence[Told], truth: Sequence[StrideTruth]) -> FloatArray:
    """How long after the next true landing of its foot each whole stride's record came out, (n,) in ms."""
    landings_s = [stride.initial_contact_s for stride in truth]
    ends = [
        (one.outcome.initial_contact_s + one.outcome.stride_time_s, one.at_s)
        for one in found
        if isinstance(one.outcome, Stride) and one.outcome.stride_time_s is not None
    ]
    pairs = match(landings_s, [end_s for end_s, _ in ends]).pairs
    return 1e3 * np.array([ends[j][1] - landings_s[i] for i, j in pairs])


def waits_ms(found: Sequence[Told]) -> FloatArray:
    """How long after the sample that decided it each event came out, (n,) in ms, once the axes are known."""
    events = [(one.outcome, one.at_s) for one in found if isinstance(one.outcome, GaitEvent)]
    aligned_s = events[0][1] if events else 0.0
    return 1e3 * np.array([at_s - event.known_at_s for event, at_s in events if at_s > aligned_s])


def beginning_ms(found: Sequence[Told], truth: Sequence[StrideTruth]) -> FloatArray:
    """How long after the first landing anything came out, (1,) in ms: as long as the axes are looked for."""
    first_s = [one.at_s for one in found if isinstance(one.outcome, GaitEvent)][:1]
    return 1e3 * (np.array(first_s, dtype=float) - truth[0].initial_contact_s)


def measured(runs: Sequence[SimulatedRun]) -> dict[str, Delays]:
    """The delays of every decision over all runs."""
    parts: defaultdict[str, list[FloatArray]] = defaultdict(list)
    for run in runs:
        found = told(run)
        events = [one.outcome for one in found if isinstance(one.outcome, GaitEvent)]
        for name, delays_ms in latencies_ms(events, run.truth).items():
            parts[name].append(delays_ms)
        parts[STRIDE].append(record_delays_ms(found, run.truth))
        parts[HANDED_OVER].append(waits_ms(found))
        parts[BEGINNING].append(beginning_ms(found, run.truth))
    every = {name: np.concatenate(arrays) for name, arrays in parts.items()}
    strides = sum(len(run.truth) for run in runs)
    others = {HANDED_OVER: len(every[HANDED_OVER]), BEGINNING: len(runs)}
    return {name: Delays(ms, others.get(name, strides)) for name, ms in every.items()}


def row(name: str, delays: Delays) -> list[str]:
    """A decision's row: its percentiles beside the goal."""
    title, goal_ms = ROWS_OF_TABLE[name]
    if len(delays.ms) == 0:
        return [title, f"0 / {delays.moments}", *["-"] * 5]
    figures = [float(np.percentile(delays.ms, q)) for q in (50, 95)] + [float(delays.ms.max())]
    goal, share = "", ""
    if goal_ms is not None:
        goal, share = f"<= {goal_ms:.0f}", f"{np.mean(delays.ms <= goal_ms):.1%}"
    return [title, f"{len(delays.ms)} / {delays.moments}", *(f"{ms:.0f}" for ms in figures), goal, share]


def main() -> None:
    """Print a row for each decision."""
    chosen = cases(quick=is_quick(__doc__))
    runs = [simulate(case.scenario()) for case in chosen]
    delays = measured(runs)
    rows = [row(name, delays[name]) for name in ROWS_OF_TABLE]
    title = f"ms after the true moment; {len(runs)} runs of one foot, {RATE_HZ} Hz, blocks of {ROWS} samples"
    show(title, ["decision", "told / true", "p50", "p95", "max", "goal", "within it"], rows)


if __name__ == "__main__":
    main()
