"""Plays a session of the past, or one that never was, with all that a live one has."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Self
from uuid import uuid4

from stridesense.pipeline import Pipeline, warm_up
from stridesense.runtime.broker import open_broker
from stridesense.runtime.config import MqttSection
from stridesense.runtime.session import SessionReport, run_session
from stridesense.sinks.base import Sink
from stridesense.sinks.mqtt import MqttSink
from stridesense.sinks.mqtt_settings import MqttSettings
from stridesense.sinks.outbox import Counters
from stridesense.sources.base import Source

CONNECT_TIMEOUT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Played:
    """What a playback brought; `sent` tells what became of the MQTT messages, None without a broker."""

    report: SessionReport
    sent: Counters | None = None


async def play(
    source: Source,
    pipeline: Pipeline,
    mqtt: MqttSection,
    sinks: Sequence[Sink],
    announce: Callable[[MqttSettings], None],
) -> Played:
    """Let `source` flow to `sinks`, and to the broker that `mqtt` names, as a session that begins now.

    Args:
        source: what to play, paced already.
        pipeline: a fresh one.
        mqtt: which broker, if any.
        sinks: all other sinks.
        announce: is told where it is published, before the first packet flows.

    Raises:
        LinkError: the broker refuses, or cannot be reached.
        StrideSenseError: the source or a sink failed.
    """
    warm_up()
    async with open_broker(mqtt) as settings:
        if settings is None:
            return Played(await run_session(source, pipeline, sinks))
        announce(settings)
        sink = PatientMqttSink(settings, session_id=uuid4().hex, anchor_unix_s=time.time())
        report = await run_session(source, pipeline, [*sinks, sink])
        return Played(report, sink.counters)


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
