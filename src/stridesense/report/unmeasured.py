"""What was not measured, and why, as far as the strides tell."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from stridesense.model import Foot, Stride

FLAGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "clipped": "the sensor stood at the end of its range",
        "weak_contact": "the landing showed no clear jolt",
        "after_gap": "the landing came just after a hole in the data",
        "cut_short": "the next contact was not seen",
        "no_standing_start": "nobody stood still, so flat is not known",
        "pitch_unsure": "the pitch of the foot was too doubtful",
        "pod_moved": "the pod turned on the shoe",
        "low_rate": "fewer than 150 samples a second",
        "timed_by_arrival": "the pod has no clock, so times are those of packets",
        "flight_estimated": "flight was estimated from one foot",
        "clock_unsure": "the clocks of the two feet could not be compared",
        "feet_together": "both feet landed at once",
        "sides_swapped": "left and right may be swapped",
    }
)
"""What a flag of doubt says, in short; `docs/metrics.md` has it whole."""

WORTH_TELLING: Final = 0.1
"""A figure that more strides than this share lack is told (our own choice)."""

LOOKED_FOR: Final = {
    "contact_time_s": "contact time",
    "heel_height_mm": "heel height",
    "heel_drop_deg": "heel drop",
    "strike_angle_deg": "foot angle at landing",
    "ball_time_s": "time on the ball of the foot",
    "push_off_rate_dps": "push-off rate",
    "push_off_index": "push-off against usual",
    "pull_rate_dps": "pull",
    "braking_index": "braking",
    "speed_mps": "speed",
    "step_time_s": "step time from foot to foot",
    "flight_time_s": "flight time",
    "calf_load": "calf load",
}

NEEDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "push_off_index": "what is usual takes 20 running strides of known speed to learn",
        "push_off_rate_dps": "no push-off was seen before toe-off",
        "step_time_s": "it needs both feet on one clock",
        "calf_load": "it is told of running and hops only",
        "flight_time_s": "it is told of running only",
        "pull_rate_dps": "no second trough was seen after toe-off, as in most walking",
        "speed_mps": "the way between two quiet stances was not seen",
        "braking_index": "the way between two quiet stances was not seen",
        "heel_drop_deg": "where the heel came down was not seen",
        "heel_height_mm": "where the heel came down was not seen",
        "heel_state": "where the heel came down was not seen",
        "ball_time_s": "where the heel came off was not seen",
    }
)
"""What a figure needs besides a clear stride; `docs/metrics.md` has it whole."""

_FLAT: Final = frozenset({"no_standing_start", "pitch_unsure", "pod_moved"})
_WAY: Final = frozenset({"after_gap", "cut_short"})
CAUSES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "strike_type": _FLAT,
        "strike_angle_deg": _FLAT,
        "heel_height_mm": _FLAT,
        "heel_state": _FLAT,
        "speed_mps": _WAY,
        "braking_index": _WAY,
        "step_time_s": frozenset({"clock_unsure", "cut_short"}),
        "flight_time_s": frozenset({"cut_short"}),
        "calf_load": frozenset({"cut_short"}),
    }
)
"""The flags that can be why a figure is absent; others only happen beside it."""


class Lack(NamedTuple):
    """A figure that `without` of a foot's `strides` do not have."""

    foot: Foot
    what: str
    without: int
    strides: int
    why: str


def lacking(strides: Mapping[Foot, Sequence[Stride]]) -> Iterator[Lack]:
    """What strides of each foot lack, and why."""
    for foot, found in strides.items():
        for name, what in LOOKED_FOR.items():
            without = sum(getattr(stride, name) is None for stride in found)
            if without > WORTH_TELLING * len(found):
                yield Lack(foot, what, without, len(found), why_missing(found, name))


def why_missing(strides: Sequence[Stride], name: str) -> str:
    """Why strides lack a figure: the flag that half of those carry, or what the figure needs."""
    without = [stride for stride in strides if getattr(stride, name) is None]
    causes = CAUSES.get(name, frozenset())
    flags = Counter(flag for stride in without for flag in stride.flags if flag in causes)
    for flag, count in flags.most_common(1):
        if 2 * count >= len(without):
            return FLAGS[flag]
    return NEEDS.get(name, "no flag says why")
