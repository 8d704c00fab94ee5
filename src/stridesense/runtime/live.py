"""Runs a session with live pods: analysed and published, or only recorded."""

import itertools
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import platformdirs

from stridesense.errors import InputError
from stridesense.pipeline import Pipeline, warm_up
from stridesense.runtime.broker import open_broker
from stridesense.runtime.config import MqttSection
from stridesense.runtime.desk import SessionDesk
from stridesense.runtime.playback import Played
from stridesense.runtime.session import run_session
from stridesense.sinks.base import Sink
from stridesense.sinks.mqtt import MqttSink
from stridesense.sinks.mqtt_courier import Courier
from stridesense.sinks.mqtt_settings import MqttSettings
from stridesense.sources.base import Source


async def run_live(
    source: Source,
    pipeline: Pipeline,
    mqtt: MqttSection,
    sinks: Sequence[Sink],
    announce: Callable[[MqttSettings], None],
    session_id: str,
    desk: SessionDesk,
) -> Played:
    """Let `source` flow to `sinks`, and to the broker that `mqtt` names, until it ends.

    A broker that is not there does not hold up a run: what is sent waits for it, as long as it is worth it.

    Args:
        source: the pods.
        pipeline: a fresh one.
        mqtt: which broker, if any.
        sinks: all other sinks.
        announce: is told where it is published, before the first packet flows.
        session_id: of the session, as in its recording.
        desk: who obeys commands.

    Raises:
        LinkError: the private broker cannot be started.
        StrideSenseError: the source or a sink failed.
    """
    warm_up()
    async with open_broker(mqtt, patient=True) as settings:
        if settings is None:
            return Played(await run_session(source, pipeline, sinks, desk))
        announce(settings)
        sink = live_sink(settings, pipeline, session_id, desk)
        report = await run_session(source, pipeline, [*sinks, sink], desk)
        return Played(report, sink.counters, sink.refused)


def live_sink(
    settings: MqttSettings,
    pipeline: Pipeline,
    session_id: str,
    desk: SessionDesk | None,
    courier: Courier | None = None,
) -> MqttSink:
    """What publishes a live session of `pipeline`; with a courier over its link, which stays open."""
    briefing = pipeline.params.briefing
    return MqttSink(
        settings, session_id, None, courier=courier, desk=desk, muted=briefing.muted, theme=briefing.theme
    )


async def record_live(source: Source, sinks: Sequence[Sink]) -> int:
    """Let the packets of `source` flow to `sinks` as they come until it ends; return how many there were.

    Raises:
        StrideSenseError: the source or a sink failed.
    """
    packets = 0
    async with AsyncExitStack() as stack:
        for sink in sinks:
            await stack.enter_async_context(sink)
        await stack.enter_async_context(source)
        async for packet in source:
            packets += 1
            for sink in sinks:
                await sink.handle(packet)
    return packets


def new_recording(now: datetime) -> Path:
    """A name for the recording of a run that begins now, in the user's data folder, which is made.

    Raises:
        InputError: the folder cannot be made.
    """
    folder = platformdirs.user_data_path("stridesense") / "recordings"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{folder} cannot be made: {error.strerror or error}; name a file with --record"
        raise InputError(msg) from None
    name = f"run_{now:%Y-%m-%d_%H-%M-%S}"
    names = itertools.chain([name], (f"{name}_{number}" for number in itertools.count(2)))
    return next(folder / f"{free}.mcap" for free in names if not any(folder.glob(f"{free}.mcap*")))
