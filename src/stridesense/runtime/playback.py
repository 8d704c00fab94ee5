"""Plays a session of the past, or one that never was, with all that a live one has."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Final, Self
from uuid import uuid4

from stridesense.contract.commands import RefusalReason
from stridesense.pipeline import Pipeline, warm_up
from stridesense.runtime.broker import open_broker
from stridesense.runtime.config import MqttSection
from stridesense.runtime.desk import SessionDesk
from stridesense.runtime.session import SessionReport, run_session
from stridesense.sinks.base import Sink
from stridesense.sinks.mqtt import MqttSink
from stridesense.sinks.mqtt_settings import MqttSettings
from stridesense.sinks.outbox import Counters
from stridesense.sources.base import Source

CONNECT_TIMEOUT_S: Final = 5.0

Companion = Callable[[MqttSettings], AbstractAsyncContextManager[object]]
"""Makes what lives as long as the session, given the broker that it speaks to."""


def alone(_: MqttSettings) -> AbstractAsyncContextManager[None]:
    """No companion."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Played:
    """What a session brought; `sent` tells what became of the MQTT messages, None without a broker.

    `refused` are the commands that were not obeyed, by reason.
    """

    report: SessionReport
    sent: Counters | None = None
    refused: Mapping[RefusalReason, int] = field(default_factory=dict)


async def play(
    source: Source,
    pipeline: Pipeline,
    mqtt: MqttSection,
    sinks: Sequence[Sink],
    announce: Callable[[MqttSettings], None],
    desk: SessionDesk,
    beside: Companion = alone,
) -> Played:
    """Let `source` flow to `sinks`, and to the broker that `mqtt` names, as a session that begins now.

    Args:
        source: what to play, paced already.
        pipeline: a fresh one.
        mqtt: which broker, if any.
        sinks: all other sinks.
        announce: is told where it is published, before the first packet flows.
        desk: who obeys commands.
        beside: what lives as long as the session where it is published; it is there before the first packet.

    Raises:
        LinkError: the broker refuses, or cannot be reached.
        StrideSenseError: the source or a sink failed.
    """
    async with open_broker(mqtt) as broker:
        if broker is None:
            return await play_at(None, source, pipeline, sinks, desk)
        announce(broker)
        async with beside(broker):
            return await play_at(broker, source, pipeline, sinks, desk)


async def play_at(
    broker: MqttSettings | None,
    source: Source,
    pipeline: Pipeline,
    sinks: Sequence[Sink],
    desk: SessionDesk,
) -> Played:
    """Let `source` flow to `sinks`, and to a broker that is there already, as a session that begins now.

    Raises:
        LinkError: the broker refuses, or cannot be reached.
        StrideSenseError: the source or a sink failed.
    """
    warm_up()
    if broker is None:
        return Played(await run_session(source, pipeline, sinks, desk))
    briefing = pipeline.params.briefing
    sink = PatientMqttSink(
        broker, uuid4().hex, time.time(), desk=desk, muted=briefing.muted, theme=briefing.theme
    )
    report = await run_session(source, pipeline, [*sinks, desk.facing(sink)], desk)
    return Played(report, sink.counters, sink.refused)


class PatientMqttSink(MqttSink):
    """Waits for its link before the first packet: the past has time, and is gone faster than a link is up."""

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        try:
            await self.connected(CONNECT_TIMEOUT_S)
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self
