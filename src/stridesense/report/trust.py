"""How good the data were: what was lost, what is doubtful, what was not measured and why."""

from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from stridesense.model import Foot, PodReport, Stride
from stridesense.report.findings import DOUBTFUL, ended_early
from stridesense.report.markup import bullets, element, sentence, table
from stridesense.report.measures import percent, share
from stridesense.report.session import ReportedSession
from stridesense.report.strip import strip
from stridesense.report.unmeasured import FLAGS, lacking


def section(session: ReportedSession) -> Element:
    """The section about the quality of the data."""
    gathered = session.gathered
    remarks = [sentence(line) for line in (*session.about.damage, *gathered.report.remarks())]
    remarks += ended_early(session)
    lacks = [
        (one.foot, one.what, percent(one.without, one.strides), one.why) for one in lacking(session.strides)
    ]
    return element(
        "section",
        element("h2", "Data quality"),
        bullets(remarks),
        *_pods(session),
        *strip(session),
        *_doubts(gathered.strides),
        element("h3", "Not measured") if session.strides else None,
        table("Figures that many strides lack", ("foot", "figure", f"of the {session.kind}", "why"), lacks)
        if lacks
        else _all_there(session),
        id="data",
    )


def _all_there(session: ReportedSession) -> Element | None:
    if not session.strides:
        return None
    return element(
        "p", f"Every figure that is looked for was measured in nine of ten {session.kind} or more."
    )


def _pods(session: ReportedSession) -> Iterator[Element]:
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
        "link",
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
        pod.state or "not told",
        "not told" if pod.battery_percent is None else f"{pod.battery_percent} %",
    )


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
            *(share(doubtful[f], totals[f]) for f in feet),
        ),
        *(
            (
                flag,
                FLAGS.get(flag, "see the page on metrics"),
                *(share(flags[foot][flag], totals[foot]) for foot in feet),
            )
            for flag, _ in names.most_common()
        ),
    ]
    yield table("Doubts, share of all strides", ("doubt", "what it says", *feet), rows)
