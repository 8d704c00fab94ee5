"""Scales and axes of a plot, and what is drawn in it, as inline SVG that the page's style sheet colours."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from stridesense.report.markup import Child, element

TIME_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
MOST_TIME_TICKS: Final = 7


class Point(NamedTuple):
    """A place in the units of the axes."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """The place of a plot's frame in its picture, and the values at its edges."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    width: float = 380.0
    height: float = 190.0
    left: float = 40.0
    right: float = 10.0
    top: float = 18.0
    bottom: float = 24.0

    def x(self, value: float) -> float:
        """Where a value lies across."""
        inside = self.width - self.left - self.right
        return self.left + inside * (value - self.x_low) / (self.x_high - self.x_low)

    def y(self, value: float) -> float:
        """Where a value lies in height, which counts downwards."""
        inside = self.height - self.top - self.bottom
        return self.top + inside * (self.y_high - value) / (self.y_high - self.y_low)

    @property
    def floor(self) -> float:
        """Height of the lower edge."""
        return self.height - self.bottom


def picture(axes: Axes, title: str, told: str, parts: Iterable[Element]) -> Element:
    """The drawing with what those are told who do not see it."""
    return element(
        "svg",
        element("title", title),
        element("desc", told),
        *parts,
        viewBox=f"0 0 {axes.width:.0f} {axes.height:.0f}",
        role="img",
        aria_label=f"{title}. {told}",
    )


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round values from `low` to `high`, both inside, about so many."""
    rough = (high - low) / about
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1.0, 2.0, 5.0, 10.0) if power * factor >= rough * 0.999)
    return [step * number for number in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def reach(values: Iterable[float], least: float) -> tuple[float, float]:
    """Edges with some air around the values, no closer together than `least`; 0 to `least` of none.

    They do not go below 0 where no value does.
    """
    known = list(values)
    if not known:
        return 0.0, least
    middle, half = (max(known) + min(known)) / 2.0, (max(known) - min(known)) / 2.0
    half = max(half * 1.1, least / 2.0)
    lift = max(0.0, half - middle) if min(known) >= 0.0 else 0.0
    return middle - half + lift, middle + half + lift


def y_axis(axes: Axes, about: int = 4) -> Iterator[Element]:
    """Level lines with their values."""
    values = ticks(axes.y_low, axes.y_high, about)
    digits = max(0, -floor(log10(values[1] - values[0]) + 1e-9)) if len(values) > 1 else 0
    for value in values:
        y = axes.y(value)
        yield element("line", x1=axes.left, x2=axes.width - axes.right, y1=y, y2=y, class_="grid")
        yield text(axes.left - 5, y + 4, f"{value + 0.0:.{digits}f}", "end")


def time_axis(axes: Axes) -> Iterator[Element]:
    """Marks of the session's time, in minutes, or in seconds of a short one."""
    span_s = axes.x_high - axes.x_low
    step_s = next((step for step in TIME_STEPS_S if span_s / step <= MOST_TIME_TICKS), TIME_STEPS_S[-1])
    unit, unit_s = ("min", 60) if step_s >= 60 else ("s", 1)
    marks = range(ceil(axes.x_low / step_s), floor(axes.x_high / step_s) + 1)
    for number in marks:
        x = axes.x(number * step_s)
        yield element("line", x1=x, x2=x, y1=axes.floor, y2=axes.floor + 4, class_="axis")
        last = f" {unit}" if number == marks[-1] else ""
        yield text(x, axes.floor + 16, f"{number * step_s // unit_s}{last}", "middle")
    yield element(
        "line", x1=axes.left, x2=axes.width - axes.right, y1=axes.floor, y2=axes.floor, class_="axis"
    )


def line(axes: Axes, points: Sequence[Point], kind: str) -> Element:
    """A line through the points."""
    return element("path", d=_path(axes, points), class_=f"line {kind}")


def band(axes: Axes, low: Sequence[Point], high: Sequence[Point], kind: str) -> Element:
    """The area between two lines."""
    return element("path", d=_path(axes, [*low, *reversed(high)]) + "Z", class_=f"band {kind}")


def block(axes: Axes, from_x: float, to_x: float, kind: str) -> Element:
    """A stretch over the whole height."""
    left, right = axes.x(max(from_x, axes.x_low)), axes.x(min(to_x, axes.x_high))
    return element(
        "rect", x=left, width=max(right - left, 0.5), y=axes.top, height=axes.floor - axes.top, class_=kind
    )


def upright(axes: Axes, x: float, kind: str) -> Element:
    """A line over the whole height."""
    return element("line", x1=axes.x(x), x2=axes.x(x), y1=axes.top, y2=axes.floor, class_=kind)


def level(axes: Axes, y: float, kind: str) -> Element:
    """A line over the whole width."""
    return element("line", x1=axes.left, x2=axes.width - axes.right, y1=axes.y(y), y2=axes.y(y), class_=kind)


def text(x: float, y: float, words: Child, anchor: str = "start", kind: str | None = None) -> Element:
    """Words at a place of the picture."""
    return element("text", words, x=x, y=y, text_anchor=anchor, class_=kind)


def _path(axes: Axes, points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in points)
