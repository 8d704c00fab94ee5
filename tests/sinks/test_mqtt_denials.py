"""What a broker does not pass on is noticed, also where it cannot say so: QoS 0 and MQTT 3.1.1."""

import asyncio
from pathlib import Path

import pytest

from brokers import Broker, Start, stride
from stridesense.contract.topics import DELIVERY, Kind
from stridesense.runtime.broker import EmbeddedBroker
from stridesense.sinks import mqtt_echo
from stridesense.sinks.mqtt import MqttSink
from stridesense.sinks.mqtt_link import Dialer

RULES = """\
user runner
topic readwrite stridesense/1/pod/status
topic readwrite stridesense/1/pod/summary
"""


def with_rules(start: Start, folder: Path) -> Broker:
    (folder / "rules").write_text(RULES)
    return start(f"acl_file {folder}/rules\n")


async def test_a_refusal_is_counted_also_where_qos_0_would_hide_it(
    start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with MqttSink(with_rules(start, tmp_path).settings, "sid", 0.0) as sink:
        await sink.connected(5.0)
        for index in range(3):
            await sink.handle(stride(index))
    counters = sink.counters
    assert (counters.produced, counters.refused, counters.delivered) == (5, 3, 2)  # strides, summaries
    warnings = [record.message for record in caplog.records if "left/stride" in record.message]
    assert len(warnings) == 1
    assert "check its access rules" in warnings[0]


def unheard(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if "does not give back" in record.message]


async def say(dialer: Dialer, kinds: list[Kind], caplog: pytest.LogCaptureFixture) -> str:
    """Say something of each kind twice, listening to the last; the topic heard first, after a remark."""
    topics = [f"stridesense/1/pod/{kind}" for kind in kinds]
    async with dialer.dial() as link, asyncio.timeout(5.0):
        await link.hear(topics[-1])
        for kind, topic in 2 * list(zip(kinds, topics, strict=True)):
            assert await link.send(topic, b"{}", DELIVERY[kind], 5.0, kind) is None
        first = await anext(aiter(link.heard()))
        while not unheard(caplog):  # noqa: ASYNC110 - seen from outside
            await asyncio.sleep(0.01)
    return first.topic


async def test_mqtt_3_1_1_shows_no_refusal_but_what_stays_out_is_remarked_once(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(mqtt_echo, "PATIENCE_S", 0.3)
    dialer = Dialer(with_rules(start, tmp_path).settings)
    dialer._v5 = False
    for _ in range(2):
        heard = await say(dialer, [Kind.SUMMARY, Kind.CUE, Kind.STATUS], caplog)
        assert heard == "stridesense/1/pod/status"  # what comes back of the summary is for nobody
    (remark,) = unheard(caplog)
    assert remark.startswith("the MQTT broker at 127.0.0.1:")
    assert "does not give back what we say on stridesense/1/pod/cue: its rules must let us" in remark


async def test_so_it_is_with_the_private_broker(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(mqtt_echo, "PATIENCE_S", 0.3)
    async with EmbeddedBroker("pod") as broker:
        viewer = Dialer(broker.settings.for_viewers)
        assert await say(viewer, [Kind.CUE, Kind.COMMAND], caplog) == "stridesense/1/pod/cmd"
    (remark,) = unheard(caplog)
    assert "what we say on stridesense/1/pod/cue" in remark


async def test_who_may_not_listen_is_told_so_where_the_broker_says_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with EmbeddedBroker("pod") as broker:
        dialer = Dialer(broker.settings)
        for _ in range(2):
            async with dialer.dial() as link:
                await link.hear("stridesense/1/another/cmd")
    (remark,) = [record.message for record in caplog.records]
    assert "does not let us hear what is said on stridesense/1/another/cmd: check its access rules" in remark
