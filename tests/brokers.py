"""Real brokers on free loopback ports, a link to them that can be cut, and an ear on the other side."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiomqtt
from pydantic import SecretStr

from stridesense.model import Cue, CueKind, Foot, Gait, Stride, Theme
from stridesense.sinks.mqtt_settings import MqttSettings

USERNAME, PASSWORD = "runner", "correct horse"

MOSQUITTO = """\
user root
listener {port} 127.0.0.1
persistence false
allow_anonymous false
password_file {folder}/passwords
"""
NATS = """\
server_name: test
listen: "127.0.0.1:-1"
authorization {{ user: "{username}", password: "{password}" }}
jetstream {{ store_dir: "{folder}/store", max_memory_store: 16MB, max_file_store: 64MB }}
mqtt {{ host: "127.0.0.1", port: {port} }}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """One broker program, started and ended by its own pid as often as a test likes."""

    version = aiomqtt.ProtocolVersion.V5

    def __init__(self, program: str, folder: Path) -> None:
        self.program = program
        self.folder = folder
        self.port = free_port()
        self.config = folder / "broker.conf"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> MqttSettings:
        return MqttSettings("127.0.0.1", self.port, "pod", USERNAME, SecretStr(PASSWORD))

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self.program, "-c", str(self.config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 10.0
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
                return
            time.sleep(0.02)
        msg = f"{self.program} does not listen"
        raise AssertionError(msg)

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Mosquitto(Broker):
    def __init__(self, program: str, folder: Path, extra: str = "") -> None:
        super().__init__(program, folder)
        passwords = folder / "passwords"
        passwords.write_text(f"{USERNAME}:{PASSWORD}\n")
        subprocess.run([shutil.which("mosquitto_passwd") or "", "-U", str(passwords)], check=True)
        self.config.write_text(MOSQUITTO.format(port=self.port, folder=folder) + extra)


class Nats(Broker):
    version = aiomqtt.ProtocolVersion.V311

    def __init__(self, program: str, folder: Path) -> None:
        super().__init__(program, folder)
        self.config.write_text(
            NATS.format(port=self.port, folder=folder, username=USERNAME, password=PASSWORD)
        )


Start = Callable[..., Broker]
"""Starts a mosquitto with extra lines of configuration, if any."""


def make_broker(kind: str, folder: Path, require_program: Callable[[str], str]) -> Broker:
    """A broker of a kind, `mosquitto` or `nats-server`, not yet started."""
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "nats-server":
        from stridesense.runtime.broker import program

        return Nats(str(program()), folder)
    found = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin")
    return Mosquitto(found or require_program("mosquitto"), folder)


@dataclass
class Heard:
    at_s: float
    topic: str
    payload: bytes
    retained: bool
    properties: Any

    @property
    def record(self) -> dict[str, Any]:
        record = json.loads(self.payload)
        assert isinstance(record, dict)
        return record


@dataclass
class Listener:
    """Hears everything on a broker, and comes back as soon as it is there again."""

    broker: Broker
    heard: list[Heard] = field(default_factory=list)
    subscribed: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._listen())
        await asyncio.wait_for(self.subscribed.wait(), 5.0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _listen(self) -> None:
        while True:
            with suppress(aiomqtt.MqttError):
                async with aiomqtt.Client(
                    "127.0.0.1",
                    self.broker.port,
                    username=USERNAME,
                    password=PASSWORD,
                    protocol=self.broker.version,
                    timeout=5.0,
                ) as client:
                    await client.subscribe("stridesense/#", qos=1)
                    self.subscribed.set()
                    async for message in client.messages:
                        self.heard.append(
                            Heard(
                                time.monotonic(),
                                str(message.topic),
                                bytes(message.payload),
                                message.retain,
                                message.properties,
                            )
                        )
            self.subscribed.clear()
            await asyncio.sleep(0.05)

    def on(self, topic: str) -> list[Heard]:
        return [heard for heard in self.heard if heard.topic == f"stridesense/1/pod/{topic}"]

    async def until(self, condition: Callable[[], bool], timeout_s: float = 5.0) -> None:
        async with asyncio.timeout(timeout_s):
            while not condition():  # noqa: ASYNC110 - the condition is the test's, nobody signals it
                await asyncio.sleep(0.005)


class Proxy:
    """A TCP link to a broker that can refuse, reset, or swallow everything (`held`)."""

    def __init__(self, broker_port: int) -> None:
        self._broker_port = broker_port
        self._writers: set[asyncio.StreamWriter] = set()
        self.refuses = False
        self.open = asyncio.Event()
        self.open.set()
        self.connections = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.open.set()
        self.reset()
        self._server.close()

    def reset(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.refuses:
            writer.transport.abort()
            return
        try:
            broker_reader, broker_writer = await asyncio.open_connection("127.0.0.1", self._broker_port)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, broker_writer}
        await asyncio.gather(self._pump(reader, broker_writer), self._pump(broker_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(4096):
                await self.open.wait()
                writer.write(chunk)
                await writer.drain()
        writer.transport.abort()
        self._writers.discard(writer)


def stride(index: int, foot: Foot = Foot.LEFT, *, cadence_spm: float | None = None) -> Stride:
    start_s = 0.7 * index
    return Stride(
        foot=foot,
        index=index,
        gait=Gait.RUN,
        initial_contact_s=start_s,
        terminal_contact_s=start_s + 0.25,
        contact_time_s=0.25,
        quality=1.0,
        cadence_spm=cadence_spm,
    )


def cue(number: int, valid_for_s: float = 2.0) -> Cue:
    return Cue(
        cue_id="heel_kiss",
        theme=Theme.HEEL,
        kind=CueKind.CORRECTION,
        foot=Foot.LEFT,
        t_s=float(number),
        text="let the heel kiss down",
        reason="the heel stayed 14 mm high in 8 of 10 strides",
        metric="heel_height_mm",
        value=float(number),
        window_strides=10,
        valid_for_s=valid_for_s,
    )
