"""Cues at 20 a second through whatever befalls a broker: none late, none twice, each accounted for."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import product

import pytest

from brokers import Broker, Listener, Proxy, cue, make_broker
from stridesense.sinks.mqtt import MqttSink
from stridesense.sinks.outbox import Counters

KINDS = ("mosquitto", "nats-server")
TTL_S = 2.0
TOLERANCE_S = 0.25
CUE_PERIOD_S = 0.05
BEAT_S = 0.01


@dataclass
class Outcome:
    """What went in and what came out; moments in monotonic seconds.

    `waited` are the beats of the loop that went by while each cue was handed over.
    """

    given_s: list[float]
    listener: Listener
    counters: Counters
    connections: int
    fault_s: float
    healed_s: float
    waited: list[int]

    @property
    def heard(self) -> list[tuple[int, float]]:
        """Number of each cue as it was heard, and how old it was."""
        cues = [(int(heard.record["value"]), heard.at_s) for heard in self.listener.on("cue")]
        return [(number, at_s - self.given_s[number]) for number, at_s in cues]

    def told(self, topic: str, since_s: float) -> list[bytes]:
        """What the sink itself said on a topic, other than what the broker remembered."""
        fresh = [heard for heard in self.listener.on(topic) if not heard.retained]
        return [heard.payload for heard in fresh if heard.at_s > since_s]


Scene = Callable[[Broker, Proxy, Listener], Awaitable[None]]


async def killed_for_10_s(broker: Broker, proxy: Proxy, listener: Listener) -> None:
    proxy.refuses = True
    broker.kill()
    listener.subscribed.clear()
    await asyncio.sleep(10.0)
    await asyncio.to_thread(broker.start)
    await asyncio.wait_for(listener.subscribed.wait(), 5.0)
    proxy.refuses = False


async def hung_for_4_s(broker: Broker, _proxy: Proxy, _listener: Listener) -> None:
    broker.signal(signal.SIGSTOP)
    await asyncio.sleep(4.0)
    broker.signal(signal.SIGCONT)


async def swallowed_for_4_s(_broker: Broker, proxy: Proxy, _listener: Listener) -> None:
    proxy.open.clear()
    await asyncio.sleep(4.0)
    proxy.open.set()


async def reset_5_times_a_second(_broker: Broker, proxy: Proxy, _listener: Listener) -> None:
    for _ in range(20):
        proxy.reset()
        await asyncio.sleep(0.2)


SCENES: tuple[Scene, ...] = (killed_for_10_s, hung_for_4_s, swallowed_for_4_s, reset_5_times_a_second)
Outcomes = dict[tuple[Scene, str], Outcome | BaseException]


class Pulse:
    """Counts turns of the event loop: a wait shows in it, a machine that is busy does not."""

    def __init__(self) -> None:
        self.beats = 0

    async def beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            self.beats += 1


async def give_cues(sink: MqttSink, given_s: list[float], pulse: Pulse, waited: list[int]) -> None:
    while True:
        given_s.append(time.monotonic())
        before = pulse.beats
        await sink.handle(cue(len(given_s) - 1, valid_for_s=TTL_S))
        waited.append(pulse.beats - before)
        await asyncio.sleep(CUE_PERIOD_S)


async def play(scene: Scene, broker: Broker) -> Outcome:
    """Give cues from before the scene until 3 s after it."""
    given_s: list[float] = []
    waited: list[int] = []
    pulse = Pulse()
    try:
        await asyncio.to_thread(broker.start)
        async with Proxy(broker.port) as proxy, Listener(broker) as listener:
            sink = MqttSink(replace(broker.settings, port=proxy.port), "sid", time.time())
            async with sink, asyncio.TaskGroup() as tasks:
                await sink.connected(5.0)
                beating = tasks.create_task(pulse.beat())
                giving = tasks.create_task(give_cues(sink, given_s, pulse, waited))
                await asyncio.sleep(0.5)
                # Strike while nothing is under way: what a broker has taken over is out of our hands.
                await listener.until(lambda: len(listener.on("cue")) == len(given_s))
                fault_s = time.monotonic()
                await scene(broker, proxy, listener)
                healed_s = time.monotonic()
                await asyncio.sleep(3.0)
                giving.cancel()
                beating.cancel()
            await listener.until(lambda: listener.on("status")[-1].payload == b"offline")
            return Outcome(given_s, listener, sink.counters, proxy.connections, fault_s, healed_s, waited)
    finally:
        broker.kill()


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory, require_program: Callable[[str], str]) -> Outcomes:
    """All scenes with both brokers, played at once to save the tester's time."""
    folder = tmp_path_factory.mktemp("brokers")
    played = list(product(SCENES, KINDS))
    brokers = [
        make_broker(kind, folder / f"{scene.__name__}-{kind}", require_program) for scene, kind in played
    ]

    async def play_all() -> list[Outcome | BaseException]:
        scenes = [play(scene, broker) for (scene, _), broker in zip(played, brokers, strict=True)]
        return await asyncio.gather(*scenes, return_exceptions=True)

    return dict(zip(played, asyncio.run(play_all()), strict=True))


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=SCENES, ids=lambda scene: scene.__name__)
def scene(request: pytest.FixtureRequest) -> Scene:
    scene: Scene = request.param
    return scene


@pytest.fixture
def outcome(outcomes: Outcomes, scene: Scene, kind: str) -> Outcome:
    return lived_through(outcomes, scene, kind)


def lived_through(outcomes: Outcomes, scene: Scene, kind: str) -> Outcome:
    outcome = outcomes[scene, kind]
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def test_no_cue_is_heard_late_or_twice_or_out_of_order(outcome: Outcome) -> None:
    numbers = [number for number, _ in outcome.heard]
    assert numbers == sorted(set(numbers))
    assert max(age_s for _, age_s in outcome.heard) <= TTL_S + TOLERANCE_S


def test_every_cue_is_accounted_for(outcome: Outcome) -> None:
    counters = outcome.counters
    assert counters.produced == len(outcome.given_s)
    assert counters.delivered + counters.expired + counters.overflowed == counters.produced
    assert 0 <= len(outcome.heard) - counters.delivered <= counters.unconfirmed <= 25


def test_cues_are_heard_again_soon_after_the_fault(outcome: Outcome) -> None:
    heard = [outcome.given_s[number] + age_s for number, age_s in outcome.heard]
    assert min(at_s for at_s in heard if at_s > outcome.healed_s) - outcome.healed_s <= 2.5 + TOLERANCE_S
    last_given = len(outcome.given_s) - 1
    assert outcome.heard[-1][0] == last_given


def test_the_river_never_waits_for_the_broker(outcome: Outcome) -> None:
    assert max(outcome.waited) <= 2


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_restarted_broker_forgot_is_told_again(outcomes: Outcomes, kind: str) -> None:
    outcome = lived_through(outcomes, killed_for_10_s, kind)
    assert outcome.told("status", outcome.healed_s) == [b"online", b"offline"]
    assert [b'"running"' in state for state in outcome.told("session", outcome.healed_s)] == [True, False]
    assert len(outcome.told("info", outcome.healed_s)) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_broker_that_is_down_is_not_stormed(outcomes: Outcomes, kind: str) -> None:
    outcome = lived_through(outcomes, killed_for_10_s, kind)
    assert 4 <= outcome.connections <= 12  # 0.1, 0.2, 0.4, 0.8, 1.6 s, then one in at least 2 s


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_link_is_told_as_offline_and_then_online(outcomes: Outcomes, kind: str) -> None:
    outcome = lived_through(outcomes, reset_5_times_a_second, kind)
    states = outcome.told("status", outcome.fault_s)
    assert states.count(b"offline") >= 2
    assert states[-2:] == [b"online", b"offline"]  # back again, then the session's own end
