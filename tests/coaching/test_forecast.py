"""The forecast is silent until it has earned a number, knows nothing of the future, and then is of use."""

import random
import sys
from importlib import import_module
from pathlib import Path
from statistics import fmean
from types import ModuleType

import pytest

from coaching.past import DAY_S, HOUR_S, past_session
from stridesense.coaching.forecast import Forecast, Trial, forecast, score, score_of, trials
from stridesense.coaching.settings import ForecastSettings
from stridesense.model import CheckIn, Foot, PastSession

LEFT, RIGHT, UNKNOWN = Foot.LEFT, Foot.RIGHT, Foot.UNKNOWN
SETTINGS = ForecastSettings()
FIRST_S = 1.75e9
LAST_S = 1800.0


@pytest.fixture(scope="module")
def simulated() -> ModuleType:
    """The benchmark's runners."""
    folder = str(Path(__file__).resolve().parents[2] / "benchmarks")
    sys.path.insert(0, folder)
    try:
        return import_module("forecast")
    finally:
        sys.path.remove(folder)


def by_load(sessions: int, *, sore_above: float = 3000.0) -> tuple[list[PastSession], list[CheckIn]]:
    """Every third day a session; the calf is sore on the morning after a large one."""
    past = [past_session(FIRST_S + 3 * DAY_S * i, {LEFT: 2000.0 + 2000.0 * (i % 2)}) for i in range(sessions)]
    check_ins = [
        CheckIn(
            unix_s=one.started_unix_s + DAY_S,
            soreness={LEFT: 5 if one.report.budgets[0].load > sore_above else 1},
        )
        for one in past
    ]
    return past, check_ins


def after(past: list[PastSession], check_ins: list[CheckIn], load: float = 4000.0) -> Forecast:
    """The outlook after one more session."""
    last = past_session(FIRST_S + 3 * DAY_S * len(past), {LEFT: load})
    return forecast(past, check_ins, SETTINGS, last)[LEFT]


@pytest.mark.parametrize("count", range(8))
def test_there_is_no_number_before_eight_check_ins(count: int) -> None:
    outlook = after(*by_load(count))
    assert outlook.probability is None
    assert outlook.why == f"no number yet: it takes 8 check-ins, {count} count so far"


def test_the_eighth_check_in_gives_a_number_that_follows_the_load() -> None:
    small, large = (after(*by_load(8), load).probability for load in (2000.0, 4000.0))
    assert small is not None
    assert large is not None
    assert small < large - 0.1


def test_a_check_in_outside_every_window_does_not_count() -> None:
    past, check_ins = by_load(8)
    late = CheckIn(unix_s=check_ins[0].unix_s + 1.5 * DAY_S, soreness={LEFT: 1})
    assert after(past, [late, *check_ins[1:]]).why == "no number yet: it takes 8 check-ins, 7 count so far"


def test_no_number_is_given_where_the_runners_own_average_was_as_good() -> None:
    chance = random.Random(4)
    past, _ = by_load(30)
    check_ins = [
        CheckIn(unix_s=one.started_unix_s + DAY_S, soreness={LEFT: chance.choice((1, 1, 1, 4))})
        for one in past
    ]
    skill = score(past, check_ins, SETTINGS).skill
    assert skill is not None
    assert skill < 0.0
    assert after(past, check_ins).probability is None
    assert (
        after(past, check_ins).why == "no number: so far it would have been no better than your own average"
    )


def test_the_window_opens_and_closes_after_the_end_of_the_session() -> None:
    outlook = after([], [])
    assert outlook.from_unix_s == FIRST_S + LAST_S + 12 * HOUR_S
    assert outlook.to_unix_s == FIRST_S + LAST_S + 48 * HOUR_S


@pytest.mark.parametrize(("hours", "counts"), [(11.99, False), (12.0, True), (48.0, True), (48.01, False)])
def test_the_window_holds_its_borders(hours: float, *, counts: bool) -> None:
    past = [past_session(FIRST_S, {LEFT: 2000.0})]
    check_in = CheckIn(unix_s=FIRST_S + LAST_S + hours * HOUR_S, soreness={LEFT: 3})
    assert [trial.sore for trial in trials(past, [check_in], SETTINGS, LEFT)] == [True] * counts


@pytest.mark.parametrize("levels", [(5, 0), (0, 5)])
def test_the_worst_check_in_of_a_window_counts(levels: tuple[int, int]) -> None:
    past = [past_session(FIRST_S, {LEFT: 2000.0})]
    mornings = [CheckIn(unix_s=FIRST_S + i * DAY_S, soreness={LEFT: lv}) for i, lv in enumerate(levels, 1)]
    assert [trial.sore for trial in trials(past, mornings, SETTINGS, LEFT)] == [True]


def test_a_check_in_in_two_windows_belongs_to_both() -> None:
    past = [past_session(FIRST_S + i * 0.5 * DAY_S, {LEFT: 2000.0}) for i in range(2)]
    check_in = CheckIn(unix_s=FIRST_S + 1.5 * DAY_S, soreness={LEFT: 6})
    assert [trial.sore for trial in trials(past, [check_in], SETTINGS, LEFT)] == [True, True]


def test_each_calf_is_judged_by_what_was_said_of_it() -> None:
    past = [past_session(FIRST_S, {LEFT: 2000.0, RIGHT: 2000.0})]
    check_in = CheckIn(unix_s=FIRST_S + DAY_S, soreness={LEFT: 1, RIGHT: 4})
    assert [trials(past, [check_in], SETTINGS, foot)[0].sore for foot in (LEFT, RIGHT)] == [False, True]
    assert score(past, [check_in], SETTINGS).n == 2


def test_an_unnamed_pod_is_judged_by_the_worse_calf() -> None:
    past = [past_session(FIRST_S, {UNKNOWN: 2000.0})]
    check_in = CheckIn(unix_s=FIRST_S + DAY_S, soreness={LEFT: 1, RIGHT: 4})
    assert [trial.sore for trial in trials(past, [check_in], SETTINGS, UNKNOWN)] == [True]


def test_nothing_is_learned_from_what_came_later(simulated: ModuleType) -> None:
    chance = random.Random(9)
    past, check_ins = simulated.history(simulated.a_runner(chance, follows=True), chance, 24)
    mixed = random.Random(1).sample(past, len(past))
    for number in (0, 7, 15, 23):
        session, now_s = past[number], past[number].started_unix_s
        known = [one for one in check_ins if one.unix_s < now_s]
        assert forecast(mixed, check_ins, SETTINGS, session) == forecast(
            past[:number], known, SETTINGS, session
        )


def test_a_trial_tells_what_the_runner_was_told(simulated: ModuleType) -> None:
    chance = random.Random(9)
    past, check_ins = simulated.history(simulated.a_runner(chance, follows=True), chance, 24)
    made = {trial.session_id: trial for trial in trials(past, check_ins, SETTINGS, LEFT)}
    told = {one.session_id: forecast(past, check_ins, SETTINGS, one)[LEFT].probability for one in past}
    assert any(number is not None for number in told.values())
    assert {name: trial.told for name, trial in made.items()} == {name: told[name] for name in made}


def test_an_open_window_teaches_nothing_yet() -> None:
    past = [past_session(FIRST_S + i * DAY_S, {LEFT: 2000.0}) for i in range(9)]
    check_ins = [CheckIn(unix_s=one.started_unix_s + 0.9 * DAY_S, soreness={LEFT: 4}) for one in past]
    assert [trial.base for trial in trials(past, check_ins, SETTINGS, LEFT)][:4] == pytest.approx(
        [0.25, 0.25, 1.5 / 3.0, 2.5 / 4.0]
    )


def test_the_score_is_that_of_the_formula() -> None:
    made = [
        Trial(session_id=str(i), foot=LEFT, probability=p, base=base, sore=sore)
        for i, (p, base, sore) in enumerate([(0.9, 0.5, True), (0.1, 0.5, False), (0.15, 0.5, True)])
    ]
    told = score_of(made)
    assert told.n == 3
    assert told.brier == pytest.approx((0.01 + 0.01 + 0.7225) / 3)
    assert told.base_brier == pytest.approx(0.25)
    assert told.skill == pytest.approx(1 - (0.7425 / 3) / 0.25)
    assert told.calibration_error == pytest.approx((0.1 + abs(0.1 + 0.15 - 1)) / 3)
    assert score([], [], SETTINGS).skill is None


def test_probabilities_are_probabilities_whatever_happens() -> None:
    chance = random.Random(11)
    past = [
        past_session(
            FIRST_S + chance.uniform(0.0, 100.0) * DAY_S,
            {LEFT: chance.choice([0.01, 50.0, 1e5])},
            duration_s=chance.choice([1.0, 1e5]),
            climb_m=chance.choice([None, 0.0, 9e3]),
            held_share={LEFT: chance.random()} if chance.random() < 0.5 else None,
        )
        for _ in range(40)
    ]
    check_ins = [
        CheckIn(unix_s=FIRST_S + i * DAY_S, soreness={LEFT: chance.randrange(11)}) for i in range(100)
    ]
    made = trials(past, check_ins, SETTINGS, LEFT)
    assert len(made) > 20
    assert all(0.0 < trial.probability < 1.0 and 0.0 < trial.base < 1.0 for trial in made)


def test_numbers_beat_the_average_where_soreness_follows_load(simulated: ModuleType) -> None:
    runners = [simulated.told_to(seed, follows=True, sessions=40) for seed in range(24)]
    skills = simulated.skills(runners)
    assert len(skills) >= 20
    assert fmean(skills) > 0.1
    assert fmean(skill > 0.0 for skill in skills) > 0.8
    assert simulated.pooled(runners).calibration_error <= 0.1


def test_numbers_do_hardly_any_harm_where_soreness_follows_nothing(simulated: ModuleType) -> None:
    runners = [simulated.told_to(seed, follows=False, sessions=40) for seed in range(24)]
    assert fmean(simulated.skills(runners)) >= -0.02
    assert sum(map(len, runners)) < 0.6 * 24 * 32


def test_the_benchmark_prints_a_row_for_each_kind_of_runner(
    simulated: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["forecast.py", "--quick"])
    simulated.main()
    rows = capsys.readouterr().out.splitlines()[-2:]
    assert [" of 4 " in row for row in rows] == [True, True]
