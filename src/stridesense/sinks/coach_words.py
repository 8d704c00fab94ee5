"""What the coach found, in a line each: the same words on the screen, after a run and in the history."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from stridesense.coaching.metrics import METRICS
from stridesense.model import Bout, CalfBudget, Change, Foot, HalfChange, Hop

_Value = TypeVar("_Value", int, float)

_HEEL = {True: "heel touched", False: "heel stayed up", None: "heel not seen"}


def describe_hop(hop: Hop) -> str:
    """One hop of a drill."""
    symmetry = "" if hop.symmetry_percent is None else f", {_symmetry(hop.symmetry_percent)}"
    return (
        f"HOP {hop.number} at {hop.t_s:.2f} s, {hop.foot}: {_HEEL[hop.heel_touched]}, "
        f"contact {1e3 * hop.contact_time_s:.0f} ms{symmetry}"
    )


def describe_bout(bout: Bout) -> str:
    """Hops in a row."""
    parts = [f"{_by_foot(bout.hops, str)} hops"]
    if bout.hops_per_minute is not None:
        parts.append(f"{bout.hops_per_minute:.0f} a minute")
    if bout.contact_time_s:
        parts.append(f"contact {_by_foot(bout.contact_time_s, lambda time_s: f'{1e3 * time_s:.0f}')} ms")
    if bout.heel_touch_share is not None:
        parts.append(f"heel touched in {bout.heel_touch_share:.0%}")
    if bout.symmetry_percent is not None:
        parts.append(_symmetry(bout.symmetry_percent))
    parts.append(f"calf load {_by_foot(bout.load, lambda load: f'{load:.0f}')}")
    return f"{clock(bout.start_s)} to {clock(bout.end_s)} {bout.drill.replace('_', ' ')}: {', '.join(parts)}"


def describe_change(change: Change) -> str:
    """A metric that is not what it was: which, of which foot, since when."""
    return (
        f"since {clock(change.since_s)} {label(change.metric)}, {whose(change.foot)}: "
        f"{told(change.metric, change.before)} became {told(change.metric, change.after)} "
        f"at the same speed and cadence ({change.size_sd:+.1f} SD, noticed at {clock(change.t_s)})"
    )


def describe_half(half: HalfChange) -> str:
    """What the second half of a session was against the first."""
    return (
        f"{label(half.metric)}, {whose(half.foot)}: {told(half.metric, half.first)} became "
        f"{told(half.metric, half.second)} at the same speed and cadence ({half.size_sd:+.1f} SD)"
    )


def describe_budget(leg: CalfBudget) -> str:
    """What a calf has done, and how much of what it may do that is."""
    calf = "calf" if leg.foot is Foot.UNKNOWN else f"{leg.foot} calf"
    limit = "limit not known yet" if leg.ratio is None else f"{leg.ratio:.2f} of its limit ({leg.band})"
    return f"{calf}: load {leg.load:.0f} usual strides, a proxy, {limit}"


def clock(t_s: float) -> str:
    """A moment of a session as a stopwatch shows it."""
    minutes, seconds = divmod(int(t_s), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes}:{seconds:02}"


def whose(foot: Foot) -> str:
    """Whom a cue speaks to, or what of two feet was compared."""
    return "both" if foot is Foot.UNKNOWN else foot


def told(metric: str, value: float) -> str:
    """A value of a metric with its unit, as people read it; the plain figure of one that nobody knows."""
    known = METRICS.get(metric)
    return f"{value:.4g}" if known is None else known.told(value).rstrip()


def label(metric: str) -> str:
    """What a metric is called; the name of one that nobody knows."""
    known = METRICS.get(metric)
    return safe(metric) if known is None else known.label


def safe(text: str) -> str:
    """The text with signs that are not for reading, as those that steer a terminal, written as escapes."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )


def _symmetry(percent: float) -> str:
    return f"left against right {percent:+.0f} %"


def _by_foot(values: Mapping[Foot, _Value], shown: Callable[[_Value], str]) -> str:
    """The values of both feet; a foot that nobody named stands without a name."""
    return " + ".join(
        shown(value) if foot is Foot.UNKNOWN else f"{shown(value)} {foot}" for foot, value in values.items()
    )
