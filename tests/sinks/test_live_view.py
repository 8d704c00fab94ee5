"""The page of the live view: what is on it, in terminals of every size."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from coached import eager_pipeline
from strides import stride
from stridesense.model import (
    Band,
    Bout,
    CalfBudget,
    Change,
    Drill,
    Foot,
    GapCause,
    Hop,
    LinkState,
    Obeyed,
    Order,
    PodReading,
    PodReport,
    RawPacket,
    SessionZero,
)
from stridesense.recording.reader import Recording
from stridesense.sinks.base import Item
from stridesense.sinks.live_view_drawing import curve, phases, sparkline
from stridesense.sinks.live_view_facts import HISTORY_STRIDES, STALE_S, Facts
from stridesense.sinks.live_view_messages import MOST_KEPT, Messages
from stridesense.sinks.live_view_page import Keys, page

SIZES = [(80, 24), (120, 40), (200, 60), (60, 15), (40, 10), (20, 4), (5, 2), (1, 1)]

STREAMING = PodReport(
    foot=Foot.LEFT, t_s=1.0, protocol="sofp", state=LinkState.STREAMING, address="F0:F0:F0:F0:F0:01",
    name="StridePod", battery_percent=87, rssi_dbm=-50, sampling_rate_hz=207.96,
)  # fmt: skip
LOST = replace(STREAMING, state=LinkState.LOST, reason="the connection to the left pod broke")
LOSSES = replace(STREAMING, reconnects=1, gaps=1, lost={GapCause.LINK: 512}, duplicates=3)
SPEED = PodReading(foot=Foot.RIGHT, t_s=3.0, speed_mps=3.0, cadence_spm=172.0)
CHANGE = Change(
    metric="contact_time_s", foot=Foot.LEFT, t_s=9.0, since_s=5.0, before=0.25, after=0.262, size_sd=1.9
)
BOUT = Bout(drill=Drill.ROPE_JUMP, start_s=1.0, end_s=9.0, hops={Foot.LEFT: 16}, load={Foot.LEFT: 9.0})
LEFT_CALF = CalfBudget(foot=Foot.LEFT, t_s=60.0, load=80.0, strides=80)
RIGHT_CALF = replace(LEFT_CALF, foot=Foot.RIGHT, limit=100.0, ratio=0.8, band=Band.GREEN)
HOP = Hop(foot=Foot.LEFT, t_s=2.0, number=1, contact_time_s=0.2, heel_touched=True, symmetry_percent=3.0)


def at(t_s: float) -> RawPacket:
    return RawPacket(Foot.LEFT, "sofp", "data", b"", round(t_s * 1e9))


def facts_of(*items: Item, drill: bool = False) -> Facts:
    facts = Facts(drill=drill)
    for item in (SessionZero(0.0), *items):
        facts.take(item)
    return facts


def read(facts: Facts, width: int = 80, height: int = 24, keys: Keys | None = None) -> str:
    return "\n".join(line.plain for line in page(facts, width, height, keys or Keys()))


def words(facts: Facts) -> str:
    """What stands on the page, however its lines are broken."""
    return " ".join(read(facts).split())


@pytest.fixture(scope="module")
def held(checkout: Path) -> Sequence[Item]:
    """The river of a run with the heels held up, to the moment after its cue."""
    pipeline, items = eager_pipeline(), []
    for packet in Recording.open(checkout / "recordings" / "held_heel.mcap").packets():
        items += [packet, *pipeline.process(packet)]
        if packet.arrival_ns > 26e9:
            break
    return items


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("helping", [False, True])
def test_the_page_fits_every_terminal(
    held: Sequence[Item], width: int, height: int, *, helping: bool
) -> None:
    facts = facts_of(*held, STREAMING, LOST, SPEED, CHANGE, BOUT, LEFT_CALF, RIGHT_CALF)
    facts.messages.write("something long that was said " * 9 + "\n")
    lines = page(facts, width, height, Keys(commands=True, helping=helping))
    assert len(lines) == height
    assert max(line.cell_len for line in lines) <= width


@pytest.mark.parametrize(("width", "height"), SIZES[:3])
def test_a_real_run_is_on_it(held: Sequence[Item], width: int, height: int) -> None:
    seen = read(facts_of(*held), width, height)
    for word in ("running", "theme: heel", "cadence", "contact", "push-off", "pull", "ground", "toes up"):
        assert word in seen
    assert "let the left heel kiss down" in seen
    assert "stayed up in 100% of the last 25 strides" in seen
    assert "s ago" in seen
    assert seen.count("held 20 of 20") == 2
    assert "left pod: recorded, battery" in seen


def test_the_foot_is_drawn_only_where_the_rest_has_room(held: Sequence[Item]) -> None:
    facts = facts_of(*held, CHANGE, BOUT, LEFT_CALF, RIGHT_CALF)
    assert "toes up" in read(facts, 80, 30)
    assert "toes up" not in read(facts, 80, 20)
    assert "right calf" in read(facts, 80, 20)


@pytest.mark.parametrize(
    ("items", "seen"),
    [
        ([], "waiting for the first stride"),
        ([], "no cue: carry on"),
        ([STREAMING], "left pod: streaming, StridePod, -50 dBm, battery 87 %; 208.0 Hz"),
        ([LOST], "the connection to the left pod broke"),
        ([LOSSES], "reconnected once"),
        ([SPEED, replace(SPEED, speed_mps=3.2)], "right pod: speed 3.20 m/s, cadence 172 /min"),
        ([LEFT_CALF], "left calf: load 80 usual strides, a proxy, limit not known yet"),
        ([RIGHT_CALF], "right calf: load 80 usual strides, a proxy, 0.80 of its limit (green)"),
        ([CHANGE], "changed since 0:05 contact time, left: 250 ms became 262 ms"),
        ([BOUT], "drill 0:01 to 0:09 rope jump: 16 left hops"),
        ([Obeyed(order=Order.MUTE, t_s=0.0)], "MUTED"),
        ([Obeyed(order=Order.THEME, t_s=0.0, value="push_off")], "theme: push off"),
        ([Obeyed(order=Order.MARK, t_s=83.0, value="hill")], "mark at 1:23: hill"),
        ([stride(0), at(STALE_S + 1.0)], "no stride for 6 s"),
    ],
)
def test_each_fact_is_told(items: Sequence[Item], seen: str) -> None:
    assert seen in words(facts_of(*items))


def test_a_pod_without_samples_has_no_empty_table() -> None:
    assert "push-off" not in words(facts_of(SPEED))


def test_a_drill_shows_every_hop_that_there_is_room_for() -> None:
    seen = read(facts_of(*(replace(HOP, number=number) for number in range(1, 31)), drill=True))
    assert "\n 30     0:02  left     touched    200 ms    +3 %\n" in seen
    assert seen.count("touched") > 10
    assert "\n 1 " not in seen


def test_a_figure_is_the_median_of_the_last_strides_that_have_it() -> None:
    times_s = (9.0, 0.20, 0.21, 0.22, 0.30, 0.25)
    facts = facts_of(*(stride(index, contact_time_s=time_s) for index, time_s in enumerate(times_s)))
    assert "220 ms" in read(facts)


def test_nothing_grows() -> None:
    facts = facts_of(*(stride(index) for index in range(2 * HISTORY_STRIDES)))
    assert len(facts.strides[Foot.LEFT]) == HISTORY_STRIDES
    messages = Messages()
    for number in range(MOST_KEPT + 5):
        messages.write(f"{number}\n")
    again = io.StringIO()
    messages.say_again(again)
    assert again.getvalue().startswith("(5 earlier messages are left out)\n5\n6\n")
    assert again.getvalue().count("\n") == MOST_KEPT + 1


def test_what_was_said_is_said_again_once_to_the_letter() -> None:
    messages, again = Messages(), io.StringIO()
    for part in ("one\ntw", "o\n\n", "  three"):
        messages.write(part)
    messages.say_again(again)
    messages.say_again(again)
    assert again.getvalue() == "one\ntwo\n\n  three\n"


def test_a_pod_cannot_steer_the_terminal() -> None:
    facts = facts_of(replace(STREAMING, name="evil\x1b[2J\x07"))
    facts.messages.write("worse\x1b]0;title\x07\n")
    assert "\x1b" not in read(facts)
    assert "worse" in read(facts)


def test_a_history_is_drawn_from_its_least_to_its_greatest() -> None:
    assert sparkline([1.0, 2.0, 3.0]) == "▁▄▇"
    assert sparkline([100.0, 100.1]) == "▄▄", "calm running looks calm"
    assert sparkline([0.0, 0.0]) == "▄▄"
    assert sparkline([900.0, *(1.0, 2.0, 3.0) * 7])[1:4] == "▁▄▇", "one outlier hides nothing"
    assert sparkline([]) == ""


def test_a_curve_leads_from_corner_to_corner() -> None:
    assert curve([0.0, 1.0], 0.0, 1.0, 2, 1) == ["⡠⠊"]
    lines = curve([-9.0, 9.0], 0.0, 1.0, 4, 2)
    assert (lines[0][-1], lines[1][0]) != (" ", " "), "what lies outside stays at the edge"


def test_the_phases_of_a_stride_are_in_order() -> None:
    touched = replace(stride(0), heel_down_s=0.1, heel_off_s=0.2)
    assert phases(touched, 14) == "▄▄██▄┄┄┄┄┄┄┄┄┄"
    assert phases(stride(0), 14) == "▄▄▄▄▄┄┄┄┄┄┄┄┄┄", "a heel that never came down"
    assert phases(replace(touched, stride_time_s=None), 14) == ""
