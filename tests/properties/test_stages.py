"""Every stage that the package defines keeps the contract; a new one cannot escape."""

import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Any, get_args

import pytest

import stridesense
from coached import briefing
from stage_checks import CHECKS, run
from stridesense.coaching.coach import Coach
from stridesense.dsp.conditioner import Conditioner
from stridesense.gait.bilateral import Bilateral
from stridesense.gait.detector import GaitDetector
from stridesense.gait.segmentation import StrideBuilder
from stridesense.model import (
    Cue,
    Foot,
    GaitEvent,
    Gap,
    Lost,
    PodReport,
    RawPacket,
    SampleBlock,
    SignalBlock,
    Stride,
)
from stridesense.protocol.decoder import Decoder
from stridesense.simulator import load, simulate
from stridesense.stage import Stage


def stages() -> list[type[Stage[Any, Any]]]:
    """Every concrete stage, found by importing whatever is there below the edges."""
    found: dict[str, type[Stage[Any, Any]]] = {}
    for module in pkgutil.walk_packages(stridesense.__path__, "stridesense."):
        if module.name.split(".")[1] in {"cli", "dashboard"}:
            continue
        for _, kind in inspect.getmembers(import_module(module.name), inspect.isclass):
            if issubclass(kind, Stage) and not inspect.isabstract(kind):
                found[f"{kind.__module__}.{kind.__qualname__}"] = kind
    return [found[name] for name in sorted(found)]


@cache
def river() -> dict[type, tuple[Any, ...]]:
    """A run with held heels and lost, doubled and swapped packets, as it looks at each place of the river.

    One foot up to its moments, then both feet, as the stages after that see both.
    """
    scenario = load("held_heel").shortened(35.0)
    radio = {"loss_percent": 0.3, "duplicate_percent": 3.0, "reorder_percent": 3.0}
    scenario = scenario.model_copy(update={"radio": scenario.radio.model_copy(update=radio)})
    packets = tuple(simulate(scenario).packets())
    items = [item for item in run(Decoder(), packets) if not isinstance(item, PodReport)]
    one_foot = tuple(item for item in items if item.foot is Foot.LEFT)
    signals = tuple(run(Conditioner(), one_foot))
    return {
        RawPacket: packets,
        SampleBlock: one_foot,
        SignalBlock: signals,
        Lost: tuple(run(GaitDetector(), signals)),
        Stride: tuple(both_feet(items)),
    }


def both_feet(items: Iterable[Any]) -> Iterator[Any]:
    """What comes out of the two feet's chains, in the order in which it becomes known."""
    chains = {foot: (Conditioner(), GaitDetector(), StrideBuilder()) for foot in (Foot.LEFT, Foot.RIGHT)}
    for item in items:
        flow = [item]
        for stage in chains[item.foot]:
            flow = [out for each in flow for out in stage.process(each)]
        yield from flow


def intake(stage: type[Stage[Any, Any]]) -> tuple[Any, ...]:
    """What a stage takes in, by the type that it declares."""
    (base,) = (base for base in stage.__orig_bases__ if getattr(base, "__origin__", None) is Stage)  # type: ignore[attr-defined]
    declared = get_args(base)[0]
    kinds = get_args(declared) or (declared,)
    return next(items for kind, items in river().items() if kind in kinds)


def test_the_discovery_finds_the_stages_that_the_pipeline_runs() -> None:
    names = {stage.__name__ for stage in stages()}
    assert names >= {
        "Decoder",
        "Conditioner",
        "GaitDetector",
        "StrideBuilder",
        "Bilateral",
        "Coach",
        "Pipeline",
    }


def test_the_run_that_they_are_fed_is_worth_it() -> None:
    assert sum(isinstance(item, Stride) for item in river()[Stride]) >= 60
    assert sum(isinstance(item, GaitEvent) for item in river()[Lost]) >= 100
    assert any(isinstance(item, Gap) for item in river()[Stride])
    estimated, seen = (
        sum("flight_estimated" in item.flags for item in items if isinstance(item, Stride))
        for items in (river()[Stride], run(Bilateral(), river()[Stride]))
    )
    assert seen < 0.5 * estimated
    assert any(isinstance(item, Cue) for item in run(Coach(briefing()), river()[Stride]))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.__name__)
def test_stage_keeps_the_contract(
    stage: type[Stage[Any, Any]], check: Callable[[Callable[[], Stage[Any, Any]], tuple[Any, ...]], None]
) -> None:
    check(stage, intake(stage))
