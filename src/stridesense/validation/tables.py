"""The tables of the page of accuracy, each from its part of a study, and the sentences above them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np

from stridesense.model import HeelState
from stridesense.validation.bars import TIMED
from stridesense.validation.changes import Discrimination, Slip, Slope
from stridesense.validation.losses import Loss
from stridesense.validation.markdown import Row, plain, signed, table, told_gaits
from stridesense.validation.pools import by, cell, errors_of, fast, level
from stridesense.validation.quantities import (
    BY_NAME,
    HEEL_DROP,
    HEEL_HEIGHT,
    QUANTITIES,
    STRIDE_LENGTH,
    STRIKE_ANGLE,
)
from stridesense.validation.statistics import pooled, precision, spread
from stridesense.validation.stillness import Walk
from stridesense.validation.study import Study
from stridesense.validation.trials import Trial

TIMING: Final = (
    "All cases at 200 Hz and more: every speed, mounting, heel, push, pull, slope and noise of the suite."
)
LATENCY: Final = """\
Milliseconds after the true moment at which a decision was known, from the samples alone, without the radio:
median (least, 95th percentile, most). The heel's verdict counts from the landing. Both are told provisionally
at once and finally later; *in vain* are provisional landings that belonged to no landing, or were told
before it."""
FIGURES: Final = (STRIKE_ANGLE, HEEL_DROP, HEEL_HEIGHT, STRIDE_LENGTH)
FIELDS: Final = """\
All cases at 200 Hz and more, both runners. Angles and heights on level ground only. Fields of the record that
are not here have no truth in the simulator."""
FACTORS: Final = "Each row is all strides of the cases in which only this was unusual."
HEEL: Final = "Level ground, 200 Hz and more. How each heel was judged, in percent of the found strides."
TRAITS: Final = """\
Area under the curve between usual and changed strides of one run, while the speed changes by +-10 %: 1 is
faultless, 0.5 is chance, 0 is faultless the wrong way round. For more push or pull the figure should rise,
for less it should fall."""
LINK: Final = """\
The same packets once whole and once damaged. *Same* are strides that no hole touches and that were found
with both contacts within 5 ms."""


def timing(trials: Sequence[Trial]) -> str:
    """Errors of landing, toe-off and contact time by runner and strike type."""
    head = ("runner, strike", "strides", "missed", "invented", *(f"{name}, ms" for name in TIMED))
    rows = [
        (where, *_counts(group), *(_told(group, name) for name in TIMED))
        for where, group in by(fast(trials), cell).items()
    ]
    return "Bias +- SD (median, IQR).\n\n" + table(head, rows)


def _counts(trials: Iterable[Trial]) -> tuple[str, str, str]:
    together = list(trials)
    return (
        str(sum(len(trial.truth) for trial in together)),
        str(sum(len(trial.compared.missed) for trial in together)),
        str(sum(len(trial.compared.invented) for trial in together)),
    )


def _told(trials: Iterable[Trial], quantity: str) -> str:
    found = errors_of(trials, quantity)
    if found is None:
        return "-"
    return f"{found.bias:+.1f} +- {found.sd:.1f} ({found.median:+.1f}, {found.iqr:.1f})"


def latencies(trials: Sequence[Trial]) -> str:
    """How soon each decision is known, by runner and strike type."""
    groups = by(fast(trials), cell)
    decisions = dict.fromkeys(name for trial in trials for name in trial.latencies_ms)
    rows = [
        (
            where,
            *(_delays(group, name) for name in decisions),
            str(sum(trial.told_in_vain for trial in group)),
        )
        for where, group in groups.items()
    ]
    return table(("runner, strike", *(f"{name}, ms" for name in decisions), "landings told in vain"), rows)


def _delays(trials: Sequence[Trial], decision: str) -> str:
    delays = pooled(trial.latencies_ms[decision] for trial in trials)
    if not len(delays):
        return "-"
    middle, late = np.percentile(delays, (50, 95))
    return f"{middle:.0f} ({delays.min():.0f}, {late:.0f}, {delays.max():.0f})"


def fields(trials: Sequence[Trial]) -> str:
    """Each field of the record that has a truth."""
    head = ("field", "unit of the error", "strides", "bias", "SD", "median", "IQR", "precision")
    return table(head, [_field_row(fast(trials), quantity.name) for quantity in QUANTITIES])


def _field_row(trials: Sequence[Trial], name: str) -> Row:
    quantity = BY_NAME[name]
    parts = [trial.errors[name] for trial in _fitting(trials, name)]
    found = spread(pooled(parts))
    if found is None:
        return (f"`{quantity.field}`", quantity.unit, "0", "-", "-", "-", "-", "-")
    figures = (signed(found.bias), plain(found.sd), signed(found.median), plain(found.iqr))
    return (f"`{quantity.field}`", quantity.unit, str(found.count), *figures, plain(precision(parts)))


def figures(trials: Sequence[Trial]) -> str:
    """Angles, heights and lengths by runner and strike type; angles and heights on level ground only."""
    head = ("runner, strike", *(f"{name}, {BY_NAME[name].unit}" for name in FIGURES))
    rows = [
        (where, *(_told(_fitting(group, name), name) for name in FIGURES))
        for where, group in by(fast(trials), cell).items()
    ]
    return "Bias +- SD (median, IQR).\n\n" + table(head, rows)


def _fitting(trials: Sequence[Trial], name: str) -> Sequence[Trial]:
    """The trials that a quantity is judged on: angles and heights on level ground."""
    return level(trials) if BY_NAME[name].unit in {"deg", "mm"} else trials


def factors(trials: Sequence[Trial]) -> str:
    """Timing by the one thing that is unusual in a case."""
    head = ("unusual", "strides", "missed", "invented", *(f"{name}, ms" for name in TIMED))
    rows = [
        (where, *_counts(group), *(_told(group, name) for name in TIMED))
        for where, group in by(trials, _unusual).items()
    ]
    return "Bias +- SD (median, IQR).\n\n" + table(head, rows)


def _unusual(trial: Trial) -> str:
    case = trial.case
    words: dict[str, str] = {
        "speed": f"{case.speed_mps:g} m/s",
        "rate": f"{case.wearer.rate_hz} Hz",
        "mounting": case.wearer.mounting,
        "heel": f"{case.heel} heel, {case.held_mm} mm",
        "push": f"push {case.push:g}",
        "pull": f"pull {case.pull:g}",
        "slope": f"slope {case.grade_percent:+g} %",
        "noise": f"noise {case.wearer.noise:g}",
    }
    return words.get(case.factor, case.factor)


def heel(trials: Sequence[Trial]) -> str:
    """How each kind of heel was judged."""
    states: tuple[HeelState | None, ...] = (*HeelState, None)
    rows = [
        (where, *_judged(group, states))
        for where, group in by(level(fast(trials)), lambda t: f"{cell(t)}, {_heel(t)}").items()
    ]
    return table(("runner, strike, heel", *(str(state or "no verdict") for state in states), "mm"), rows)


def _heel(trial: Trial) -> str:
    return trial.case.heel if trial.case.held_mm is None else f"{trial.case.held_mm:g} mm up"


def _judged(trials: Sequence[Trial], states: Sequence[HeelState | None]) -> Row:
    strides = [found for trial in trials for found, _ in trial.compared.pairs]
    counts = [sum(stride.heel_state is state for stride in strides) for state in states]
    heights = spread([stride.heel_height_mm for stride in strides if stride.heel_height_mm is not None])
    shares = [f"{100.0 * count / max(1, len(strides)):.1f}" for count in counts]
    return (*shares, "-" if heights is None else f"{heights.bias:.1f} +- {heights.sd:.1f}")


def slopes(found: Sequence[Slope]) -> str:
    """What slopes do to the height of the heel."""
    head = ("runner, strike", "slope", "heel height on the level, mm", "from 20 strides on, mm", "change, mm")
    rows = [
        (
            f"{s.model}, {s.strike}",
            f"{s.grade_percent:+g} %",
            plain(s.level_mm),
            plain(s.sloped_mm),
            signed(s.change_mm),
        )
        for s in found
    ]
    return table(head, rows)


def traits(found: Sequence[Discrimination]) -> str:
    """How well push and pull are told apart."""
    rows = [
        (f"{d.model}, {d.strike}", f"{d.trait.name} {d.trait.strength:g}", f"`{field}`", plain(area, 2))
        for d in found
        for field, area in d.areas.items()
    ]
    return table(("runner, strike", "change", "field", "area"), rows)


def slips(found: Sequence[Slip]) -> str:
    """How soon a moved pod is noticed."""
    head = ("runner, strike", "turned about x, y, z by, deg", "flagged after, s", "flags before")
    rows = [
        (
            f"{s.model}, {s.strike}",
            s.turn_in_words,
            "never" if s.flagged_after_s is None else f"{s.flagged_after_s:.0f}",
            str(s.flagged_before),
        )
        for s in found
    ]
    return table(head, rows)


def restless(study: Study) -> str:
    """Strides invented in motion without any."""
    rows = [
        (r.activity, r.model, f"{r.duration_s / 60.0:g}", str(r.invented.total()), told_gaits(r.invented))
        for r in study.restless
    ]
    return table(("motion", "runner", "min", "strides invented", "taken for"), rows)


def walks(found: Sequence[Walk]) -> str:
    """What walking was called."""
    rows = [
        (w.model, f"{w.speed_mps:g}", str(w.true), str(w.missed), str(w.invented), told_gaits(w.gaits))
        for w in found
    ]
    return table(("walker", "m/s", "strides", "missed", "invented", "called"), rows)


def losses(found: Sequence[Loss]) -> str:
    """What a bad link costs, by kind of fault."""
    head = ("link", "holes", "strides outside the holes", "same", "over a hole", "invented")
    columns: tuple[Callable[[Loss], int], ...] = (
        lambda loss: loss.holes,
        lambda loss: loss.outside,
        lambda loss: loss.same,
        lambda loss: loss.spanning,
        lambda loss: loss.invented,
    )
    kinds = dict.fromkeys(loss.fault for loss in found)
    rows = [
        (kind, *(str(sum(column(loss) for loss in found if loss.fault == kind)) for column in columns))
        for kind in kinds
    ]
    return table(head, rows)
