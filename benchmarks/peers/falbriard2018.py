"""Three pairs of features of Falbriard et al. 2018 (Front. Physiol. 9:610, doi 10.3389/fphys.2018.00610).

Acceleration and angular velocity pass a low-pass of 30 Hz. A cycle reaches from mid-swing to mid-swing,
mid-stance is where the foot turns least in 30 ... 45 % of it. Initial contact is looked for from the first
zero crossing of the pitch rate to mid-stance, toe-off from mid-stance to the last zero crossing. The paper
does not say whether its filter has a delay; here it has none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from peer import FloatArray, Method, Samples, answer, strides
from scipy.signal import argrelmax

CUT_OFF_HZ = 30.0


@dataclass(frozen=True)
class Cycle:
    """One cycle; indices into the samples: mid-swing, first zero crossing, mid-stance, last zero crossing."""

    begin: int
    first_zero: int
    mid_stance: int
    last_zero: int


@dataclass(frozen=True)
class Signals:
    """The smoothed signals from which the features are taken, (n,) each."""

    pitch_rate: FloatArray
    pitch_acceleration: FloatArray
    turning: FloatArray
    acc_up: FloatArray
    acc_norm: FloatArray

    @classmethod
    def of(cls, samples: Samples) -> "Signals":
        """Derive them."""
        smooth = samples.smoothed(CUT_OFF_HZ)
        return cls(
            smooth.pitch_rate_radps,
            np.gradient(smooth.pitch_rate_radps) * samples.rate_hz,
            np.linalg.norm(smooth.gyr_radps, axis=1),
            smooth.acc_mps2[:, 2],
            np.linalg.norm(smooth.acc_mps2, axis=1),
        )


def cycles(samples: Samples, signals: Signals) -> Iterator[Cycle]:
    """Every cycle whose zones exist."""
    for begin, end in pairwise(samples.mid_swings):
        early, late = begin + round(0.30 * (end - begin)), begin + round(0.45 * (end - begin))
        mid_stance = early + int(signals.turning[early:late].argmin())
        falling = np.flatnonzero(signals.pitch_rate[begin:mid_stance] <= 0.0)
        negative = np.flatnonzero(signals.pitch_rate[mid_stance:end] < 0.0)
        if len(falling) and len(negative) and end - begin < 1.5 * samples.rate_hz:
            yield Cycle(begin, begin + int(falling[0]), mid_stance, mid_stance + int(negative[-1]) + 1)


def k1(signals: Signals, cycle: Cycle) -> int:
    """Landing at the lowest pitch rate."""
    return cycle.first_zero + int(signals.pitch_rate[cycle.first_zero : cycle.mid_stance].argmin())


def k5(signals: Signals, cycle: Cycle) -> int:
    """Landing at the lowest angular acceleration before the highest."""
    zone = signals.pitch_acceleration[cycle.first_zero : cycle.mid_stance]
    return cycle.first_zero + int(zone[: int(zone.argmax()) + 1].argmin())


def k12(signals: Signals, cycle: Cycle) -> int | None:
    """Landing at the last zero crossing of the jerk of |a| before its peak, hence at its last minimum."""
    zone = signals.acc_norm[cycle.first_zero : cycle.mid_stance]
    rising = np.diff(zone[: int(zone.argmax()) + 1]) > 0.0
    turns = np.flatnonzero(~rising[:-1] & rising[1:])
    return cycle.first_zero + int(turns[-1]) + 1 if len(turns) else None


def t1(signals: Signals, cycle: Cycle) -> int:
    """Toe-off at the lowest pitch rate."""
    return cycle.mid_stance + int(signals.pitch_rate[cycle.mid_stance : cycle.last_zero].argmin())


def _first_maximum(column: FloatArray, begin: int, end: int) -> int | None:
    peaks = argrelmax(column[begin:end])[0]
    return begin + int(peaks[0]) if len(peaks) else None


def t5(signals: Signals, cycle: Cycle) -> int | None:
    """Toe-off at the first maximum of the vertical acceleration after t1."""
    return _first_maximum(signals.acc_up, t1(signals, cycle), cycle.last_zero)


def t9(signals: Signals, cycle: Cycle) -> int | None:
    """Toe-off at the first maximum of |a| after t1."""
    return _first_maximum(signals.acc_norm, t1(signals, cycle), cycle.last_zero)


PAIRS = {"k1, t1": (k1, t1), "k5, t5": (k5, t5), "k12, t9": (k12, t9)}


def methods(samples: Samples) -> list[Method]:
    """Each pair of features over all cycles; a stride counts where both exist."""
    signals = Signals.of(samples)
    whole = list(cycles(samples, signals))
    answers = []
    for name, (landing, leaving) in PAIRS.items():
        places = [(landing(signals, cycle), leaving(signals, cycle)) for cycle in whole]
        contacts = [(samples.t_s[a], samples.t_s[b]) for a, b in places if a is not None and b is not None]
        answers.append(strides(f"Falbriard 2018 {name}", contacts))
    return answers


if __name__ == "__main__":
    answer(methods)
