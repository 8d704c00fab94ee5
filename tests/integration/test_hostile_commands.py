"""Commands that are hostile, kept from long ago or far too many: refused, answered and counted."""

import asyncio
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from brokers import PASSWORD, USERNAME, Broker, cue
from integration.commanding import TOPIC, Client, session
from stridesense.runtime.desk import SessionDesk
from stridesense.sinks.mqtt import MqttSink

FLOOD_S, FLOOD_PER_S = 2.0, 1000

TRIES = 3
"""Where a machine has more to do, the link may stand still until it is given up, with all that is on it."""


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


async def test_a_command_that_is_to_be_retained_is_not_obeyed_when_new(mosquitto: Broker) -> None:
    async with Client(mosquitto) as client, session(mosquitto, SessionDesk()):
        assert (await client.ask("mute")).ok
        await client.send(b'{"id": "kept", "command": "stop"}', retain=True)
        await client.listener.until(lambda: len(client.results) == 2)
        await client.send(b"", retain=True)
    assert (client.results[1].ok, client.results[1].reason) == (False, "retained")


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


@dataclass
class Flooded:
    """What became of a flood and of the cues that were given in it."""

    obeyed: int
    refused: int
    answered: int
    lasted_s: float
    grown_kib: int
    given: int
    cue_ages_s: list[float]


async def flooded(broker: Broker, program: str) -> Flooded:
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
        await flood(broker, program)
        lasted_s = time.monotonic() - began_s
        giving.cancel()
        await client.listener.until(lambda: sink.counters.waiting == 0)
        grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory_kib
        await asyncio.sleep(0.2)  # one more is let in each tenth of a second
        assert (await client.ask("mute")).ok
    return Flooded(
        obeyed=len(client.listener.on("mark")),
        refused=sink.refused["too_many"],
        answered=len([one for one in client.results if one.reason == "too_many"]),
        lasted_s=lasted_s,
        grown_kib=grown_kib,
        given=len(given_s),
        cue_ages_s=[heard.at_s - given_s[int(heard.record["value"])] for heard in client.listener.on("cue")],
    )


async def test_a_flood_is_held_back_and_cues_come_in_time(
    broker: Broker, require_program: Callable[[str], str], caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(TRIES):
        caplog.clear()
        seen = await flooded(broker, require_program("mosquitto_pub"))
        if "was lost" not in caplog.text:
            break
    assert 10 <= seen.obeyed <= 11 + 10 * (seen.lasted_s + 1.0)
    assert seen.refused == FLOOD_S * FLOOD_PER_S - seen.obeyed
    assert seen.answered <= seen.lasted_s + 2
    assert max(seen.cue_ages_s) < 2.0  # no cue is worth more
    assert len(seen.cue_ages_s) >= 0.9 * seen.given  # all, unless this machine has far more to do than this
    assert seen.grown_kib < 20_000  # of 2 000 commands nothing is kept
