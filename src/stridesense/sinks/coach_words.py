"""What the coach found, in a line each."""

from collections.abc import Mapping

from stridesense.coaching.metrics import METRICS
from stridesense.model import Bout, Change, Foot, Hop

_HEEL = {True: "heel touched", False: "heel stayed up", None: "heel not seen"}


def describe_hop(hop: Hop) -> str:
    """One hop of a drill."""
    symmetry = "" if hop.symmetry_percent is None else f", left against right {hop.symmetry_percent:+.0f} %"
    return (
        f"HOP {hop.number} at {hop.t_s:.2f} s, {hop.foot}: {_HEEL[hop.heel_touched]}, "
        f"contact {1e3 * hop.contact_time_s:.0f} ms{symmetry}"
    )


def describe_bout(bout: Bout) -> str:
    """Hops in a row."""
    parts = [f"{bout.end_s - bout.start_s:.0f} s", f"{_by_foot(bout.hops)} hops"]
    if bout.hops_per_minute is not None:
        parts.append(f"{bout.hops_per_minute:.0f} a minute")
    if bout.heel_touch_share is not None:
        parts.append(f"heel touched in {bout.heel_touch_share:.0%}")
    if bout.symmetry_percent is not None:
        parts.append(f"left against right {bout.symmetry_percent:+.0f} %")
    parts.append(f"calf load {_by_foot(bout.load)}")
    return f"DRILL at {bout.start_s:.0f} s, {bout.drill.replace('_', ' ')}: {', '.join(parts)}"


def describe_change(change: Change) -> str:
    """A metric that is not what it was."""
    metric = METRICS[change.metric]
    whose = "both feet" if change.foot is Foot.UNKNOWN else change.foot
    return (
        f"CHANGE since {change.since_s / 60.0:.1f} min, {whose}: {metric.label} {metric.told(change.before)} "
        f"-> {metric.told(change.after)} at the same speed and cadence"
    )


def _by_foot(values: Mapping[Foot, float]) -> str:
    return " + ".join(f"{value:.0f} {foot}" for foot, value in values.items())
