"""Every bar that StrideSense sets itself, judged from a study."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from stridesense.model import Gait, HeelState, StrikeType
from stridesense.validation.changes import MOVED_FLAGS, Discrimination
from stridesense.validation.listening import HEEL_VERDICT, LANDING, TAKE_OFF
from stridesense.validation.peers import OURS, Method
from stridesense.validation.pools import by, cell, fast, jogged, level, readings, slow
from stridesense.validation.quantities import (
    CONTACT_TIME,
    HEEL_DROP,
    INITIAL_CONTACT,
    STRIDE_LENGTH,
    STRIKE_ANGLE,
    TOE_OFF,
)
from stridesense.validation.real import RealData
from stridesense.validation.statistics import Spread, precision, spread
from stridesense.validation.study import Study
from stridesense.validation.trials import Trial
from stridesense.validation.verdicts import Reading, Verdict, at_least, at_most

TIMED: Final = (INITIAL_CONTACT, TOE_OFF, CONTACT_TIME)
FINDS_PERCENT: Final = 90.0
"""A peer that finds fewer strides than this may find the easy ones alone, so its precision sets no bar."""

_LATENCY_LIMITS_MS: Final = {LANDING: 30.0, HEEL_VERDICT: 150.0, TAKE_OFF: 70.0}


def verdicts(study: Study) -> list[Verdict]:
    """All bars in the order in which the page shows them."""
    return [
        *_strides(study.trials),
        *_errors(study.trials),
        *_heel(study),
        *_push_and_pull(study.discriminations),
        *_latencies(study.trials),
        *_no_strides(study),
        *_faults(study),
        *_against_peers(study.methods),
        *([] if study.real is None else _real(study.real)),
    ]


def _strides(trials: Sequence[Trial]) -> list[Verdict]:
    quick_pods = fast(trials)
    pools = by(quick_pods, cell) | by(quick_pods, lambda trial: trial.case.wearer.mounting)
    found = [
        Reading(_with_worst(where, group), 100.0 - _missed_percent(group)) for where, group in pools.items()
    ]
    return [
        at_least("strides found, at each strike type, runner and mounting", 99.5, "%", found),
        at_most("strides invented in running", 0, "", _invented(trials), digits=0),
    ]


def _with_worst(where: str, trials: Sequence[Trial]) -> str:
    """A pool with the case of it that misses most, if any does."""
    worst = max(trials, key=lambda trial: len(trial.compared.missed))
    missed = len(worst.compared.missed)
    return f"{where}; {missed} missed at {worst.case.says}" if missed else where


def _missed_percent(trials: Sequence[Trial]) -> float:
    return 100.0 * sum(len(t.compared.missed) for t in trials) / max(1, sum(len(t.truth) for t in trials))


def _invented(trials: Sequence[Trial]) -> list[Reading]:
    return [
        Reading(where, sum(len(trial.compared.invented) for trial in group))
        for where, group in by(trials, cell).items()
    ]


def _errors(trials: Sequence[Trial]) -> list[Verdict]:
    quick_pods = fast(trials)
    flat = jogged(level(quick_pods))
    dropped = [trial for trial in quick_pods if trial.case.strike is not StrikeType.REARFOOT]
    asked = (
        (INITIAL_CONTACT, "bias", 5.0, "ms", "", quick_pods),
        (INITIAL_CONTACT, "SD", 3.0, "ms", "", quick_pods),
        (TOE_OFF, "bias", 8.0, "ms", "", quick_pods),
        (TOE_OFF, "SD", 5.0, "ms", "", quick_pods),
        (INITIAL_CONTACT, "SD", 7.0, "ms", " at 100 Hz", slow(trials)),
        (STRIKE_ANGLE, "bias", 3.0, "deg", " on the level, 2.5 ... 5.5 m/s", flat),
        (STRIKE_ANGLE, "SD", 1.5, "deg", " on the level, 2.5 ... 5.5 m/s", flat),
        (HEEL_DROP, "SD", 1.0, "deg", " after a midfoot or forefoot landing", dropped),
        (STRIDE_LENGTH, "bias", 3.0, "%", "", quick_pods),
        (STRIDE_LENGTH, "SD", 5.0, "%", "", quick_pods),
    )
    return [
        at_most(f"{quantity} {statistic}{where}", limit, unit, *readings(group, quantity, statistic))
        for quantity, statistic, limit, unit, where, group in asked
    ]


def _heel(study: Study) -> list[Verdict]:
    flat = level(fast(study.trials))
    kissing = [t for t in flat if t.case.heel == "kiss" and t.case.strike is not StrikeType.REARFOOT]
    at_10 = [t for t in flat if t.case.held_mm == 10.0]
    at_20 = [t for t in flat if t.case.held_mm == 20.0]
    heel_first = [t for t in fast(study.trials) if t.case.strike is StrikeType.REARFOOT]
    raised, held = (HeelState.PARTIAL, HeelState.HELD), (HeelState.HELD,)
    slopes = [Reading(f"{s.model}, {s.strike}, {s.grade_percent:+g} %", s.change_mm)
              for s in study.slopes if s.change_mm is not None]  # fmt: skip
    return [
        at_least("heel held 10 mm up, seen as not down", 95, "%", *_share(at_10, raised)),
        at_least("heel held 20 mm up, called held", 95, "%", *_share(at_20, held)),
        at_least("kissing heel, called kissed", 95, "%", *_share(kissing, (HeelState.KISSED,))),
        at_most("kissing heel, called held", 5, "%", *_share(kissing, held)),
        at_most("rearfoot strides called held", 0, "%", *_share(heel_first, held)),
        at_most("slope of 8 % moves the heel height, after 20 strides", 4, "mm", slopes),
    ]


def _share(trials: Sequence[Trial], states: Sequence[HeelState]) -> tuple[list[Reading], list[Reading]]:
    """How many of the found strides got one of these verdicts, in percent, by pool and by case."""
    pools = by(trials, cell)
    return (
        [Reading(where, _percent(group, states)) for where, group in pools.items()],
        [Reading(trial.case.says, _percent([trial], states)) for trial in trials],
    )


def _percent(trials: Sequence[Trial], states: Sequence[HeelState]) -> float:
    verdicts = [found.heel_state for trial in trials for found, _ in trial.compared.pairs]
    return 100.0 * sum(state in states for state in verdicts) / max(1, len(verdicts))


def _push_and_pull(found: Sequence[Discrimination]) -> list[Verdict]:
    """Bars on the index of each trait; its rate stands in the table alone."""
    traits = dict.fromkeys((d.trait.name, d.trait.strength, d.trait.fields[0]) for d in found)
    return [
        at_least(
            f"{name} {100 * (strength - 1):+.0f} % tells in {field}, speed +-10 %",
            0.9,
            "AUC",
            [
                Reading(f"{d.model}, {d.strike}", area)
                for d in found
                if (d.trait.name, d.trait.strength) == (name, strength)
                and (area := d.areas[field]) is not None
            ],
            digits=2,
        )
        for name, strength, field in traits
    ]


def _latencies(trials: Sequence[Trial]) -> list[Verdict]:
    """Cases give the longest delay, pools the 95th percentile."""
    pools = by(fast(trials), cell)
    result = []
    for name, limit_ms in _LATENCY_LIMITS_MS.items():
        delays = {
            where: np.concatenate([t.latencies_ms[name] for t in group]) for where, group in pools.items()
        }
        p95 = [Reading(f"p95, {where}", float(np.percentile(d, 95))) for where, d in delays.items() if len(d)]
        longest = [
            Reading(trial.case.says, float(trial.latencies_ms[name].max()))
            for trial in fast(trials)
            if len(trial.latencies_ms[name])
        ]
        result.append(at_most(f"{name} known after it happened", limit_ms, "ms", p95, longest, digits=0))
    return result


def _no_strides(study: Study) -> list[Verdict]:
    still = [Reading(f"{r.activity}, {r.model}", r.invented.total()) for r in study.restless]
    called_running = [Reading(f"{w.speed_mps:g} m/s, {w.model}", w.gaits[Gait.RUN]) for w in study.walks]
    return [
        at_most("strides invented without any", 0, "", still, digits=0),
        at_most("strides of a walk called running", 0, "", called_running, digits=0),
    ]


def _faults(study: Study) -> list[Verdict]:
    losses = [(f"{loss.fault}, {loss.model}, {loss.strike}", loss) for loss in study.losses]
    slips = [
        Reading(
            f"{s.model}, {s.strike}, turned by {s.turn_in_words} deg",
            np.inf if s.flagged_after_s is None else s.flagged_after_s,
        )
        for s in study.slips
    ]
    return [
        at_least(
            "strides that stay the same outside the holes of a bad link",
            100,
            "%",
            [Reading(where, 100.0 * loss.same / max(1, loss.outside)) for where, loss in losses],
        ),
        at_most("strides over a hole", 0, "", [Reading(w, loss.spanning) for w, loss in losses], digits=0),
        at_most(
            "strides invented by a bad link", 0, "", [Reading(w, s.invented) for w, s in losses], digits=0
        ),
        at_most("pod slipped by 15 deg, flagged after", 60, "s", slips),
        at_most("strides flagged for a pod that had not moved", 0, "", _false_alarms(study), digits=0),
    ]


def _false_alarms(study: Study) -> list[Reading]:
    before = [Reading(f"{s.model}, {s.strike}, before", s.flagged_before) for s in study.slips]
    never = [
        Reading(where, sum(bool(MOVED_FLAGS & set(s.flags)) for t in group for s, _ in t.compared.pairs))
        for where, group in by(study.trials, cell).items()
    ]
    return before + never


def _against_peers(methods: Sequence[Method]) -> list[Verdict]:
    """Our precision over the best peer's, for each strike type; below 1 is better."""
    peers = [method for method in methods if method.name != OURS]
    own = [method for method in methods if method.name == OURS]
    return [
        at_most(
            f"{quantity}: precision over that of the best peer",
            1,
            "times",
            list(_ratios(own[0], peers, quantity)) if own else [],
            digits=2,
        )
        for quantity in TIMED
    ]


def _ratios(own: Method, peers: Iterable[Method], quantity: str) -> Iterable[Reading]:
    for strike in StrikeType:
        mine = precision_of(own, quantity, strike)
        theirs = [
            (value, peer.name)
            for peer in peers
            if (value := precision_of(peer, quantity, strike)) is not None
            and found_percent(peer, strike) >= FINDS_PERCENT
        ]
        if mine is not None and theirs:
            best, name = min(theirs)
            yield Reading(f"{strike}: {mine:.1f} against {best:.1f} ms of {name}", mine / best)


def found_percent(method: Method, strike: StrikeType) -> float:
    """How many of the strides of this strike type a method finds."""
    chosen = [on for on in method.on_cases if on.case.strike is strike]
    return 100.0 * sum(on.found for on in chosen) / max(1, sum(on.true for on in chosen))


def precision_of(method: Method, quantity: str, strike: StrikeType) -> float | None:
    """Median of the SD within each case of this strike type."""
    parts = [
        on.errors[quantity] for on in method.on_cases if on.case.strike is strike and quantity in on.errors
    ]
    return precision(parts)


def _real(real: RealData) -> list[Verdict]:
    """Bars on real recordings."""
    landing, leaving = spread(real.walk.initial_contact_ms), spread(real.walk.toe_off_ms)
    errors_percent = [error for jog in real.jogs for error in jog.length_errors_percent]
    errors_cm = [100.0 * error for jog in real.jogs for error in jog.length_errors_m]
    relative, absolute = spread(errors_percent), spread(errors_cm)
    walk, jogs = "real walk", "real jogs"
    found = min(len(real.walk.initial_contact_ms), len(real.walk.toe_off_ms))
    return [
        at_least(f"{walk}: strides found", 100, "%", [Reading("", 100.0 * found / real.walk.annotated)]),
        at_most(f"{walk}: initial contact, median", 20, "ms", _one(landing, "median")),
        at_most(f"{walk}: initial contact, SD", 15, "ms", _one(landing, "sd")),
        at_most(f"{walk}: toe-off, median", 20, "ms", _one(leaving, "median")),
        at_most(f"{walk}: toe-off, SD", 15, "ms", _one(leaving, "sd")),
        at_most(f"{jogs}: stride length, median bias", 5, "%", _one(relative, "median")),
        at_most(f"{jogs}: stride length, SD", 10, "cm", _one(absolute, "sd")),
    ]


def _one(found: Spread | None, statistic: str) -> list[Reading]:
    return [] if found is None else [Reading("", float(getattr(found, statistic)))]
