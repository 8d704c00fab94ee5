"""Runs that begin and end on demand from another computer."""

import asyncio
import os
import signal
from pathlib import Path

import aiomqtt
import pytest
from pydantic import SecretStr

from brokers import PASSWORD, USERNAME, Broker
from cli.played_pods import LEFT, RIGHT, PlayedPod, PlayingRadio
from integration.commanding import Client
from stridesense.cli import run as run_command
from stridesense.cli.outing import Wanted
from stridesense.contract.home_assistant import discovery_topic
from stridesense.history.reading import check_ins
from stridesense.history.store import Store
from stridesense.model import Foot
from stridesense.recording.reader import Recording
from stridesense.runtime.config import MqttSection, Settings
from stridesense.simulator import SimulatedRun, load, simulate


@pytest.fixture(scope="module")
def short_run() -> SimulatedRun:
    return simulate(load("easy_run").shortened(14.0))


@pytest.fixture
def radio(short_run: SimulatedRun, monkeypatch: pytest.MonkeyPatch) -> PlayingRadio:
    feet = {LEFT: Foot.LEFT, RIGHT: Foot.RIGHT}
    radio = PlayingRadio(
        *(PlayedPod(short_run, foot, address, lambda: None) for address, foot in feet.items())
    )
    monkeypatch.setattr(run_command, "BluetoothRadio", lambda: radio)
    monkeypatch.setattr("stridesense.cli.bluetooth.LOOK_S", 0.2)
    return radio


async def waiting(broker: Broker, folder: Path, *, home_assistant: bool = False) -> int:
    """`stridesense run --wait` on a broker."""
    settings = Settings.model_validate({})
    section = MqttSection(
        broker="external",
        host="127.0.0.1",
        port=broker.port,
        username=USERNAME,
        password=SecretStr(PASSWORD),
        home_assistant=home_assistant,
    )
    wanted = Wanted(
        left=None, right=None, swap=False, settings=settings, shoe=None, record=None, no_record=False,
        aloud=False, drill=False, history=folder / "history.sqlite3", keep=True,
    )  # fmt: skip
    return await run_command.wait_for_starts(section, wanted)


async def until_state(client: Client, state: str, count: int) -> None:
    def is_reached() -> bool:
        return [one.record["state"] for one in client.listener.on("session")].count(state) >= count

    await client.listener.until(is_reached, timeout_s=10.0)


@pytest.mark.usefixtures("radio")
async def test_home_assistant_knows_what_waits_before_the_first_run(
    mosquitto: Broker, tmp_path: Path
) -> None:
    topic = discovery_topic("homeassistant", "pod")
    async with aiomqtt.Client("127.0.0.1", mosquitto.port, username=USERNAME, password=PASSWORD) as home:
        await home.subscribe(topic)
        task = asyncio.create_task(waiting(mosquitto, tmp_path, home_assistant=True))
        async with asyncio.timeout(10.0):
            assert str((await anext(aiter(home.messages))).topic) == topic
        os.kill(os.getpid(), signal.SIGINT)
        assert await asyncio.wait_for(task, 10.0) == 0


async def test_runs_begin_and_end_on_demand_one_after_the_other(
    mosquitto: Broker, radio: PlayingRadio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    async with Client(mosquitto) as client:
        task = asyncio.create_task(waiting(mosquitto, tmp_path))
        await until_state(client, "waiting", 1)
        assert (await client.ask("mute")).text == "no session runs: send start first"
        assert (await client.ask("check_in", left=1)).text == "kept: left 1"
        pods, radio.pods = radio.pods, {}
        failed = await client.ask("start")
        assert (failed.ok, failed.reason) == (False, "failed")
        radio.pods = pods
        for number in (1, 2):
            assert (await client.ask("start")).text == "the session begins"
            assert (await client.ask("start")).reason == "not_now"
            strides = lambda: client.listener.on("left/stride") + client.listener.on("right/stride")  # noqa: E731
            await client.listener.until(lambda: len({one.record["sid"] for one in strides()}) == number, 10.0)  # noqa: B023
            assert (await client.ask("mark", text="here")).ok
            assert (await client.ask("stop")).text == "the session ends"
            await until_state(client, "ended", number)
        await until_state(client, "waiting", 4)
        os.kill(os.getpid(), signal.SIGINT)
        assert await asyncio.wait_for(task, 10.0) == 0
        await client.listener.until(lambda: client.listener.on("status")[-1].payload == b"offline")
    recordings = sorted((tmp_path / "stridesense" / "recordings").iterdir())
    assert len(recordings) == 2
    for path in recordings:
        assert [one["value"] for one in Recording.open(path).records("/event/instruction")] == ["here"]
    with Store(tmp_path / "history.sqlite3") as store:
        assert len(check_ins(store)) == 1
