"""The sink against real brokers: MQTT 5 with mosquitto, 3.1.1 with nats-server."""

import asyncio
import logging
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from brokers import PASSWORD, Broker, Listener, Mosquitto, Proxy, cue, free_port, stride
from stridesense.contract.messages import read
from stridesense.contract.topics import Kind
from stridesense.errors import InputError, LinkError
from stridesense.model import (
    Band,
    Bout,
    CalfBudget,
    Change,
    CueEffect,
    Drill,
    Foot,
    GapCause,
    Hop,
    LinkState,
    Malformed,
    Obeyed,
    Order,
    PodReading,
    PodReport,
    RawPacket,
    SessionZero,
    StrideShape,
    ZeroReference,
)
from stridesense.runtime.desk import SessionDesk
from stridesense.sinks.base import Item
from stridesense.sinks.mqtt import MqttSink
from stridesense.sinks.mqtt_link import check
from stridesense.sinks.mqtt_settings import MqttSettings


async def test_a_session_is_told_from_online_to_offline(broker: Broker) -> None:
    async with Listener(broker) as listener:
        async with MqttSink(broker.settings, "sid", anchor_unix_s=1000.0) as sink:
            await sink.connected(5.0)
            for index in range(3):
                await sink.handle(stride(index, Foot.RIGHT, cadence_spm=170.0))
            await sink.handle(cue(1))
            await sink.handle(Malformed(Foot.LEFT, 0, "not for the broker"))
            sink.announce(Kind.BATTERY, {"left_percent": 80})
            sink.announce(Kind.BATTERY, {"right_percent": 71})
        await listener.until(lambda: bool(listener.on("status")[1:] and listener.on("cue")))
    strides = [heard.record for heard in listener.on("right/stride")]
    assert [(one["seq"], one["index"]) for one in strides] == [(0, 0), (1, 1), (2, 2)]
    assert [one["t"] for one in strides] == pytest.approx([1000.0, 1000.7, 1001.4])
    assert strides[0]["type"] == "stride"
    assert strides[0]["cadence_spm"] == 170.0
    assert [heard.record["strides"] for heard in listener.on("summary")] == [1, 3]
    (said,) = [heard.record for heard in listener.on("cue")]
    assert said["text"] == "let the heel kiss down"
    assert 0.0 < said["valid_until"] - time.time() <= 2.0
    assert listener.on("battery")[-1].record.items() >= {"left_percent": 80, "right_percent": 71}.items()
    assert [heard.record["state"] for heard in listener.on("session")] == ["running", "ended"]
    assert [heard.payload for heard in listener.on("status")] == [b"online", b"offline"]
    assert not {heard.topic.split("/")[-1] for heard in listener.heard} - set(Kind)
    counters = sink.counters
    assert counters.produced == counters.delivered == 6


async def test_subscribers_hear_of_each_pod_its_link_its_battery_and_its_own_figures(broker: Broker) -> None:
    report = PodReport(
        foot=Foot.LEFT, t_s=4.0, protocol="sofp", state=LinkState.STREAMING, rssi_dbm=-61, battery_percent=87,
        reconnects=1, samples=9000, gaps=1, lost={GapCause.LINK: 512},
    )  # fmt: skip
    async with Listener(broker) as listener:
        async with MqttSink(broker.settings, "sid", anchor_unix_s=1000.0) as sink:
            await sink.connected(5.0)
            await sink.handle(report)
            await sink.handle(replace(report, t_s=5.0, samples=9208))
            await sink.handle(PodReading(foot=Foot.RIGHT, t_s=5.0, speed_mps=3.0, running=True))
        await listener.until(lambda: bool(listener.on("status")[1:]))
    first, second = [heard.record for heard in listener.on("left/link")]
    assert first.items() >= {"t": 1004.0, "state": "streaming", "rssi_dbm": -61, "lost_link": 512}.items()
    assert (first["reconnects"], second["samples"]) == (1, 9208)
    assert [heard.record["left_percent"] for heard in listener.on("battery")] == [87]
    (reading,) = [heard.record for heard in listener.on("right/reading")]
    assert (reading["speed_mps"], reading["running"]) == (3.0, True)
    assert "cadence_spm" not in reading


async def test_a_live_session_is_timed_from_its_first_sample_however_long_the_search_was(
    mosquitto: Broker,
) -> None:
    report = PodReport(foot=Foot.LEFT, t_s=0.0, protocol="sofp", state=LinkState.SEARCHING)
    async with Listener(mosquitto) as listener:
        async with MqttSink(mosquitto.settings, "sid", anchor_unix_s=None) as sink:
            await sink.connected(5.0)
            began_s = time.time()
            await sink.handle(report)
            await sink.handle(RawPacket(Foot.LEFT, "sofp", "data", b"", 47_000_000_000))
            await sink.handle(SessionZero(40.0))
            await sink.handle(replace(report, t_s=7.0, state=LinkState.STREAMING))
            await sink.handle(replace(report, t_s=8.0, state=LinkState.STREAMING))
            await sink.handle(stride(1))
        await listener.until(lambda: bool(listener.on("status")[1:]))
    times = [heard.record["t"] - began_s for heard in listener.on("left/link")]
    assert times == pytest.approx([0.0, 0.0, 1.0], abs=0.5)
    assert times[2] - times[1] == pytest.approx(1.0, abs=1e-3)
    (told,) = [heard.record["t"] - began_s for heard in listener.on("left/stride")]
    assert told == pytest.approx(times[1] - 7.0 + 0.7, abs=1e-3)


async def test_who_comes_later_is_told_the_state(broker: Broker) -> None:
    async with MqttSink(broker.settings, "sid", 0.0) as sink:
        await sink.connected(5.0)
        await sink.handle(stride(0))
        await sink.courier.sent(time.monotonic() + 5.0)
        async with Listener(broker) as early:
            await early.until(lambda: bool(early.on("session")))
        async with Listener(broker) as late:
            await late.until(lambda: bool(late.on("session")))
            assert {heard.topic.split("/")[-1] for heard in late.heard} == {"status", "info", "session"}
            assert all(heard.retained for heard in late.heard)


async def test_mqtt_5_says_what_a_payload_is_and_how_long_it_counts(mosquitto: Broker) -> None:
    async with Listener(mosquitto) as listener, MqttSink(mosquitto.settings, "sid", 0.0) as sink:
        await sink.connected(5.0)
        await sink.handle(stride(0))
        await sink.handle(cue(0, valid_for_s=60.0))
        await listener.until(lambda: bool(listener.on("cue") and listener.on("left/stride")))
    properties = listener.on("cue")[0].properties
    assert properties.ContentType == "application/json"
    assert properties.PayloadFormatIndicator == 1
    assert properties.UserProperty == [("schema", "stridesense.cue/1")]
    assert properties.MessageExpiryInterval == 1
    assert 8 <= listener.on("left/stride")[0].properties.MessageExpiryInterval <= 10


async def test_a_wrong_password_is_said_in_one_sentence_and_never_shown(
    broker: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = replace(broker.settings, password=SecretStr("my-other-secret"))
    with pytest.raises(
        LinkError, match=r"^the MQTT broker at .* refuses the user name or the password: check"
    ):
        await check(wrong)
    async with MqttSink(wrong, "sid", 0.0) as sink:
        with pytest.raises(LinkError, match="refuses the user name or the password") as told:
            await sink.connected(5.0)
        await sink.handle(cue(0))
    assert sink.counters.expired == sink.counters.produced == 1
    shown = caplog.text + repr(wrong) + str(told.value) + repr(sink.__dict__)
    assert "my-other-secret" not in shown
    assert "another" not in caplog.text


async def test_a_refused_port_is_said_in_one_sentence() -> None:
    nobody = MqttSettings("127.0.0.1", free_port(), "pod")
    async with MqttSink(nobody, "sid", 0.0) as sink:
        with pytest.raises(
            LinkError, match=r"cannot be reached \(.*refused\): check mqtt\.host and mqtt\.port$"
        ):
            await sink.connected(5.0)


async def test_a_host_that_cannot_exist_is_said_in_one_sentence() -> None:
    with pytest.raises(LinkError, match="cannot be reached"):
        await check(MqttSettings("a..b", 1883, "pod"))


async def test_a_broker_that_says_nothing_is_given_up_in_time(caplog: pytest.LogCaptureFixture) -> None:
    async with await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0) as silent:
        settings = MqttSettings("127.0.0.1", silent.sockets[0].getsockname()[1], "pod")
        began_s = time.monotonic()
        async with MqttSink(settings, "sid", 0.0) as sink:
            with pytest.raises(LinkError, match="does not answer"):
                await sink.connected(0.3)
        assert time.monotonic() - began_s < 1.0
    assert [record for record in caplog.records if record.name == "asyncio"] == []


async def test_a_broker_that_comes_late_hears_all_that_still_counts(broker: Broker) -> None:
    broker.kill()
    async with MqttSink(broker.settings, "sid", 0.0) as sink:
        with pytest.raises(LinkError):
            await sink.connected(5.0)
        for index in range(5):
            await sink.handle(stride(index))
        await asyncio.to_thread(broker.start)
        async with Listener(broker) as listener:
            await sink.handle(stride(5))
            await listener.until(lambda: bool(listener.on("status")))
            await listener.until(lambda: sink.counters.waiting == 0)
    assert sink.counters.delivered == sink.counters.produced


async def test_without_a_broker_the_river_flows_and_memory_is_bounded() -> None:
    async with MqttSink(MqttSettings("127.0.0.1", free_port(), "pod"), "sid", 0.0) as sink:
        began_s = time.monotonic()
        for index in range(2000):
            await sink.handle(stride(index))
        assert time.monotonic() - began_s < 1.0
        assert sink.counters.waiting == 256
    counters = sink.counters
    assert counters.waiting == 0
    assert counters.expired + counters.overflowed == counters.produced > 2000


async def test_a_message_that_the_broker_will_not_take_is_noticed(
    mosquitto: Broker, caplog: pytest.LogCaptureFixture
) -> None:
    mosquitto.kill()
    rules = mosquitto.folder / "acl"
    rules.write_text("user runner\ntopic read #\ntopic write stridesense/1/pod/status\n")
    mosquitto.config.write_text(mosquitto.config.read_text() + f"acl_file {rules}\n")
    await asyncio.to_thread(mosquitto.start)
    async with MqttSink(mosquitto.settings, "sid", 0.0) as sink:
        await sink.connected(5.0)
        await sink.handle(cue(0))
        await sink.handle(cue(1))
    assert (sink.counters.refused, sink.counters.expired, sink.counters.delivered) == (2, 2, 0)
    warnings = [record.message for record in caplog.records if "stridesense/1/pod/cue" in record.message]
    assert len(warnings) == 1
    assert "check its access rules" in warnings[0]


async def test_a_broker_with_less_than_qos_2_still_hears_cues(mosquitto: Broker) -> None:
    mosquitto.kill()
    mosquitto.config.write_text(mosquitto.config.read_text() + "max_qos 1\n")
    await asyncio.to_thread(mosquitto.start)
    async with Listener(mosquitto) as listener, MqttSink(mosquitto.settings, "sid", 0.0) as sink:
        await sink.connected(5.0)
        await sink.handle(cue(0))
        await listener.until(lambda: bool(listener.on("cue")))


async def test_the_broker_says_offline_for_who_was_cut_off(broker: Broker) -> None:
    async with (
        Listener(broker) as listener,
        Proxy(broker.port) as proxy,
        MqttSink(replace(broker.settings, port=proxy.port), "sid", 0.0) as sink,
    ):
        await sink.connected(5.0)
        await listener.until(lambda: bool(listener.on("status")))
        proxy.refuses = True
        proxy.reset()
        await listener.until(lambda: listener.on("status")[-1].payload == b"offline")


async def test_a_status_overwritten_by_somebody_else_is_put_right(broker: Broker) -> None:
    async with Listener(broker) as listener, MqttSink(broker.settings, "sid", 0.0) as first:
        await first.connected(5.0)
        async with MqttSink(broker.settings, "other", 0.0) as second:
            await second.connected(5.0)
        await listener.until(lambda: b"offline" in [heard.payload for heard in listener.on("status")])
        await listener.until(lambda: listener.on("status")[-1].payload == b"online")


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, 8, 13, 21, 34, 55])
async def test_cancelled_at_any_moment_it_leaves_nothing_behind(mosquitto: Broker, turns: int) -> None:
    tasks_before = asyncio.all_tasks()

    async def session() -> None:
        async with MqttSink(mosquitto.settings, "sid", 0.0, desk=SessionDesk()) as sink:
            for index in range(1000):
                await sink.handle(stride(index))
                await asyncio.sleep(0.001)

    task = asyncio.create_task(session())
    for _ in range(turns):
        await asyncio.sleep(0.002)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.05)
    assert asyncio.all_tasks() == tasks_before
    async with Listener(mosquitto) as listener:
        await asyncio.sleep(0.1)
        assert b"online" not in [heard.payload for heard in listener.on("status")]


@pytest.fixture
def certificate(tmp_path: Path, require_program: Callable[[str], str]) -> Path:
    """A certificate for 127.0.0.1 that vouches for itself; its key lies beside it."""
    command = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"
    subprocess.run(
        [require_program("openssl"), *command.split(), "-addext", "subjectAltName=IP:127.0.0.1",
         "-out", "cert.pem", "-keyout", "key.pem"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    return tmp_path / "cert.pem"


async def test_with_tls_only_a_broker_with_a_known_certificate_is_told(
    tmp_path: Path, certificate: Path, require_program: Callable[[str], str]
) -> None:
    (folder := tmp_path / "broker").mkdir()
    lines = f"certfile {certificate}\nkeyfile {certificate.with_name('key.pem')}\n"
    broker = Mosquitto(shutil.which("mosquitto") or require_program("mosquitto"), folder, extra=lines)
    broker.start()
    try:
        await check(replace(broker.settings, tls=True, ca_file=certificate))
        with pytest.raises(LinkError, match="certificate verify failed"):
            await check(replace(broker.settings, tls=True))
        with pytest.raises(LinkError, match="closes the connection without a word"):
            await check(broker.settings)
    finally:
        broker.kill()


async def test_a_certificate_file_without_a_certificate_is_said(tmp_path: Path) -> None:
    (path := tmp_path / "empty.pem").write_text("nothing")
    with pytest.raises(InputError, match=r"mqtt\.ca_file"):
        MqttSink(MqttSettings("127.0.0.1", 8883, "pod", tls=True, ca_file=path), "sid", 0.0)


def test_the_password_is_in_no_repr(mosquitto: Broker) -> None:
    assert PASSWORD not in repr(mosquitto.settings)


BUDGET = CalfBudget(foot=Foot.LEFT, t_s=60.0, load=81.0, strides=85, limit=100.0, ratio=0.81, band=Band.AMBER)
EFFECT = CueEffect(cue_id="heel_kiss", foot=Foot.LEFT, t_s=30.0, given=True, before_sd=2.0, after_sd=0.5)
SHAPE = StrideShape(
    foot=Foot.LEFT,
    initial_contact_s=0.7,
    stride_time_s=0.7,
    zero=ZeroReference.STANDING,
    pitch_deg=(1.26,) * 51,
)
CHANGE = Change(
    metric="contact_time_s", foot=Foot.RIGHT, t_s=9.0, since_s=3.0, before=0.25, after=0.28, size_sd=2.5
)
BOUT = Bout(drill=Drill.ROPE_JUMP, start_s=1.0, end_s=9.0, hops={Foot.LEFT: 9}, load={Foot.LEFT: 9.5})
FOUND: tuple[tuple[str, Item], ...] = (
    ("left/shape", SHAPE),
    ("left/hop", Hop(foot=Foot.LEFT, t_s=2.0, number=1, contact_time_s=0.2)),
    ("effect", EFFECT),
    ("change", CHANGE),
    ("drill", BOUT),
    ("left/budget", BUDGET),
    ("mark", Obeyed(order=Order.MARK, t_s=3.0, value="the hill")),
)


async def test_what_the_coach_finds_is_told_as_subscribers_expect_it(broker: Broker) -> None:
    async with Listener(broker) as listener:
        async with MqttSink(broker.settings, "sid", anchor_unix_s=1000.0) as sink:
            await sink.connected(5.0)
            for _, item in FOUND:
                await sink.handle(item)
            await sink.handle(replace(EFFECT, given=False))
        await listener.until(lambda: bool(listener.on("status")[1:]))
    for topic, _ in FOUND:
        (told,) = listener.on(topic)
        read(Kind(topic.rpartition("/")[2]), told.payload)
    assert listener.on("mark")[0].record.items() >= {"text": "the hill", "t": 1003.0, "t_s": 3.0}.items()
    async with Listener(broker) as late:
        await late.until(lambda: bool(late.on("session")))
        assert [heard.record["band"] for heard in late.on("left/budget")] == ["amber"]


async def test_the_session_tells_whether_the_coach_is_silent_and_what_it_is_about(mosquitto: Broker) -> None:
    orders = [(Order.MUTE, ""), (Order.UNMUTE, ""), (Order.THEME, "pull"), (Order.THEME, "budget")]
    async with Listener(mosquitto) as listener:
        async with MqttSink(mosquitto.settings, "sid", 1000.0) as sink:
            await sink.connected(5.0)
            for order, value in orders:
                await sink.courier.sent(time.monotonic() + 5.0)
                await sink.handle(Obeyed(order=order, t_s=0.0, value=value))
            await sink.courier.sent(time.monotonic() + 5.0)
            await sink.handle(cue(1))
        await listener.until(lambda: bool(listener.on("status")[1:]))
    states = [heard.record for heard in listener.on("session")]
    assert [state["muted"] for state in states] == [False, True, False, False, False, False, False]
    assert [state.get("theme") for state in states] == [None, None, None, "pull", None, "heel", "heel"]
    assert [state["state"] for state in states] == ["running"] * 6 + ["ended"]
    assert {state["started"] for state in states} == {1000.0}


async def test_a_session_played_again_is_timed_from_when_its_source_was_opened(mosquitto: Broker) -> None:
    async with Listener(mosquitto) as listener:
        async with MqttSink(mosquitto.settings, "sid", anchor_unix_s=1000.0) as sink:
            await sink.connected(5.0)
            await sink.handle(SessionZero(40.0))
            await sink.handle(stride(1))
            await sink.handle(Obeyed(order=Order.MARK, t_s=5.0))
        await listener.until(lambda: bool(listener.on("status")[1:]))
    assert listener.on("left/stride")[0].record["t"] == pytest.approx(1040.7)
    assert listener.on("mark")[0].record.items() >= {"t": 1045.0, "t_s": 5.0}.items()
