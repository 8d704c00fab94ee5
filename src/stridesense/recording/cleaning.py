"""Making one pod's rows strictly rising in time; what is left out is counted, nothing is put in."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from stridesense.model import Foot
from stridesense.model.samples import BoolArray, FloatArray

_REREAD_STEPS: Final = 0.75
_MISSING_STEPS: Final = 1.75
_STALL_STEPS: Final = 5.0
_BACKWARD_SHARE: Final = 0.1
_SLOWEST_HZ: Final = 5.0
_FASTEST_HZ: Final = 20_000.0
_LONGEST_DAYS: Final = 30
LONGEST_S: Final = _LONGEST_DAYS * 86_400.0
"""No session lasts longer: a time beyond is a fault of the file."""


@dataclass(frozen=True, slots=True)
class FootReport:
    """What became of one pod's rows.

    Attributes:
        foot: the foot that the pod is on.
        samples: rows that were kept.
        sampling_rate_hz: one over the median step.
        incomplete_rows: left out, a value was absent or not finite.
        repeated_rows: left out, the same six values again well within one step: the sensor was read twice.
        repeated_times: left out, other values at the time of the row before.
        backward_times: left out, the time lies before that of an earlier row.
        missing_samples: samples that the steps between the kept rows have room for.
        stalls: steps of five samples and more.
    """

    foot: Foot
    samples: int
    sampling_rate_hz: float
    incomplete_rows: int
    repeated_rows: int
    repeated_times: int
    backward_times: int
    missing_samples: int
    stalls: int


def clean(foot: Foot, rows: FloatArray) -> tuple[FloatArray, FootReport]:
    """Keep the rows that can be samples, strictly rising in time.

    Args:
        foot: the foot that the pod is on.
        rows: (n, 7) time in s, acc x y z, gyr x y z, in the order of the file.

    Raises:
        ValueError: the times cannot be those of samples; the message is a phrase for the person.
    """
    whole = rows[np.isfinite(rows).all(axis=1)]
    _check_length(whole[:, 0])
    step_s = _median_step_s(whole[:, 0])
    fresh = whole[~_reread(whole, step_s)]
    lead_s = _lead_over_earlier_s(fresh[:, 0])
    backward_times = int((lead_s < 0).sum())
    if backward_times > _BACKWARD_SHARE * len(fresh):
        earlier_s, later_s = fresh[np.argmax(lead_s < 0) - 1 :][:2, 0]
        msg = f"jumps back in time from {earlier_s:g} s to {later_s:g} s: cut the file there"
        raise ValueError(msg)
    kept = np.ascontiguousarray(fresh[lead_s > 0])
    steps = np.diff(kept[:, 0]) / step_s
    return kept, FootReport(
        foot=foot,
        samples=len(kept),
        sampling_rate_hz=1.0 / step_s,
        incomplete_rows=len(rows) - len(whole),
        repeated_rows=len(whole) - len(fresh),
        repeated_times=int((lead_s == 0).sum()),
        backward_times=backward_times,
        missing_samples=int((np.round(steps[steps > _MISSING_STEPS]) - 1).sum()),
        stalls=int((steps > _STALL_STEPS).sum()),
    )


def _check_length(t_s: FloatArray) -> None:
    beyond = t_s > t_s[:1] + LONGEST_S
    if beyond.any():
        before_s, jump_s = t_s[np.argmax(beyond) - 1 :][:2]
        msg = (
            f"jumps in time from {before_s:g} s to {jump_s:g} s, more than {_LONGEST_DAYS} days after its "
            "first row: correct or remove that row"
        )
        raise ValueError(msg)


def _median_step_s(t_s: FloatArray) -> float:
    steps_s = np.diff(t_s)
    forward_s = steps_s[steps_s > 0]
    if (steps_s < 0).sum() > len(forward_s):
        msg = "runs backwards in time: is the time column right?"
        raise ValueError(msg)
    if not len(forward_s):
        msg = "never advances in time: it needs two complete rows at different times"
        raise ValueError(msg)
    step_s = float(np.median(forward_s))
    if not _SLOWEST_HZ <= 1.0 / step_s <= _FASTEST_HZ:
        msg = f"would have {1.0 / step_s:.4g} samples a second: is the unit of time right?"
        raise ValueError(msg)
    return step_s


def _reread(rows: FloatArray, step_s: float) -> BoolArray:
    """Rows that hold the same values as the row before, too soon for a new sample."""
    steps_s = np.diff(rows[:, 0])
    same = (rows[1:, 1:] == rows[:-1, 1:]).all(axis=1)
    return np.concatenate([[False], same & (steps_s >= 0) & (steps_s < _REREAD_STEPS * step_s)])


def _lead_over_earlier_s(t_s: FloatArray) -> FloatArray:
    """(n,) how far each time lies beyond the latest before it."""
    lead_s = np.diff(t_s, prepend=-np.inf)
    lead_s[1:] = t_s[1:] - np.maximum.accumulate(t_s)[:-1]
    return lead_s
