"""The report as one HTML page that needs nothing besides itself: no network, no other file, no script."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from xml.etree.ElementTree import Element

from stridesense.model import Foot
from stridesense.report import cueing, findings, load, method, trends, trust, turning
from stridesense.report.markup import element, sentence, table, written
from stridesense.report.measures import Overview, of_readings, of_strides
from stridesense.report.session import ReportedSession
from stridesense.sinks.coach_words import clock

CONTENTS = {
    "short": "In short",
    "course": "Over the session",
    "turning": "How each foot turned",
    "cues": "Cues",
    "budget": "Calf budget",
    "figures": "Figures",
    "data": "Data quality",
    "method": "How it was measured",
}


def page(session: ReportedSession) -> str:
    """The whole page, with its end of line."""
    style = files("stridesense.report").joinpath("style.css").read_text(encoding="utf-8")
    return written(
        element(
            "html",
            _head(session, style),
            element(
                "body",
                element("header", *_heading(session)),
                element("main", *_sections(session)),
            ),
            lang="en",
        )
    )


def _head(session: ReportedSession, style: str) -> Element:
    """Title, style, and a policy that lets a browser load nothing and run nothing."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{_title(session)} - StrideSense"),
        element("style", style),
    )


def _title(session: ReportedSession) -> str:
    return f"Session of {session.about.began}" if session.about.began else f"Session {session.about.file}"


def _heading(session: ReportedSession) -> Iterator[Element]:
    about = session.about
    yield element("h1", _title(session))
    origin = [about.file, about.source, about.shoe and f"shoe {about.shoe}"]
    if about.session_id:
        origin.append(f"session {about.session_id[:8]}")
    yield element("p", " · ".join(part for part in origin if part), class_="origin")
    facts = [element("div", element("dt", name), element("dd", value)) for name, value in _facts(session)]
    yield element("dl", *facts, class_="facts")
    for line in about.opening:
        yield element("p", sentence(line), class_="note")
    links = [element("a", name, href=f"#{anchor}") for anchor, name in CONTENTS.items()]
    yield element("nav", *links, aria_label="Contents")


def _facts(session: ReportedSession) -> Iterator[tuple[str, str]]:
    report = session.gathered.report
    yield "Duration", clock(session.duration_s)
    if report.coach is not None and report.strides:
        yield "Running", clock(report.coach.running_s)
    if session.distance_m is not None:
        measured = "Distance measured" if report.strides else "Distance, by the pod"
        yield measured, f"{session.distance_m / 1e3:.2f} km"
    yield "Strides", _strides(session)
    yield "Theme", report.coach.theme.replace("_", " ") if report.coach and report.coach.theme else "none"
    yield "Cues", str(len(report.cues))


def _strides(session: ReportedSession) -> str:
    counts = session.gathered.report.strides
    if set(counts) <= {Foot.UNKNOWN}:
        return str(counts.total())
    return " + ".join(f"{counts[foot]} {foot}" for foot in Foot if counts[foot])


def _sections(session: ReportedSession) -> Iterator[Element]:
    yield findings.section(session)
    yield trends.section(session)
    yield turning.section(session)
    yield cueing.section(session)
    yield load.section(session)
    yield _figures(session)
    yield trust.section(session)
    yield method.section(session)


def _figures(session: ReportedSession) -> Element:
    """The overview of `analyze`, of all strides."""
    overviews = (
        ("Mean ± standard deviation over all strides, walking too", of_strides(session.gathered.strides)),
        ("What the pods told while the runner moved", of_readings(session.gathered.readings)),
    )
    tables = [_overview(caption, each) for caption, each in overviews if each.feet]
    nothing = None if tables else element("p", "There are none.")
    return element("section", element("h2", "Figures"), *tables, nothing, id="figures")


def _overview(caption: str, overview: Overview) -> Element:
    return table(caption, ("", *overview.feet), overview.rows, class_="figures")
