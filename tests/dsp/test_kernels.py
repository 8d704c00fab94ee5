"""The loops, in both of their forms."""

import numpy as np
import pytest

from stridesense.dsp.filters import Biquad, butterworth_lowpass
from stridesense.dsp.kernels import Kernel
from stridesense.dsp.orientation import OrientationState, TiltParams, orient
from stridesense.dsp.projection import FootAxes, ProjectionCoefficients, ProjectionState, project
from stridesense.errors import InputError
from stridesense.gait.phase import PhaseParams, PhaseState, advance
from stridesense.model.samples import FloatArray

RATE_HZ = 208.0
LEVEL = FootAxes(0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.01, -0.02, 0.005)


def motion(seed: int, n: int = 3000) -> tuple[FloatArray, ...]:
    """Times and six columns of a foot that swings, lands and rests, with noise."""
    rng = np.random.default_rng(seed)
    t = np.arange(n) / RATE_HZ
    swing = np.sin(2 * np.pi * 1.4 * t)
    acc = [rng.normal(0, 4, n) * (swing > 0) + offset for offset in (0.3, -0.2, 9.8)]
    gyr = [
        rng.normal(0, 0.2, n),
        -10.0 * swing * (swing > 0) - 8.0 * swing * (swing < -0.7),
        rng.normal(0, 0.2, n),
    ]
    return t, *acc, *gyr


def river(seed: int) -> list[FloatArray]:
    """All columns that the three loops make of one motion."""
    coefficients = ProjectionCoefficients(LEVEL, butterworth_lowpass(30.0, RATE_HZ), 1.0 / RATE_HZ)
    t, *sensed = motion(seed)
    clipped = (np.arange(len(t)) % 97 == 0).astype(np.float64)
    _, seen = project(ProjectionState(), coefficients, (t, *sensed))
    pitch, roll, yaw, smooth, forward, right, up, acc, jerk = seen
    turning = (t, pitch, roll, yaw, forward, right, up, acc, clipped)
    after, turned = orient(OrientationState(), TiltParams(), turning)
    last, marks = advance(PhaseState(), PhaseParams(), (t, smooth, turned[0], jerk))
    return [*seen, *turned, *marks, np.array(after), np.array(last)]


@pytest.mark.parametrize("seed", range(5))
def test_compiled_and_plain_loops_give_the_same_bits(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    monkeypatch.setattr(Kernel, "use_compiled", True)
    compiled = river(seed)
    monkeypatch.setattr(Kernel, "use_compiled", False)
    plain = river(seed)
    assert any(np.count_nonzero(column) for column in plain[-3:])
    assert all(ours.tobytes() == theirs.tobytes() for ours, theirs in zip(plain, compiled, strict=True))


@pytest.mark.parametrize("rate_hz", [100.0, 208.0, 416.0, 1000.0])
def test_the_low_pass_is_the_butterworth_of_the_textbook(rate_hz: float) -> None:
    from scipy.signal import butter

    b, a = butter(2, 30.0, fs=rate_hz)
    assert butterworth_lowpass(30.0, rate_hz) == pytest.approx(Biquad(*b, a[1], a[2]), abs=1e-12)


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("nan")])
def test_a_rate_that_is_none_is_refused(rate_hz: float) -> None:
    with pytest.raises(InputError, match="sampling rate must be above 0 Hz"):
        butterworth_lowpass(30.0, rate_hz)
