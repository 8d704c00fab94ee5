"""When the coach speaks, and when it is silent."""

from dataclasses import replace
from itertools import pairwise

import pytest

from stridesense.coaching.coach import Coach, CoachParams
from stridesense.coaching.rules import HEEL_HELD, held_share
from stridesense.model import Cue, Foot, Gait, Gap, GapCause, HeelState, Stride

BOTH = (Foot.LEFT, Foot.RIGHT)


def stride(index: int, foot: Foot, state: HeelState | None, **changes: object) -> Stride:
    """A running stride of 0.7 s."""
    start_s = 0.7 * index
    base = Stride(
        foot=foot,
        index=index,
        gait=Gait.RUN,
        initial_contact_s=start_s,
        terminal_contact_s=start_s + 0.25,
        contact_time_s=0.25,
        quality=0.9,
        heel_state=state,
        heel_height_mm=20.0 if state is HeelState.HELD else 1.0,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def cues(items: list[object], params: CoachParams | None = None) -> list[Cue]:
    """What a coach says to a list of strides and gaps."""
    coach = Coach(params)
    return [out for item in items for out in coach.process(item) if isinstance(out, Cue)]  # type: ignore[arg-type]


def held(n: int, feet: tuple[Foot, ...] = BOTH, first: int = 0, **changes: object) -> list[object]:
    return [stride(first + i, foot, HeelState.HELD, **changes) for i in range(n) for foot in feet]


def test_nothing_is_said_before_a_full_window() -> None:
    assert cues(held(HEEL_HELD.window_strides - 1)) == []


def test_a_held_heel_is_said_once_with_its_numbers() -> None:
    (cue,) = cues(held(40))
    assert cue.cue_id == "heel_held"
    assert cue.text == "let the heels kiss down"
    assert cue.foot is Foot.UNKNOWN
    assert cue.window_strides == 25
    assert cue.value == 1.0
    assert "100% of the last 25 strides, 20 mm above flat" in cue.reason
    assert cue.t_s == pytest.approx(0.7 * 24 + 0.25)


def test_one_foot_is_named() -> None:
    mixed = [
        stride(i, foot, HeelState.HELD if foot is Foot.LEFT else HeelState.KISSED)
        for i in range(40)
        for foot in BOTH
    ]
    (cue,) = cues(mixed)
    assert cue.foot is Foot.LEFT
    assert cue.text == "let the left heel kiss down"


@pytest.mark.parametrize("gap_s", [15.0, 90.0, 600.0])
def test_the_gap_between_cues_is_obeyed(gap_s: float) -> None:
    said = cues(held(3000), CoachParams(gap_s=gap_s))
    times = [cue.t_s for cue in said]
    assert len(said) >= 3
    assert all(after - before >= gap_s for before, after in pairwise(times))


def test_a_few_held_strides_are_no_matter() -> None:
    strides: list[object] = [
        stride(i, Foot.LEFT, HeelState.HELD if i % 2 else HeelState.KISSED) for i in range(200)
    ]
    assert held_share(strides[:100]) == 0.5  # type: ignore[arg-type]
    assert cues(strides) == []


@pytest.mark.parametrize(
    "changes",
    [{"gait": Gait.WALK}, {"quality": 0.1}, {"heel_state": None}],
    ids=["walking", "doubtful", "unknown heel"],
)
def test_strides_that_prove_nothing_do_not_count(changes: dict[str, object]) -> None:
    assert cues(held(100, **changes)) == []


def test_walking_and_gaps_begin_a_new_window() -> None:
    walk = [stride(24, foot, HeelState.HELD, gait=Gait.WALK) for foot in BOTH]
    hole = [Gap(foot, 16.0, 17.0, 200, GapCause.RADIO) for foot in BOTH]
    for between in (walk, hole):
        assert cues([*held(24), *between, *held(24, first=25)]) == []
        assert len(cues([*held(24), *between, *held(25, first=25)])) == 1


def test_an_unknown_foot_is_not_called_unknown() -> None:
    (cue,) = cues(held(40, feet=(Foot.UNKNOWN,)))
    assert cue.text == "let the heels kiss down"
    assert cue.reason.startswith("the heel stayed up")


def test_a_foot_that_fell_silent_is_not_spoken_to() -> None:
    long_ago = held(30, feet=(Foot.RIGHT,))
    (first, second) = cues([*long_ago, *held(30, feet=(Foot.LEFT,), first=600)])
    assert (first.foot, second.foot) == (Foot.RIGHT, Foot.LEFT)


def test_the_silence_after_a_cue_survives_in_the_state() -> None:
    here, there = Coach(), Coach()
    strides = held(400)
    until = next(i for i in range(len(strides)) if len(cues(strides[:i])) == 1)
    for item in strides[:until]:
        here.process(item)  # type: ignore[arg-type]
    there.state = here.state
    later = [out for item in strides[until:] for out in there.process(item) if isinstance(out, Cue)]  # type: ignore[arg-type]
    assert later == cues(strides)[1:]
    assert later[0].t_s - cues(strides)[0].t_s >= CoachParams().gap_s
