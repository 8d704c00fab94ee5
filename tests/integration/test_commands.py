"""Commands from real clients over real brokers: obeyed, answered, and refused where they are hostile."""

import asyncio
import json
import os
import resource
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiomqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from pydantic import SecretStr

from brokers import PASSWORD, USERNAME, Broker, Listener, cue, make_broker
from cli.played_pods import LEFT, RIGHT, PlayedPod, PlayingRadio
from stridesense.cli import run as run_command
from stridesense.cli.outing import Wanted
from stridesense.cli.playing import remark_on_refusals
from stridesense.coaching.briefing import Briefing
from stridesense.coaching.settings import CoachSettings
from stridesense.contract.commands import RefusalReason
from stridesense.contract.messages import ResultMessage, read
from stridesense.contract.topics import Kind
from stridesense.history.reading import check_ins
from stridesense.history.store import Store
from stridesense.model import Cue, Foot, RawPacket
from stridesense.pipeline import Pipeline
from stridesense.recording.reader import Recording
from stridesense.runtime.config import MqttSection, Settings
from stridesense.runtime.desk import SessionDesk
from stridesense.runtime.playback import play_at
from stridesense.runtime.replay_desk import ReplayDesk
from stridesense.runtime.session import run_session
from stridesense.runtime.setup import Setup
from stridesense.simulator import SimulatedRun, load, simulate
from stridesense.sinks.base import Item, Sink
from stridesense.sinks.mqtt import MqttSink
from stridesense.sources.base import Source

PACKET = RawPacket(Foot.LEFT, "sofp", "data", b"", 7)
TOPIC = "stridesense/1/pod/cmd"
TALKATIVE = Briefing(coach=CoachSettings(warm_up_s=0.0, probe_s=0.0, same_cue_gap_s=20.0, any_cue_gap_s=15.0))
FLOOD_S, FLOOD_PER_S = 2.0, 1000


class Quiet(Source):
    """A pod that sends one packet and then nothing, for as long as the session lasts."""

    async def __aiter__(self) -> AsyncIterator[RawPacket]:
        yield PACKET
        await asyncio.Event().wait()


@dataclass
class Client:
    """Somebody at another computer, who sends commands and hears everything."""

    broker: Broker
    listener: Listener = field(init=False)

    async def __aenter__(self) -> Self:
        self.listener = await Listener(self.broker).__aenter__()
        self._client = await aiomqtt.Client(
            "127.0.0.1", self.broker.port, username=USERNAME, password=PASSWORD, protocol=self.broker.version
        ).__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(None, None, None)
        await self.listener.__aexit__(None, None, None)

    async def send(self, payload: bytes, **options: Any) -> None:
        await self._client.publish(TOPIC, payload, qos=1, **options)

    async def ask(self, command: str, **fields: object) -> ResultMessage:
        """Send a command and wait for its answer."""
        number = f"ask {len(self.results)} {command}"
        await self.send(json.dumps({"id": number, "command": command, **fields}).encode())
        await self.listener.until(lambda: number in [result.id for result in self.results], timeout_s=10.0)
        return next(result for result in self.results if result.id == number)

    @property
    def results(self) -> list[ResultMessage]:
        messages = [read(Kind.RESULT, heard.payload) for heard in self.listener.on("cmd/result")]
        return [message for message in messages if isinstance(message, ResultMessage)]


@asynccontextmanager
async def session(
    broker: Broker, desk: SessionDesk, source: Source | None = None, setup: Setup | None = None, *sinks: Sink
) -> AsyncIterator[MqttSink]:
    """A session that listens to commands, until the block is left or one stops it."""
    sink = MqttSink(broker.settings, "sid", None, desk=desk)
    pipeline = Pipeline() if setup is None else setup.pipeline()
    task = asyncio.create_task(run_session(source or Quiet(), pipeline, [*sinks, sink], desk))
    try:
        await sink.connected(5.0)
        await sink.courier.sent(time.monotonic() + 5.0)
        yield sink
    finally:
        desk.stop()
        await asyncio.wait_for(task, 10.0)


@pytest.fixture
def mosquitto(tmp_path: Path, require_program: Callable[[str], str]) -> Iterator[Broker]:
    broker = make_broker("mosquitto", tmp_path / "mosquitto", require_program)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture(params=["mosquitto", "nats-server"])
def broker(
    request: pytest.FixtureRequest, tmp_path: Path, require_program: Callable[[str], str]
) -> Iterator[Broker]:
    broker = make_broker(request.param, tmp_path / "broker", require_program)
    broker.start()
    yield broker
    broker.kill()


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


class HoldsItsBreath(Source):
    """Packets as fast as can be, but for a wait until `go` wherever `waits` is set."""

    def __init__(self, packets: list[RawPacket]) -> None:
        self._packets = packets
        self.waits, self.go = asyncio.Event(), asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[RawPacket]:
        for packet in self._packets:
            if self.waits.is_set():
                await self.go.wait()
            yield packet


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


async def test_what_is_hostile_is_refused_and_counted(broker: Broker) -> None:
    hostile = {
        b'{"command": "mark", "text": "' + b"x" * 900_000 + b'"}': "too_large",
        b'{"command": ' * 300 + b"1" + b"}" * 300: "not_valid",
        b"[" * 10_000: "too_large",
        b"[" * 4_000: "not_json",
        b'{"command": "check_in", "left": NaN}': "not_json",
        b'{"command": "sudo"}': "not_valid",
        b'{"command": "mark", "text": "a", "file": "../../x"}': "not_valid",
        b"": "not_json",
    }
    async with Client(broker) as client, session(broker, SessionDesk()) as sink:
        for payload in hostile:
            await client.send(payload)
        await client.listener.until(lambda: len(client.results) == len(hostile), timeout_s=10.0)
        assert (await client.ask("mute")).ok
    assert [result.reason for result in client.results[:-1]] == list(hostile.values())
    assert [result.refused for result in client.results] == [*range(1, len(hostile) + 1), len(hostile)]
    assert max(len(result.text) for result in client.results) < 160
    assert sum(sink.refused.values()) == len(hostile)


async def test_a_retained_command_is_not_obeyed(broker: Broker) -> None:
    async with Client(broker) as client:
        await client.send(b'{"command": "stop"}', retain=True)
        async with session(broker, SessionDesk()):
            await client.listener.until(lambda: bool(client.results))
            assert (await client.ask("mute")).ok
        assert (client.results[0].ok, client.results[0].reason) == (False, "retained")
        await client.send(b"", retain=True)


async def test_the_answer_goes_nowhere_else(mosquitto: Broker) -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ResponseTopic, properties.CorrelationData = "stridesense/1/else/where", b"1"
    async with Client(mosquitto) as client, session(mosquitto, SessionDesk()):
        await client.send(b'{"command": "mute"}', properties=properties)
        await client.listener.until(lambda: bool(client.results))
        assert (await client.ask("unmute")).ok
    assert {heard.topic.split("/")[2] for heard in client.listener.heard} == {"pod"}


async def flood(broker: Broker, program: str) -> None:
    """So many commands a second, from a process of its own."""
    line = [
        program,
        "-h",
        "127.0.0.1",
        "-p",
        str(broker.port),
        "-u",
        USERNAME,
        "-P",
        PASSWORD,
        "-t",
        TOPIC,
        "-l",
    ]
    process = await asyncio.create_subprocess_exec(*line, stdin=asyncio.subprocess.PIPE)
    assert process.stdin is not None
    for tenth in range(int(FLOOD_S * 10)):
        begun_s = time.monotonic()
        for number in range(FLOOD_PER_S // 10):
            process.stdin.write(b'{"id": "%d", "command": "mark"}\n' % (tenth * 1000 + number))
        await process.stdin.drain()
        await asyncio.sleep(0.1 - (time.monotonic() - begun_s))
    process.stdin.close()
    await process.wait()


async def test_a_flood_is_held_back_and_cues_come_in_time(
    broker: Broker, require_program: Callable[[str], str]
) -> None:
    given_s: list[float] = []

    async def give_cues(sink: MqttSink) -> None:
        while True:
            given_s.append(time.monotonic())
            await sink.handle(cue(len(given_s) - 1))
            await asyncio.sleep(0.1)

    async with Client(broker) as client, session(broker, SessionDesk()) as sink:
        giving = asyncio.create_task(give_cues(sink))
        memory_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began_s = time.monotonic()
        await flood(broker, require_program("mosquitto_pub"))
        lasted_s = time.monotonic() - began_s
        giving.cancel()
        await client.listener.until(lambda: sink.counters.waiting == 0)
        grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory_kib
        await asyncio.sleep(0.2)  # one more is let in each tenth of a second
        assert (await client.ask("mute")).ok
    obeyed = len(client.listener.on("mark"))
    assert 10 <= obeyed <= 11 + 10 * (lasted_s + 1.0)
    assert sink.refused["too_many"] == FLOOD_S * FLOOD_PER_S - obeyed
    assert len([one for one in client.results if one.reason == "too_many"]) <= lasted_s + 2
    ages_s = [heard.at_s - given_s[int(heard.record["value"])] for heard in client.listener.on("cue")]
    assert max(ages_s) < 2.0  # no cue is worth more
    assert len(ages_s) >= 0.9 * len(given_s)  # all of them, unless this machine has far more to do than this
    assert grown_kib < 20_000  # of 2 000 commands nothing is kept


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


async def waiting(broker: Broker, folder: Path) -> int:
    """`stridesense run --wait` on a broker."""
    settings = Settings.model_validate({})
    section = MqttSection(
        broker="external", host="127.0.0.1", port=broker.port, username=USERNAME, password=SecretStr(PASSWORD)
    )
    wanted = Wanted(
        left=None, right=None, swap=False, settings=settings, shoe=None, record=None, no_record=False,
        aloud=False, drill=False, history=folder / "history.sqlite3", keep=True,
    )  # fmt: skip
    return await run_command.wait_for_starts(section, wanted)


async def until_state(client: Client, state: str, count: int) -> None:
    states: Callable[[], list[str]] = lambda: [one.record["state"] for one in client.listener.on("session")]  # noqa: E731
    await client.listener.until(lambda: states().count(state) >= count, timeout_s=10.0)


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
