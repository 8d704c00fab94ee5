"""Who hears itself learns what a broker lets through; a clock and a broker of our own, to see each step."""

from collections.abc import Callable
from dataclasses import dataclass, field

from paho.mqtt.client import topic_matches_sub

from stridesense.sinks.mqtt_echo import PATIENCE_S, Echo

CUE, STATUS = "stridesense/1/pod/cue", "stridesense/1/pod/status"


@dataclass
class Timer:
    due: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class World:
    subscribed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    connected: bool = True

    def echo(self) -> Echo:
        return Echo(self.subscribe, self.left.append, self.later, topic_matches_sub, self.told.append)

    def subscribe(self, topic: str) -> int | None:
        self.subscribed.append(topic)
        return len(self.subscribed) if self.connected else None

    def later(self, delay_s: float, due: Callable[[], None]) -> Timer:
        assert delay_s == PATIENCE_S
        self.timers.append(Timer(due))
        return self.timers[-1]

    def wait(self) -> None:
        for timer in self.timers:
            if not timer.cancelled:
                timer.due()


def test_what_comes_back_once_is_never_asked_for_again() -> None:
    world = World()
    echo = world.echo()
    for _ in range(3):
        echo.expect(CUE, subscribing=True)
        assert echo.hear(CUE, retained=False)
    world.wait()
    assert (world.subscribed, world.left, world.told) == ([CUE], [CUE], [])


def test_what_stays_out_is_told() -> None:
    world = World()
    echo = world.echo()
    echo.expect(CUE, subscribing=True)
    assert echo.answer(1, granted=True)
    assert echo.hear(CUE, retained=True)  # somebody's of long ago
    world.wait()
    assert world.told == [CUE]


def test_what_others_listen_to_anyway_is_theirs_and_is_not_left() -> None:
    world = World()
    echo = world.echo()
    echo.want("stridesense/1/+/status")
    echo.expect(STATUS, subscribing=False)
    assert not echo.hear(STATUS, retained=False)
    assert not echo.hear("stridesense/1/pod/cmd", retained=False)
    assert (world.subscribed, world.left, len(world.timers)) == ([], [], 1)


def test_where_refusals_are_heard_nobody_subscribes() -> None:
    world = World()
    world.echo().expect(CUE, subscribing=False)
    assert world.subscribed == []


def test_who_may_not_listen_learns_nothing_from_silence() -> None:
    world = World()
    echo = world.echo()
    echo.expect(CUE, subscribing=True)
    assert echo.answer(1, granted=False)
    assert not echo.answer(7, granted=False)
    world.wait()
    assert world.told == []


def test_nor_does_who_has_no_link() -> None:
    world = World(connected=False)
    world.echo().expect(CUE, subscribing=True)
    world = World()
    echo = world.echo()
    echo.expect(STATUS, subscribing=True)
    echo.close()
    world.wait()
    assert world.told == []
