"""The tables that put StrideSense beside other methods, and the sentences above them."""

from typing import Final

from stridesense.model import StrikeType
from stridesense.validation.bars import FINDS_PERCENT, TIMED, found_percent, precision_of
from stridesense.validation.markdown import Row, plain, table
from stridesense.validation.peers import OURS, Method
from stridesense.validation.quantities import STRIKE_ANGLE
from stridesense.validation.statistics import pooled, precision, spread
from stridesense.validation.study import Study

METHODS: Final = f"""\
Runs at 2.5 ... 7 m/s, 200 Hz, pod as drawn, both runners. The peers are offline, see the whole recording at
once and are given the true axes of the foot; StrideSense hears the packets one by one and finds its axes.
Nothing was removed, and a stride cut by the end of the recording counts as not found.
*precision* is the median of the SD within a case, which takes each method's own bias away. A peer
that finds less than {FINDS_PERCENT:.0f} % of the strides sets no bar."""
PITCH: Final = """\
The same runs up to 5.5 m/s. Each filter's angle of the standing foot is taken away first. Filters run with
their defaults."""


def methods(study: Study) -> str:
    """Every method by strike type, and the peers that were not heard."""
    head = ("method", "strike", "found, %", *(f"{name}, ms: bias +- SD, precision" for name in TIMED))
    rows = [
        _method_row(method, strike)
        for strike in StrikeType
        for method in study.methods
        if any(TIMED[0] in on.errors for on in method.on_cases)
    ]
    silent = [f"- {peer.name}: not run, as {peer.reason}" for peer in study.not_run]
    return table(head, rows) + "\n" + "\n".join(silent)


def _method_row(method: Method, strike: StrikeType) -> Row:
    chosen = [on for on in method.on_cases if on.case.strike is strike]
    cells = []
    for quantity in TIMED:
        found = spread(pooled(on.errors[quantity] for on in chosen))
        within = plain(precision_of(method, quantity, strike))
        cells.append("-" if found is None else f"{found.bias:+.1f} +- {found.sd:.1f}, {within}")
    name = f"**{OURS}**" if method.name == OURS else method.name
    return (name, str(strike), f"{found_percent(method, strike):.1f}", *cells)


def pitch(study: Study) -> str:
    """Pitch at landing of every method that gives one, by strike type."""
    rows = []
    for method in study.methods:
        heard = [on for on in method.on_cases if STRIKE_ANGLE in on.errors and on.case.speed_mps <= 5.5]
        cells = []
        for strike in StrikeType:
            parts = [on.errors[STRIKE_ANGLE] for on in heard if on.case.strike is strike]
            found = spread(pooled(parts))
            cells.append(
                "-" if found is None else f"{found.bias:+.1f} +- {found.sd:.1f}, {plain(precision(parts))}"
            )
        if heard:
            rows.append((f"**{OURS}**" if method.name == OURS else method.name, *cells))
    return table(("method", *(f"{strike}, deg: bias +- SD, precision" for strike in StrikeType)), rows)
