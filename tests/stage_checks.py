"""The contract that every stage of the river keeps, checked on whatever a stage takes in."""

import pickle
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from stridesense.model import (
    GaitEvent,
    Gap,
    Lost,
    Malformed,
    RawPacket,
    SampleBlock,
    SignalBlock,
    Stride,
    StrideShape,
)
from stridesense.stage import Stage

Make = Callable[[], Stage[Any, Any]]

PACKET_S = 0.15
"""A packet arrives at most this long after its first sample: 19 samples and a connection interval."""


def run(stage: Stage[Any, Any], items: Iterable[Any]) -> list[Any]:
    """All that a stage answers to items and to the end of them."""
    return [out for item in items for out in stage.process(item)] + stage.flush()


def plain(item: Any) -> Any:
    """An item as a comparable value: arrays become bytes."""
    if is_dataclass(item) and not isinstance(item, type):
        return type(item).__name__, *(plain(getattr(item, field.name)) for field in fields(item))
    return (item.dtype.str, item.shape, item.tobytes()) if isinstance(item, np.ndarray) else item


def arrays(block: Any) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of a block by name, samples along the last axis."""
    named = {field.name: getattr(block, field.name) for field in fields(block)}
    return {
        name: value.T if name in ("acc_mps2", "gyr_radps") else value
        for name, value in named.items()
        if isinstance(value, np.ndarray)
    }


def flowing(items: Iterable[Any]) -> list[Any]:
    """Items as comparable values, blocks taken apart into samples so that their borders do not count."""
    rows: list[Any] = []
    for item in items:
        if isinstance(item, SampleBlock | SignalBlock):
            columns = arrays(item).values()
            rows += [
                (item.foot, item.first_index + i, *(plain(np.ascontiguousarray(c[..., i])) for c in columns))
                for i in range(len(item))
            ]
        else:
            rows.append(plain(item))
    return rows


def sliced(name: str, array: np.ndarray[Any, Any], start: int, stop: int) -> np.ndarray[Any, Any]:
    """Samples start ... stop - 1, the array as the block holds it."""
    part = array[..., start:stop].copy()
    return np.ascontiguousarray(part.T) if name in ("acc_mps2", "gyr_radps") else part


def cut(items: Iterable[Any], rng: random.Random) -> list[Any]:
    """The same items with their blocks cut at random places, down to single samples."""
    pieces: list[Any] = []
    for item in items:
        if not isinstance(item, SampleBlock | SignalBlock):
            pieces.append(item)
            continue
        start = 0
        while start < len(item):
            stop = min(len(item), start + rng.choice((1, 2, 3, 7, 19, 64)))
            parts = {name: sliced(name, array, start, stop) for name, array in arrays(item).items()}
            pieces.append(replace(item, first_index=item.first_index + start, **parts))
            start = stop
    return pieces


def check_cutting_does_not_matter(make: Make, items: Sequence[Any]) -> None:
    whole = flowing(run(make(), items))
    for seed in range(3):
        assert flowing(run(make(), cut(items, random.Random(seed)))) == whole


def check_reset_equals_new(make: Make, items: Sequence[Any]) -> None:
    stage = make()
    run(stage, items[: len(items) // 2])
    stage.reset()
    assert flowing(run(stage, items)) == flowing(run(make(), items))


def check_input_is_left_alone(make: Make, items: Sequence[Any]) -> None:
    before = [plain(item) for item in items]
    run(make(), items)
    assert [plain(item) for item in items] == before


def check_state_can_move(make: Make, items: Sequence[Any]) -> None:
    """Stop anywhere, carry the state elsewhere through bytes, go on there: nothing changes."""
    whole = flowing(run(make(), items))
    rng = random.Random(7)
    for stop in sorted(rng.sample(range(1, len(items)), 5)):
        here, there = make(), make()
        begun = [out for item in items[:stop] for out in here.process(item)]
        carried = pickle.dumps(here.state)
        [out for item in items[stop:] for out in here.process(item)]
        there.state = pickle.loads(carried)  # noqa: S301  our own bytes
        assert flowing([*begun, *run(there, items[stop:])]) == whole


def check_latency_is_as_declared(make: Make, items: Sequence[Any]) -> None:
    """By each foot's own clock, as the other may be ahead, and less by what the input itself was late."""
    stage, late_s = make(), 0.0
    now_s: dict[Any, float] = {}
    for item in items:
        now_s[item.foot] = max(now_s.get(item.foot, 0.0), input_time_s(item))
        came_late_s = now_s[item.foot] - (output_time_s(item) or 0.0) if isinstance(item, Stride) else 0.0
        for out in stage.process(item):
            if out is not item and (happened_s := output_time_s(out)) is not None:
                late_s = max(late_s, now_s[item.foot] - happened_s - came_late_s)
    slack_s = PACKET_S if isinstance(items[-1], RawPacket) else 1e-9
    assert late_s <= stage.latency_s + slack_s


def input_time_s(item: Any) -> float:
    """The latest moment that an item tells of."""
    match item:
        case RawPacket():
            return item.arrival_ns * 1e-9
        case SampleBlock() | SignalBlock():
            return float(item.t_s[-1])
        case Gap():
            return item.end_s
        case Lost():
            return item.t_s
        case _:
            return output_time_s(item) or 0.0


def output_time_s(item: Any) -> float | None:
    """The moment that an output tells of, None where it has none; a stride is complete at its end."""
    match item:
        case SampleBlock() | SignalBlock():
            return float(item.t_s[-1])
        case GaitEvent():
            return item.t_s
        case StrideShape(stride_time_s=stride_s) | Stride(stride_time_s=float(stride_s)):
            return item.initial_contact_s + stride_s
        case Malformed() | _:
            return None


CHECKS = (
    check_cutting_does_not_matter,
    check_reset_equals_new,
    check_input_is_left_alone,
    check_state_can_move,
    check_latency_is_as_declared,
)
