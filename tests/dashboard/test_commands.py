"""The commands that serve a dashboard."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from asyncio.subprocess import Process
from pathlib import Path

import pytest

from brokers import PASSWORD, USERNAME, Broker
from dashboard.pages import Page, Publisher, stride_at
from stridesense.cli import browsers
from stridesense.cli.main import main

PROGRAM = Path(sys.executable).with_name("stridesense")
ADDRESS = "http://127.0.0.1:"


async def started(*line: str, **environment: str) -> Process:
    return await asyncio.create_subprocess_exec(
        PROGRAM, *line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **environment}
    )


async def address_of(process: Process) -> str:
    """The address of the dashboard, as the program says it."""
    assert process.stderr is not None
    async with asyncio.timeout(10.0):
        while ADDRESS not in (line := (await process.stderr.readline()).decode()):
            assert line, "it has ended"
    return f"{ADDRESS}{line.partition(ADDRESS)[2].strip()}"


async def ended_by(process: Process, number: signal.Signals) -> int:
    process.send_signal(number)
    async with asyncio.timeout(10.0):
        await process.communicate()
    assert process.returncode is not None
    return process.returncode


async def test_the_dashboard_of_a_broker_shows_its_runners_until_it_is_ended(
    mosquitto: Broker, publisher: Publisher
) -> None:
    environment = {
        "STRIDESENSE_MQTT__BROKER": "external",
        "STRIDESENSE_MQTT__HOST": "127.0.0.1",
        "STRIDESENSE_MQTT__PORT": str(mosquitto.port),
        "STRIDESENSE_MQTT__USERNAME": USERNAME,
        "STRIDESENSE_MQTT__PASSWORD": PASSWORD,
    }
    process = await started("dashboard", "--port", "0", **environment)
    async with Page(await address_of(process)) as page:
        await page.until_up()
        assert page.of("hello")[0]["broker"]["address"] == f"mqtt://127.0.0.1:{mosquitto.port}"
        await publisher.say("left/stride", stride_at(1.0))
        await page.until(lambda: page.items)
    assert await ended_by(process, signal.SIGTERM) == 130


async def test_the_demo_shows_itself_and_obeys_its_dashboard_which_ends_with_it() -> None:
    process = await started("demo")
    async with Page(await address_of(process)) as page:
        await page.until(lambda: any(item["kind"] == "stride" for item in page.items), 20.0)
        assert {item["device"] for item in page.items} == {"pod"}
        await page.command(command="mute", id="m1")
        await page.until(lambda: any(item["kind"] == "cmd/result" for item in page.items))
        (answer,) = (item["payload"] for item in page.items if item["kind"] == "cmd/result")
        assert (answer["id"], answer["ok"]) == ("m1", True)
        assert await ended_by(process, signal.SIGINT) == 130
        await page.until(lambda: page.closed_with)
        states = [item["payload"]["state"] for item in page.items if item["kind"] == "session"]
        assert states[-1] == "ended"


async def test_the_demo_goes_on_where_it_is_asked_to(
    mosquitto: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stridesense.cli.demo import again_and_again
    from stridesense.dashboard.server import serve
    from stridesense.runtime.config import MqttSection, Settings
    from stridesense.runtime.demo import demo_setup
    from stridesense.simulator.scenario import Block, Scenario

    blocks = Block(activity="stand", duration_s=4.0), Block(activity="run", duration_s=6.0)
    short = Scenario(name="short", seed=5, block=blocks)
    monkeypatch.setattr("stridesense.runtime.demo.load", lambda _: short)
    monkeypatch.setattr("stridesense.runtime.demo.LASTS_S", 0.5)
    section = MqttSection(
        broker="external", host="127.0.0.1", port=mosquitto.port, username=USERNAME, password=PASSWORD
    )
    settings = Settings()
    async with serve(mosquitto.settings, port=0) as address, Page(address) as page:
        await page.until_up()
        demo = asyncio.create_task(
            again_and_again(section, settings, demo_setup(settings, None), is_heard=False)
        )
        await page.until(lambda: len({item["payload"].get("sid") for item in page.items} - {None}) == 2, 20.0)
        demo.cancel()
        with pytest.raises(asyncio.CancelledError):
            await demo


def test_a_demo_that_goes_on_makes_no_recording(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--repeat", "--record", "x.mcap"]) == 1
    assert "leave --repeat out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "needs a broker to look on at"),
        (["--mqtt", "none"], "needs a broker to look on at"),
        (["--mqtt", "embedded"], "private to the session that starts it"),
        (["--mqtt", "mqtt://localhost", "--host", "192.0.2.1"], "cannot listen at 192.0.2.1:8765"),
        (["--mqtt", "mqtt://localhost", "--host", "no.such.invalid"], "cannot listen at no.such.invalid"),
    ],
)
def test_a_dashboard_that_cannot_be_is_one_sentence(
    words: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert main(["dashboard", *words]) == 1
    message = capsys.readouterr().err
    assert sentence in message
    assert message.count("\n") == 1


def test_a_port_that_is_taken_is_said_where_it_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["dashboard", "--mqtt", "mqtt://localhost", "--port", str(port)]) == 1
    assert f"port {port} is taken: name another one with --port" in capsys.readouterr().err


async def test_where_no_port_was_asked_for_the_next_free_one_is_taken(mosquitto: Broker) -> None:
    from stridesense.dashboard.server import serve

    async with serve(mosquitto.settings) as first, serve(mosquitto.settings) as second:
        assert first != second
        async with Page(first) as one, Page(second) as other:
            await one.until(lambda: one.told)
            await other.until(lambda: other.told)


@pytest.mark.parametrize(
    ("is_terminal", "display", "opens"), [(True, ":0", True), (True, None, False), (False, ":0", False)]
)
async def test_a_browser_opens_only_before_somebody_s_eyes(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, display: str | None, opens: bool
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(browsers.webbrowser, "open", opened.append)
    monkeypatch.setattr(browsers.sys, "platform", "linux")
    monkeypatch.setattr(browsers.sys.stdout, "isatty", lambda: is_terminal)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    if display:
        monkeypatch.setenv("DISPLAY", display)
    await browsers.show("http://127.0.0.1:1/")
    assert opened == (["http://127.0.0.1:1/"] if opens else [])
