"""All that a report or an export is about, kept as a session flows by."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from stridesense.model import (
    CalfBudget,
    Cue,
    CueEffect,
    Foot,
    Gap,
    Instruction,
    Malformed,
    Obeyed,
    PodReading,
    PodReport,
    RawPacket,
    SessionZero,
    Stride,
    StrideShape,
    Withheld,
)
from stridesense.pipeline import Outcome, Pipeline
from stridesense.runtime.session import SessionReport, outcomes


@dataclass(slots=True)
class Gathered:
    """A session in memory.

    Attributes:
        report: counts, cues, changes, drills and what the coach keeps.
        strides: all of them, as they became final.
        shapes: how the foot turned, of strides and of what did not become one.
        effects: what came after cues, given or not.
        withheld: stretches in which a cue was due and not given.
        budgets: each leg's calf load once a minute and at each change of its band.
        readings: what pods without samples told.
        orders: what the runner told the coach, and when; marks among it.
        gaps: holes in the data.
        malformed: unreadable packets or rows by foot.
        pods: the latest report of each pod, with the latest battery and radio level that any had.
        zero: where second 0 lies in host time; None without a sample.
        end_s: when the last packet came, session seconds.
    """

    report: SessionReport = field(default_factory=SessionReport)
    strides: list[Stride] = field(default_factory=list)
    shapes: list[StrideShape] = field(default_factory=list)
    effects: list[CueEffect] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    budgets: list[CalfBudget] = field(default_factory=list)
    readings: list[PodReading] = field(default_factory=list)
    orders: list[Obeyed] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    malformed: Counter[Foot] = field(default_factory=Counter)
    pods: dict[Foot, PodReport] = field(default_factory=dict)
    zero: SessionZero | None = None
    end_s: float = 0.0

    @property
    def cues(self) -> list[Cue]:
        """The cues that were given."""
        return self.report.cues

    def take(self, item: Outcome) -> None:
        """Keep what is told of."""
        match item:
            case PodReport():
                self.pods[item.foot] = _latest(self.pods.get(item.foot), item)
            case Malformed():
                self.malformed[item.foot] += 1
            case Gap():
                self.gaps.append(item)
            case PodReading():
                self.readings.append(item)
            case Obeyed():
                self.orders.append(item)
            case SessionZero():
                self.zero = item
            case _:
                self._keep(item)

    def _keep(self, found: Outcome) -> None:
        match found:
            case Stride():
                self.strides.append(found)
            case StrideShape():
                self.shapes.append(found)
            case CueEffect():
                self.effects.append(found)
            case Withheld():
                self.withheld.append(found)
            case CalfBudget():
                self.budgets.append(found)


def gather(packets: Iterable[RawPacket | Instruction], pipeline: Pipeline) -> Gathered:
    """Let a recorded session flow through `pipeline` and keep what is told of it."""
    gathered = Gathered()
    newest_ns = 0

    def timed() -> Iterator[RawPacket | Instruction]:
        nonlocal newest_ns
        for packet in packets:
            newest_ns = max(newest_ns, packet.arrival_ns)
            yield packet

    for outcome in outcomes(timed(), pipeline, gathered.report):
        gathered.take(outcome)
    gathered.end_s = pipeline.session_time_s(newest_ns) or 0.0
    return gathered


def _latest(before: PodReport | None, now: PodReport) -> PodReport:
    if before is None:
        return now
    return replace(
        now,
        battery_percent=before.battery_percent if now.battery_percent is None else now.battery_percent,
        rssi_dbm=before.rssi_dbm if now.rssi_dbm is None else now.rssi_dbm,
        sampling_rate_hz=before.sampling_rate_hz if now.sampling_rate_hz is None else now.sampling_rate_hz,
    )
