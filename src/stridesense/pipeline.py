"""The whole river on one page: packets in, gait events, strides, cues and damage out.

    RawPacket -> Decoder -> per foot: Conditioner -> GaitDetector -> StrideBuilder -> Bilateral -> OwnUsual
        -> Mechanics -> Coach

Live, replay and analysis call this and nothing else, so that they cannot differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from stridesense.coaching.briefing import Briefing
from stridesense.coaching.coach import Coach
from stridesense.coaching.coach import Outcome as CoachOutcome
from stridesense.dsp import conditioner
from stridesense.dsp.alignment import Alignment
from stridesense.dsp.conditioner import Conditioner
from stridesense.dsp.conditioning import ConditionerParams, ConditionerState
from stridesense.dsp.projection import FootAxes
from stridesense.gait import detector
from stridesense.gait.bilateral import Bilateral, BilateralParams
from stridesense.gait.detector import DetectorParams, GaitDetector
from stridesense.gait.load import CalfLoadParams, Mechanics
from stridesense.gait.own_line import OwnUsual, OwnUsualParams, OwnUsualState
from stridesense.gait.segmentation import SegmentationParams, StrideBuilder
from stridesense.model import (
    Foot,
    Instruction,
    Obeyed,
    PodReading,
    PodReport,
    RawPacket,
    SessionZero,
    Stride,
)
from stridesense.protocol.decoder import Decoder
from stridesense.stage import Stage

__all__ = ["Outcome", "Pipeline", "PipelineParams", "warm_up"]

Outcome = CoachOutcome | PodReading | SessionZero | Obeyed
"""What comes out of the river."""

TIMED_BY_ARRIVAL: Final = "timed_by_arrival"
"""Flag of a stride whose pod has no clock of its own."""

PipelineState = tuple[object, dict[Foot, list[object]], list[object]]


@dataclass(frozen=True, slots=True)
class PipelineParams:
    """The parameters of every stage, in physical units, and what earlier sessions taught of the runner."""

    conditioner: ConditionerParams = field(default_factory=ConditionerParams)
    detector: DetectorParams = field(default_factory=DetectorParams)
    segmentation: SegmentationParams = field(default_factory=SegmentationParams)
    bilateral: BilateralParams = field(default_factory=BilateralParams)
    own_usual: OwnUsualParams = field(default_factory=OwnUsualParams)
    known_usual: OwnUsualState = field(default_factory=OwnUsualState)
    known_axes: Mapping[Foot, FootAxes] = field(default_factory=dict)
    calf_load: CalfLoadParams = field(default_factory=CalfLoadParams)
    briefing: Briefing = field(default_factory=Briefing)

    def briefed(self, briefing: Briefing) -> "PipelineParams":
        """The same with what the coach knows."""
        return replace(self, briefing=briefing)


class Pipeline(Stage[RawPacket | Instruction, Outcome]):
    """All stages in their order; each foot has its own chain up to its strides."""

    def __init__(self, params: PipelineParams | None = None) -> None:
        self.params = params or PipelineParams()
        self.decoder = Decoder()
        self._feet: dict[Foot, list[Stage[Any, Any]]] = {}
        self._both: list[Stage[Any, Any]] = [
            Bilateral(self.params.bilateral),
            OwnUsual(self.params.own_usual, self.params.known_usual),
            Mechanics(self.params.calf_load),
            Coach(self.params.briefing),
        ]
        super().__init__()

    def _initial_state(self) -> None:
        """The state lives in the stages; see `state`."""

    @property
    def latency_s(self) -> float:
        """Bound in seconds from a moment to its outcome: the waits of all stages in a row."""
        chain = self._chain(Foot.UNKNOWN)
        return sum(stage.latency_s for stage in (self.decoder, *chain, *self._both))

    def process(self, item: RawPacket | Instruction) -> list[Outcome]:
        """Take one packet as it arrived, or what the runner said; return what became certain, in order."""
        if isinstance(item, Instruction):
            self._coach.process(item)
            t_s = self.session_time_s(item.arrival_ns) or 0.0
            return [Obeyed(order=item.order, t_s=t_s, value=item.value)]
        had_begun = self.decoder.zero is not None
        items = self.decoder.process(item)
        begun = [] if had_begun or self.decoder.zero is None else [self.decoder.zero]
        return [*begun, *self._run(items)]

    def flush(self) -> list[Outcome]:
        """The session has ended: return what was still held back, foot by foot."""
        outcomes = self._run(self.decoder.flush())
        for foot, chain in self._feet.items():
            outcomes += _through(self._marked(foot, _flush(chain)), self._both)
        return outcomes + _flush(self._both)

    def reset(self) -> None:
        """Forget the session."""
        self.decoder.reset()
        self._feet = {}
        for stage in self._both:
            stage.reset()

    @property
    def state(self) -> object:
        """Every stage's state, to be put back with the setter in mid-run."""
        feet = {foot: [stage.state for stage in chain] for foot, chain in self._feet.items()}
        return self.decoder.state, feet, [stage.state for stage in self._both]

    @state.setter
    def state(self, state: object) -> None:
        decoder, feet, both = cast("PipelineState", state)
        self.decoder.state = decoder
        self._feet = {foot: _restored(self._chain(foot), states) for foot, states in feet.items()}
        self._both = _restored(self._both, both)

    def session_time_s(self, arrival_ns: int) -> float | None:
        """Session time of an arrival, which is host time; None before the first sample."""
        zero = self.decoder.zero
        return None if zero is None else zero.session_s(arrival_ns)

    @property
    def alignments(self) -> dict[Foot, Alignment]:
        """How each foot's pod sits on it, where that is known by now."""
        states = {foot: cast("ConditionerState", chain[0].state) for foot, chain in self._feet.items()}
        return {foot: state.alignment for foot, state in states.items() if state.alignment is not None}

    @property
    def _coach(self) -> Stage[Any, Any]:
        return self._both[-1]

    def _chain(self, foot: Foot) -> list[Stage[Any, Any]]:
        params = self.params
        return [
            Conditioner(params.conditioner, params.known_axes.get(foot)),
            GaitDetector(params.detector),
            StrideBuilder(params.segmentation),
        ]

    def _run(self, items: Iterable[Any]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for item in items:
            if isinstance(item, PodReading):
                outcomes.append(item)
                continue
            if isinstance(item, PodReport):
                outcomes += self._coach.process(item)
                continue
            if item.foot not in self._feet:
                self._feet[item.foot] = self._chain(item.foot)
            outcomes += _through(self._marked(item.foot, _through([item], self._feet[item.foot])), self._both)
        return outcomes

    def _marked(self, foot: Foot, items: list[Any]) -> list[Any]:
        """Strides say so if their times are only as good as the arrivals of packets."""
        if not self.decoder.is_timed_by_arrival(foot):
            return items
        return [
            replace(item, flags=(*item.flags, TIMED_BY_ARRIVAL)) if isinstance(item, Stride) else item
            for item in items
        ]


def warm_up() -> None:
    """Compile what can be compiled, so that no stride of a live run has to wait for it."""
    conditioner.warm_up()
    detector.warm_up()


def _through(items: list[Any], stages: Iterable[Stage[Any, Any]]) -> list[Any]:
    for stage in stages:
        items = [out for item in items for out in stage.process(item)]
    return items


def _flush(stages: list[Stage[Any, Any]]) -> list[Any]:
    """Flush each stage through those after it."""
    items: list[Any] = []
    for stage in stages:
        items = [out for item in items for out in stage.process(item)] + stage.flush()
    return items


def _restored(stages: list[Stage[Any, Any]], states: list[object]) -> list[Stage[Any, Any]]:
    for stage, state in zip(stages, states, strict=True):
        stage.state = state
    return stages
