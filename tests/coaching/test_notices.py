"""What is said whatever the theme: about loads and pods, once each."""

from typing import Any

import pytest

from coached import briefing
from strides import stride
from stridesense.coaching.coach import Coach
from stridesense.coaching.notices import LOST_FOR_S
from stridesense.gait.look import POD_MOVED
from stridesense.model import Cue, CueKind, Foot, LinkState, PodReport


def report(t_s: float, **changes: Any) -> PodReport:
    return PodReport(
        **{"foot": Foot.LEFT, "t_s": t_s, "protocol": "sofp", "state": LinkState.STREAMING, **changes}
    )


def said(items: list[Any]) -> list[tuple[str, Foot]]:
    """What the coach says of the right foot's run while the left pod is in trouble."""
    coach = Coach(briefing())
    found = [out for item in items for out in coach.process(item)]
    return [(out.cue_id, out.foot) for out in found if isinstance(out, Cue) and out.kind is CueKind.POD]


def running(first: int, count: int) -> list[Any]:
    return [stride(first + i, Foot.RIGHT) for i in range(count)]


def test_a_low_battery_is_said_once() -> None:
    items = [
        report(0.0, battery_percent=40),
        *running(0, 5),
        *(report(4.0, battery_percent=9) for _ in range(9)),
    ]
    assert said([*items, *running(5, 300)]) == [("pod_battery", Foot.LEFT)]


def test_a_pod_that_stays_away_is_said_and_one_that_comes_back_is_not() -> None:
    away = [report(t_s, state=LinkState.LOST) for t_s in (3.0, 3.0 + LOST_FOR_S)]
    back = [report(3.0, state=LinkState.LOST), report(9.0), report(3.0 + LOST_FOR_S, state=LinkState.LOST)]
    assert said([*running(0, 5), *away, *running(5, 5)]) == [("pod_link", Foot.LEFT)]
    assert said([*running(0, 5), *back, *running(5, 5)]) == []


def test_a_pod_that_moved_is_said_once() -> None:
    moved = [stride(i, Foot.RIGHT, flags=(POD_MOVED,)) for i in range(200)]
    assert said([*moved]) == [("pod_moved", Foot.RIGHT)]


@pytest.mark.parametrize("percent", [None, 15, 100])
def test_a_battery_that_holds_is_no_news(percent: int | None) -> None:
    assert said([report(0.0, battery_percent=percent), *running(0, 50)]) == []


def test_a_pod_that_says_no_more_is_missed_by_the_other_one() -> None:
    gone = [report(3.0, state=LinkState.LOST), report(4.0, state=LinkState.SEARCHING)]
    assert said([*running(0, 5), *gone, *running(5, 100)]) == [("pod_link", Foot.LEFT)]


def test_a_pod_that_is_back_is_not_reported_missing_and_a_later_loss_is() -> None:
    first = [report(t_s, state=LinkState.LOST) for t_s in (3.0, 30.0)]
    again = [report(90.0), report(100.0, state=LinkState.LOST), report(130.0, state=LinkState.LOST)]
    assert said([*running(0, 5), *first, *running(50, 5), *again]) == [("pod_link", Foot.LEFT)] * 2


def test_the_only_pod_is_missed_too() -> None:
    away = [report(t_s, state=LinkState.SEARCHING) for t_s in (13.0, 23.0, 33.0)]
    assert said([*running(0, 5), report(3.0, state=LinkState.LOST), *away]) == [("pod_link", Foot.LEFT)]
