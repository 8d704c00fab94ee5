"""The cues that were given, why, and what came after them; the runner's marks; what was not said."""

from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import Final
from xml.etree.ElementTree import Element

from stridesense.model import Cue, CueEffect, Foot, Order
from stridesense.report.markup import Child, bullets, element, sentence, table
from stridesense.report.session import ReportedSession
from stridesense.sinks.coach_words import clock

MOST_ROWS: Final = 200
"""So many cues, marks and silences are told each (our own choice); a report stays a report."""

_TOLD: Final = {
    Order.MUTE: "muted",
    Order.UNMUTE: "no longer muted",
    Order.THEME: "theme set",
}

Row = tuple[float, Sequence[Child]]


def section(session: ReportedSession) -> Element:
    """The section about what was said, by whom, and what came of it."""
    gathered = session.gathered
    return element(
        "section",
        element("h2", "Cues and marks"),
        *_given(session),
        *_orders(session),
        *_over_all(gathered.effects),
        *_listed("Due and not said", session.about.withheld),
        *_listed("Exercises that the cues point to", session.about.to_practise),
        *_unjudged(session.about.unjudged),
        id="cues",
    )


def effect_of(cue: Cue, effects: Sequence[CueEffect]) -> str:
    """What the 25 strides after a cue differed from those before it, in the runner's own spreads."""
    own = [
        effect
        for effect in effects
        if effect.given
        and (effect.cue_id, effect.t_s) == (cue.cue_id, cue.t_s)
        and cue.foot in {effect.foot, Foot.UNKNOWN}
    ]
    if not own:
        return "not measured"
    before, after = fmean(one.before_sd for one in own), fmean(one.after_sd for one in own)
    way = "closer to usual" if after < before else "no closer to usual"
    return f"{way}: {before:.1f} → {after:.1f} SD"


def _given(session: ReportedSession) -> Iterator[Element]:
    cues = session.gathered.cues
    if not cues:
        yield element("p", "No cue was given.")
        return
    rows = [
        (
            str(number),
            clock(cue.t_s),
            _foot(cue.foot),
            element("strong", cue.text),
            cue.reason,
            effect_of(cue, session.gathered.effects),
        )
        for number, cue in enumerate(cues[:MOST_ROWS], start=1)
    ]
    head = ("no.", "at", "foot", "said", "why", "25 strides later")
    yield table("Cues, in the order of time", head, rows)
    yield from _cut(len(cues), "cues")
    yield element(
        "p",
        "SD: the runner's own spread of the figure at that speed and cadence; distances are beyond what is "
        "usual. What comes after a cue need not come from it.",
        class_="note",
    )


def _orders(session: ReportedSession) -> Iterator[Element]:
    orders = session.gathered.orders
    if not orders:
        return
    names = iter(session.marks)
    rows = [
        (clock(one.t_s), f"mark {next(names)}" if one.order is Order.MARK else _TOLD[one.order], one.value)
        for one in orders[:MOST_ROWS]
    ]
    yield element("h3", "Marks and wishes of the runner")
    yield table("What the runner said, in the order of time", ("at", "what", "words"), rows)
    yield from _cut(len(orders), "marks and wishes")


def _over_all(effects: Sequence[CueEffect]) -> Iterator[Element]:
    """By cue: what came after it, beside what came anyway where it was due and not given."""
    names = dict.fromkeys(effect.cue_id for effect in effects)
    if not names:
        return
    rows = [
        (name.replace("_", " "), *(_gains(name, effects, given=given) for given in (True, False)))
        for name in names
    ]
    yield element("h3", "Effect of the cues")
    yield table("How much closer to usual, mean over all times", ("cue", "given", "due and not given"), rows)


def _gains(cue_id: str, effects: Sequence[CueEffect], *, given: bool) -> str:
    gains_sd = [one.gain_sd for one in effects if (one.cue_id, one.given) == (cue_id, given)]
    if not gains_sd:
        return "never"
    times = "once" if len(gains_sd) == 1 else f"{len(gains_sd)} times"
    return f"{fmean(gains_sd):+.1f} SD ({times})"


def _listed(title: str, lines: Sequence[str]) -> Iterator[Element | None]:
    if lines:
        yield element("h3", title)
        yield bullets(sentence(line) for line in lines[:MOST_ROWS])
        yield from _cut(len(lines), "lines")


def _unjudged(why: str | None) -> Iterator[Element]:
    if why is not None:
        yield element("p", sentence(why), class_="note")


def _cut(count: int, what: str) -> Iterator[Element]:
    if count > MOST_ROWS:
        yield element("p", f"{count - MOST_ROWS} more {what} are left out.", class_="note")


def _foot(foot: Foot) -> str:
    return "both" if foot is Foot.UNKNOWN else foot
