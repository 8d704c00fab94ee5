"""Once a second, the means over the last strides: what a home display wants to keep."""

from collections import deque
from math import floor
from statistics import fmean
from typing import Final

from stridesense.model import HeelState, Stride

WINDOW_S: Final = 10.0

AVERAGED: Final = (
    "cadence_spm",
    "contact_time_s",
    "duty_factor",
    "flight_time_s",
    "ball_time_s",
    "heel_drop_deg",
    "heel_height_mm",
    "strike_angle_deg",
    "push_off_rate_dps",
    "pull_rate_dps",
    "impact_g",
    "braking_index",
    "speed_mps",
    "quality",
)
"""Fields of the stride record of which the summary holds the mean, where they were measured."""


class Summary:
    """Means over the strides of the last 10 s of both feet, at most one for each second of the session.

    It is driven by strides alone: who stands still sends none.
    """

    def __init__(self) -> None:
        self._recent: deque[Stride] = deque()
        self._second = -1

    def add(self, stride: Stride) -> dict[str, object] | None:
        """Take a stride; the record of a new second of the session, or None within the same second."""
        now_s = stride.initial_contact_s
        self._recent.append(stride)
        while self._recent[0].initial_contact_s < now_s - WINDOW_S:
            self._recent.popleft()
        if floor(now_s) <= self._second:
            return None
        self._second = floor(now_s)
        return self._record()

    def _record(self) -> dict[str, object]:
        means: dict[str, object] = {}
        for name in AVERAGED:
            measured = [value for stride in self._recent if (value := getattr(stride, name)) is not None]
            if measured:
                means[name] = fmean(measured)
        heels = [stride.heel_state for stride in self._recent if stride.heel_state is not None]
        if heels:
            means["heel_held_ratio"] = heels.count(HeelState.HELD) / len(heels)
        return {"type": "summary", "gait": self._recent[-1].gait, "strides": len(self._recent), **means}
