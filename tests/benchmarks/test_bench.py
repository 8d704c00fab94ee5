"""Each benchmark runs and prints its rows, and what it derives from its measurements is derived rightly."""

import json
import re
import subprocess
import sys
from itertools import islice
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from stridesense.dsp.kernels import Kernel, Lookup
from stridesense.model import Foot, Gap, Malformed, SampleBlock, Stride
from stridesense.pipeline import Pipeline
from stridesense.protocol.decoder import Decoder
from stridesense.simulator import SimulatedRun, simulate
from stridesense.stage import Stage

PROGRAMS = Path(__file__).resolve().parents[2] / "benchmarks"
STAGES = ("Decoder", "Conditioner", "GaitDetector", "StrideBuilder", "Bilateral", "OwnUsual", "Coach")


def heard(*command: str | Path) -> str:
    return subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True).stdout


def printed(program: str) -> str:
    return heard(PROGRAMS / f"{program}.py", "--quick")


def rows_of(page: str) -> dict[str, list[str]]:
    """The cells of each line, by the first one."""
    lines = (re.split(r"\s{2,}", line.strip()) for line in page.splitlines())
    return {first: cells for first, *cells in lines}


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(PROGRAMS))
    import bench

    return bench


@pytest.fixture(scope="module")
def run() -> SimulatedRun:
    from stridesense.simulator.scenario import Block, Scenario

    blocks = Block(activity="stand", duration_s=4.0), Block(activity="run", duration_s=6.0)
    return simulate(Scenario(name="short", seed=5, block=blocks))


def test_start_up_tells_of_the_commands() -> None:
    assert {"stridesense --help", "stridesense --version"} <= rows_of(printed("startup")).keys()


def test_throughput_has_a_row_for_each_stage_and_each_way_to_feed() -> None:
    page = printed("throughput")
    rows = rows_of(page)
    assert len(re.findall(r": [1-9]\d+ strides found", page)) == 2
    assert {"packets of 19, plain", "tables of 500, plain"} <= rows.keys()
    assert all(float(cell.replace(",", "")) > 0.0 for stage in STAGES for cell in rows[stage])


def test_kernels_has_a_row_for_each_loop() -> None:
    rows = rows_of(printed("kernels"))
    assert {
        "project",
        "orient",
        "advance",
        "landing",
        "toe_off",
        "heel",
        "pull",
        "all of them",
    } <= rows.keys()


def test_latency_has_a_row_for_each_decision() -> None:
    rows = rows_of(printed("latency"))
    for decision in ("landing, first told", "heel verdict after landing, first told", "toe-off"):
        count, median_ms, late_ms, most_ms, *_ = rows[decision]
        told, true = map(int, count.split(" / "))
        assert 0.9 * true < told <= true
        assert float(median_ms) <= float(late_ms) <= float(most_ms)


def test_memory_has_a_row_for_each_hour_in_which_strides_were_found() -> None:
    rows = rows_of(printed("memory"))
    assert {"plain", "first to last"} <= rows.keys()
    assert all(int(rows[hour][0]) > 10 for hour in ("1", "2"))


def test_ratios_name_every_method_or_say_that_it_was_not_run() -> None:
    page = printed("ratios")
    rows = rows_of(page)
    assert {"StrideSense, plain", "falbriard2018", "bailey_harle2015", "acc_peak"} <= rows.keys()
    for program in ("gaitmap_peer", "ahrs_peer"):
        ran = program in rows and rows[program][0] != "not run"
        assert ran or "VQF" in rows or f"not run: {program}" in page


@pytest.mark.usefixtures("bench")
def test_a_ratio_is_speed_by_speed() -> None:
    import ratios
    from bench import COMPILED, PLAIN, Spread

    ours = ratios.Ours(
        {PLAIN: Spread((4.0, 5.0)), COMPILED: Spread((0.5, 0.8))}, {PLAIN: 2.0, COMPILED: 0.25}
    )
    slow = ratios.Timed("slow", Spread((3.0, 1.0, 2.0)), pitch=True)
    _, best, median, compiled, plain, pitch = ratios.peer_row(slow, ours, 1000)
    assert (best, median) == ("1,000", "500")
    assert (float(compiled), float(plain), float(pitch)) == (2.0, 0.25, 4.0)
    assert ratios.pitch_share({"Decoder": 1.0, "Conditioner": 2.0, "Coach": 3.0}) == 0.5


@pytest.mark.usefixtures("bench")
def test_without_an_environment_a_peer_is_not_run(tmp_path: Path) -> None:
    import ratios

    from stridesense.validation.peers import NotRun, Peer

    answer = ratios.timed(Peer(Path("gaitmap_peer.py"), tmp_path / "bin" / "python"), tmp_path, 1)
    assert isinstance(answer, NotRun)
    row = ratios.peer_row(answer, ratios.Ours({}, {}), 1000)
    assert row[:2] == ["gaitmap_peer", "not run"]


def test_a_peer_is_timed_by_its_own_program(tmp_path: Path, run: SimulatedRun) -> None:
    path, samples = tmp_path / "samples.npz", run.feet[Foot.LEFT].samples
    np.savez(path, t_s=samples.t_s, acc_mps2=samples.acc_mps2, gyr_radps=samples.gyr_radps)
    taken = json.loads(heard(PROGRAMS / "time_peer.py", PROGRAMS / "peers" / "acc_peak.py", path, "3"))
    assert len(taken["acc_peak"]) == 3
    assert min(taken["acc_peak"]) > 0.0


@pytest.mark.usefixtures("bench")
def test_tables_and_packets_hold_the_same_samples(run: SimulatedRun) -> None:
    import feeds

    def decoded(feed: feeds.Feed) -> dict[Foot, np.ndarray]:
        decoder = Decoder()
        blocks = [item for packet in feed.packets for item in decoder.process(packet)] + decoder.flush()
        kept = [block for block in blocks if isinstance(block, SampleBlock)]
        return {foot: np.concatenate([b.gyr_radps for b in kept if b.foot is foot]) for foot in run.feet}

    packets, tables = decoded(feeds.as_packets(run)), decoded(feeds.as_tables(run))
    for foot, table in tables.items():
        assert len(table) == len(run.feet[foot].samples.t_s)
        np.testing.assert_allclose(packets[foot], table[: len(packets[foot])])


@pytest.mark.usefixtures("bench")
def test_the_clock_counts_every_stage_and_leaves_them_as_they_were(run: SimulatedRun) -> None:
    import feeds
    import throughput

    before = {kind: vars(kind).get("process") for kind in Stage.__subclasses__()}
    spent_s = throughput.by_stage(feeds.as_tables(run), "plain", 1)
    assert {kind.__name__ for kind in before if kind is not Pipeline} <= spent_s.keys()
    assert all(seconds > 0.0 for seconds in spent_s.values())
    assert before == {kind: vars(kind).get("process") for kind in Stage.__subclasses__()}


@pytest.mark.usefixtures("bench")
def test_recorded_calls_give_back_what_the_river_computed(run: SimulatedRun) -> None:
    import feeds
    import kernels

    call, look = Kernel.__call__, Lookup.__call__
    calls = kernels.calls_of(feeds.as_tables(run, 8))
    assert (Kernel.__call__, Lookup.__call__) == (call, look)
    fed = sum(one.table.shape[1] for one in calls["project"])
    assert fed >= sum(len(foot.samples.t_s) for foot in run.feet.values())
    whole = kernels.in_one(calls["advance"])
    assert whole[0].table.shape[1] == sum(one.table.shape[1] for one in calls["advance"])


@pytest.mark.usefixtures("bench")
def test_endless_packets_go_on_without_a_gap() -> None:
    import memory

    loop_s = 19.0
    packets = memory.repetition(loop_s)
    decoder = Decoder()
    fed = islice(memory.endless(packets, loop_s), 3 * len(packets))
    items = [item for packet in fed for item in decoder.process(packet)]
    blocks = [item for item in items if isinstance(item, SampleBlock)]
    assert not [item for item in items if isinstance(item, Gap | Malformed)]
    for foot in (Foot.LEFT, Foot.RIGHT):
        t_s = np.concatenate([block.t_s for block in blocks if block.foot is foot])
        assert t_s[-1] > 2.5 * loop_s
        np.testing.assert_allclose(np.diff(t_s), 1.0 / memory.RATE_HZ, rtol=0.05)


@pytest.mark.usefixtures("bench")
def test_growth_is_called_so() -> None:
    import memory

    assert memory.grown(100.0, 100.5).endswith(" flat")
    assert memory.grown(100.0, 110.0).endswith("NOT flat")


@pytest.mark.usefixtures("bench")
def test_the_delay_of_a_record_counts_from_the_next_landing(run: SimulatedRun) -> None:
    import latency

    found = latency.told(run)
    left = [stride for stride in run.truth if stride.foot is Foot.LEFT]
    mine = [one for one in found if isinstance(one.outcome, Stride) and one.outcome.foot is Foot.LEFT]
    delays_ms = latency.record_delays_ms(mine, left)
    assert len(delays_ms) >= len(left) // 2
    assert (delays_ms > 0.0).all()


@pytest.mark.parametrize(
    ("program", "row"),
    [("ledger", "0.5"), ("forecast", "follows load"), ("season", "violations")],
)
def test_the_coach_is_measured_by_programs_that_run(program: str, row: str) -> None:
    assert row in rows_of(printed(program))
