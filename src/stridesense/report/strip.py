"""A strip of time for each foot: where there were strides, and where data are missing."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final
from xml.etree.ElementTree import Element

from stridesense.model import Foot, Gap, Stride
from stridesense.report.axes import Axes, picture, text, time_axis
from stridesense.report.markup import element
from stridesense.report.session import ReportedSession

ROW: Final = 26.0
"""Height of a foot's strip with the space below it."""

STRIPES: Final = 400
"""Pieces that the strip of time is cut into, so that a torn recording does not make a huge page."""

PRESENT_S: Final = 3.0
"""A foot is drawn as moving so long after a stride, s (our own choice)."""


def strip(session: ReportedSession) -> Iterator[Element]:
    """The picture; nothing where there is neither a stride nor a hole."""
    strides, gaps = session.gathered.strides, session.gathered.gaps
    seen = {one.foot for one in strides} | {one.foot for one in gaps}
    feet = [foot for foot in Foot if foot in seen]
    if not feet or session.duration_s <= 0.0:
        return
    axes = _axes(session.duration_s, len(feet))
    parts = [*time_axis(axes)]
    for row, foot in enumerate(feet):
        parts += _row(axes, axes.top + ROW * row, foot, session)
    told = "; ".join(f"{foot}: {_missing_s(gaps, foot):.1f} s missing" for foot in feet)
    title = element("strong", "Where there were strides")
    caption = element("figcaption", title, f" (pale), and holes in the data (solid, taller). {told}.")
    drawn = picture(axes, "Strides and holes over the session", told, parts)
    yield element("figure", caption, drawn, class_="strip")


def _axes(duration_s: float, rows: int) -> Axes:
    return Axes(
        x_low=0.0,
        x_high=duration_s,
        y_low=0.0,
        y_high=1.0,
        width=600.0,
        height=ROW * rows + 34.0,
        left=64.0,
        right=18.0,
        top=6.0,
        bottom=28.0,
    )


def _row(axes: Axes, y: float, foot: Foot, session: ReportedSession) -> Iterator[Element]:
    yield text(axes.left - 6, y + 15, foot, "end")
    strides = [one for one in session.gathered.strides if one.foot is foot]
    gaps = [one for one in session.gathered.gaps if one.foot is foot]
    yield from _stripes(axes, _moving(strides, axes.x_high), y + 2, 16, f"present {foot}")
    yield from _stripes(axes, _holes(gaps, axes.x_high), y - 1, 22, "hole")


def _moving(strides: Sequence[Stride], duration_s: float) -> set[int]:
    """The pieces of the strip in which a foot made strides."""
    moments = sorted(one.initial_contact_s for one in strides)
    ends = [later if later - now <= PRESENT_S else now + 1.0 for now, later in pairwise(moments)]
    spans = zip(moments, [*ends, moments[-1] + 1.0], strict=True) if moments else ()
    return {piece for start_s, end_s in spans for piece in _pieces(start_s, end_s, duration_s)}


def _holes(gaps: Sequence[Gap], duration_s: float) -> set[int]:
    return {piece for gap in gaps for piece in _pieces(gap.start_s, gap.end_s, duration_s)}


def _pieces(start_s: float, end_s: float, duration_s: float) -> range:
    first, last = (int(STRIPES * min(max(t_s / duration_s, 0.0), 1.0)) for t_s in (start_s, end_s))
    return range(min(first, STRIPES - 1), min(last, STRIPES - 1) + 1)


def _stripes(axes: Axes, pieces: set[int], y: float, height: float, kind: str) -> Iterator[Element]:
    """Pieces that follow each other are one stripe."""
    step = (axes.x_high - axes.x_low) / STRIPES
    for first in sorted(piece for piece in pieces if piece - 1 not in pieces):
        last = first
        while last + 1 in pieces:
            last += 1
        left, right = axes.x(first * step), axes.x((last + 1) * step)
        yield element("rect", x=left, y=y, width=right - left, height=height, class_=kind)


def _missing_s(gaps: Sequence[Gap], foot: Foot) -> float:
    return sum(gap.end_s - gap.start_s for gap in gaps if gap.foot is foot)
