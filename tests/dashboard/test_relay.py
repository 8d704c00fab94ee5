"""From the broker to the page and back."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from brokers import Broker, cue
from dashboard.pages import Page, Publisher, said, stride_at
from stridesense.dashboard.server import serve
from stridesense.sinks.mqtt_settings import MqttSettings


async def test_a_stride_reaches_the_page_with_where_it_came_from(address: str, publisher: Publisher) -> None:
    async with Page(address) as page:
        await page.until_up()
        await publisher.say("left/stride", stride_at(1000.0, contact_time_s=0.25), device="Ana")
        await page.until(lambda: page.items)
        item = page.items[0]
        assert (item["device"], item["kind"], item["foot"]) == ("Ana", "stride", "left")
        assert item["payload"]["contact_time_s"] == 0.25
        assert abs(item["heard"] - time.time()) < 5.0


async def test_who_joins_late_is_told_what_the_others_know(address: str, publisher: Publisher) -> None:
    async with Page(address) as first:
        await first.until_up()
        await publisher.say("status", b"online")
        await publisher.say("cue", said(cue(1).to_record(), valid_until=1002.0))
        for index in range(200):
            await publisher.say("left/stride", stride_at(1000.0 + 0.7 * index, cadence_spm=170.0 + index))
        await first.until(lambda: len(first.items) == 202)
        async with Page(address) as late:
            await late.until(lambda: late.told)
            (runner,) = late.hello["runners"]
    assert runner["device"] == "pod"
    assert [cue["text"] for cue in runner["cues"]] == ["let the heel kiss down"]
    assert runner["marks"] == []
    assert {(item["kind"], item["foot"]) for item in runner["latest"]} == {
        ("status", None),
        ("cue", None),
        ("stride", "left"),
    }
    left = runner["strides"]["left"]
    assert left["cadence_spm"] == [170.0 + index for index in range(200)]
    assert left["heel_state"] == [None] * 200
    assert runner["strides"]["right"]["t"] == []


async def test_the_page_hears_of_a_broker_that_dies_and_comes_back(mosquitto: Broker, address: str) -> None:
    async with Page(address) as page:
        await page.until_up()
        mosquitto.kill()
        await page.until(lambda: page.of("broker") and not page.of("broker")[-1]["up"])
        assert f"the MQTT broker at 127.0.0.1:{mosquitto.port}" in page.of("broker")[-1]["why"]
        mosquitto.start()
        await page.until(lambda: page.of("broker")[-1]["up"])
        async with Publisher(mosquitto) as again:
            await again.say("left/stride", stride_at(1.0))
            await page.until(lambda: page.items)


async def test_a_broker_that_is_down_at_the_start_is_said_on_the_page() -> None:
    async with serve(MqttSettings("127.0.0.1", 1, "pod"), port=0) as address, Page(address) as page:
        await page.until(lambda: page.told and (page.hello["broker"]["why"] or page.of("broker")))
        said = (page.of("broker") or [page.hello["broker"]])[-1]
        assert said["up"] is False
        assert "127.0.0.1:1 cannot be reached" in said["why"]
        await page.command(command="mute", id="m1")
        await page.until(lambda: page.of("refused"))
        assert page.of("refused")[0]["text"].startswith("no runner of this name")


async def test_it_beats_each_second(address: str) -> None:
    async with Page(address) as page:
        await page.until(lambda: len(page.of("beat")) == 2)
        first, second = (beat["now"] for beat in page.of("beat"))
        assert second - first == pytest.approx(1.0, abs=0.5)


@pytest.mark.parametrize(
    "command",
    [
        {"command": "mute"},
        {"command": "mark", "text": "hill"},
        {"command": "unmute"},
    ],
    ids=lambda command: command["command"],
)
async def test_a_command_of_the_page_reaches_its_device(
    address: str, publisher: Publisher, command: dict[str, Any]
) -> None:
    async with Page(address) as page:
        await page.until_up()
        await publisher.say("status", b"online", device="Ana")
        await page.until(lambda: page.items)
        await page.command("Ana", id="c1", **command)
        topic, told = await asyncio.wait_for(publisher.commands.get(), 5.0)
        assert topic == "stridesense/1/Ana/cmd"
        assert told.items() >= {"v": 1, "id": "c1", **command}.items()
        assert not page.of("refused")


async def test_a_cue_and_an_answer_do_not_wait_for_others(address: str, publisher: Publisher) -> None:
    async with Page(address) as page:
        await page.until_up()
        answer = {"type": "result", "id": "c1", "command": "mute", "ok": True, "text": "muted", "refused": 0}
        for kind, record in (("cue", cue(1).to_record()), ("cmd/result", answer)):
            began_s = time.monotonic()
            await publisher.say(kind, said(record, valid_until=2.0))
            await page.until(lambda kind=kind: page.items and page.items[-1]["kind"] == kind)
            assert time.monotonic() - began_s < 1.0


async def test_it_ends_at_once_and_tells_the_pages(mosquitto: Broker) -> None:
    async with serve(mosquitto.settings, port=0) as address:
        page = await Page(address).__aenter__()
        await page.until(lambda: page.told)
        began_s = time.monotonic()
    assert time.monotonic() - began_s < 2.0
    await page.until(lambda: page.closed_with)
    assert page.closed_with == 1001
    await page.__aexit__(None, None, None)


async def test_a_broker_that_refuses_is_said_on_the_page_without_the_password(mosquitto: Broker) -> None:
    settings = replace(mosquitto.settings, password=SecretStr("a guess"))
    async with serve(settings, port=0) as address, Page(address) as page:
        await page.until(lambda: page.told and (page.hello["broker"]["why"] or page.of("broker")))
        said = (page.of("broker") or [page.hello["broker"]])[-1]
        assert "password" in said["why"]
        assert "guess" not in str(page.told)
