"""The baselines behave as their papers say, on the runner that they were tried with."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from stridesense.model import StrikeType
from stridesense.validation.cases import MODELS, Case, Wearer
from stridesense.validation.matching import match
from stridesense.validation.trials import CaseTask

PROGRAMS = Path(__file__).resolve().parents[2] / "benchmarks" / "peers"
Answers = dict[str, tuple[list[float], list[float]]]


@cache
def errors_ms(program: str, strike: StrikeType) -> Answers:
    """Landing and toe-off errors of each method of a program, one value a stride."""
    case = Case(
        number=1, factor="speed", wearer=Wearer(model=MODELS[0], seed=7), strike=strike, speed_mps=3.4
    )
    with TemporaryDirectory() as name:
        samples = Path(name) / "case.npz"
        truth = CaseTask(case, samples).run().truth
        subprocess.run([sys.executable, PROGRAMS / program, name, samples], check=True)
        answers = json.loads(samples.with_suffix(".json").read_text("utf-8"))
    landings, leavings = [t.initial_contact_s for t in truth], [t.terminal_contact_s for t in truth]
    found: Answers = {}
    for method in answers:
        pairs = match(landings, method["initial_contact_s"]).pairs
        assert len(pairs) >= 0.9 * len(truth)
        found[method["method"]] = (
            [1e3 * (method["initial_contact_s"][j] - landings[i]) for i, j in pairs],
            [1e3 * (method["terminal_contact_s"][j] - leavings[i]) for i, j in pairs],
        )
    return found


def test_the_lowest_pitch_rate_is_late_for_the_heel_and_early_for_the_forefoot() -> None:
    """Falbriard et al. 2018 found k1 to have two modes, +11 ms together."""
    rear = median(errors_ms("falbriard2018.py", StrikeType.REARFOOT)["Falbriard 2018 k1, t1"][0])
    fore = median(errors_ms("falbriard2018.py", StrikeType.FOREFOOT)["Falbriard 2018 k1, t1"][0])
    assert 10.0 < rear < 35.0
    assert -25.0 < fore < 0.0


@pytest.mark.parametrize(
    ("method", "low_ms", "high_ms"),
    [("k1, t1", -34.0, -8.0), ("k5, t5", -11.0, 3.0), ("k12, t9", -13.0, 13.0)],
)
def test_toe_off_has_the_published_bias(method: str, low_ms: float, high_ms: float) -> None:
    """Published medians and half of their spread between trials: t1 -21 (13), t5 -4 (7), t9 0 (13) ms."""
    for strike in StrikeType:
        leaving = errors_ms("falbriard2018.py", strike)[f"Falbriard 2018 {method}"][1]
        assert low_ms < median(leaving) < high_ms


def test_precision_is_as_published() -> None:
    """2 ... 5 ms within a trial for t1, t5 and t9, and for k1 of a rearfoot landing."""
    found = errors_ms("falbriard2018.py", StrikeType.REARFOOT)
    assert all(np.std(leaving) < 6.0 for _, leaving in found.values())
    assert np.std(found["Falbriard 2018 k1, t1"][0]) < 4.0


def test_the_rule_without_thresholds_finds_toe_off() -> None:
    """Bailey and Harle 2015: 0.47 +- 3.84 ms at 3.4 m/s."""
    for strike in StrikeType:
        leaving = errors_ms("bailey_harle2015.py", strike)["Bailey-Harle 2015"][1]
        assert abs(median(leaving)) < 5.0


def test_the_peak_of_acceleration_comes_after_a_heel_landing() -> None:
    landing = errors_ms("acc_peak.py", StrikeType.REARFOOT)["|a| peak"][0]
    assert 5.0 < median(landing) < 45.0
