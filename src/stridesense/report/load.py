"""Each calf's load over the session, against what it may do."""

from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree.ElementTree import Element

from stridesense.model import CalfBudget, CoachReport, Foot
from stridesense.report.axes import Axes, Point, level, line, picture, text, time_axis, y_axis
from stridesense.report.markup import bullets, element, table
from stridesense.report.session import ReportedSession
from stridesense.report.trends import foot_key, said_lines
from stridesense.sinks.coach_words import describe_bout

PROXY: Final = (
    "Load is a proxy without a unit, 1 for a usual midfoot stride: good for comparing a leg with itself in "
    "the same shoes. It is no force, and says nothing about the tendon. The limit is the largest session of "
    "the last 30 days, or what the plan of getting used to it allows today."
)


def section(session: ReportedSession) -> Element:
    """The section about the calf budget and the drills that were billed to it."""
    coach = session.gathered.report.coach
    legs = [leg for leg in coach.budgets if leg.strides] if coach is not None else []
    bouts = [describe_bout(bout) for bout in session.gathered.report.bouts]
    return element(
        "section",
        element("h2", "Calf budget"),
        *(_told(session, legs) if legs else [element("p", _nothing(coach))]),
        element("h3", "Drills") if bouts else None,
        bullets(bouts),
        id="budget",
    )


def _nothing(coach: CoachReport | None) -> str:
    return "There was no running and there were no hops, so nothing was billed." if coach else "Not known."


def _told(session: ReportedSession, legs: Sequence[CalfBudget]) -> Iterator[Element]:
    yield element("p", PROXY, class_="note")
    yield element("div", _plot(session, legs), class_="plots one")
    yield _table(legs)


def _plot(session: ReportedSession, legs: Sequence[CalfBudget]) -> Element:
    limits = {leg.foot: leg.limit for leg in legs if leg.limit is not None}
    top = max([*(leg.load for leg in legs), *limits.values(), 1.0]) * 1.08
    end_s = max(session.duration_s, *(leg.t_s for leg in legs))
    axes = Axes(
        x_low=0.0, x_high=end_s, y_low=0.0, y_high=top, width=600.0, height=210.0, left=48.0, right=18.0
    )
    parts = [*y_axis(axes, 5), *time_axis(axes), *said_lines(session, axes)]
    for leg in legs:
        parts += _leg(axes, leg, session.gathered.budgets)
    keys = [foot_key(leg.foot, _against_limit(leg)) for leg in legs]
    told = "; ".join(f"{leg.foot}: {_against_limit(leg)}" for leg in legs)
    caption = element(
        "figcaption",
        element("strong", "Calf load so far"),
        ", usual strides ",
        element("span", *keys, class_="keys"),
    )
    return element("figure", caption, picture(axes, "Calf load of each leg over the session", told, parts))


def _leg(axes: Axes, leg: CalfBudget, told: Sequence[CalfBudget]) -> Iterator[Element]:
    course = [Point(one.t_s, one.load) for one in told if one.foot is leg.foot and one.t_s <= leg.t_s]
    begun_s = min([leg.t_s, *(point.x for point in course)])
    yield line(axes, [Point(max(0.0, begun_s - 60.0), 0.0), *course, Point(leg.t_s, leg.load)], leg.foot)
    if leg.limit is not None:
        yield level(axes, leg.limit, f"limit {leg.foot}")
        name = "limit" if leg.foot is Foot.UNKNOWN else f"limit {leg.foot}"
        right = leg.foot is Foot.RIGHT
        x = axes.width - axes.right - 4 if right else axes.left + 4
        yield text(x, axes.y(leg.limit) - 5, name, "end" if right else "start")


def _against_limit(leg: CalfBudget) -> str:
    if leg.limit is None or leg.ratio is None:
        return f"{leg.load:.0f}, limit not known yet"
    return f"{leg.load:.0f} of {leg.limit:.0f}, ratio {leg.ratio:.2f}, {leg.band}"


def _table(legs: Sequence[CalfBudget]) -> Element:
    head = ("leg", "load", "limit", "ratio", "band", "strides", "hops", "high load", "estimated")
    rows = [
        (
            leg.foot,
            f"{leg.load:.0f}",
            "not known yet" if leg.limit is None else f"{leg.limit:.0f}",
            "not known" if leg.ratio is None else f"{leg.ratio:.2f}",
            leg.band,
            str(leg.strides),
            str(leg.hops),
            str(leg.high_load_strides),
            str(leg.estimated_strides),
        )
        for leg in legs
    ]
    return table("Each leg at the end", head, rows)
