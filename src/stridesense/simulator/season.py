"""A season of running by one virtual runner: sessions days apart, calves that get sore, morning answers.

How load becomes soreness is our own choice: a session above what the leg is used to hurts most a day and a
half later, and the leg gets used to what it does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp
from random import Random
from typing import Final

from stridesense.model import CheckIn, Foot, GapCause, Instruction, Order, Theme
from stridesense.simulator.season_body import Body
from stridesense.simulator.season_listening import Listening
from stridesense.simulator.season_plan import (
    BOTH_FEET,
    Activity,
    Fault,
    FaultKind,
    Outage,
    Phase,
    SessionPlan,
)
from stridesense.simulator.stride_runner import StrideRunner
from stridesense.units import NS_PER_S

DAY_S: Final = 86400.0
FIRST_UNIX_S: Final = 1_750_000_000.0
RED_FLAGS: Final = ("sudden_pain", "swelling", "weakness", "numbness")

_FAULT_SD: Final = {
    FaultKind.HELD_HEEL: (6.0, 14.0),
    FaultKind.HARD_PUSH: (1.0, 4.0),
    FaultKind.LATE_PULL: (1.0, 4.0),
    FaultKind.BRAKING: (1.0, 4.0),
    FaultKind.HARD_LANDING: (1.0, 4.0),
    FaultKind.LONG_CONTACT: (1.0, 4.0),
    FaultKind.SLOW_CADENCE: (1.0, 4.0),
    FaultKind.UNEVEN: (1.0, 4.0),
}
"""Sizes of faults in spreads from stride to stride, the smallest and the largest."""

_PEAK_S: Final = 36.0 * 3600.0
_USED_TO: Final = 2500.0


@dataclass(slots=True)
class Calf:
    """One calf: what it is used to, usual strides, and the sessions that it still feels.

    Attributes:
        used_to: load of a session that leaves nothing behind.
        hurts: end of a session and how sore it makes at the worst, 0 to 10.
    """

    used_to: float = _USED_TO
    hurts: list[tuple[float, float]] = field(default_factory=list)

    def take(self, load: float, end_unix_s: float) -> None:
        """A session's load: what is too much hurts, and all of it trains."""
        over = load / self.used_to - 0.9
        if over > 0.0:
            self.hurts.append((end_unix_s, min(9.0, 7.0 * over)))
        self.used_to += 0.2 * (load - self.used_to)
        self.used_to = max(0.3 * _USED_TO, self.used_to)

    def soreness(self, unix_s: float) -> float:
        """How sore it is now: each session rises to its worst after 36 h and is gone after three days."""
        since = [(unix_s - end_s, worst) for end_s, worst in self.hurts if unix_s > end_s]
        return sum(worst * exp(-(((past_s - _PEAK_S) / (0.6 * _PEAK_S)) ** 2)) for past_s, worst in since)


@dataclass(frozen=True, slots=True)
class Outing:
    """One session: when it begins, in which shoe, who runs, and what was said of the calves until then."""

    started_unix_s: float
    shoe: str
    runner: StrideRunner
    check_ins: tuple[CheckIn, ...]


def season(seed: int, sessions: int, *, longest_s: float = 5400.0) -> Iterator[Outing]:
    """Sessions of one runner; each must be run before the next is asked for, because it leaves its mark.

    Args:
        seed: same seed, same season, as far as what the runner hears is the same.
        sessions: how many.
        longest_s: longest duration of a session, s; the shortest is a third of it.
    """
    chance = Random(f"season {seed}")  # noqa: S311 - it guards nothing
    runner = _somebody(chance, random_plan(chance, chance.uniform(longest_s / 3.0, longest_s)), 1000 * seed)
    calves = {foot: Calf() for foot in BOTH_FEET}
    check_ins: list[CheckIn] = []
    started_unix_s = FIRST_UNIX_S
    for number in range(1, sessions + 1):
        shoe = "road" if chance.random() < 0.8 else "trail"
        yield Outing(started_unix_s, shoe, runner, tuple(check_ins))
        end_unix_s = started_unix_s + runner.plan.duration_s
        for foot, calf in calves.items():
            calf.take(runner.load[foot], end_unix_s)
        days = chance.choice((1, 1, 2, 2, 2, 3, 4))
        check_ins += _mornings(chance, calves, end_unix_s, days)
        started_unix_s += days * DAY_S + chance.uniform(-1.5, 1.5) * 3600.0
        plan = random_plan(chance, chance.uniform(longest_s / 3.0, longest_s))
        runner = runner.next_session(plan, seed=1000 * seed + number)


def _somebody(chance: Random, plan: SessionPlan, seed: int) -> StrideRunner:
    listening = Listening(
        obeys=chance.choice((0.0, 0.3, 0.7, 1.0)),
        effect_sd=chance.uniform(0.5, 10.0),
        lasts_s=chance.uniform(30.0, 600.0),
        learns=chance.choice((0.0, 0.05, 0.2)),
    )
    return StrideRunner(plan, seed=seed, body=Body.random(chance), listening=listening)


def _mornings(chance: Random, calves: dict[Foot, Calf], end_unix_s: float, days: int) -> Iterator[CheckIn]:
    """What is said on the mornings until the next session; not on all, and now and then a warning sign."""
    for day in range(1, days + 1):
        unix_s = end_unix_s + day * DAY_S - 10.0 * 3600.0
        if chance.random() < 0.3:
            continue
        sore = {foot: calf.soreness(unix_s) + chance.gauss(0.0, 0.7) for foot, calf in calves.items()}
        flags = (chance.choice(RED_FLAGS),) if chance.random() < 0.03 else ()
        answers = {foot: round(min(10.0, max(0.0, size))) for foot, size in sore.items()}
        yield CheckIn(unix_s=unix_s, soreness=answers, red_flags=flags)


def random_plan(chance: Random, duration_s: float) -> SessionPlan:
    """A session of about this duration as they come: hills, stops, bends, drills, faults, losses, wishes."""
    phases = [*_setting_out(chance)]
    usual_mps = chance.uniform(2.3, 3.6)
    while sum(phase.duration_s for phase in phases) < duration_s:
        phases += _stretch(chance, usual_mps)
    whole_s = sum(phase.duration_s for phase in phases)
    feet = BOTH_FEET if chance.random() < 0.8 else (chance.choice(BOTH_FEET),)
    return SessionPlan(
        phases=tuple(phases),
        feet=feet,
        faults=tuple(_fault(chance, whole_s) for _ in range(chance.choice((0, 1, 2, 3, 4)))),
        outages=tuple(_outages(chance, whole_s)),
        instructions=tuple(_wishes(chance, whole_s)),
        malformed_s=tuple(chance.uniform(0.0, whole_s) for _ in range(chance.choice((0, 0, 1, 3)))),
        battery_percent=chance.choice((100, 80, 50, 17, 12)),
    )


def _setting_out(chance: Random) -> Iterator[Phase]:
    if chance.random() < 0.7:
        yield Phase(duration_s=chance.uniform(3.0, 30.0), activity=Activity.STAND)
    if chance.random() < 0.4:
        yield Phase(duration_s=chance.uniform(30.0, 200.0), activity=Activity.WALK, speed_mps=1.4)


def _stretch(chance: Random, usual_mps: float) -> Iterator[Phase]:
    """Running for a while, mostly at the usual speed, and then something else."""
    yield Phase(duration_s=chance.uniform(60.0, 600.0), speed_mps=usual_mps)
    match chance.randrange(8):
        case 0:
            yield Phase(
                duration_s=chance.uniform(60.0, 300.0), speed_mps=chance.uniform(0.8, 1.25) * usual_mps
            )
        case 1:
            yield Phase(duration_s=chance.uniform(10.0, 120.0), activity=Activity.WALK, speed_mps=1.4)
        case 2:
            yield Phase(duration_s=chance.uniform(2.0, 90.0), activity=Activity.STAND)
        case 3:
            slope_deg = chance.choice((-1.0, 1.0)) * chance.uniform(2.0, 7.0)
            yield Phase(
                duration_s=chance.uniform(30.0, 300.0), speed_mps=0.9 * usual_mps, slope_deg=slope_deg
            )
        case 4:
            yield Phase(duration_s=chance.uniform(4.0, 30.0), speed_mps=0.95 * usual_mps, turning=True)
        case 5:
            hops = (Activity.ROPE_JUMP, Activity.ALTERNATING_HOPS, Activity.LEFT_HOPS, Activity.RIGHT_HOPS)
            yield Phase(duration_s=chance.uniform(10.0, 60.0), activity=chance.choice(hops))


def _fault(chance: Random, whole_s: float) -> Fault:
    kind = chance.choice(tuple(FaultKind))
    start_s = chance.uniform(0.0, 0.8 * whole_s)
    return Fault(
        kind=kind,
        foot=chance.choice((Foot.LEFT, Foot.RIGHT, Foot.UNKNOWN)),
        start_s=start_s,
        end_s=start_s + chance.uniform(120.0, whole_s),
        size_sd=chance.uniform(*_FAULT_SD[kind]) * (1.0 if chance.random() < 0.9 else -0.5),
        ramp_s=chance.choice((0.0, 0.0, 0.5 * whole_s)),
    )


def _outages(chance: Random, whole_s: float) -> Iterator[Outage]:
    """Short losses by radio, and now and then a lost connection."""
    for _ in range(chance.choice((0, 0, 5, 30))):
        start_s, foot = chance.uniform(0.0, whole_s), chance.choice(BOTH_FEET)
        yield Outage(foot=foot, start_s=start_s, end_s=start_s + chance.expovariate(2.0))
    for _ in range(chance.choice((0, 0, 0, 1, 2))):
        start_s, foot = chance.uniform(0.0, whole_s), chance.choice(BOTH_FEET)
        end_s = start_s + chance.uniform(2.0, 120.0)
        yield Outage(foot=foot, start_s=start_s, end_s=end_s, cause=GapCause.LINK)


def _wishes(chance: Random, whole_s: float) -> Iterator[Instruction]:
    """Silence from a moment on, often not for ever; sometimes another theme."""
    muted_s = chance.uniform(0.0, whole_s)
    if chance.random() < 0.3:
        yield Instruction(order=Order.MUTE, arrival_ns=int(muted_s * NS_PER_S))
        if chance.random() < 0.7:
            until_s = muted_s + chance.uniform(10.0, 1200.0)
            yield Instruction(order=Order.UNMUTE, arrival_ns=int(until_s * NS_PER_S))
    if chance.random() < 0.1:
        themes = (Theme.HEEL, Theme.PUSH_OFF, Theme.CADENCE, Theme.ASYMMETRY)
        at_ns = int(chance.uniform(0.0, whole_s) * NS_PER_S)
        yield Instruction(order=Order.THEME, arrival_ns=at_ns, value=chance.choice(themes))
