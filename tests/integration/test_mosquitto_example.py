"""The mosquitto of the documentation: its files are loaded, and each user is let do what the page says."""

import asyncio
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from brokers import Broker
from stridesense.contract.topics import Delivery
from stridesense.errors import RefusedError
from stridesense.sinks.mqtt_link import Dialer, Link, check
from stridesense.sinks.mqtt_settings import MqttSettings

USERS = ("runner", "viewer", "homeassistant")
Start = Callable[..., "Example"]
ONCE = Delivery(qos=1, retain=False)
COMMANDS = re.compile(r"^```bash\n(openssl .*?)^```", re.MULTILINE | re.DOTALL)


class Example(Broker):
    """The files of the documentation, on a port and in a folder of our own."""

    def __init__(self, program: str, folder: Path, docs: Path, *, certificates: bool) -> None:
        super().__init__(program, folder)
        self._make_certificates((docs / "mqtt-security.md").read_text(encoding="utf-8"))
        text = (docs / "integrations" / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8")
        text = text.replace("/etc/mosquitto", str(folder)).replace("listener 8883", f"listener {self.port}")
        if certificates:
            text = text.replace("#require", "require").replace("#use_identity", "use_identity")
        self.config.write_text(f"{text}\nuser root\n")
        rules = (docs / "integrations" / "mosquitto" / "acl").read_text(encoding="utf-8")
        (folder / "acl").write_text(rules)
        (folder / "passwords").write_text("".join(f"{user}:secret of {user}\n" for user in USERS))
        subprocess.run([shutil.which("mosquitto_passwd") or "", "-U", folder / "passwords"], check=True)

    def _make_certificates(self, page: str) -> None:
        (certificates := self.folder / "certs").mkdir()
        (certificates / "runner-password").write_text("open the key\n")
        for commands in COMMANDS.findall(page):
            here = commands.replace("broker.home", "localhost")
            subprocess.run(["/bin/sh", "-ec", here], cwd=certificates, check=True, capture_output=True)

    @property
    def trusting(self) -> MqttSettings:
        """For who trusts the authority and says no name."""
        ca_file = self.folder / "certs" / "ca.pem"
        return MqttSettings("localhost", self.port, "pod", tls=True, ca_file=ca_file)

    def settings_of(self, user: str) -> MqttSettings:
        return replace(self.trusting, username=user, password=SecretStr(f"secret of {user}"))


@pytest.fixture
def start(tmp_path: Path, checkout: Path, require_program: Callable[[str], str]) -> Iterator[Start]:
    require_program("openssl")
    with ExitStack() as running:

        def start(*, certificates: bool = False) -> Example:
            program = require_program("mosquitto")
            broker = Example(program, tmp_path, checkout / "docs", certificates=certificates)
            running.callback(broker.kill)
            broker.start()
            return broker

        yield start


ALLOWED = [
    ("runner", "stridesense/1/pod/left/stride", True),
    ("runner", "stridesense/1/pod/cmd/result", True),
    ("runner", "stridesense/1/another/cue", False),
    ("runner", "homeassistant/device/pod/config", True),
    ("runner", "homeassistant/status", False),
    ("viewer", "stridesense/1/pod/cmd", True),
    ("viewer", "stridesense/1/another/cmd", True),
    ("viewer", "stridesense/1/pod/cue", False),
    ("viewer", "stridesense/1/pod/cmd/result", False),
    ("viewer", "homeassistant/status", False),
    ("homeassistant", "homeassistant/status", True),
    ("homeassistant", "stridesense/1/pod/cmd", True),
    ("homeassistant", "stridesense/1/pod/cue", False),
]


async def test_each_user_may_say_what_the_page_says_and_nothing_else(start: Start) -> None:
    example = start()
    async with AsyncExitStack() as links:
        link = {
            user: await links.enter_async_context(Dialer(example.settings_of(user)).dial()) for user in USERS
        }
        for user, topic, allowed in ALLOWED:
            refusal = await link[user].send(topic, b"x", ONCE, 5.0)
            assert refusal == (None if allowed else "Not authorized"), (user, topic)


async def topics_until(link: Link, last: str) -> list[str]:
    heard: list[str] = []
    async for said in link.heard():
        heard.append(said.topic)
        if said.topic == last:
            break
    return heard


async def test_each_user_hears_what_the_page_says_and_nothing_else(start: Start) -> None:
    example = start()
    cue, status = "stridesense/1/pod/cue", "homeassistant/status"
    command, of_another = "stridesense/1/pod/cmd", "stridesense/1/another/cmd"
    async with AsyncExitStack() as links, asyncio.timeout(10.0):
        runner, viewer, home = [
            await links.enter_async_context(Dialer(example.settings_of(user)).dial()) for user in USERS
        ]
        for link in (runner, viewer, home):
            await link.hear("#")
        for link, topic in ((runner, cue), (home, status), (viewer, of_another), (viewer, command)):
            assert await link.send(topic, b"x", ONCE, 5.0) is None
        assert await topics_until(runner, command) == [cue, status, command]
        assert await topics_until(viewer, command) == [cue, of_another, command]
        assert await topics_until(home, command) == [cue, status, of_another, command]


async def test_nobody_comes_in_without_a_password_or_without_tls(start: Start) -> None:
    example = start()
    for settings in (example.trusting, replace(example.settings_of("runner"), password=SecretStr("guess"))):
        with pytest.raises(RefusedError, match="refuses the user name or the password"):
            await check(settings)
    with pytest.raises(RefusedError, match="where it wants TLS"):
        await check(replace(example.settings_of("runner"), tls=False))


async def test_a_certificate_takes_the_place_of_the_password_and_the_same_rules_hold(start: Start) -> None:
    example = start(certificates=True)
    folder = example.folder / "certs"
    with pytest.raises(RefusedError, match="wants a certificate of us"):
        await check(example.settings_of("runner"))
    runner = replace(
        example.trusting,
        cert_file=folder / "runner.pem",
        key_file=folder / "runner.key",
        key_password=SecretStr("open the key"),
    )
    async with Dialer(runner).dial() as link:
        assert await link.send("stridesense/1/pod/cue", b"x", ONCE, 5.0) is None
        assert await link.send("stridesense/1/another/cue", b"x", ONCE, 5.0) == "Not authorized"
