"""The private broker gives each of its two users what they need, and nothing else."""

import asyncio
import json
from dataclasses import replace

import aiomqtt
import pytest
from pydantic import SecretStr

from brokers import stride
from stridesense.errors import LinkError
from stridesense.runtime.broker import EmbeddedBroker, mosquitto_sub, open_broker
from stridesense.runtime.config import MqttSection
from stridesense.sinks.mqtt import MqttSink
from stridesense.sinks.mqtt_link import check
from stridesense.sinks.mqtt_settings import MqttSettings

REFUSED = 128
OURS = "stridesense/1/Ömer-1"
WILL = aiomqtt.Will(f"{OURS}/status", "offline", qos=1, retain=True)


def client(settings: MqttSettings, will: aiomqtt.Will | None = None) -> aiomqtt.Client:
    assert settings.password is not None
    return aiomqtt.Client(
        settings.host,
        settings.port,
        username=settings.username,
        password=settings.password.get_secret_value(),
        protocol=aiomqtt.ProtocolVersion.V311,
        will=will,
        timeout=5.0,
    )


async def granted(client: aiomqtt.Client, topic: str, qos: int) -> int:
    """The QoS that the broker grants; 128 is a refusal."""
    (code,) = await client.subscribe(topic, qos=qos)
    return int(getattr(code, "value", code))


async def heard_until(listener: aiomqtt.Client, last: str) -> list[tuple[str, int]]:
    """Topic and QoS of all that comes, until something comes on the topic `last`."""
    heard: list[tuple[str, int]] = []
    async with asyncio.timeout(5.0):
        async for message in listener.messages:
            heard.append((str(message.topic), message.qos))
            if heard[-1][0] == last:
                break
    return heard


async def test_the_session_says_what_it_must_and_nothing_outside_its_device() -> None:
    async with (
        EmbeddedBroker("Ömer-1") as embedded,
        client(embedded.settings.for_viewers) as viewer,
        client(embedded.settings) as session,
    ):
        await viewer.subscribe("stridesense/#", qos=2)
        for qos in (0, 1, 2):
            for topic in (f"{OURS}/q{qos}", "stridesense/1/another/cue", "stridesense/2/pod/cue"):
                await session.publish(topic, "x", qos=qos, retain=topic.startswith(OURS))
        await session.publish(f"{OURS}/end", "x")
        heard = await heard_until(viewer, f"{OURS}/end")
        assert heard[:-1] == [(f"{OURS}/q{qos}", qos) for qos in (0, 1, 2)]
        async with client(embedded.settings.for_viewers) as late:
            await late.subscribe("stridesense/#", qos=0)
            retained = [str((await anext(late.messages)).topic) for _ in range(3)]
        assert sorted(retained) == [f"{OURS}/q{qos}" for qos in (0, 1, 2)]


@pytest.mark.parametrize("qos", [0, 1, 2])
async def test_the_session_listens_to_its_own_device_alone(qos: int) -> None:
    async with EmbeddedBroker("Ömer-1") as embedded, client(embedded.settings) as session:
        for topic in (f"{OURS}/cmd", f"{OURS}/status", f"{OURS}/#"):
            assert await granted(session, topic, qos) == qos
        for topic in ("#", "stridesense/#", "stridesense/1/another/cmd", "homeassistant/status", "$SYS/#"):
            assert await granted(session, topic, qos) == REFUSED


async def test_the_viewer_looks_on_and_commands_and_no_more() -> None:
    async with (
        EmbeddedBroker("Ömer-1") as embedded,
        client(embedded.settings) as session,
        client(embedded.settings.for_viewers) as viewer,
    ):
        await session.subscribe(f"{OURS}/#", qos=2)
        for qos in (0, 1, 2):
            for kind in ("cue", "status", "cmd/result", "left/stride", f"cmd{qos}"):
                await viewer.publish(f"{OURS}/{kind}", "forged", qos=qos, retain=True)
            await viewer.publish(f"{OURS}/cmd", "{}", qos=qos)
        heard = [(str((await anext(session.messages)).topic), qos) for qos in (0, 1, 2)]
        assert heard == [(f"{OURS}/cmd", qos) for qos in (0, 1, 2)]
        for topic in ("#", "+/#", "homeassistant/#", "$MQTT/#", "$MQTT/sub/#", "$SYS/#", "$JS/#"):
            assert await granted(viewer, topic, 1) == REFUSED
        async with client(embedded.settings.for_viewers) as late:
            await late.subscribe("stridesense/#")
            await session.publish(f"{OURS}/end", "x")
            assert await heard_until(late, f"{OURS}/end") == [(f"{OURS}/end", 0)]


async def test_only_the_session_has_a_will_about_its_status() -> None:
    async with EmbeddedBroker("Ömer-1") as embedded, client(embedded.settings) as listener:
        await listener.subscribe(f"{OURS}/#", qos=1)
        for settings, hears in ((embedded.settings.for_viewers, False), (embedded.settings, True)):
            cut_off = client(settings, WILL)
            await cut_off.__aenter__()
            cut_off._client._sock_close()  # gone without a word
            if hears:
                assert (await anext(listener.messages)).payload == b"offline"
            else:
                await listener.publish(f"{OURS}/end", "x")
                assert await heard_until(listener, f"{OURS}/end") == [(f"{OURS}/end", 0)]


@pytest.mark.parametrize("prefix", ["homeassistant", "ha/discovery"])
async def test_home_assistant_is_told_only_where_that_is_wanted(prefix: str) -> None:
    section = MqttSection(
        broker="embedded", device="Ömer-1", home_assistant=True, discovery_prefix=prefix, cue_ttl_s=5.0
    )
    async with open_broker(section) as settings:
        assert settings is not None
        assert (settings.home_assistant, settings.discovery_prefix) == (True, prefix)
        assert settings.cue_ttl_s == 5.0
        async with client(settings) as session:
            assert await granted(session, f"{prefix}/status", 1) == 1
            assert await granted(session, f"{prefix}/#", 1) == REFUSED
            await session.publish(f"{prefix}/status", "online", qos=1)
            assert await heard_until(session, f"{prefix}/status") == [(f"{prefix}/status", 1)]


async def test_the_line_for_people_lets_them_look_on_while_a_session_speaks() -> None:
    async with (
        EmbeddedBroker("Ömer-1") as embedded,
        client(embedded.settings.for_viewers) as viewer,
    ):
        line = mosquitto_sub(embedded.settings).split()
        password, viewers = embedded.settings.password, embedded.settings.for_viewers.password
        assert password is not None
        assert viewers is not None
        assert line[line.index("-u") + 1] == "viewer"
        assert line[line.index("-P") + 1] == viewers.get_secret_value()
        assert password.get_secret_value() not in line
        await viewer.subscribe("stridesense/1/#", qos=1)
        async with MqttSink(embedded.settings, "sid", 0.0) as sink:
            await sink.connected(5.0)
            await sink.handle(stride(0))
            await heard_until(viewer, f"{OURS}/left/stride")
        assert sink.counters.delivered == sink.counters.produced


async def test_neither_password_opens_the_other_account_or_the_brokers_own_protocol() -> None:
    async with EmbeddedBroker("Ömer-1") as embedded:
        settings = embedded.settings
        for user, password in (("viewer", settings.password), ("stridesense", settings.for_viewers.password)):
            with pytest.raises(LinkError, match="refuses the user name or the password"):
                await check(replace(settings, username=user, password=password))
        assert settings.password != settings.for_viewers.password
        await speak_nats(embedded, settings.password)


async def speak_nats(embedded: EmbeddedBroker, password: SecretStr | None) -> None:
    assert password is not None
    log = (embedded._config.with_name("server.log")).read_text()
    (line,) = [line for line in log.splitlines() if "Listening for client connections" in line]
    host, port = line.rpartition(" ")[2].rsplit(":", 1)
    reader, writer = await asyncio.open_connection(host, int(port))
    who = {"user": "stridesense", "pass": password.get_secret_value(), "verbose": True}
    writer.write(f"CONNECT {json.dumps(who)}\r\n".encode())
    assert b"INFO" in await reader.readline()
    assert b"Authorization Violation" in await reader.readline()
    writer.close()
