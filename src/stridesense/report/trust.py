"""How good the data were: what was lost, what is doubtful, what was not measured and why."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final
from xml.etree.ElementTree import Element

from stridesense.model import Foot, Gap, PodReport, Stride
from stridesense.report.axes import Axes, picture, text, time_axis
from stridesense.report.findings import DOUBTFUL
from stridesense.report.markup import bullets, element, table
from stridesense.report.session import Session
from stridesense.report.unmeasured import FLAGS, lacking

STRIPES: Final = 400
"""Pieces that the strip of time is cut into, so that a torn recording does not make a huge page."""

PRESENT_S: Final = 3.0
"""A foot is drawn as moving so long after a stride, s (our own choice)."""


def section(session: Session) -> Element:
    """The section about the quality of the data."""
    gathered = session.gathered
    remarks = [_sentence(line) for line in (*session.about.damage, *gathered.report.remarks())]
    lacks = [(one.foot, one.what, f"{100.0 * one.share:.0f} %", one.why) for one in lacking(session.strides)]
    return element(
        "section",
        element("h2", "Data quality"),
        bullets(remarks),
        *_pods(session),
        *_strip(session),
        *_doubts(gathered.strides),
        element("h3", "Not measured") if session.strides else None,
        table("Figures that many strides lack", ("foot", "figure", f"of the {session.kind}", "why"), lacks)
        if lacks
        else _all_there(session),
        id="data",
    )


def _all_there(session: Session) -> Element | None:
    if not session.strides:
        return None
    return element(
        "p", f"Every figure that is looked for was measured in nine of ten {session.kind} or more."
    )


def _pods(session: Session) -> Iterator[Element]:
    pods = session.gathered.pods
    if not pods:
        return
    head = (
        "foot",
        "pod",
        "samples/s",
        "packets",
        "samples",
        "lost",
        "gaps",
        "malformed",
        "reconnects",
        "battery",
    )
    yield table("Pods, at the end of the session", head, [_pod(pods[foot]) for foot in Foot if foot in pods])


def _pod(pod: PodReport) -> Sequence[str]:
    lost = ", ".join(f"{count} {cause}" for cause, count in pod.lost.items() if count)
    name = ", ".join(part for part in (pod.name, pod.firmware, pod.protocol) if part)
    radio = "" if pod.rssi_dbm is None else f", {pod.rssi_dbm} dBm"
    return (
        pod.foot,
        f"{name}{radio}",
        "not known" if pod.sampling_rate_hz is None else f"{pod.sampling_rate_hz:.1f}",
        str(pod.packets),
        str(pod.samples),
        lost or "none",
        str(pod.gaps),
        str(pod.malformed),
        str(pod.reconnects),
        "not told" if pod.battery_percent is None else f"{pod.battery_percent} %",
    )


def _strip(session: Session) -> Iterator[Element]:
    """A row for each foot: where there were strides, and where data are missing."""
    strides, gaps = session.gathered.strides, session.gathered.gaps
    seen = {one.foot for one in strides} | {one.foot for one in gaps}
    feet = [foot for foot in Foot if foot in seen]
    if not feet or session.duration_s <= 0.0:
        return
    height = 26.0 * len(feet)
    axes = Axes(
        x_low=0.0, x_high=session.duration_s, y_low=0.0, y_high=1.0, width=600.0, height=height + 34.0,
        left=64.0,
        right=18.0, top=6.0, bottom=28.0,
    )  # fmt: skip
    parts = [*time_axis(axes)]
    for row, foot in enumerate(feet):
        y = axes.top + 26.0 * row
        parts.append(text(axes.left - 6, y + 15, foot, "end"))
        moving = [one for one in strides if one.foot is foot]
        holes = [one for one in gaps if one.foot is foot]
        parts += _stripes(axes, _moving(moving, session.duration_s), y, f"present {foot}")
        parts += _stripes(axes, _holes(holes, session.duration_s), y, "hole")
    told = "; ".join(f"{foot}: {_missing_s(gaps, foot):.1f} s missing" for foot in feet)
    caption = element(
        "figcaption",
        element("strong", "Where there were strides"),
        f" (coloured), and holes in the data (black). {told}.",
    )
    yield element(
        "figure", caption, picture(axes, "Strides and holes over the session", told, parts), class_="strip"
    )


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


def _stripes(axes: Axes, pieces: set[int], y: float, kind: str) -> Iterator[Element]:
    """Pieces that follow each other are one stripe."""
    step = (axes.x_high - axes.x_low) / STRIPES
    for first in sorted(piece for piece in pieces if piece - 1 not in pieces):
        last = first
        while last + 1 in pieces:
            last += 1
        left, right = axes.x(first * step), axes.x((last + 1) * step)
        yield element("rect", x=left, y=y, width=right - left, height=20, class_=kind)


def _missing_s(gaps: Sequence[Gap], foot: Foot) -> float:
    return sum(gap.end_s - gap.start_s for gap in gaps if gap.foot is foot)


def _doubts(strides: Sequence[Stride]) -> Iterator[Element]:
    """The flags of doubt of all strides, by foot."""
    feet = [foot for foot in Foot if any(one.foot is foot for one in strides)]
    if not feet:
        return
    totals = {foot: sum(one.foot is foot for one in strides) for foot in feet}
    doubtful = Counter(one.foot for one in strides if one.quality < DOUBTFUL)
    flags = {
        foot: Counter(flag for one in strides if one.foot is foot for flag in one.flags) for foot in feet
    }
    names = sum(flags.values(), Counter[str]())
    rows = [
        (
            "quality below 0.5",
            "the stride as a whole is doubtful",
            *(_share(doubtful[f], totals[f]) for f in feet),
        ),
        *(
            (
                flag,
                FLAGS.get(flag, "see the page on metrics"),
                *(_share(flags[foot][flag], totals[foot]) for foot in feet),
            )
            for flag, _ in names.most_common()
        ),
    ]
    yield table("Doubts, share of all strides", ("doubt", "what it says", *feet), rows)


def _share(count: int, total: int) -> str:
    if not count:
        return "none"
    return f"{100.0 * count / total:.1f} %" if count >= 0.001 * total else f"{count} of {total}"


def _sentence(line: str) -> str:
    return f"{line[:1].upper()}{line[1:]}."
