"""Somebody at another computer who sends commands, and sessions that listen to them."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiomqtt

from brokers import PASSWORD, USERNAME, Broker, Listener
from stridesense.contract.messages import ResultMessage
from stridesense.model import Foot, RawPacket
from stridesense.pipeline import Pipeline
from stridesense.runtime.desk import SessionDesk
from stridesense.runtime.session import run_session
from stridesense.runtime.setup import Setup
from stridesense.sinks.base import Sink
from stridesense.sinks.mqtt import MqttSink
from stridesense.sources.base import Source

PACKET = RawPacket(Foot.LEFT, "sofp", "data", b"", 7)
TOPIC = "stridesense/1/pod/cmd"


class Quiet(Source):
    """A pod that sends one packet and then nothing, for as long as the session lasts."""

    async def __aiter__(self) -> AsyncIterator[RawPacket]:
        yield PACKET
        await asyncio.Event().wait()


@dataclass
class Client:
    """Somebody at another computer, who sends commands and hears everything."""

    broker: Broker
    listener: Listener = field(init=False)

    async def __aenter__(self) -> Self:
        self.listener = await Listener(self.broker).__aenter__()
        self._client = await aiomqtt.Client(
            "127.0.0.1", self.broker.port, username=USERNAME, password=PASSWORD, protocol=self.broker.version
        ).__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(None, None, None)
        await self.listener.__aexit__(None, None, None)

    async def send(self, payload: bytes, **options: Any) -> None:
        await self._client.publish(TOPIC, payload, qos=1, **options)

    async def ask(self, command: str, **fields: object) -> ResultMessage:
        """Send a command and wait for its answer."""
        number = f"ask {len(self.results)} {command}"
        await self.send(json.dumps({"id": number, "command": command, **fields}).encode())
        await self.listener.until(lambda: number in [result.id for result in self.results], timeout_s=10.0)
        return next(result for result in self.results if result.id == number)

    @property
    def results(self) -> list[ResultMessage]:
        return [ResultMessage.model_validate_json(heard.payload) for heard in self.listener.on("cmd/result")]


@asynccontextmanager
async def session(
    broker: Broker, desk: SessionDesk, source: Source | None = None, setup: Setup | None = None, *sinks: Sink
) -> AsyncIterator[MqttSink]:
    """A session that listens to commands, until the block is left or one stops it."""
    sink = MqttSink(broker.settings, "sid", None, desk=desk)
    pipeline = Pipeline() if setup is None else setup.pipeline()
    task = asyncio.create_task(run_session(source or Quiet(), pipeline, [*sinks, sink], desk))
    try:
        await sink.connected(5.0)
        await sink.courier.sent(time.monotonic() + 5.0)
        yield sink
    finally:
        desk.stop()
        await asyncio.wait_for(task, 10.0)


class HoldsItsBreath(Source):
    """Packets as fast as can be, but for a wait until `go` wherever `waits` is set."""

    def __init__(self, packets: list[RawPacket]) -> None:
        self._packets = packets
        self.waits, self.go = asyncio.Event(), asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[RawPacket]:
        for packet in self._packets:
            if self.waits.is_set():
                await self.go.wait()
            yield packet
