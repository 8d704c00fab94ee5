"""Whatever is told of a session stands on its own clock, however long the pods were searched before."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from report.making import ABOUT
from report.reading import Page
from stridesense.model import Foot, Instruction, Obeyed, Order, PodReport, RawPacket, SessionZero
from stridesense.pipeline import Pipeline
from stridesense.report.page import page
from stridesense.report.session import ReportedSession
from stridesense.runtime.gathering import Gathered, gather
from stridesense.simulator import load, simulate
from stridesense.sinks.base import Item
from stridesense.sinks.live_view_facts import Facts
from stridesense.units import NS_PER_S

SEARCH_S = 8.0
MARKED_S = 10.5
LASTS_S = 20.0
AN_INTERVAL_S = 0.1  # what the first packet took on its way, and the samples that it held

Flow = list[RawPacket | Instruction]


def searched(packets: Iterator[RawPacket]) -> Iterator[RawPacket | Instruction]:
    """The packets of a run for whose pods somebody had to search, and a mark in mid-run."""
    yield RawPacket(Foot.LEFT, "sofp", "link", b'{"state": "searching"}', 0)
    marked = False
    for packet in packets:
        if not marked and packet.arrival_ns > MARKED_S * NS_PER_S:
            marked = True
            yield Instruction(
                order=Order.MARK, arrival_ns=int((SEARCH_S + MARKED_S) * NS_PER_S), value="hill"
            )
        yield replace(packet, arrival_ns=packet.arrival_ns + int(SEARCH_S * NS_PER_S))


@pytest.fixture(scope="module")
def packets() -> Flow:
    return list(searched(simulate(load("easy_run").shortened(LASTS_S)).packets()))


@pytest.fixture(scope="module")
def gathered(packets: Flow) -> Gathered:
    return gather(packets, Pipeline())


def test_the_clock_starts_once_with_the_first_sample(packets: Flow) -> None:
    pipeline, told = Pipeline(), list[Item]()
    assert pipeline.session_time_s(0) is None
    for packet in packets:
        told += pipeline.process(packet)
    (zero,) = [one for one in told if isinstance(one, SessionZero)]
    assert zero.host_s == pytest.approx(SEARCH_S, abs=AN_INTERVAL_S)
    first_timed = next(number for number, one in enumerate(told) if getattr(one, "t_s", 0.0) > 0.0)
    assert told.index(zero) < first_timed
    assert pipeline.session_time_s(int(1e9 * (SEARCH_S + 5.0))) == pytest.approx(5.0, abs=AN_INTERVAL_S)


def test_a_mark_and_the_end_are_in_session_time(gathered: Gathered) -> None:
    (mark,) = gathered.orders
    assert mark == Obeyed(order=Order.MARK, t_s=mark.t_s, value="hill")
    assert mark.t_s == pytest.approx(MARKED_S, abs=AN_INTERVAL_S)
    assert gathered.end_s == pytest.approx(LASTS_S, abs=1.0)


def test_the_live_view_does_not_take_the_search_for_silence(packets: Flow) -> None:
    pipeline, facts, silences = Pipeline(), Facts(), list[float | None]()
    for packet in packets:
        for item in (packet, *pipeline.process(packet)):
            facts.take(item)
        silences.append(facts.stale_s())
    assert facts.strides
    assert set(silences) == {None}
    assert facts.now_s == pytest.approx(LASTS_S, abs=1.0)
    assert any(line.startswith("mark at 0:10: hill") for line in facts.messages.shown)


def test_the_report_tells_a_mark_where_it_was_and_no_pause_at_the_end(gathered: Gathered) -> None:
    session = ReportedSession(ABOUT, gathered)
    assert [pause for pause in session.pauses if pause[1] == session.duration_s] == []
    assert Page(page(session)).row("What the runner said, in the order of time", "0:10") == [
        "mark M1",
        "hill",
    ]


def test_what_a_pod_reports_while_it_is_searched_is_at_0(packets: Flow) -> None:
    (first,) = (one for one in Pipeline().process(packets[0]) if isinstance(one, PodReport))
    assert first.t_s == 0.0
