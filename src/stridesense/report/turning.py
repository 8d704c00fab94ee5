"""How each foot turned through a stride: the mean course of its pitch, with its spread and its moments."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final
from xml.etree.ElementTree import Element

import numpy as np

from stridesense.model import SHAPE_POINTS, Foot, Stride, StrideShape, ZeroReference
from stridesense.model.samples import FloatArray
from stridesense.report.axes import Axes, Point, band, block, level, line, picture, text, upright, y_axis
from stridesense.report.markup import element, sentence
from stridesense.report.session import FEW, ReportedSession

DIFFERS_DEG: Final = 2.0
"""First and last third are drawn when their means lie farther apart somewhere, deg (our own choice)."""

ROW: Final = 14.0
"""Height of a row of names."""

Seen = Sequence[tuple[Stride, StrideShape]]


@dataclass(frozen=True, slots=True)
class Course:
    """All strides of one foot laid over each other.

    Attributes:
        zero: what the angles rest on.
        mean_deg, low_deg, high_deg: (51,) mean, 10th and 90th percentile of the pitch, every 2 %.
        first_deg, last_deg: (51,) means of the first and the last third; None of too few strides.
        strides: how many these are.
        others: strides that are not in it, as their angles rest on something else.
        moments: name of a moment and its median in per cent of the stride.
    """

    zero: ZeroReference
    mean_deg: FloatArray
    low_deg: FloatArray
    high_deg: FloatArray
    first_deg: FloatArray | None
    last_deg: FloatArray | None
    strides: int
    others: int
    moments: dict[str, float]

    @property
    def difference(self) -> tuple[float, float] | None:
        """Largest difference of the last third from the first, deg, and where, per cent of the stride."""
        if self.first_deg is None or self.last_deg is None:
            return None
        differences = self.last_deg - self.first_deg
        most = int(np.argmax(np.abs(differences)))
        return float(differences[most]), 100.0 * most / (SHAPE_POINTS - 1)


def course_of(seen: Seen) -> Course:
    """Lay the strides of one foot over each other; those whose angles rest on the rarer zero are left out."""
    standing = [pair for pair in seen if pair[1].zero is ZeroReference.STANDING]
    stance = [pair for pair in seen if pair[1].zero is not ZeroReference.STANDING]
    chosen = standing if len(standing) >= len(stance) else stance
    pitch_deg = np.array([shape.pitch_deg for _, shape in chosen])
    low_deg, high_deg = np.percentile(pitch_deg, (10.0, 90.0), axis=0)
    third = len(chosen) // 3
    enough = third >= FEW
    return Course(
        zero=chosen[0][1].zero,
        mean_deg=pitch_deg.mean(axis=0),
        low_deg=low_deg,
        high_deg=high_deg,
        first_deg=pitch_deg[:third].mean(axis=0) if enough else None,
        last_deg=pitch_deg[-third:].mean(axis=0) if enough else None,
        strides=len(chosen),
        others=len(seen) - len(chosen),
        moments=_moments([stride for stride, _ in chosen]),
    )


def section(session: ReportedSession) -> Element:
    """The section about the turning of each foot."""
    courses = {foot: course_of(seen) for foot, seen in session.shapes.items()}
    plots = [_plot(foot, course, session.kind) for foot, course in courses.items()]
    return element(
        "section",
        element("h2", "How each foot turned"),
        element("p", _reading(courses) if courses else _nothing(session), class_="note"),
        element("div", *plots, class_="plots two") if plots else None,
        id="turning",
    )


def _reading(courses: dict[Foot, Course]) -> str:
    words = (
        "Pitch of the foot from one initial contact (0 %) to the next (100 %), toes up positive: the line is "
        "the mean, the band holds 80 % of the strides. Shaded: the foot is on the ground. "
    )
    if any(course.zero is ZeroReference.STANDING for course in courses.values()):
        return f"{words}0 is the foot standing flat."
    return (
        f"{words}Nobody was seen standing: 0 is only near flat; the course of a line counts, not its level."
    )


def _nothing(session: ReportedSession) -> str:
    if session.gathered.readings and not session.gathered.strides:
        return "The pods sent figures of their own and no samples, so how the foot turned is not known."
    return "No stride was seen whole, from one contact to the next, so there is nothing to draw."


def _moments(strides: Sequence[Stride]) -> dict[str, float]:
    found = {
        "heel down": _share(strides, lambda stride: stride.heel_down_s),
        "heel off": _share(strides, lambda stride: stride.heel_off_s),
        "toe-off": _share(strides, lambda stride: stride.terminal_contact_s),
    }
    return {name: share for name, share in found.items() if share is not None}


def _share(strides: Sequence[Stride], moment_s: Callable[[Stride], float | None]) -> float | None:
    """Median place of a moment in per cent of the stride, where half of the strides have it."""
    known = [
        100.0 * (t_s - stride.initial_contact_s) / stride.stride_time_s
        for stride in strides
        if (t_s := moment_s(stride)) is not None and stride.stride_time_s
    ]
    return median(known) if len(known) >= max(1, len(strides) / 2) else None


def _plot(foot: Foot, course: Course, kind: str) -> Element:
    axes = _axes(course)
    parts = [
        *_contact(axes, course),
        *y_axis(axes, 5),
        *_percent_axis(axes),
        level(axes, 0.0, "zero"),
        band(axes, _points(course.low_deg), _points(course.high_deg), foot),
        line(axes, _points(course.mean_deg), f"{foot} mean"),
        *_thirds(axes, course, foot),
        *_marks(axes, course),
    ]
    title = "Pitch of the foot" if foot is Foot.UNKNOWN else f"Pitch of the {foot} foot"
    caption = element(
        "figcaption",
        element("strong", title),
        ", deg ",
        element("span", f"mean of {course.strides} {kind}", class_=f"key {foot} mean"),
        element("span", _in_words(course), class_="said"),
    )
    return element("figure", caption, picture(axes, title, _in_words(course), parts))


def _axes(course: Course) -> Axes:
    low, high = float(course.low_deg.min()), float(course.high_deg.max())
    air = 0.06 * (high - low) + 2.0
    return Axes(
        x_low=0.0,
        x_high=100.0,
        y_low=low - air,
        y_high=high + air,
        width=480.0,
        height=270.0,
        top=3.0 * ROW + 6.0,
        right=18.0,
    )


def _points(pitch_deg: FloatArray) -> list[Point]:
    step = 100.0 / (SHAPE_POINTS - 1)
    return [Point(step * number, float(value)) for number, value in enumerate(pitch_deg)]


def _percent_axis(axes: Axes) -> Iterator[Element]:
    for percent in range(0, 101, 20):
        yield text(
            axes.x(percent), axes.floor + 16, f"{percent} %" if percent == 100 else str(percent), "middle"
        )


def _contact(axes: Axes, course: Course) -> Iterator[Element]:
    toe_off = course.moments.get("toe-off")
    if toe_off is not None:
        yield block(axes, 0.0, toe_off, "contact")


def _marks(axes: Axes, course: Course) -> Iterator[Element]:
    """Upright lines at the moments of contact; each name has a row of its own, so that none touch."""
    for row, (name, percent) in enumerate(course.moments.items()):
        anchor = "start" if percent < 10.0 else "middle"
        yield upright(axes, percent, "moment")
        yield text(axes.x(percent), axes.top - 5 - ROW * row, f"{name} {percent:.0f} %", anchor)


def _thirds(axes: Axes, course: Course, foot: Foot) -> Iterator[Element]:
    if course.first_deg is None or course.last_deg is None or not _differs(course):
        return
    yield line(axes, _points(course.first_deg), f"{foot} first")
    yield line(axes, _points(course.last_deg), f"{foot} last")


def _differs(course: Course) -> bool:
    return course.difference is not None and abs(course.difference[0]) >= DIFFERS_DEG


def _in_words(course: Course) -> str:
    words = [f"At contact {course.mean_deg[0]:+.0f} deg, lowest {course.mean_deg.min():+.0f} deg"]
    words.append(f"highest {course.mean_deg.max():+.0f} deg")
    told = [", ".join(words) + "."]
    if course.moments:
        told.append(sentence(", ".join(f"{name} at {at:.0f} %" for name, at in course.moments.items())))
    told.append(_compared(course))
    if course.others:
        told.append(f"{course.others} strides whose zero is another are left out.")
    return " ".join(told)


def _compared(course: Course) -> str:
    difference = course.difference
    if difference is None:
        return "Too few strides to compare the first third with the last."
    if not _differs(course):
        return f"First and last third lie within {DIFFERS_DEG:.0f} deg of each other."
    by_deg, at_percent = difference
    return f"Dotted: first third; dashed: last third, {by_deg:+.0f} deg at {at_percent:.0f} % of the stride."
