"""The whole river gives the same strides, bit for bit, however it is fed, paused or compiled."""

import pickle
import random
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import repeat

import numpy as np
import pytest
from numpy.typing import NDArray

from coached import eager_pipeline
from stage_checks import run
from stridesense.dsp.kernels import Switch
from stridesense.model import Cue, Foot, RawPacket, Stride
from stridesense.pipeline import Outcome
from stridesense.simulator import load, simulate


@cache
def packets() -> tuple[RawPacket, ...]:
    """The demonstration's packets: two feet, a cue, and a radio that loses some."""
    scenario = load("demo")
    radio = scenario.radio.model_copy(update={"loss_percent": 0.3, "reorder_percent": 1.0})
    return tuple(simulate(scenario.model_copy(update={"radio": radio})).packets())


def fed(packets: Iterable[RawPacket]) -> tuple[Outcome, ...]:
    """What the river makes of packets."""
    return tuple(run(eager_pipeline(), packets))


@cache
def rows() -> NDArray[np.float64]:
    """A foot of a simulated run as rows: time, three of acceleration, three of rotation."""
    samples = simulate(load("held_heel").shortened(20.0)).feet[Foot.LEFT].samples
    return np.column_stack([samples.t_s, samples.acc_mps2, samples.gyr_radps])


def packed(sizes: Iterator[int]) -> list[RawPacket]:
    """The rows in packets of the given sizes."""
    packets, start = [], 0
    while start < len(rows()):
        part = rows()[start : (start := start + next(sizes))]
        payload, arrival_ns = part.astype("<f8").tobytes(), int(part[-1, 0] * 1e9)
        packets.append(RawPacket(Foot.LEFT, "samples", "data", payload, arrival_ns))
    return packets


@cache
def whole() -> tuple[Outcome, ...]:
    return fed(packets())


def test_the_run_has_strides_of_both_feet_and_a_cue() -> None:
    strides = [out for out in whole() if isinstance(out, Stride)]
    assert len(strides) > 120
    assert {stride.foot for stride in strides} == {"left", "right"}
    assert any(isinstance(out, Cue) for out in whole())


@pytest.mark.parametrize("size", [1, 3, 7, 64, 500, None], ids=str)
def test_the_cut_of_packets_does_not_matter(size: int | None) -> None:
    known = fed(packed(repeat(16)))
    rng = random.Random(5)
    seen = fed(packed(repeat(size) if size else iter(lambda: rng.randint(1, 90), 0)))
    assert sum(isinstance(out, Stride) for out in known) >= 15
    assert seen == known


@pytest.mark.parametrize("seed", range(4))
def test_a_run_goes_on_elsewhere_from_its_state(seed: int) -> None:
    stop = random.Random(seed).randrange(1, len(packets()))
    here, there = eager_pipeline(), eager_pipeline()
    out = [outcome for packet in packets()[:stop] for outcome in here.process(packet)]
    there.state = pickle.loads(pickle.dumps(here.state))  # noqa: S301  our own bytes
    out += [outcome for packet in packets()[stop:] for outcome in there.process(packet)]
    assert tuple(out + there.flush()) == whole()


def test_plain_python_and_compiled_loops_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    results = []
    for compiled in (True, False):
        monkeypatch.setattr(Switch, "use_compiled", compiled)
        results.append(fed(packets()))
    assert results[0] == results[1]


def test_a_used_pipeline_can_be_reset() -> None:
    pipeline = eager_pipeline()
    for packet in packets()[:500]:
        pipeline.process(packet)
    pipeline.reset()
    out = [outcome for packet in packets() for outcome in pipeline.process(packet)]
    assert tuple(out + pipeline.flush()) == whole()
