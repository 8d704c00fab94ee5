"""What matters of a session, in a few words made from its numbers; without praise, blame or diagnosis."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from stridesense.model import Foot, Gait, HeelState, Stride
from stridesense.report.markup import element
from stridesense.report.session import FEW, Session, medians
from stridesense.report.unmeasured import why_missing
from stridesense.sinks.coach_words import describe_budget, describe_change

AS_USUAL: Final = 0.05
"""A push or pull this close to 1, as a ratio, is called usual (our own choice)."""

EVEN_PERCENT: Final = 2.0
"""Contact times of the feet this close are called even (our own choice)."""

DOUBTFUL: Final = 0.5
"""A quality below this is called doubtful (our own choice, as is the quality itself)."""

DOWN: Final = (HeelState.KISSED, HeelState.REARFOOT)


class Finding(NamedTuple):
    """One thing worth knowing: what it is about, and a sentence or two."""

    title: str
    told: str


def section(session: Session) -> Element:
    """The section with the session in short."""
    found = list(findings(session))
    terms = [element("div", element("dt", one.title), element("dd", one.told)) for one in found]
    return element("section", element("h2", "In short"), element("dl", *terms, class_="short"), id="short")


def findings(session: Session) -> Iterator[Finding]:
    """The findings in their order; what was not measured says so."""
    if not session.strides:
        yield Finding("No strides", _no_strides(session))
    else:
        if session.gait is not Gait.RUN:
            yield Finding("No running", f"The figures on this page are those of the {session.kind}.")
        yield Finding("Heel", _by_foot(session, _heel))
        yield Finding("Push and pull", _by_foot(session, _push_and_pull))
        yield Finding("Landing", _by_foot(session, _landing))
        yield Finding("Contact", _by_foot(session, _contact))
        yield Finding("Left against right", left_against_right(session.strides))
        yield Finding("Changes", _changes(session))
        yield Finding("Calf budget", _budget(session))
    yield Finding("Data", data_in_short(session))


def left_against_right(strides: Mapping[Foot, Sequence[Stride]]) -> str:
    """How the feet differed in contact time, time on the ball of the foot and heel drop."""
    left, right = strides.get(Foot.LEFT, ()), strides.get(Foot.RIGHT, ())
    if not left or not right:
        return "Only one foot was heard, so there is nothing to compare."
    if min(len(left), len(right)) < FEW:
        return f"Fewer than {FEW} strides of a foot: too few to compare."
    percent = _uneven_percent(left, right, lambda stride: stride.contact_time_s)
    if percent is None:
        return "Contact time was not measured on both feet."
    if abs(percent) < EVEN_PERCENT:
        told = f"Contact times lie within {EVEN_PERCENT:.0f} % (left less right: {percent:+.1f} %)."
    else:
        longer = "left" if percent > 0 else "right"
        told = f"The {longer} foot is on the ground {abs(percent):.1f} % longer."
    ball_percent = _uneven_percent(left, right, lambda stride: stride.ball_time_s)
    ball = (
        ""
        if ball_percent is None
        else f" Time on the ball of the foot, left less right: {ball_percent:+.1f} %."
    )
    return told + ball


def data_in_short(session: Session) -> str:
    """How much of the session could be used."""
    strides, report = session.gathered.strides, session.gathered.report
    told = []
    if strides:
        doubtful = sum(one.quality < DOUBTFUL for one in strides)
        told.append(
            f"{doubtful / len(strides):.1%} of {len(strides)} strides are doubtful (quality below 0.5)."
        )
    told += [f"{remark[:1].upper()}{remark[1:]}." for remark in report.remarks()]
    if not report.missing_samples and report.packets:
        told.append("No sample was lost.")
    return " ".join([*told, *session.about.damage])


def _no_strides(session: Session) -> str:
    if session.gathered.readings:
        return "The pods sent figures of their own firmware; they are below."
    return "There is nothing to tell about form."


def _by_foot(session: Session, told: Callable[[Sequence[Stride]], str]) -> str:
    said = {foot: told(strides) for foot, strides in session.strides.items()}
    if set(said) == {Foot.UNKNOWN}:
        return f"{_capital(said[Foot.UNKNOWN])}."
    return " ".join(f"{_capital(foot)}: {words}." for foot, words in said.items())


def _heel(strides: Sequence[Stride]) -> str:
    states = Counter(stride.heel_state for stride in strides if stride.heel_state is not None)
    total = states.total()
    if not total:
        return f"not seen, {why_missing(strides, 'heel_state')}"
    down = sum(states[state] for state in DOWN)
    part, held = states[HeelState.PARTIAL], states[HeelState.HELD]
    height_mm, _ = medians(strides, lambda stride: stride.heel_height_mm)
    height = "" if height_mm is None else f", {height_mm:.0f} mm above standing in the middle"
    return (
        f"came down in {down / total:.0%} of {total} landings, part of the way in {part / total:.0%}, "
        f"was held up in {held / total:.0%}{height}"
    )


def _push_and_pull(strides: Sequence[Stride]) -> str:
    push, _ = medians(strides, lambda stride: stride.push_off_index)
    pull, _ = medians(strides, lambda stride: stride.push_pull_index)
    delay_s, _ = medians(strides, lambda stride: stride.pull_delay_s)
    rate_dps, _ = medians(strides, lambda stride: stride.push_off_rate_dps)
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
    return f"{abs(ratio - 1.0):.0%} {more if ratio > 1.0 else less} than usual"


def _landing(strides: Sequence[Stride]) -> str:
    strikes = Counter(stride.strike_type for stride in strides if stride.strike_type is not None)
    angle_deg, _ = medians(strides, lambda stride: stride.strike_angle_deg)
    braking, _ = medians(strides, lambda stride: stride.braking_index)
    told = [f"{strike} in {count / strikes.total():.0%}" for strike, count in strikes.most_common(2)]
    if angle_deg is not None:
        told.append(f"foot angle {angle_deg:+.1f} deg")
    if braking is not None:
        told.append(f"braking {braking:.2f} (a proxy, 0 is none)")
    return ", ".join(told) or f"not seen, {why_missing(strides, 'strike_type')}"


def _contact(strides: Sequence[Stride]) -> str:
    contact_s, _ = medians(strides, lambda stride: stride.contact_time_s)
    duty, _ = medians(strides, lambda stride: stride.duty_factor)
    ball_s, _ = medians(strides, lambda stride: stride.ball_time_s)
    cadence_spm, _ = medians(strides, lambda stride: stride.cadence_spm)
    told = [] if contact_s is None else [f"{1e3 * contact_s:.0f} ms on the ground"]
    if duty is not None:
        told[-1] += f" ({duty:.0%} of the stride)"
    if ball_s is not None:
        told.append(f"{1e3 * ball_s:.0f} ms of it on the ball of the foot")
    if cadence_spm is not None:
        told.append(f"{cadence_spm:.0f} steps/min")
    return ", ".join(told)


def _uneven_percent(
    left: Sequence[Stride], right: Sequence[Stride], value: Callable[[Stride], float | None]
) -> float | None:
    of_left, _ = medians(left, value)
    of_right, _ = medians(right, value)
    if of_left is None or of_right is None or of_left + of_right == 0.0:
        return None
    return 200.0 * (of_left - of_right) / (of_left + of_right)


def _changes(session: Session) -> str:
    report = session.gathered.report
    halves = report.coach.halves if report.coach is not None else ()
    if report.changes:
        largest = max(report.changes, key=lambda change: abs(change.size_sd))
        others = len(report.changes) - 1
        more = f" {others} more {'is' if others == 1 else 'are'} told below." if others else ""
        return f"{_capital(describe_change(largest))}.{more}"
    if halves:
        return "No change in mid-run at the same speed and cadence."
    return _capital(f"{session.about.unjudged or 'nothing could be compared'}.")


def _budget(session: Session) -> str:
    coach = session.gathered.report.coach
    legs = [leg for leg in coach.budgets if leg.strides] if coach is not None else []
    return (
        " ".join(f"{_capital(describe_budget(leg))}." for leg in legs) or "No load: no running and no hops."
    )


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
