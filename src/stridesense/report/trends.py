"""What changed over the run: a plot of each figure, left and right, and the changes in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from stridesense.model import Foot, PodReading, Stride
from stridesense.report.axes import (
    Axes,
    Point,
    band,
    block,
    line,
    picture,
    reach,
    text,
    time_axis,
    upright,
    y_axis,
)
from stridesense.report.bins import Bin, Moment, binned, runs, thirds, width_s
from stridesense.report.markup import bullets, element, sentence
from stridesense.report.measures import moving
from stridesense.report.session import ReportedSession
from stridesense.sinks.coach_words import clock, describe_change, describe_half

MOST_LINES: Final = 40
"""So many changes are told, and so many cues and marks drawn; a full page helps nobody (our own choice)."""

NUMBER_WIDTH: Final = 10.0
"""Room for a digit in a plot."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One plot: a field of the record, what people call it, and how close together its edges may be."""

    label: str
    unit: str
    field: str
    least: float
    scale: float = 1.0
    digits: int = 0


FIGURES: Final = (
    Figure("Cadence", "steps/min", "cadence_spm", 12.0),
    Figure("Speed", "m/s", "speed_mps", 0.6, digits=2),
    Figure("Contact time", "ms", "contact_time_s", 30.0, 1e3),
    Figure("Time on the ball of the foot", "ms", "ball_time_s", 30.0, 1e3),
    Figure("Heel height above standing", "mm", "heel_height_mm", 10.0, digits=1),
    Figure("Heel drop after landing", "deg", "heel_drop_deg", 4.0, digits=1),
    Figure("Foot angle at landing", "deg", "strike_angle_deg", 6.0, digits=1),
    Figure("Push-off rate", "deg/s", "push_off_rate_dps", 100.0),
    Figure("Pull rate", "deg/s", "pull_rate_dps", 100.0),
    Figure("Delay of the pull", "ms", "pull_delay_s", 20.0, 1e3),
    Figure("Impact", "g", "impact_g", 4.0, digits=1),
    Figure("Braking (proxy)", "", "braking_index", 0.2, digits=2),
)
"""The plots of strides; the least spans are our own choice, so that noise looks like noise."""

READ_FIGURES: Final = (
    Figure("Cadence", "steps/min", "cadence_spm", 12.0),
    Figure("Speed", "m/s", "speed_mps", 0.6, digits=2),
    Figure("Stride length", "m", "stride_length_m", 0.4, digits=2),
    Figure("Power", "W", "power_w", 40.0),
)
"""The plots of pods that make their own figures."""


def section(session: ReportedSession) -> Element:
    """The section about the course of the session."""
    charts = list(plots(session))
    return element(
        "section",
        element("h2", "Over the session"),
        *([_reading(session), element("div", *charts, class_="plots")] if charts else [_nothing(session)]),
        *_in_words(session),
        id="course",
    )


def plots(session: ReportedSession) -> Iterator[Element]:
    """A plot for each figure that was measured."""
    told: Sequence[Mapping[Foot, Sequence[Stride | PodReading]]] = (session.strides, _readings(session))
    for records, figures in zip(told, (FIGURES, READ_FIGURES), strict=True):
        for figure in figures:
            courses = {foot: _moments(found, figure) for foot, found in records.items()}
            plot = _plot(session, figure, {foot: found for foot, found in courses.items() if found})
            if plot is not None:
                yield plot


def foot_key(foot: Foot, words: str = "") -> Element:
    """The name of a foot beside a piece of its line, and words about it."""
    return element("span", f"{foot}{' ' if words else ''}{words}", class_=f"key {foot}")


def said_lines(session: ReportedSession, axes: Axes) -> Iterator[Element]:
    """Where cues were given and marks made: upright lines, named as in the tables where there is room."""
    cues = [(cue.t_s, str(number), "cue") for number, cue in enumerate(session.gathered.cues, start=1)]
    marks = [(mark.t_s, name, "mark") for name, mark in session.marks.items()]
    free_from = 0.0
    for t_s, name, kind in sorted([*cues[:MOST_LINES], *marks[:MOST_LINES]]):
        if axes.x_low <= t_s <= axes.x_high:
            yield upright(axes, t_s, kind)
            if axes.x(t_s) >= free_from:
                free_from = axes.x(t_s) + NUMBER_WIDTH * len(name)
                yield text(axes.x(t_s), axes.top - 5, name, "middle", f"{kind}-name")


def _readings(session: ReportedSession) -> dict[Foot, list[PodReading]]:
    told = moving(session.gathered.readings)
    return {foot: found for foot in Foot if (found := [one for one in told if one.foot is foot])}


def _moments(records: Sequence[Stride | PodReading], figure: Figure) -> list[Moment]:
    known = [(_when_s(one), getattr(one, figure.field)) for one in records]
    return [Moment(t_s, figure.scale * value) for t_s, value in known if value is not None]


def _when_s(record: Stride | PodReading) -> float:
    return record.initial_contact_s if isinstance(record, Stride) else record.t_s


def _plot(
    session: ReportedSession, figure: Figure, courses: Mapping[Foot, Sequence[Moment]]
) -> Element | None:
    width = width_s(session.duration_s)
    lines = {foot: found for foot, moments in courses.items() if (found := binned(moments, width))}
    if not lines:
        return None
    edges = [value for bins in lines.values() for each in bins for value in (each.low, each.high)]
    low, high = reach(edges, figure.least)
    axes = Axes(x_low=0.0, x_high=max(session.duration_s, 1.0), y_low=low, y_high=high)
    parts = [
        *(block(axes, a, b, "pause") for a, b in session.pauses),
        *y_axis(axes),
        *time_axis(axes),
        *said_lines(session, axes),
        *(part for foot, bins in lines.items() for part in _course(axes, bins, foot)),
    ]
    spoken = [f"{foot}: {_first_and_last(figure, courses[foot])}" for foot in lines]
    told = f"Median and middle half of each {width:.0f} s. {'; '.join(spoken)}."
    keys = [foot_key(foot, _first_and_last(figure, courses[foot])) for foot in lines]
    unit = f", {figure.unit}" if figure.unit else ""
    caption = element(
        "figcaption", element("strong", figure.label), f"{unit} ", element("span", *keys, class_="keys")
    )
    return element("figure", caption, picture(axes, figure.label, told, parts))


def _course(axes: Axes, bins: Sequence[Bin], foot: Foot) -> Iterator[Element]:
    for run in runs(bins):
        if len(run) == 1:
            [only] = run
            yield element("circle", cx=axes.x(only.t_s), cy=axes.y(only.middle), r=2.5, class_=f"dot {foot}")
            continue
        low = [Point(each.t_s, each.low) for each in run]
        high = [Point(each.t_s, each.high) for each in run]
        yield band(axes, low, high, foot)
        yield line(axes, [Point(each.t_s, each.middle) for each in run], foot)


def _first_and_last(figure: Figure, moments: Sequence[Moment]) -> str:
    found = thirds(moments)
    if found is None:
        return "too few strides to compare"
    first, last = (f"{value:.{figure.digits}f}" for value in found)
    return f"{first} → {last}"


def _reading(session: ReportedSession) -> Element:
    stretch = width_s(session.duration_s)
    every = "minute" if stretch == 60.0 else f"{stretch:.0f} s"
    what = session.kind if session.strides else "what the pods told"
    return element(
        "p",
        f"Lines are medians of each {every} of {what}, the band around a line holds the middle half. The "
        "figures beside a foot are its medians in the first and in the last third. Grey: none of these "
        "strides. Upright lines: numbers are the cues below, M1 and so on the runner's marks. Plots are not "
        "corrected for speed; the sentences below them are.",
        class_="note",
    )


def _nothing(session: ReportedSession) -> Element:
    seconds = width_s(session.duration_s)
    return element("p", f"No stretch of {seconds:.0f} s holds enough strides for a line.", class_="note")


def _in_words(session: ReportedSession) -> Iterator[Element | None]:
    report = session.gathered.report
    halves = report.coach.halves if report.coach is not None else ()
    sure = [half for half in halves if half.sure]
    yield element("h3", "Found at the same speed and cadence")
    lines = [describe_change(change) for change in report.changes]
    lines += [f"second half against first: {describe_half(half)}" for half in sure]
    yield bullets(sentence(line) for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield element("p", f"{len(lines) - MOST_LINES} more are in the session's record.")
    if not lines:
        yield element("p", _why_no_change(session, judged=bool(halves)))
    elif len(halves) > len(sure):
        chance = len(halves) - len(sure)
        yield element("p", f"{chance} more differences between the halves could be chance.", class_="note")


def _why_no_change(session: ReportedSession, *, judged: bool) -> str:
    if judged:
        return "No change that chance alone would hardly make was found."
    if session.gathered.readings and not session.gathered.strides:
        return "Nothing was compared: that takes samples, and the pods sent figures of their own."
    running_s = session.gathered.report.coach.running_s if session.gathered.report.coach else 0.0
    return (
        f"Nothing was compared: that takes many minutes of steady running at known speed; "
        f"there were {clock(running_s)} of running."
    )
