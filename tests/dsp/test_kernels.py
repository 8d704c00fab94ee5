"""The loops, in both of their forms."""

import numpy as np
import pytest

from stridesense.dsp.filters import Biquad, butterworth_lowpass
from stridesense.dsp.kernels import Packed, Switch
from stridesense.dsp.orientation import TiltParams, orient
from stridesense.dsp.projection import FootAxes, ProjectionParams, project
from stridesense.dsp.survey import NOTHING, SurveyParams, opened, survey
from stridesense.errors import InputError
from stridesense.gait.contact import ContactParams, landing, toe_off
from stridesense.gait.displacement import TravelParams, quiet, travel
from stridesense.gait.heel import HeelMomentParams, heel
from stridesense.gait.phase import PhaseParams, advance
from stridesense.gait.push_off import PullParams, pull
from stridesense.model.samples import FloatArray
from stridesense.model.signals import COLUMNS, PITCH_DEG

RATE_HZ = 208.0
LEVEL = FootAxes(0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.01, -0.02, 0.005)


def motion(seed: int, n: int = 3000) -> FloatArray:
    """Rows of a foot that stands, then swings, lands and rests, with noise; (8, n)."""
    rng = np.random.default_rng(seed)
    t = np.arange(n) / RATE_HZ
    swing = np.sin(2 * np.pi * 1.4 * t) * (t > 2.0)
    acc = [rng.normal(0, 4, n) * (swing > 0) + offset for offset in (0.3, -0.2, 9.8)]
    pitching = -10.0 * swing * (swing > 0) - 8.0 * swing * (swing < -0.7)
    gyr = [rng.normal(0, 0.2, n) * (t > 2.0), pitching, rng.normal(0, 0.2, n) * (t > 2.0)]
    return np.array([t, *acc, *gyr, np.arange(n) % 97 == 0])


def river(seed: int) -> list[FloatArray]:
    """All columns that the loops make of one motion, and what they remember of it."""
    rows = motion(seed)
    columns = np.empty((len(COLUMNS), rows.shape[1]))
    params = ProjectionParams.of(LEVEL, butterworth_lowpass(30.0, RATE_HZ), 1.0 / RATE_HZ)
    marks = np.empty((1, rows.shape[1]))
    seen, turned, phase = project.begin(), orient.begin(), advance.begin()
    early, late = opened(None, None), opened(LEVEL, LEVEL.bias_radps)
    for part in (slice(0, 1), slice(1, 700), slice(700, None)):
        out = np.empty((len(COLUMNS), len(rows[0, part])))
        sensed = np.ascontiguousarray(rows[:, part])
        survey(early, Packed.of(SurveyParams()), sensed, NOTHING)
        survey(late, Packed.of(SurveyParams()), sensed, NOTHING)
        project(seen, Packed.of(params), sensed, out[:PITCH_DEG])
        orient(turned, Packed.of(TiltParams()), out[:PITCH_DEG], out[PITCH_DEG:])
        columns[:, part] = out
        found = np.empty((1, out.shape[1]))
        advance(phase, Packed.of(PhaseParams()), out, found)
        marks[:, part] = found
    remembered = [np.array(state[0].item(), dtype=float) for state in (seen, turned, phase, early, late)]
    return [*columns, *marks, *remembered, *looks(columns)]


def looks(table: FloatArray) -> list[FloatArray]:
    """What each look-up answers at many places of a table."""
    contact, way = Packed.of(ContactParams()), Packed.of(TravelParams())
    answers = []
    for i in range(500, table.shape[1] - 300, 90):
        here_s, later_s = float(table[0, i]), float(table[0, i + 60])
        answers += [
            landing(contact, table, i, i + 40),
            toe_off(contact, table, i, i + 60),
            heel(Packed.of(HeelMomentParams()), table, i, i + 60, here_s, later_s),
            pull(Packed.of(PullParams()), table, i, i + 60, here_s, 0.0075),
            quiet(way, table, i, i + 30),
            travel(way, table, i, i + 150, later_s, 1.0, 0.2),
        ]
    return [np.array(answer) for answer in answers]


@pytest.mark.parametrize("seed", range(5))
def test_compiled_and_plain_loops_give_the_same_bits(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    monkeypatch.setattr(Switch, "use_compiled", True)
    compiled = river(seed)
    monkeypatch.setattr(Switch, "use_compiled", False)
    plain = river(seed)
    offset_deg = plain[COLUMNS.index("tilt_offset_deg")]
    assert len(np.unique(offset_deg)) > 10
    assert np.count_nonzero(plain[len(COLUMNS)]) > 10
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
