"""A virtual session as a whole: repeatable, ordered, quick."""

from time import perf_counter

import pytest

from stridesense.model import Foot
from stridesense.simulator import SimulatedRun, load, simulate
from stridesense.simulator.scenario import Radio, Scenario

SHORT = load("demo").shortened(12.0)


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    return simulate(SHORT)


def test_the_same_scenario_gives_the_same_bytes(run: SimulatedRun) -> None:
    again = simulate(SHORT)

    assert list(again.packets()) == list(run.packets())
    assert again.truth == run.truth


def test_another_seed_gives_another_run(run: SimulatedRun) -> None:
    other = simulate(SHORT.model_copy(update={"seed": SHORT.seed + 1}))

    assert other.truth != run.truth


def test_the_radio_does_not_change_how_the_runner_runs(run: SimulatedRun) -> None:
    lossy = simulate(SHORT.model_copy(update={"radio": Radio(loss_percent=20.0, jitter_ms=9.0)}))

    assert lossy.truth == run.truth
    assert sum(1 for _ in lossy.packets()) < sum(1 for _ in run.packets())


def test_one_foot_runs_the_same_without_a_pod_on_the_other(run: SimulatedRun) -> None:
    alone = simulate(SHORT.model_copy(update={"feet": ("left",)}))

    assert list(alone.packets()) == [p for p in run.packets() if p.foot is Foot.LEFT]
    assert alone.truth == tuple(stride for stride in run.truth if stride.foot is Foot.LEFT)


def test_packets_arrive_in_order_and_each_foot_introduces_itself_first(run: SimulatedRun) -> None:
    packets = list(run.packets())

    assert [p.arrival_ns for p in packets] == sorted(p.arrival_ns for p in packets)
    assert {p.protocol for p in packets} == {"sofp"}
    for foot in (Foot.LEFT, Foot.RIGHT):
        mine = [p.characteristic for p in packets if p.foot is foot]
        assert mine[:3] == ["info", "config", "data"]
        assert mine.count("status") == int(SHORT.duration_s) - 1


def test_the_first_sample_is_at_zero_and_none_comes_after_the_end(run: SimulatedRun) -> None:
    for foot in run.feet.values():
        assert foot.samples.t_s[0] == 0.0
        assert foot.samples.t_s[-1] < SHORT.duration_s
        assert len(foot.samples.t_s) == len(foot.samples.counts)


def test_the_sidecar_says_where_a_recording_came_from(run: SimulatedRun) -> None:
    sidecar = run.sidecar()

    assert sidecar["source"] == "simulator"
    assert sidecar["strides"] == {
        "left": sum(s.foot is Foot.LEFT for s in run.truth),
        "right": sum(s.foot is Foot.RIGHT for s in run.truth),
    }
    assert Scenario.model_validate(sidecar["scenario"]) == SHORT


def test_a_minute_of_two_feet_takes_seconds() -> None:
    scenario = load("easy_run").model_copy(
        update={"block": (load("easy_run").block[1].model_copy(update={"duration_s": 60.0}),)}
    )
    begin_s = perf_counter()
    packets = sum(1 for _ in simulate(scenario).packets())

    assert packets > 1000
    assert perf_counter() - begin_s < 6.0
