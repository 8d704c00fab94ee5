"""The whole river gives the same strides, bit for bit, however it is fed, paused or compiled."""

import pickle
import random
from functools import cache

import pytest

from stridesense.dsp.kernels import Kernel
from stridesense.model import Cue, RawPacket, Stride
from stridesense.pipeline import Outcome, Pipeline
from stridesense.simulator import load, simulate


@cache
def packets() -> tuple[RawPacket, ...]:
    """The demonstration's packets: two feet, a cue, and a radio that loses some."""
    scenario = load("demo")
    radio = scenario.radio.model_copy(update={"loss_percent": 0.3, "reorder_percent": 1.0})
    return tuple(simulate(scenario.model_copy(update={"radio": radio})).packets())


def fed(groups: list[tuple[RawPacket, ...]]) -> list[Outcome]:
    """What comes out when packets come in groups, each handed over at once."""
    pipeline = Pipeline()
    out: list[Outcome] = []
    for group in groups:
        out += [outcome for packet in group for outcome in pipeline.process(packet)]
    return out + pipeline.flush()


@cache
def whole() -> tuple[Outcome, ...]:
    return tuple(fed([packets()]))


def test_the_run_has_strides_of_both_feet_and_a_cue() -> None:
    strides = [out for out in whole() if isinstance(out, Stride)]
    assert len(strides) > 120
    assert {stride.foot for stride in strides} == {"left", "right"}
    assert any(isinstance(out, Cue) for out in whole())


@pytest.mark.parametrize("seed", range(3))
def test_grouping_of_packets_does_not_matter(seed: int) -> None:
    rng, rest, groups = random.Random(seed), list(packets()), []
    while rest:
        size = 1 if seed == 0 else rng.randint(1, 60)
        groups.append(tuple(rest[:size]))
        del rest[:size]
    assert tuple(fed(groups)) == whole()


@pytest.mark.parametrize("seed", range(4))
def test_a_run_goes_on_elsewhere_from_its_state(seed: int) -> None:
    stop = random.Random(seed).randrange(1, len(packets()))
    here, there = Pipeline(), Pipeline()
    out = [outcome for packet in packets()[:stop] for outcome in here.process(packet)]
    there.state = pickle.loads(pickle.dumps(here.state))  # noqa: S301  our own bytes
    out += [outcome for packet in packets()[stop:] for outcome in there.process(packet)]
    assert tuple(out + there.flush()) == whole()


def test_plain_python_and_compiled_loops_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    results = []
    for compiled in (True, False):
        monkeypatch.setattr(Kernel, "use_compiled", compiled)
        results.append(fed([packets()]))
    assert results[0] == results[1]


def test_a_used_pipeline_can_be_reset() -> None:
    pipeline = Pipeline()
    for packet in packets()[:500]:
        pipeline.process(packet)
    pipeline.reset()
    out = [outcome for packet in packets() for outcome in pipeline.process(packet)]
    assert tuple(out + pipeline.flush()) == whole()
