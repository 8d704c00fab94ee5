"""Every bar tells what holds from what misses, close to its limit."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest

from stridesense.model import Gait, HeelState, StrikeType
from stridesense.validation.bars import TIMED, verdicts
from stridesense.validation.cases import Case
from stridesense.validation.changes import TRAITS, Discrimination, Slip, Slope
from stridesense.validation.listening import HEEL_VERDICT, LANDING, TAKE_OFF
from stridesense.validation.losses import Loss
from stridesense.validation.peers import OURS, Method, MethodOnCase
from stridesense.validation.quantities import (
    HEEL_DROP,
    INITIAL_CONTACT,
    STRIDE_LENGTH,
    STRIKE_ANGLE,
    TOE_OFF,
)
from stridesense.validation.real import Jog, RealData, WalkEvents
from stridesense.validation.stillness import Restless, Walk
from stridesense.validation.study import Study
from stridesense.validation.verdicts import Status, Verdict
from validation.making import case, study, trial, with_errors, with_heels

STRIKE, MODEL = StrikeType.FOREFOOT, "rigid_sole"
ALTERNATING = (1.0, -1.0) * 10


def missed_among(good: float) -> Study:
    return study(trial(missed=1), *[trial()] * int(good))


def invented(strides: float) -> Study:
    whole = trial()
    more = tuple(found for found, _ in whole.compared.pairs[: int(strides)])
    return study(replace(whole, compared=replace(whole.compared, invented=more)))


def biased(quantity: str, bias: float) -> Study:
    return study(with_errors(trial(), quantity, [bias]))


def scattered(quantity: str, sd: float, rate_hz: int = 200) -> Study:
    usual = case()
    of = replace(usual, wearer=replace(usual.wearer, rate_hz=rate_hz))
    return study(with_errors(trial(of=of), quantity, [sd, -sd]))


def heels(of: Case, called: HeelState, else_called: HeelState, percent: float) -> Study:
    states = [called] * int(percent) + [else_called] * (100 - int(percent))
    return study(with_heels(trial(of=of), states))


def sloped(change_mm: float) -> Study:
    return study(slopes=(Slope(MODEL, STRIKE, 8.0, 10.0, 10.0 + change_mm),))


def discriminated(number: int, area: float) -> Study:
    trait = TRAITS[number]
    return study(discriminations=(Discrimination(MODEL, STRIKE, trait, dict.fromkeys(trait.fields, area)),))


def delayed(decision: str, longest_ms: float) -> Study:
    """One in four decisions takes so long, the others a third of it."""
    whole = trial()
    delays = np.where(np.arange(12) % 4 == 0, longest_ms, longest_ms / 3.0)
    return study(replace(whole, latencies_ms={**whole.latencies_ms, decision: delays}))


def restless(strides: float) -> Study:
    return study(restless=(Restless("fidget", MODEL, 600.0, Counter({Gait.WALK: int(strides)})),))


def walked(called_running: float) -> Study:
    gaits = Counter({Gait.WALK: 50, Gait.RUN: int(called_running)})
    return study(walks=(Walk(MODEL, 1.4, gaits, true=51, missed=0, invented=0),))


def damaged(field: str, strides: float) -> Study:
    usual = Loss("lost", MODEL, STRIKE, holes=5, outside=100, same=100, spanning=0, invented=0)
    return study(losses=(replace(usual, **{field: int(strides)}),))  # type: ignore[arg-type]


def slipped(after_s: float | None, before: float = 0) -> Study:
    return study(slips=(Slip(MODEL, STRIKE, (15.0, 0.0, 0.0), after_s, int(before)),))


def called_moved(strides: float) -> Study:
    whole = trial()
    pairs = tuple(
        (replace(found, flags=("pod_moved",) if number < strides else ()), true)
        for number, (found, true) in enumerate(whole.compared.pairs)
    )
    return study(replace(whole, compared=replace(whole.compared, pairs=pairs)))


def method(name: str, quantity: str, sd: float, found: int = 20) -> Method:
    errors = {quantity: sd * np.array(ALTERNATING)}
    return Method(name, (MethodOnCase(case(strike=STRIKE), 20, found, errors),))


def beside_a_peer(quantity: str, times: float) -> Study:
    peers = [method("good", quantity, 4.0), method("poor", quantity, 40.0)]
    return study(methods=(method(OURS, quantity, 4.0 * times), *peers))


def real(**parts: object) -> Study:
    nothing = RealData(jogs=(), walk=WalkEvents(20, (), ()), walks=(), crawls=(), sprints=())
    return study(real=replace(nothing, **parts))  # type: ignore[arg-type]


def real_walk(*, landing_ms: float = 0.0, leaving_ms: float = 0.0, pattern: tuple[float, ...]) -> Study:
    landing, leaving = (tuple(size * part for part in pattern) for size in (landing_ms, leaving_ms))
    return real(walk=WalkEvents(len(pattern), landing, leaving))


def real_walk_found(strides: float) -> Study:
    return real(walk=WalkEvents(20, (0.0,) * 20, (0.0,) * int(strides)))


def real_jogs(*, percent: float = 0.0, cm: float = 0.0) -> Study:
    errors_m = tuple(cm / 100.0 * part for part in ALTERNATING)
    return real(jogs=(Jog("24", 20, 20, 0.0, errors_m, (percent,) * 20),))


@dataclass(frozen=True)
class Bar:
    """A bar, how to make a study of one figure, and a figure that holds and one that misses."""

    name: str
    made: Callable[[float], Study]
    holds: float
    misses: float


def off(bar: str, made: Callable[..., Study], quantity: str, limit: float) -> Bar:
    return Bar(bar, partial(made, quantity), 0.9 * limit, -1.1 * limit)


CONSTANT = (1.0,) * 20
UP_10_MM, UP_20_MM = case(heel="partial", held_mm=10.0), case(heel="held", held_mm=20.0)
HEEL_FIRST = case(strike=StrikeType.REARFOOT)
RAISED = (UP_10_MM, HeelState.PARTIAL, HeelState.KISSED)
HELD = (UP_20_MM, HeelState.HELD, HeelState.PARTIAL)
KISSED = (case(), HeelState.KISSED, HeelState.PARTIAL)
KISSED_HELD = (case(), HeelState.HELD, HeelState.KISSED)
FIRST_HELD = (HEEL_FIRST, HeelState.HELD, HeelState.REARFOOT)
JOGGED = " on the level, 2.5 ... 5.5 m/s"

BARS = [
    Bar("strides found, at each strike type, runner and mounting", missed_among, 20, 10),
    Bar("strides invented in running", invented, 0, 1),
    off("initial contact bias", biased, INITIAL_CONTACT, 5.0),
    off("initial contact SD", scattered, INITIAL_CONTACT, 3.0),
    off("toe-off bias", biased, TOE_OFF, 8.0),
    off("toe-off SD", scattered, TOE_OFF, 5.0),
    off("initial contact SD at 100 Hz", partial(scattered, rate_hz=100), INITIAL_CONTACT, 7.0),
    off(f"strike angle bias{JOGGED}", biased, STRIKE_ANGLE, 3.0),
    off(f"strike angle SD{JOGGED}", scattered, STRIKE_ANGLE, 1.5),
    off("heel drop SD after a midfoot or forefoot landing", scattered, HEEL_DROP, 1.0),
    off("stride length bias", biased, STRIDE_LENGTH, 3.0),
    off("stride length SD", scattered, STRIDE_LENGTH, 5.0),
    Bar("heel held 10 mm up, seen as not down", partial(heels, *RAISED), 96, 94),
    Bar("heel held 20 mm up, called held", partial(heels, *HELD), 96, 94),
    Bar("kissing heel, called kissed", partial(heels, *KISSED), 96, 94),
    Bar("kissing heel, called held", partial(heels, *KISSED_HELD), 4, 6),
    Bar("rearfoot strides called held", partial(heels, *FIRST_HELD), 0, 1),
    Bar("slope of 8 % moves the heel height, after 20 strides", sloped, 3.5, -4.5),
    Bar("push +25 % tells in push_off_index, speed +-10 %", partial(discriminated, 0), 0.92, 0.88),
    Bar("pull +30 % tells in push_pull_index, speed +-10 %", partial(discriminated, 1), 0.92, 0.88),
    Bar("pull -30 % tells in push_pull_index, speed +-10 %", partial(discriminated, 2), 0.92, 0.88),
    Bar("landing known after it happened", partial(delayed, LANDING), 29.0, 31.0),
    Bar("heel verdict known after it happened", partial(delayed, HEEL_VERDICT), 145.0, 155.0),
    Bar("take-off known after it happened", partial(delayed, TAKE_OFF), 68.0, 72.0),
    Bar("strides invented without any", restless, 0, 1),
    Bar("strides of a walk called running", walked, 0, 1),
    Bar("strides that stay the same outside the holes of a bad link", partial(damaged, "same"), 100, 99),
    Bar("strides over a hole", partial(damaged, "spanning"), 0, 1),
    Bar("strides invented by a bad link", partial(damaged, "invented"), 0, 1),
    Bar("pod slipped by 15 deg, flagged after", slipped, 55.0, 65.0),
    Bar("strides flagged for a pod that had not moved", partial(slipped, 10.0), 0, 1),
    Bar("strides flagged for a pod that had not moved", called_moved, 0, 1),
    *(Bar(f"{q}: precision over that of the best peer", partial(beside_a_peer, q), 0.9, 1.1) for q in TIMED),
    Bar("real walk: strides found", real_walk_found, 20, 19),
    Bar("real walk: initial contact, median", lambda ms: real_walk(landing_ms=ms, pattern=CONSTANT), 18, -22),
    Bar("real walk: initial contact, SD", lambda ms: real_walk(landing_ms=ms, pattern=ALTERNATING), 14, 16),
    Bar("real walk: toe-off, median", lambda ms: real_walk(leaving_ms=ms, pattern=CONSTANT), 18, -22),
    Bar("real walk: toe-off, SD", lambda ms: real_walk(leaving_ms=ms, pattern=ALTERNATING), 14, 16),
    Bar("real jogs: stride length, median bias", lambda percent: real_jogs(percent=percent), 4.5, -5.5),
    Bar("real jogs: stride length, SD", lambda cm: real_jogs(cm=cm), 9.0, 11.0),
]


def judged(bar: str, whole: Study) -> Verdict:
    return next(verdict for verdict in verdicts(whole) if verdict.bar == bar)


@pytest.mark.parametrize("bar", BARS, ids=lambda bar: bar.name)
def test_a_bar_holds_on_one_side_of_its_limit_and_is_missed_on_the_other(bar: Bar) -> None:
    assert judged(bar.name, bar.made(bar.holds)).status is Status.PASS
    assert judged(bar.name, bar.made(bar.misses)).status is Status.BEHIND


def test_every_bar_is_tested() -> None:
    areas = tuple(Discrimination(MODEL, STRIKE, trait, dict.fromkeys(trait.fields, 1.0)) for trait in TRAITS)
    everything = replace(real(), discriminations=areas)
    assert {verdict.bar for verdict in verdicts(everything)} == {bar.name for bar in BARS}


def test_a_slip_that_is_never_noticed_is_named_with_its_turn() -> None:
    verdict = judged("pod slipped by 15 deg, flagged after", slipped(None))
    assert verdict.status is Status.BEHIND
    assert verdict.pooled == "never (rigid_sole, forefoot, turned by 15, 0, 0 deg)"


def test_a_peer_that_finds_the_easy_strides_alone_sets_no_bar() -> None:
    own, easy = method(OURS, TOE_OFF, 4.0), method("easy", TOE_OFF, 1.0, found=17)
    bar = "toe-off: precision over that of the best peer"
    assert judged(bar, study(methods=(own, easy))).status is Status.UNMEASURED
    assert judged(bar, study(methods=(own, easy, method("whole", TOE_OFF, 5.0)))).status is Status.PASS


@pytest.mark.parametrize(
    "bar",
    [
        "initial contact bias",
        "initial contact SD",
        "toe-off bias",
        "toe-off SD",
        "landing known after it happened",
    ],
)
def test_pods_below_200_hz_are_held_to_their_own_bar_alone(bar: str) -> None:
    whole = delayed(LANDING, 300.0).trials[0]
    slow = replace(whole.case, wearer=replace(whole.case.wearer, rate_hz=100))
    for name, errors in ((INITIAL_CONTACT, [0.0, 40.0]), (TOE_OFF, [0.0, 40.0])):
        whole = with_errors(whole, name, errors)
    assert judged(bar, study(whole)).status is Status.BEHIND
    assert judged(bar, study(trial(), replace(whole, case=slow))).status is Status.PASS
