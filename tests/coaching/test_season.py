"""Seasons of mixed running through the coach: hills, stops, drills, losses, sore calves, many settings."""

from collections import Counter
from itertools import pairwise
from random import Random
from statistics import correlation

import pytest

from coaching.season_play import DEFAULTS, Played, play_season, varied
from stridesense.model import CueKind, Foot
from stridesense.simulator.season import DAY_S, Calf, random_plan, season
from stridesense.simulator.season_plan import Activity, FaultKind

HOUR_S = 3600.0


def most_in_an_hour(played: Played) -> int:
    said_s = [cue.t_s for cue in played.cues]
    return max((sum(0.0 <= other_s - at_s < HOUR_S for other_s in said_s) for at_s in said_s), default=0)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_nothing_forbidden_happens_whatever_is_set(seed: int) -> None:
    played = list(play_season(seed, 2, varied(seed), longest_s=3000.0))
    assert [one.violations() for one in played] == [[], []]


def test_at_the_defaults_nothing_forbidden_happens_and_eight_cues_are_the_most_in_any_hour() -> None:
    kinds, hours = Counter[CueKind](), 0.0
    for played in play_season(12, 4, lambda _: DEFAULTS):
        assert played.violations() == []
        assert most_in_an_hour(played) <= 8
        kinds.update(cue.kind for cue in played.cues)
        hours += played.report.duration_s / HOUR_S
    assert hours > 2.0
    assert kinds[CueKind.CORRECTION] > 0
    assert kinds[CueKind.SUCCESS] > 0


def test_plans_have_all_that_running_brings() -> None:
    chance = Random(1)
    plans = [random_plan(chance, 3000.0) for _ in range(60)]
    phases = [phase for plan in plans for phase in plan.phases]
    assert {phase.activity for phase in phases} == set(Activity)
    assert {fault.kind for plan in plans for fault in plan.faults} == set(FaultKind)
    assert any(phase.turning for phase in phases)
    assert any(phase.slope_deg > 3.0 for phase in phases)
    assert {len(plan.feet) for plan in plans} == {1, 2}
    for name in ("outages", "instructions", "malformed_s"):
        assert {bool(getattr(plan, name)) for plan in plans} == {False, True}
    assert {plan.battery_percent < 15 for plan in plans} == {False, True}


def test_sessions_lie_days_apart_and_the_same_seed_gives_the_same_season() -> None:
    outings = list(season(5, 6))
    gaps_s = [later.started_unix_s - one.started_unix_s for one, later in pairwise(outings)]
    assert all(0.8 * DAY_S < gap_s < 4.2 * DAY_S for gap_s in gaps_s)
    assert [(one.started_unix_s, one.runner.plan) for one in season(5, 6)] == [
        (one.started_unix_s, one.runner.plan) for one in outings
    ]


def test_soreness_follows_load_a_day_and_a_half_later() -> None:
    chance = Random(2)
    loads, sore = [], []
    for _ in range(200):
        calf = Calf()
        loads.append(chance.uniform(1000.0, 6000.0))
        calf.take(loads[-1], 0.0)
        sore.append(calf.soreness(1.5 * DAY_S))
        assert calf.soreness(4.0 * DAY_S) <= 0.05 * sore[-1]
    assert correlation(loads, sore) > 0.8
    assert min(sore) == 0.0


def test_what_is_said_in_the_morning_is_known_at_the_next_session() -> None:
    told = 0
    for outing in season(6, 8, longest_s=900.0):
        assert all(check_in.unix_s < outing.started_unix_s for check_in in outing.check_ins)
        told = len(outing.check_ins)
        assert all(set(one.soreness) == {Foot.LEFT, Foot.RIGHT} for one in outing.check_ins)
    assert told >= 3
