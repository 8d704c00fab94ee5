"""What single runners hear, stride by stride, from a coach that knows nothing but their strides."""

import pickle
from dataclasses import replace

import pytest

from coaching.season_play import DEFAULTS, Played, play
from stridesense.coaching.briefing import Briefing
from stridesense.coaching.coach import Coach
from stridesense.coaching.history_digest import brief
from stridesense.model import Change, Cue, CueKind, Foot, PastSession, Silence, Theme, Withheld
from stridesense.simulator.season_listening import Listening
from stridesense.simulator.season_plan import Fault, FaultKind, Phase, SessionPlan
from stridesense.simulator.stride_runner import StrideRunner

MINUTE_S = 60.0
EVEN = SessionPlan(phases=(Phase(duration_s=16.0 * MINUTE_S),))
LEFT_HEEL = Fault(kind=FaultKind.HELD_HEEL, foot=Foot.LEFT, start_s=12.0 * MINUTE_S, size_sd=10.0)
HOLDING = replace(EVEN, faults=(LEFT_HEEL,))
LONG_HOLDING = SessionPlan(
    phases=(Phase(duration_s=40.0 * MINUTE_S),), faults=(replace(LEFT_HEEL, start_s=6.0 * MINUTE_S),)
)
OBEDIENT = Listening(obeys=1.0, effect_sd=10.0, lasts_s=1200.0)


def corrections(played: Played) -> list[Cue]:
    return [cue for cue in played.cues if cue.kind is CueKind.CORRECTION]


def with_history(seed: int) -> Briefing:
    """What two quiet runs of the same runner leave behind."""
    past: list[PastSession] = []
    for day in range(2):
        before = brief(past, (), DEFAULTS, 1e9 + day * 86400.0, "road")
        report = play(StrideRunner(EVEN, seed=100 * seed + day), before).report
        past.append(
            PastSession(session_id=str(day), started_unix_s=before.started_unix_s, shoe="road", report=report)
        )
    return brief(past, (), DEFAULTS, 1e9 + 2 * 86400.0, "road")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("known", [False, True])
def test_a_left_heel_held_from_minute_12_is_heard_of_by_minute_14_and_not_before(
    seed: int, *, known: bool
) -> None:
    played = play(StrideRunner(HOLDING, seed=seed), with_history(seed) if known else Briefing())
    first = corrections(played)[0]
    assert (first.cue_id, first.theme, first.foot) == ("heel_held", Theme.HEEL, Foot.LEFT)
    assert 12.0 * MINUTE_S < first.t_s < 14.0 * MINUTE_S


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("faster", [1.2, 0.85])
def test_a_change_of_speed_is_no_fault_and_no_drift(seed: int, faster: float) -> None:
    slow = Phase(duration_s=12.0 * MINUTE_S)
    plan = SessionPlan(phases=(slow, Phase(duration_s=12.0 * MINUTE_S, speed_mps=faster * slow.speed_mps)))
    played = play(StrideRunner(plan, seed=seed), Briefing())
    assert played.cues == []
    assert [item for item in played.log if isinstance(item, Change)] == []


def test_a_cue_that_does_nothing_is_retired_and_that_is_told() -> None:
    played = play(StrideRunner(LONG_HOLDING, seed=1), Briefing())
    said_s = [cue.t_s for cue in corrections(played)]
    retired = [item for item in played.log if isinstance(item, Withheld) and item.why is Silence.RETIRED]
    assert played.report.retired == ("heel_held",)
    assert retired[0].cue_id == "heel_held"
    unobserved = 1  # right after a probe there are no 25 strides to compare with
    assert 3 <= sum(at_s < retired[0].first_s for at_s in said_s) <= 3 + unobserved
    assert not [at_s for at_s in said_s if retired[0].first_s <= at_s <= retired[0].last_s]


def test_who_listens_hears_less_and_is_praised() -> None:
    deaf, obedient = (
        play(StrideRunner(LONG_HOLDING, seed=2, listening=listening), Briefing())
        for listening in (Listening(), OBEDIENT)
    )
    assert len(corrections(obedient)) < len(corrections(deaf))
    assert CueKind.SUCCESS in [cue.kind for cue in obedient.cues]
    assert CueKind.SUCCESS not in [cue.kind for cue in deaf.cues]


def test_the_same_strides_and_briefing_give_the_same_again() -> None:
    assert (
        play(StrideRunner(HOLDING, seed=4), Briefing()).log
        == play(StrideRunner(HOLDING, seed=4), Briefing()).log
    )


def test_a_coach_goes_on_elsewhere_where_another_left_off() -> None:
    items = list(StrideRunner(HOLDING, seed=5).items())
    whole, begun, resumed = Coach(Briefing()), Coach(Briefing()), Coach(Briefing())
    expected = [one for item in items for one in whole.process(item)] + whole.flush()
    seen = [one for item in items[:2200] for one in begun.process(item)]
    resumed.state = pickle.loads(pickle.dumps(begun.state))  # noqa: S301 - our own state
    seen += [one for item in items[2200:] for one in resumed.process(item)] + resumed.flush()
    assert seen == expected
    assert [one for one in seen if isinstance(one, Cue)]
