"""Commands from real clients over real brokers: obeyed and answered, live and in a replay."""

import asyncio
from pathlib import Path

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from brokers import Broker
from coached import TALKATIVE
from integration.commanding import Client, HoldsItsBreath, Quiet, session
from stridesense.cli.playing import remark_on_refusals
from stridesense.contract.commands import RefusalReason
from stridesense.history.reading import check_ins
from stridesense.history.store import Store
from stridesense.model import Cue, Foot, RawPacket
from stridesense.pipeline import Pipeline
from stridesense.runtime.desk import SessionDesk
from stridesense.runtime.playback import play_at
from stridesense.runtime.replay_desk import ReplayDesk
from stridesense.runtime.setup import Setup
from stridesense.simulator import load, simulate
from stridesense.sinks.base import Item, Sink


async def test_each_command_is_obeyed_and_answered(broker: Broker, tmp_path: Path) -> None:
    history = tmp_path / "history.sqlite3"
    async with Client(broker) as client, session(broker, SessionDesk(history)) as sink:
        answers = [
            await client.ask("mute"),
            await client.ask("mark", text="../../x"),
            await client.ask("theme", theme="pull"),
            await client.ask("unmute"),
            await client.ask("check_in", left=2, right=0),
            await client.ask("start"),
            await client.ask("stop"),
        ]
        await client.listener.until(lambda: client.listener.on("status")[-1].payload == b"offline")
    assert [answer.ok for answer in answers] == [True] * 5 + [False, True]
    assert [answer.refused for answer in answers] == [0] * 5 + [1, 1]
    assert (answers[5].reason, answers[5].text) == ("not_now", "a session runs already: stop it first")
    assert [heard.record["text"] for heard in client.listener.on("mark")] == ["../../x"]
    states = [heard.record for heard in client.listener.on("session")]
    assert {"running", "ended"} == {state["state"] for state in states}
    assert True in [state["muted"] for state in states]
    assert (states[-1]["muted"], states[-1]["theme"]) == (False, "pull")
    with Store(history) as store:
        assert [one.soreness for one in check_ins(store)] == [{Foot.LEFT: 2, Foot.RIGHT: 0}]
    assert sink.refused == {"not_now": 1}


@pytest.fixture(scope="module")
def packets() -> list[RawPacket]:
    """The runner of the demo, to whom `TALKATIVE` has two cues to give."""
    return list(simulate(load("demo")).packets())


class Ear(Sink):
    def __init__(self, cued: asyncio.Event) -> None:
        self._cued = cued

    async def handle(self, item: Item) -> None:
        if isinstance(item, Cue):
            self._cued.set()


@pytest.mark.parametrize(("command", "cues"), [("mute", 1), ("unmute", 2)])
async def test_mute_from_another_computer_silences_the_coach(
    command: str, cues: int, packets: list[RawPacket], mosquitto: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stridesense.runtime.session.QUEUE_PACKETS", 1)
    source, setup = HoldsItsBreath(packets), Setup(briefing=TALKATIVE)
    async with (
        Client(mosquitto) as client,
        session(mosquitto, SessionDesk(), source, setup, Ear(source.waits)),
    ):
        await client.listener.until(lambda: bool(client.listener.on("cue")), timeout_s=20.0)
        assert (await client.ask(command)).ok
        source.go.set()
        ended = lambda: client.listener.on("session")[-1].record["state"] == "ended"  # noqa: E731
        await client.listener.until(ended, timeout_s=20.0)
    assert len(client.listener.on("cue")) == cues


async def test_the_answer_goes_nowhere_else(mosquitto: Broker) -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ResponseTopic, properties.CorrelationData = "stridesense/1/else/where", b"1"
    async with Client(mosquitto) as client, session(mosquitto, SessionDesk()):
        await client.send(b'{"command": "mute"}', properties=properties)
        await client.listener.until(lambda: bool(client.results))
        assert (await client.ask("unmute")).ok
    assert {heard.topic.split("/")[2] for heard in client.listener.heard} == {"pod"}


async def test_a_replay_can_be_silenced_and_not_changed(packets: list[RawPacket], mosquitto: Broker) -> None:
    source, pipeline = HoldsItsBreath(packets), Setup(briefing=TALKATIVE).pipeline()
    source.waits.set()
    async with Client(mosquitto) as client:
        playing = asyncio.create_task(play_at(mosquitto.settings, source, pipeline, [], ReplayDesk()))
        await client.listener.until(lambda: bool(client.listener.on("session")))
        assert (await client.ask("mute")).text == "no cue is told until it is unmuted"
        assert (await client.ask("mark", text="now")).reason == "not_now"
        source.go.set()
        played = await asyncio.wait_for(playing, 20.0)
        await client.listener.until(lambda: client.listener.on("session")[-1].record["state"] == "ended")
    assert client.listener.on("session")[-1].record["muted"] is True
    assert client.listener.on("cue") == client.listener.on("mark") == []
    assert len(played.report.cues) == 2
    assert played.refused == {"not_now": 1}


async def test_a_replay_can_be_stopped(mosquitto: Broker) -> None:
    async with Client(mosquitto) as client:
        playing = asyncio.create_task(play_at(mosquitto.settings, Quiet(), Pipeline(), [], ReplayDesk()))
        await client.listener.until(lambda: bool(client.listener.on("session")))
        assert (await client.ask("stop")).text == "the session ends"
        await asyncio.wait_for(playing, 10.0)


def test_what_was_not_obeyed_is_said_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    remark_on_refusals({})
    assert capsys.readouterr().err == ""
    remark_on_refusals({RefusalReason.TOO_MANY: 1980, RefusalReason.NOT_VALID: 2})
    assert capsys.readouterr().err == "commands that were not obeyed: 1980 too many, 2 not valid\n"
