"""One session: packets flow from a source through the pipeline to every sink."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from stridesense.model import (
    Bout,
    Change,
    CoachReport,
    Cue,
    Foot,
    Gap,
    Instruction,
    Malformed,
    PodReading,
    RawPacket,
    Stride,
)
from stridesense.pipeline import Outcome, Pipeline
from stridesense.runtime.desk import SessionDesk
from stridesense.sinks.base import Item, Sink
from stridesense.sources.base import Source

QUEUE_PACKETS: Final = 256
"""Packets that may wait for the pipeline: about two seconds of two pods; then the source has to wait."""

_MANY_GAPS: Final = 10


class Sign(Enum):
    """What else stands in the queue of a session."""

    DESK = auto()
    END = auto()


@dataclass(slots=True)
class SessionReport:
    """What a session brought, counted as it flowed by."""

    packets: int = 0
    strides: Counter[Foot] = field(default_factory=Counter)
    cues: list[Cue] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    bouts: list[Bout] = field(default_factory=list)
    coach: CoachReport | None = None
    malformed: int = 0
    missing_samples: int = 0
    gaps: int = 0
    readings: Counter[Foot] = field(default_factory=Counter)

    def count(self, item: Item) -> None:
        """Take note of one item."""
        match item:
            case RawPacket():
                self.packets += 1
            case Stride():
                self.strides[item.foot] += 1
            case Cue() | Change() | Bout() | CoachReport():
                self._keep(item)
            case Malformed():
                self.malformed += 1
            case Gap():
                self.missing_samples += item.missing_samples
                self.gaps += 1
            case PodReading():
                self.readings[item.foot] += 1

    def _keep(self, found: Cue | Change | Bout | CoachReport) -> None:
        match found:
            case Cue():
                self.cues.append(found)
            case Change():
                self.changes.append(found)
            case Bout():
                self.bouts.append(found)
            case CoachReport():
                self.coach = found

    def remarks(self) -> Iterator[str]:
        """Sentences about what was missing, or why there is nothing to see."""
        if self.malformed:
            yield f"{self.malformed} malformed packets or rows were left out"
        if self.missing_samples:
            yield f"{self.missing_samples} samples were lost on the way; no stride spans such a gap"
        for foot in self.readings:
            yield (
                f"the {foot} pod sends figures of its own firmware and no samples: speed, cadence and the "
                "like are known, contact, heel, push-off and pull are not"
            )
        if self.strides or self.readings:
            return
        if self.packets == 0:
            yield "no strides: there is not one packet of a pod"
        elif self.packets == self.malformed:
            yield "no strides: not one packet could be decoded"
        elif self.gaps > _MANY_GAPS:
            yield f"no strides: {self.gaps} gaps leave hardly a whole step between them"
        else:
            yield "no strides: nothing moves like a foot that walks or runs; is the pod worn on a foot?"


def outcomes(
    packets: Iterable[RawPacket | Instruction], pipeline: Pipeline, report: SessionReport
) -> Iterator[Outcome]:
    """What `pipeline` makes of packets that are all there already, counted in `report`."""
    for packet in packets:
        report.count(packet)
        for outcome in pipeline.process(packet):
            report.count(outcome)
            yield outcome
    for outcome in pipeline.flush():
        report.count(outcome)
        yield outcome


async def run_session(
    source: Source, pipeline: Pipeline, sinks: Sequence[Sink], desk: SessionDesk
) -> SessionReport:
    """Let the packets of `source` flow through `pipeline` to `sinks` until the source or the desk ends it.

    Every packet reaches all sinks before what the pipeline made of it. Sinks open before the source and close
    after it, in any case: when the session is cancelled too, a recording is finished and a broker is told.

    Raises:
        StrideSenseError: the source or a sink failed; the first fault, alone.
    """
    session = _Session(pipeline, sinks, desk)
    async with AsyncExitStack() as stack:
        session.desk.open(session.stir)
        stack.callback(session.desk.close)
        for sink in sinks:
            await stack.enter_async_context(sink)
        await stack.enter_async_context(source)
        try:
            async with asyncio.TaskGroup() as tasks:
                receiving = tasks.create_task(session.receive(source), name="source")
                await session.process()
                receiving.cancel()
        except ExceptionGroup as faults:
            raise faults.exceptions[0] from None
        finally:
            session.desk.close()  # what waits at the desk is answered before the sinks close
    return session.report


class _Session:
    """What flows in one session, in the order of its queue."""

    def __init__(self, pipeline: Pipeline, sinks: Sequence[Sink], desk: SessionDesk) -> None:
        self.desk = desk
        self.report = SessionReport()
        self._pipeline = pipeline
        self._sinks = sinks
        self._queue: asyncio.Queue[RawPacket | Instruction | Sign] = asyncio.Queue(QUEUE_PACKETS)
        self._newest_ns = 0

    def stir(self) -> None:
        """Have a look at the desk soon; a full queue does so by itself."""
        with suppress(asyncio.QueueFull):
            self._queue.put_nowait(Sign.DESK)

    async def receive(self, source: Source) -> None:
        """Queue what the source has."""
        async for packet in source:
            await self._queue.put(packet)
        await self._queue.put(Sign.END)

    async def process(self) -> None:
        """Let what is queued flow until the session is over."""
        while not self.desk.is_over and (item := await self._queue.get()) is not Sign.END:
            if not isinstance(item, Sign):
                self._newest_ns = item.arrival_ns
                await self._flow(item)
            for told in self.desk.take():
                await self._flow(Instruction(order=told.order, arrival_ns=self._newest_ns, value=told.value))
                told.obeyed()
            await asyncio.sleep(0)  # packets that come faster than real time must not starve the sinks' links
        for outcome in self._pipeline.flush():
            await self._spread(outcome)

    async def _flow(self, item: RawPacket | Instruction) -> None:
        await self._spread(item)
        for outcome in self._pipeline.process(item):
            await self._spread(outcome)

    async def _spread(self, item: Item) -> None:
        self.report.count(item)
        for sink in self._sinks:
            await sink.handle(item)
