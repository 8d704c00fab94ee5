"""Every stage that the package defines keeps the contract; a new one cannot escape."""

import inspect
import pkgutil
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, get_args

import pytest

import stridesense
from stage_checks import CHECKS, run
from stridesense.dsp.conditioner import Conditioner
from stridesense.gait.detector import GaitDetector
from stridesense.gait.segmentation import StrideBuilder
from stridesense.model import Foot, GaitEvent, Lost, RawPacket, SampleBlock, SignalBlock, Stride
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
    """A run with lost, doubled and swapped packets, as it looks at each place of the river."""
    scenario = load("easy_run").shortened(22.0)
    radio = {"loss_percent": 1.0, "duplicate_percent": 3.0, "reorder_percent": 3.0, "burst_every_s": 6.0}
    radio["burst_s"] = 0.15
    packets = tuple(
        simulate(scenario.model_copy(update={"radio": scenario.radio.model_copy(update=radio)})).packets()
    )
    one_foot = tuple(item for item in run(Decoder(), packets) if item.foot is Foot.LEFT)
    signals = tuple(run(Conditioner(), one_foot))
    moments = tuple(run(GaitDetector(), signals))
    return {
        RawPacket: packets,
        SampleBlock: one_foot,
        SignalBlock: signals,
        Lost: moments,
        Stride: tuple(run(StrideBuilder(), moments)),
    }


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
    assert sum(isinstance(item, Stride) for item in river()[Stride]) >= 10
    assert sum(isinstance(item, GaitEvent) for item in river()[Lost]) >= 50


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("stage", stages(), ids=lambda stage: stage.__name__)
def test_stage_keeps_the_contract(
    stage: type[Stage[Any, Any]], check: Callable[[Callable[[], Stage[Any, Any]], tuple[Any, ...]], None]
) -> None:
    check(stage, intake(stage))
