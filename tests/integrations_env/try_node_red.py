"""Node-RED itself with our flow and a real broker; only `make node-red` runs it, as it is fetched first."""

import asyncio
import json
import os
import subprocess
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from brokers import PASSWORD, USERNAME, Broker, cue, free_port, make_broker, stride
from stridesense.contract.commands import Command
from stridesense.sinks.mqtt import MqttSink

VERSION = "4.1.15"


@pytest.fixture
def mosquitto(tmp_path: Path, require_program: Callable[[str], str]) -> Iterator[Broker]:
    broker = make_broker("mosquitto", tmp_path / "mosquitto", require_program)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture(scope="session")
def installed(pytestconfig: pytest.Config, require_program: Callable[[str], str]) -> Path:
    folder = pytestconfig.cache.mkdir(f"node-red-{VERSION}")
    main = folder / "node_modules" / "node-red" / "red.js"
    if not main.exists():
        npm = [require_program("npm"), "install", "--prefix", str(folder), "--ignore-scripts"]
        subprocess.run([*npm, "--no-audit", "--no-fund", f"node-red@{VERSION}"], check=True)
    return main


def flow(checkout: Path, broker: Broker) -> list[dict[str, Any]]:
    """As it is shipped, but for this broker; what the editor would show goes to the log."""
    nodes = json.loads((checkout / "docs" / "integrations" / "node-red" / "flow.json").read_text("utf-8"))
    assert isinstance(nodes, list)
    for node in nodes:
        if node["type"] == "mqtt-broker":
            node |= {"broker": "127.0.0.1", "port": str(broker.port)}
            node["credentials"] = {"user": USERNAME, "password": PASSWORD}
        if node["type"] == "debug":
            node["console"] = True
    return nodes


def speech_program(folder: Path) -> Path:
    """In the place of espeak-ng: notes each argument on a line."""
    folder.mkdir()
    (program := folder / "espeak-ng").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>{folder}/said\n')
    program.chmod(0o755)
    return folder / "said"


class NodeRed:
    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self._process = process
        self._url = url
        self.log = ""

    async def until(self, text: str) -> None:
        assert self._process.stdout
        async with asyncio.timeout(30.0):
            while text not in self.log:
                line = await self._process.stdout.readline()
                assert line, self.log
                self.log += line.decode()

    async def post(self, path: str, body: object) -> None:
        async with ClientSession(self._url) as client, client.post(path, json=body) as answer:
            assert answer.ok, await answer.text()


@pytest.fixture
async def node_red(
    installed: Path, tmp_path: Path, checkout: Path, mosquitto: Broker, require_program: Callable[[str], str]
) -> AsyncIterator[NodeRed]:
    port, settings = free_port(), tmp_path / "settings.js"
    settings.write_text(
        f"module.exports = {{uiHost: '127.0.0.1', uiPort: {port}, logging: {{console: {{level: 'info'}}}}}}"
    )
    speech_program(tmp_path / "bin")
    process = await asyncio.create_subprocess_exec(
        *[
            require_program("node"),
            str(installed),
            "--settings",
            str(settings),
            "--userDir",
            str(tmp_path / "user"),
        ],
        stdout=PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"},
    )
    running = NodeRed(process, f"http://127.0.0.1:{port}")
    try:
        await running.until("Server now running")
        await running.until("Started flows")
        await running.post("/flows", flow(checkout, mosquitto))
        await running.until("Connected to broker")
        yield running
    finally:
        process.terminate()
        await process.communicate()


class Obedient:
    def __init__(self) -> None:
        self.obeyed: asyncio.Queue[Command] = asyncio.Queue()

    async def obey(self, command: Command) -> str:
        self.obeyed.put_nowait(command)
        return "done"


async def test_the_flow_shows_the_figures_speaks_the_cue_and_mutes_the_coach(
    node_red: NodeRed, mosquitto: Broker, tmp_path: Path
) -> None:
    desk, said = Obedient(), tmp_path / "bin" / "said"
    hostile = replace(cue(1, 2.0), text='kiss"; touch x; $(id) "')
    async with MqttSink(mosquitto.settings, "a-session", None, desk=desk) as sink:
        await sink.connected(5.0)
        await sink.handle(stride(1, cadence_spm=171.6))
        await node_red.until("172 spm, 250 ms")
        await sink.handle(cue(1))
        await node_red.until("let the heel kiss down")
        await sink.handle(hostile)
        await node_red.until("kiss; touch x; $(id)")
        await node_red.post("/inject/5d1f6c0e4a7b0010", {})
        command = await asyncio.wait_for(desk.obeyed.get(), 5.0)
        assert (command.command, command.id) == ("mute", "node-red")
        async with asyncio.timeout(5.0):
            while not said.exists() or len(said.read_text().splitlines()) < 4:  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(0.01)
    assert said.read_text().splitlines() == ["--", "let the heel kiss down", "--", "kiss; touch x; $(id) "]
