"""What flows down the river as flat JSON values, for the sinks that tell it to others."""

from dataclasses import fields
from functools import singledispatch
from typing import Final

from stridesense.model import (
    Bout,
    CalfBudget,
    Change,
    Cue,
    CueEffect,
    Hop,
    Obeyed,
    Order,
    PodReading,
    PodReport,
    Stride,
    StrideShape,
)

_BY_LEG: Final = {"hops": "hops_{}", "load": "load_{}", "contact_time_s": "contact_time_{}_s"}


@singledispatch
def record(item: object) -> dict[str, object]:
    """An item that subscribers are told of as plain flat JSON values, without what it does not have.

    Raises:
        TypeError: nobody is told of such an item.
    """
    msg = f"nobody is told of a {type(item).__name__}"
    raise TypeError(msg)


@record.register
def _(item: Stride | StrideShape | Cue | PodReport | PodReading) -> dict[str, object]:
    return item.to_record()


@record.register
def _(hop: Hop) -> dict[str, object]:
    return {"type": "hop", **_known(hop)}


@record.register
def _(effect: CueEffect) -> dict[str, object]:
    return {"type": "effect", **_known(effect), "gain_sd": effect.gain_sd}


@record.register
def _(change: Change) -> dict[str, object]:
    return {"type": "change", **_known(change)}


@record.register
def _(budget: CalfBudget) -> dict[str, object]:
    return {"type": "budget", **_known(budget)}


@record.register
def _(bout: Bout) -> dict[str, object]:
    """What is told by leg has the leg in its name: `hops_left`, `load_left`, `contact_time_left_s`."""
    told = _known(bout)
    for name, by_leg in _BY_LEG.items():
        del told[name]
        told |= {by_leg.format(foot): count for foot, count in getattr(bout, name).items()}
    return {"type": "drill", **told}


@record.register
def _(told: Obeyed) -> dict[str, object]:
    """A mark that the runner made.

    Raises:
        TypeError: it is another order.
    """
    if told.order is not Order.MARK:
        msg = f"nobody is told of a {told.order}"
        raise TypeError(msg)
    return {"type": "mark", "t_s": told.t_s, "text": told.value}


def _known(noun: Hop | CueEffect | Change | CalfBudget | Bout) -> dict[str, object]:
    named = {field.name: getattr(noun, field.name) for field in fields(noun)}
    return {name: value for name, value in named.items() if value is not None}
