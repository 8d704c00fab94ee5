"""Home Assistant is told of the device over a real broker, and its buttons are obeyed."""

import asyncio
import json
from dataclasses import replace

import aiomqtt
import pytest

from brokers import PASSWORD, USERNAME, Broker
from stridesense.contract.commands import Command
from stridesense.contract.home_assistant import discovery_topic
from stridesense.contract.topics import Kind, topic
from stridesense.sinks.mqtt import MqttSink

CONFIG = discovery_topic("homeassistant", "pod")


class Obedient:
    async def obey(self, command: Command) -> str:
        return f"{command.command} is done"


def home(broker: Broker) -> aiomqtt.Client:
    return aiomqtt.Client(
        "127.0.0.1", broker.port, username=USERNAME, password=PASSWORD, protocol=broker.version
    )


async def next_on(client: aiomqtt.Client, wanted: str) -> aiomqtt.Message:
    async with asyncio.timeout(5.0):
        async for message in client.messages:
            if str(message.topic) == wanted:
                return message
    raise AssertionError


def sink(broker: Broker, *, home_assistant: bool = True) -> MqttSink:
    return MqttSink(
        replace(broker.settings, home_assistant=home_assistant), "a-session", None, desk=Obedient()
    )


async def test_the_device_is_described_again_when_home_assistant_starts(broker: Broker) -> None:
    async with home(broker) as client, sink(broker) as published:
        await client.subscribe("homeassistant/#", qos=1)
        await published.connected(5.0)
        first = await next_on(client, CONFIG)
        await client.publish("homeassistant/status", b"offline", qos=1)
        await client.publish("homeassistant/status", b"online", qos=1)
        again = await next_on(client, CONFIG)
        assert first.payload == again.payload
    async with home(broker) as late:
        await late.subscribe(CONFIG, qos=1)
        kept = await next_on(late, CONFIG)
        assert (kept.payload, kept.retain) == (first.payload, True)


@pytest.mark.parametrize("button", ["mute", "unmute", "mark"])
async def test_a_button_of_home_assistant_is_obeyed(mosquitto: Broker, button: str) -> None:
    result = topic("pod", Kind.RESULT)
    async with home(mosquitto) as client, sink(mosquitto) as published:
        await published.connected(5.0)
        await client.subscribe(CONFIG, qos=1)
        pressed = json.loads(bytes((await next_on(client, CONFIG)).payload))["components"][button]
        await client.subscribe(result, qos=1)
        await client.publish(pressed["command_topic"], pressed["payload_press"], qos=pressed["qos"])
        answer = json.loads(bytes((await next_on(client, result)).payload))
    assert (answer["ok"], answer["id"], answer["text"]) == (True, "home-assistant", f"{button} is done")


async def test_nobody_is_told_unless_that_is_wanted(mosquitto: Broker) -> None:
    async with home(mosquitto) as client:
        await client.subscribe("#", qos=1)
        async with sink(mosquitto, home_assistant=False) as published:
            await published.connected(5.0)
        heard = []
        async with asyncio.timeout(5.0):
            async for message in client.messages:
                heard.append(str(message.topic))
                if message.payload == b"offline":
                    break
    assert topic("pod", Kind.SESSION) in heard
    assert [one for one in heard if one.startswith("homeassistant")] == []
