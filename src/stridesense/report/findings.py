"""What matters of a session, in a few words made from its numbers; without praise, blame or diagnosis."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from stridesense.model import Foot, Gait, HeelState, Stride
from stridesense.report.markup import element, sentence
from stridesense.report.measures import share
from stridesense.report.session import FEW, ReportedSession, typical
from stridesense.report.unmeasured import why_missing
from stridesense.sinks.coach_words import clock, describe_budget, describe_change, describe_half

AS_USUAL: Final = 0.05
"""A push or pull this close to 1, as a ratio, is called usual (our own choice)."""

EVEN_PERCENT: Final = 2.0
"""Contact times of the feet this close are called even (our own choice)."""

DOUBTFUL: Final = 0.5
"""A quality below this is called doubtful (our own choice, as is the quality itself)."""

EARLY_S: Final = 10.0
"""A foot that ends so long before the other is told, s (our own choice)."""

DOWN: Final = (HeelState.KISSED, HeelState.REARFOOT)


class Finding(NamedTuple):
    """One thing worth knowing: what it is about, and what is told of it, a line each."""

    title: str
    told: tuple[str, ...]


def section(session: ReportedSession) -> Element:
    """The section with the session in short."""
    found = list(findings(session))
    terms = [
        element("div", element("dt", one.title), *(element("dd", line) for line in one.told)) for one in found
    ]
    return element("section", element("h2", "In short"), element("dl", *terms, class_="short"), id="short")


def findings(session: ReportedSession) -> Iterator[Finding]:
    """The findings in their order; what was not measured says so."""
    if not session.strides:
        yield Finding("No strides", (_no_strides(session),))
    else:
        if session.gait is not Gait.RUN:
            yield Finding("No running", (f"The figures on this page are those of the {session.kind}.",))
        yield Finding("Heel", _by_foot(session, _heel))
        yield Finding("Push and pull", _by_foot(session, _push_and_pull))
        yield Finding("Landing", _by_foot(session, _landing))
        yield Finding("Contact", _by_foot(session, _contact))
        yield Finding("Left against right", (left_against_right(session.strides),))
        yield Finding("Changes", tuple(_changes(session)))
        yield Finding("Calf budget", _budget(session))
    yield Finding("Data", data_in_short(session))


def left_against_right(strides: Mapping[Foot, Sequence[Stride]]) -> str:
    """How the feet differed in contact time, time on the ball of the foot and heel drop."""
    left, right = strides.get(Foot.LEFT, ()), strides.get(Foot.RIGHT, ())
    if not left or not right:
        return "Only one foot was heard, so there is nothing to compare."
    if min(len(left), len(right)) < FEW:
        return f"Fewer than {FEW} strides of a foot: too few to compare."
    percent = _uneven_percent(left, right, "contact_time_s")
    if percent is None:
        return "Contact time was not measured on both feet."
    if abs(percent) < EVEN_PERCENT:
        told = f"Contact times lie within {EVEN_PERCENT:.0f} % (left less right: {percent:+.1f} %)."
    else:
        longer = "left" if percent > 0 else "right"
        told = f"The {longer} foot is on the ground {abs(percent):.1f} % longer."
    ball_percent = _uneven_percent(left, right, "ball_time_s")
    ball = (
        ""
        if ball_percent is None
        else f" Time on the ball of the foot, left less right: {ball_percent:+.1f} %."
    )
    return told + ball


def data_in_short(session: ReportedSession) -> tuple[str, ...]:
    """How much of the session could be used."""
    strides, report = session.gathered.strides, session.gathered.report
    told = []
    if strides:
        doubtful = sum(one.quality < DOUBTFUL for one in strides)
        told.append(f"Doubtful strides: {share(doubtful, len(strides))} of {len(strides)}.")
    told += [sentence(remark) for remark in report.remarks()]
    told += ended_early(session)
    if strides and not report.missing_samples:
        told.append("No hole in what was received.")
    return (*told, *(sentence(line) for line in session.about.damage))


def ended_early(session: ReportedSession) -> Iterator[str]:
    """A foot whose strides end long before those of the other: no gap says that."""
    ends = {foot: strides[-1].initial_contact_s for foot, strides in session.strides.items()}
    latest_s = max(ends.values(), default=0.0)
    for foot, end_s in ends.items():
        if latest_s - end_s > EARLY_S:
            until = f"the other has until {clock(latest_s)}"
            yield f"The {foot} foot has no {session.kind} after {clock(end_s)}, {until}."


def _no_strides(session: ReportedSession) -> str:
    if session.gathered.readings:
        return "The pods sent figures of their own firmware; they are below."
    return "There is nothing to tell about form."


def _by_foot(session: ReportedSession, told: Callable[[Sequence[Stride]], str]) -> tuple[str, ...]:
    said = {foot: told(strides) for foot, strides in session.strides.items()}
    if set(said) == {Foot.UNKNOWN}:
        return (sentence(said[Foot.UNKNOWN]),)
    return tuple(sentence(f"{foot}: {words}") for foot, words in said.items())


def _heel(strides: Sequence[Stride]) -> str:
    states = Counter(stride.heel_state for stride in strides if stride.heel_state is not None)
    total = states.total()
    if not total:
        return f"not seen, {why_missing(strides, 'heel_state')}"
    shares = {
        "came down": sum(states[state] for state in DOWN),
        "came part of the way down": states[HeelState.PARTIAL],
        "was held up": states[HeelState.HELD],
    }
    told = [f"{words} in {share(count, total)}" for words, count in shares.items() if count]
    height_mm = typical(strides, "heel_height_mm")
    height = "" if height_mm is None else f"; median height {height_mm:.0f} mm"
    return f"{', '.join(told)} of {total} landings{height}"


def _push_and_pull(strides: Sequence[Stride]) -> str:
    push = typical(strides, "push_off_index")
    pull = typical(strides, "push_pull_index")
    delay_s = typical(strides, "pull_delay_s")
    rate_dps = typical(strides, "push_off_rate_dps")
    told = []
    if push is not None:
        told.append(f"push-off {_against_usual(push, 'harder', 'softer')}")
    elif rate_dps is not None:
        told.append(f"push-off {rate_dps:.0f} deg/s, and what is usual was not known")
    if pull is not None:
        told.append(f"pull against push {_against_usual(pull, 'more', 'less')}")
    if delay_s is not None:
        told.append(f"fastest pull {1e3 * delay_s:.0f} ms after toe-off")
    return ", ".join(told) or f"not measured, {why_missing(strides, 'push_off_rate_dps')}"


def _against_usual(ratio: float, more: str, less: str) -> str:
    if abs(ratio - 1.0) <= AS_USUAL:
        return f"as usual ({ratio:.2f})"
    return f"{100.0 * abs(ratio - 1.0):.0f} % {more if ratio > 1.0 else less} than usual"


def _landing(strides: Sequence[Stride]) -> str:
    strikes = Counter(stride.strike_type for stride in strides if stride.strike_type is not None)
    angle_deg = typical(strides, "strike_angle_deg")
    braking = typical(strides, "braking_index")
    told = [f"{strike} in {share(count, strikes.total())}" for strike, count in strikes.most_common(2)]
    if angle_deg is not None:
        told.append(f"foot angle {angle_deg:+.1f} deg")
    if braking is not None:
        told.append(f"braking {braking:.2f} (a proxy, 0 is none)")
    return ", ".join(told) or f"not seen, {why_missing(strides, 'strike_type')}"


def _contact(strides: Sequence[Stride]) -> str:
    contact_s = typical(strides, "contact_time_s")
    duty = typical(strides, "duty_factor")
    ball_s = typical(strides, "ball_time_s")
    cadence_spm = typical(strides, "cadence_spm")
    told = [] if contact_s is None else [f"{1e3 * contact_s:.0f} ms on the ground"]
    if duty is not None:
        told[-1] += f" ({100.0 * duty:.0f} % of the stride)"
    if ball_s is not None:
        told.append(f"{1e3 * ball_s:.0f} ms of it on the ball of the foot")
    if cadence_spm is not None:
        told.append(f"{cadence_spm:.0f} steps/min")
    return ", ".join(told)


def _uneven_percent(left: Sequence[Stride], right: Sequence[Stride], name: str) -> float | None:
    of_left = typical(left, name)
    of_right = typical(right, name)
    if of_left is None or of_right is None or of_left + of_right == 0.0:
        return None
    return 200.0 * (of_left - of_right) / (of_left + of_right)


def _changes(session: ReportedSession) -> Iterator[str]:
    """The largest change in mid-run, and the largest between the halves; the others are told further down."""
    report = session.gathered.report
    halves = report.coach.halves if report.coach is not None else ()
    sure = [half for half in halves if half.sure]
    if not halves and not report.changes:
        yield sentence(session.about.unjudged or "nothing could be compared")
        return
    if report.changes:
        largest = max(report.changes, key=lambda change: abs(change.size_sd))
        yield f"In mid-run {describe_change(largest)}{_others(len(report.changes))}."
    if sure:
        most = max(sure, key=lambda half: abs(half.size_sd))
        yield f"Second half against first: {describe_half(most)}{_others(len(sure))}."
    if not sure and not report.changes:
        yield "None at the same speed and cadence that chance alone would hardly make."


def _others(count: int) -> str:
    return "" if count == 1 else f"; {count - 1} more below"


def _budget(session: ReportedSession) -> tuple[str, ...]:
    coach = session.gathered.report.coach
    legs = [leg for leg in coach.budgets if leg.strides] if coach is not None else []
    return tuple(sentence(describe_budget(leg)) for leg in legs) or ("No load: no running, no hops.",)
